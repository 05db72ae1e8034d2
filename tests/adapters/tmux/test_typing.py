"""Typing into panes, byte by byte at a raw-mode reader, and terminals that attach."""

from __future__ import annotations

import os
import shlex
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from cockpit.adapters.tmux.failures import PaneGone
from cockpit.adapters.tmux.input import cleaned
from cockpit.adapters.tmux.lifecycle import TmuxServer
from cockpit.adapters.tmux.run import TmuxDoor
from cockpit.domain.ids import LaneId, PaneId
from cockpit.domain.lane import PaneRef
from cockpit.errors import DeliveryUnknown, Refused, UsageError
from tests.adapters.tmux.conftest import Open, grown, seen
from tests.conftest import retry_until

pytestmark = pytest.mark.tmux
Reader = Callable[..., tuple[PaneRef, Path]]

PAYLOADS = [
    "plain",
    "é ü 日本語",
    "🙂👩‍👩‍👧",
    "two\nlines",
    "tab\there",
    "-dash",
    "--",
    "-t %0",
    "ends;",
    "ends\\;",
    ";",
    "Enter",
    "C-c",
    "#{pid} #(touch PWNED) #[fg=red]",
    "$HOME ${HOME} $(touch PWNED) `touch PWNED`",
    "~ ~root",
    "'single' \"double\"",
    "back\\slash\\n \\033",
    "%output %end 1 2 1",
    "{ a ; b }",
    "trailing newline\n",
    "a" * 100_000,
    "é\n" * 30_000,
]


@pytest.mark.parametrize("greeting", ["", "\\033[?2004h"], ids=["plain", "bracketed"])
def test_a_paste_arrives_byte_for_byte(tmux: TmuxServer, reader: Reader, greeting: str) -> None:
    ref, got = reader(greeting=greeting)
    sent = b""
    before, after = (b"\x1b[200~", b"\x1b[201~") if greeting else (b"", b"")
    for text in PAYLOADS:
        tmux.paste(ref.pane, text)
        sent += before + text.encode() + after
        retry_until(grown(got, len(sent)), why=text[:40])
    assert got.read_bytes() == sent
    assert tmux.door.run(["list-buffers"]).lines == []


def test_no_text_ends_the_paste(tmux: TmuxServer, reader: Reader) -> None:
    ref, got = reader(greeting="\\033[?2004h")
    evil = "ls\x1b[201~rm -rf /\r\n\x03\x9b201~x\udc80"
    tmux.paste(ref.pane, evil)
    wanted = b"\x1b[200~" + cleaned(evil).encode() + b"\x1b[201~"
    retry_until(grown(got, len(wanted)))
    assert got.read_bytes() == wanted
    assert got.read_bytes().count(b"\x1b[201~") == 1


def test_keys(tmux: TmuxServer, reader: Reader) -> None:
    ref, got = reader()
    tmux.press(ref.pane, "Enter", "Escape", "C-c", "Up", "y", ";", "-", "M-x")
    wanted = b"\r\x1b\x03\x1b[Ay;-\x1bx"
    retry_until(grown(got, len(wanted)))
    assert got.read_bytes() == wanted
    for unknown in ("Entr", "", "kill-server"):
        with pytest.raises(UsageError):
            tmux.press(ref.pane, "y", unknown)
    assert got.read_bytes() == wanted


def test_copy_mode_is_left_first(tmux: TmuxServer, reader: Reader) -> None:
    ref, got = reader()
    lane = LaneId("reader")
    sends: list[Callable[[], None]] = [
        lambda: tmux.paste(ref.pane, "x"),
        lambda: tmux.press(ref.pane, "x"),
    ]
    for send in sends:
        size = got.stat().st_size
        tmux.door.run(["copy-mode", "-t", ref.pane])
        assert tmux.panes()[lane].in_mode
        send()
        retry_until(grown(got, size + 1))
        assert not tmux.panes()[lane].in_mode
    assert got.read_bytes() == b"xx"


def test_nothing_is_typed_into_a_dead_pane(tmux: TmuxServer, open_lane: Open) -> None:
    """Pasting into one ends a 3.3a server, and every lane with it."""
    ref = open_lane("a", "sh", "-c", "exit 1")
    retry_until(lambda: tmux.panes()[LaneId("a")].dead)
    sends: list[Callable[[], None]] = [
        lambda: tmux.paste(ref.pane, "x"),
        lambda: tmux.press(ref.pane, "Enter"),
    ]
    for send in sends:
        with pytest.raises(Refused, match="has ended"):
            send()
    assert tmux.is_up()
    assert tmux.door.run(["list-buffers"]).lines == []


def test_nothing_is_typed_into_another_program(
    tmux: TmuxServer, open_lane: Open, tmp_path: Path, env: dict[str, str]
) -> None:
    ref = open_lane("a")
    other = TmuxServer("cockpit-test", tmux.run_dir)
    other.respawn(ref.pane, cwd=tmp_path, argv=["cat"], env=env)
    with pytest.raises(Refused, match="another program"):
        tmux.paste(ref.pane, "meant for the first program")
    tmux.panes()
    tmux.paste(ref.pane, "seen")
    retry_until(seen(tmux, ref, "seen"))


def test_nothing_is_typed_into_a_pane_that_is_gone(tmux: TmuxServer, open_lane: Open) -> None:
    open_lane("a")
    sends: list[Callable[[], None]] = [
        lambda: tmux.paste(PaneId("%99"), "x"),
        lambda: tmux.press(PaneId("%99"), "Enter"),
    ]
    for send in sends:
        with pytest.raises(PaneGone):
            send()
    assert tmux.door.run(["list-buffers"]).lines == []


def test_a_frozen_server_leaves_the_delivery_unknown(
    tmux: TmuxServer, open_lane: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    ref = open_lane("a")
    identity = tmux.server_identity()
    assert identity is not None
    run_all = tmux.door.run_all
    monkeypatch.setattr(
        tmux.door, "run_all", lambda commands, stdin=None: run_all(commands, stdin, 0.3)
    )
    os.kill(identity[0], signal.SIGSTOP)
    try:
        with pytest.raises(DeliveryUnknown):
            tmux.paste(ref.pane, "perhaps")
    finally:
        os.kill(identity[0], signal.SIGCONT)
        monkeypatch.undo()


# ---------------------------------------------------------------- terminals


@pytest.fixture
def terminal(isolated: Path) -> Iterator[TmuxDoor]:
    """Another tmux server, whose only pane is the commander's terminal."""
    door = TmuxDoor("outer")
    config = isolated / "outer.conf"
    config.write_text("set -g status off\nset -g remain-on-exit on\nset -s escape-time 0\n")
    door.run(["new-session", "-d", "-x", "90", "-y", "20", "--", "env", "cat"], config=config)
    yield door
    TmuxServer("outer", isolated, door=door).kill_server()


def attach(tmux: TmuxServer, terminal: TmuxDoor, session: str) -> None:
    """Attach the terminal to a session, as `cockpit attach` would."""
    env = [f"{name}={value}" for name, value in tmux.attach_env().items()]
    command = ["env", "-u", "TMUX", *env, *tmux.attach_argv(session)]
    terminal.run(["respawn-pane", "-k", "-t", ":0.0", "--", "sh", "-c", shlex.join(command)])
    retry_until(lambda: bool(tmux.clients()), why="attached")


def shows(terminal: TmuxDoor, text: str) -> Callable[[], bool]:
    return lambda: text in terminal.run(["capture-pane", "-p", "-t", ":0.0"]).text


def test_stepping_in_and_back(
    tmux: TmuxServer, terminal: TmuxDoor, open_lane: Open, tmp_path: Path, env: dict[str, str]
) -> None:
    app = "stty raw -echo; echo BOARD; while :; do dd bs=1 count=1 2>/dev/null | od -An -tx1; done"
    tmux.open_host(["sh", "-c", app], cwd=tmp_path, env={**env, "LC_ALL": "C.UTF-8"})
    ref = open_lane("a", "sh", "-c", "echo INSIDE; cat")
    attach(tmux, terminal, "cockpit")
    retry_until(shows(terminal, "BOARD"))
    terminal.run(["send-keys", "-t", ":0.0", "C-q"])
    retry_until(shows(terminal, "11"), why="the app gets its own Ctrl-Q")
    client = tmux.client_info()
    assert client is not None
    assert client.session == "cockpit"
    assert tmux.switch_client("lane-a")
    retry_until(shows(terminal, "INSIDE"))
    retry_until(shows(terminal, " lane a"))
    tmux.show_waiting([LaneId("b")])
    retry_until(shows(terminal, "waiting: b"))
    retry_until(shows(terminal, "Ctrl-Q back to the board"))
    retry_until(lambda: tmux.panes()[LaneId("a")].width == 90, why="the lane has my size")
    terminal.run(["send-keys", "-t", ":0.0", "C-q"])
    retry_until(shows(terminal, "BOARD"))
    assert tmux.switch_client("lane-a")
    retry_until(shows(terminal, "INSIDE"))
    tmux.close_pane(ref)
    retry_until(shows(terminal, "BOARD"), why="the lane was closed under the commander")


@pytest.mark.parametrize("key", ["C-q", "C-g"])
def test_the_return_key_works_in_copy_mode(
    tmux: TmuxServer, terminal: TmuxDoor, open_lane: Open, key: str
) -> None:
    """Also a key that copy mode has a use for."""
    TmuxServer("cockpit-test", tmux.run_dir, return_key=key).ensure_server()
    ref = open_lane("a", "sh", "-c", "echo INSIDE; cat")
    TmuxServer("cockpit-test", tmux.run_dir, return_key=key).ensure_server()
    attach(tmux, terminal, "lane-a")
    retry_until(shows(terminal, "INSIDE"))
    tmux.door.run(["copy-mode", "-t", ref.pane])
    terminal.run(["send-keys", "-t", ":0.0", key])
    retry_until(lambda: tmux.clients() == [], why="detached")


def test_without_an_app_the_return_key_detaches(
    tmux: TmuxServer, terminal: TmuxDoor, open_lane: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also from a terminal that tmux has no entry for."""
    monkeypatch.setenv("TERM", "xterm-no-such-terminal")
    open_lane("a", "sh", "-c", "echo INSIDE; cat")
    attach(tmux, terminal, "lane-a")
    retry_until(shows(terminal, "INSIDE"))
    terminal.run(["send-keys", "-t", ":0.0", "C-q"])
    retry_until(lambda: tmux.clients() == [], why="detached")
    assert tmux.is_up()
    assert not tmux.switch_client("lane-a")


def test_closing_a_lane_without_an_app_detaches_its_terminal(
    tmux: TmuxServer, terminal: TmuxDoor, open_lane: Open
) -> None:
    ref = open_lane("a", "sh", "-c", "echo INSIDE; cat")
    open_lane("b", "sh", "-c", "echo OTHER; cat")
    attach(tmux, terminal, "lane-a")
    tmux.close_pane(ref)
    retry_until(lambda: tmux.clients() == [], why="detached")
    assert not shows(terminal, "OTHER")()
