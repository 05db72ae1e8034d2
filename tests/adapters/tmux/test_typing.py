"""Typing into panes, byte by byte at a raw-mode reader."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from cockpit.adapters.tmux.failures import PaneGone
from cockpit.adapters.tmux.input import cleaned
from cockpit.adapters.tmux.lifecycle import TmuxServer
from cockpit.domain.ids import LaneId, PaneId
from cockpit.errors import DeliveryUnknown, Refused, UsageError
from tests.adapters.tmux.helpers import PAYLOADS, Open, Reader, grown, seen
from tests.conftest import retry_until

pytestmark = pytest.mark.tmux


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
