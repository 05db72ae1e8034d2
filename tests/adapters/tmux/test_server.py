"""Our own server and the door to it, on a real tmux."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from cockpit.adapters.tmux import conf
from cockpit.adapters.tmux.failures import ServerDown
from cockpit.adapters.tmux.lifecycle import TmuxServer
from cockpit.adapters.tmux.run import TmuxDoor
from cockpit.domain.ids import LaneId, OpId, PaneId
from cockpit.errors import CockpitError, TimedOut, Unavailable, UsageError
from tests.adapters.tmux.helpers import Open
from tests.conftest import retry_until

pytestmark = pytest.mark.tmux
A = LaneId("a")


def option(tmux: TmuxServer, flags: str, name: str) -> str:
    return tmux.door.run(["show-options", flags, name]).text.strip()


def sessions(tmux: TmuxServer) -> list[str]:
    return tmux.door.run(["list-sessions", "-F", "#{session_name}"]).lines


# ---------------------------------------------------------------- the server


def test_starting_twice_and_ending(tmux: TmuxServer) -> None:
    assert not tmux.is_up()
    assert tmux.panes() == {}
    assert tmux.server_identity() is None
    tmux.ensure_server()
    identity = tmux.server_identity()
    tmux.ensure_server()
    assert tmux.is_up()
    assert tmux.server_identity() == identity
    assert tmux.door.listener() == (identity or (0, 0))[0]
    assert sessions(tmux) == ["hub"]
    tmux.kill_server()
    assert not tmux.is_up()
    tmux.kill_server()
    tmux.ensure_server()
    assert tmux.server_identity() != identity


def test_two_starts_at_once(tmux: TmuxServer, tmp_path: Path) -> None:
    start = (
        "import sys; from pathlib import Path; from cockpit.adapters.tmux.lifecycle import "
        "TmuxServer; TmuxServer('cockpit-test', Path(sys.argv[1])).ensure_server()"
    )
    argv = [sys.executable, "-c", start, str(tmux.run_dir)]
    racers = [subprocess.Popen(argv, stderr=subprocess.PIPE) for _ in range(3)]
    said = [racer.communicate(timeout=30)[1] for racer in racers]
    assert [racer.returncode for racer in racers] == [0, 0, 0], said
    assert sessions(tmux) == ["hub"]


def test_our_configuration_is_what_runs(tmux: TmuxServer, isolated: Path) -> None:
    (isolated / ".tmux.conf").write_text("set -g @planted yes\nset -g mouse off\n")
    tmux.ensure_server()
    assert option(tmux, "-gqv", "@planted") == ""
    expected = {
        ("-gv", "prefix"): "None",
        ("-gv", "mouse"): "on",
        ("-gv", "history-limit"): "5000",
        ("-gv", "set-titles"): "off",
        ("-gv", "update-environment"): "",
        ("-gwv", "remain-on-exit"): "on",
        ("-gwv", "allow-rename"): "off",
        ("-gwv", "allow-passthrough"): "off",
        ("-gwv", "window-size"): "latest",
        ("-sv", "escape-time"): "0",
        ("-sv", "exit-empty"): "off",
        ("-sv", "set-clipboard"): "off",
        ("-sv", "focus-events"): "on",
        ("-sv", "default-terminal"): "tmux-256color",
    }
    found = {key: option(tmux, *key) for key in expected}
    assert found == expected
    assert "RGB" in option(tmux, "-sv", "terminal-features")
    keys = tmux.door.run(["list-keys"]).text
    assert "MouseDown3Pane" not in keys
    assert "-T prefix" not in keys
    assert (tmux.run_dir / "tmux.conf").stat().st_mode & 0o777 == 0o600


def test_the_users_configuration_only_when_asked_for(tmux: TmuxServer, isolated: Path) -> None:
    (isolated / ".tmux.conf").write_text("set -g @planted yes\nset -g prefix C-a\n} broken {\n")
    tmux = TmuxServer("cockpit-test", tmux.run_dir, user_config=True)
    tmux.ensure_server()
    assert option(tmux, "-gv", "prefix") == "None"
    (isolated / ".tmux.conf").write_text("set -g @planted yes\nset -g prefix C-a\n")
    tmux.kill_server()
    tmux.ensure_server()
    assert option(tmux, "-gv", "@planted") == "yes"
    assert option(tmux, "-gv", "prefix") == "None"


def test_a_running_server_takes_a_changed_configuration(tmux: TmuxServer) -> None:
    tmux.ensure_server()
    identity = tmux.server_identity()
    changed = TmuxServer("cockpit-test", tmux.run_dir, history=777)
    changed.ensure_server()
    assert option(tmux, "-gv", "history-limit") == "777"
    assert tmux.server_identity() == identity


def test_the_hub_comes_back_with_its_lanes(tmux: TmuxServer, open_lane: Open) -> None:
    ref = open_lane("a")
    tmux.door.run(["kill-session", "-t", "=hub"])
    assert tmux.panes()[A].ref == ref
    tmux.ensure_server()
    linked = tmux.door.run(["list-windows", "-t", "=hub:", "-F", "#{window_id}"]).lines
    assert ref.window in linked


def test_the_hub_outlives_its_guard(tmux: TmuxServer) -> None:
    tmux.ensure_server()
    show = ["list-panes", "-t", "=hub:", "-F", "#{pane_dead}|#{pane_pid}"]
    pid = int(tmux.door.run(show).text.partition("|")[2])
    os.kill(pid, signal.SIGKILL)
    retry_until(lambda: tmux.door.run(show).text.startswith("1|"))
    assert sessions(tmux) == ["hub"]
    tmux.ensure_server()
    assert tmux.door.run(show).text.startswith("0|")
    tmux.ensure_server()
    assert int(tmux.door.run(show).text.partition("|")[2]) != pid


def test_a_killed_server_is_down_and_starts_again(tmux: TmuxServer, open_lane: Open) -> None:
    ref = open_lane("a")
    identity = tmux.server_identity()
    assert identity is not None
    os.kill(identity[0], signal.SIGKILL)
    retry_until(lambda: not tmux.is_up())
    assert tmux.panes() == {}
    assert tmux.clients() == []
    tmux.close_pane(ref)
    with pytest.raises(ServerDown):
        tmux.capture(ref.pane)
    again = open_lane("a", op="2-start-11111111")
    assert tmux.panes()[A].ref == again
    assert tmux.server_identity() != identity


def test_a_frozen_server_is_told_from_a_dead_one(tmux: TmuxServer, open_lane: Open) -> None:
    ref = open_lane("a")
    identity = tmux.server_identity()
    assert identity is not None
    os.kill(identity[0], signal.SIGSTOP)
    try:
        with pytest.raises(TimedOut):
            tmux.door.run(["list-sessions"], deadline=0.3)
        assert tmux.door.is_listening()
        assert tmux.door.listener() == identity[0]
    finally:
        os.kill(identity[0], signal.SIGCONT)
    assert tmux.panes()[A].ref == ref


def test_a_frozen_server_can_be_ended(
    tmux: TmuxServer, open_lane: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_lane("a")
    identity = tmux.server_identity()
    assert identity is not None
    monkeypatch.setattr("cockpit.adapters.tmux.server.END_PATIENCE", 0.3)
    run = tmux.door.run
    monkeypatch.setattr(tmux.door, "run", lambda argv, *rest, **more: run(argv, deadline=0.3))
    attempt = tmux.door.attempt
    monkeypatch.setattr(
        tmux.door, "attempt", lambda argv, *rest, **more: attempt(argv, deadline=0.3)
    )
    os.kill(identity[0], signal.SIGSTOP)
    tmux.kill_server()
    assert not tmux.door.is_listening()


def test_a_deadline_leaves_no_client_behind(tmux: TmuxServer) -> None:
    tmux.ensure_server()
    with pytest.raises(TimedOut):
        tmux.door.run(["wait-for", "never"], deadline=0.3)
    assert tmux.is_up()
    assert len(tmux.door.run(["list-clients"]).lines) <= 1, "only the guard"
    assert tmux.clients() == []


# ---------------------------------------------------------------- the door


def test_a_missing_tmux_names_the_package(
    tmux: TmuxServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(Unavailable, match="not installed") as caught:
        tmux.ensure_server()
    assert "package `tmux`" in caught.value.hint


@pytest.mark.parametrize(
    ("version", "good"),
    [
        ("3.1c", False),
        ("2.9", False),
        ("3.2", True),
        ("3.6b", True),
        ("next-3.7", True),
        ("master", True),
        ("openbsd-7.6", True),
    ],
)
def test_an_old_tmux_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, version: str, good: bool
) -> None:
    fake = tmp_path / "bin" / "tmux"
    fake.parent.mkdir()
    fake.write_text(f"#!/bin/sh\necho tmux {version}\n")
    fake.chmod(0o755)
    monkeypatch.setenv("PATH", f"{fake.parent}:{os.environ['PATH']}")
    door = TmuxDoor("x")
    if good:
        assert door.version() == version
    else:
        with pytest.raises(Unavailable, match="too old"):
            door.version()


def test_a_socket_that_may_not_be_used(tmux: TmuxServer) -> None:
    folder = tmux.door.socket_path.parent
    folder.mkdir()
    folder.chmod(0o777)
    with pytest.raises(Unavailable, match="socket may not be used"):
        tmux.ensure_server()


def test_a_socket_path_that_is_too_long(tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match="too long"):
        TmuxDoor("x" * 100).run(["list-sessions"])


@pytest.mark.parametrize("name", ["", "a/b", "../x", "-x", "a b", "x\n"])
def test_a_socket_name_that_is_none(name: str) -> None:
    with pytest.raises(UsageError):
        TmuxDoor(name)


def test_a_read_only_state_folder(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.touch()
    with pytest.raises(Unavailable, match="can't be used"):
        TmuxServer("cockpit-test", blocked / "run").ensure_server()


def test_nothing_but_starting_starts_a_server(tmux: TmuxServer) -> None:
    for argv in (["new-session", "-d"], ["start-server"], ["list-sessions"]):
        with pytest.raises(ServerDown):
            tmux.door.run(argv)
    assert not tmux.door.is_listening()


def test_libtmux_runs_nothing_by_itself(
    tmux: TmuxServer, open_lane: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    import libtmux.common

    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("libtmux ran tmux past the door")

    monkeypatch.setattr(libtmux.common, "tmux_cmd", refuse)
    monkeypatch.setattr(libtmux.common.tmux_cmd, "__init__", refuse, raising=False)
    ref = open_lane("a")
    tmux.close_pane(ref)
    tmux.kill_server()
    assert not tmux.is_up()


def test_each_error_is_a_sentence_with_a_hint(tmux: TmuxServer) -> None:
    calls: list[Callable[[], object]] = [
        lambda: tmux.capture(PaneId("%1")),
        lambda: tmux.open_pane(LaneId("#(id)"), op=OpId("1"), cwd=Path("/"), argv=["cat"], env={}),
        lambda: tmux.attach_argv("lane-a; kill-server"),
        lambda: tmux.press(PaneId("%1"), "NoSuchKey"),
    ]
    for call in calls:
        with pytest.raises(CockpitError) as caught:
            call()
        assert caught.value.title.endswith(".")
        assert caught.value.hint


def test_the_waiting_lanes_are_shown_by_id_only(tmux: TmuxServer) -> None:
    tmux.ensure_server()
    tmux.show_waiting([A, LaneId("b-2")])
    assert option(tmux, "-gv", conf.WAITING_OPTION) == "a b-2"
    with pytest.raises(UsageError):
        tmux.show_waiting([LaneId("#[fg=red]x")])
