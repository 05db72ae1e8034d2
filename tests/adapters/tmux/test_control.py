"""The control client on a real tmux: frames, ends, typing, floods, and every way to lose it."""

from __future__ import annotations

import asyncio
import os
import signal
from pathlib import Path

import pytest

from cockpit.adapters.tmux.control import ControlClient
from cockpit.adapters.tmux.lifecycle import TmuxServer
from cockpit.adapters.tmux.run import TmuxDoor
from cockpit.domain.ids import LaneId, PaneId, WindowId
from cockpit.errors import Refused, UsageError
from cockpit.services.ports import LivePanes, Tmux
from tests.adapters.tmux.helpers import (
    PAYLOADS,
    Open,
    Reader,
    Watched,
    attach,
    grown,
    shows,
    until,
    watch,
)

pytestmark = pytest.mark.tmux


def own_children() -> list[bytes]:
    """The processes that this one has started and that live."""
    main = f"/proc/{os.getpid()}/task"
    lines = []
    for thread in os.listdir(main):
        with open(f"{main}/{thread}/children", "rb") as file:
            lines.append(file.read())
    return sorted(lines)


def planted(folder: Path) -> list[Path]:
    """What a planted command left behind."""
    return list(folder.rglob("PWNED*"))


def test_the_ports_are_fulfilled(tmux: TmuxServer) -> None:
    server: Tmux = tmux
    panes: LivePanes = ControlClient(tmux.door, tmux.run_dir)
    assert server.socket
    assert panes is not None


async def test_frames_come_when_something_is_written(
    tmux: TmuxServer, live: Watched, open_lane: Open
) -> None:
    ref = open_lane("a", "sh", "-c", "printf '\\033]2;ti|tle\\007\\033[31mred\\033[0m > '; cat")
    watch(live, ref, focused=ref)
    await until(live.shows(ref, "red"))
    await live.type_text(ref.pane, "typed #{pid} é;")
    await until(live.shows(ref, "typed #{pid} é;"))
    frame = live.last(ref.pane)
    assert frame is not None
    assert "\x1b[31mred" in frame.rows[0]
    assert (frame.width, frame.height, len(frame.rows)) == (200, 50, 50)
    assert frame.cursor == (6 + len("typed #{pid} é;"), 0)
    assert (frame.title, frame.dead, frame.exit_code) == ("ti|tle", False, None)
    assert live.links == [(True, "")]


async def test_nothing_is_captured_while_nothing_happens(live: Watched, open_lane: Open) -> None:
    ref, other = open_lane("a"), open_lane("b")
    watch(live, ref, other)
    await until(lambda: {frame.pane for frame in live.frames} == {ref.pane, other.pane})
    await live.type_text(ref.pane, "x")
    await until(live.shows(ref, "x"))
    count = len(live.frames)
    children = own_children()
    await asyncio.sleep(0.4)
    assert len(live.frames) <= count + 1
    assert own_children() == children


async def test_hidden_and_paused_panes_are_not_captured(live: Watched, open_lane: Open) -> None:
    ref, hidden = open_lane("a"), open_lane("b")
    watch(live, ref)
    await until(lambda: live.last(ref.pane) is not None)
    live.pause(True)
    before = len(live.frames)
    await live.type_text(ref.pane, "while inside")
    await live.type_text(hidden.pane, "while hidden")
    shown = await live.capture_now(hidden.pane)
    assert shown is not None
    assert len(live.frames) == before
    live.pause(False)
    await until(live.shows(ref, "while inside"))
    assert live.last(hidden.pane) is None
    watch(live, ref, hidden)
    await until(live.shows(hidden, "while hidden"))


@pytest.mark.parametrize(("script", "code"), [("exit 3", 3), ("kill -9 $$", 137)])
async def test_an_end_is_told_once_with_its_code(
    live: Watched, open_lane: Open, script: str, code: int
) -> None:
    ref = open_lane("a", "sh", "-c", f"read x; echo last words; {script}")
    watch(live, ref)
    await live.press(ref.pane, "Enter")
    await until(lambda: bool(live.ends))
    await until(live.shows(ref, "last words"))
    await until(lambda: (live.last(ref.pane) or live.frames[0]).dead)
    watch(live, ref)
    await asyncio.sleep(0.15)
    assert live.ends == [(ref.pane, code)]


async def test_an_end_without_a_word(live: Watched, open_lane: Open) -> None:
    """Nothing is written, so only the process itself can tell."""
    ref = open_lane("a")
    watch(live, ref)
    await until(lambda: live.last(ref.pane) is not None)
    os.kill(ref.pid, signal.SIGKILL)
    await until(lambda: live.ends == [(ref.pane, 137)])


async def test_an_end_before_the_watch_and_a_restart(
    tmux: TmuxServer, live: Watched, open_lane: Open, tmp_path: Path, env: dict[str, str]
) -> None:
    ref = open_lane("a", "sh", "-c", "exit 4")
    await until(lambda: tmux.panes()[LaneId("a")].dead)
    watch(live, ref)
    await until(lambda: live.ends == [(ref.pane, 4)])
    again = tmux.respawn(ref.pane, cwd=tmp_path, argv=["sh", "-c", "read x; exit 5"], env=env)
    watch(live, again)
    await live.press(again.pane, "Enter")
    await until(lambda: live.ends == [(ref.pane, 4), (ref.pane, 5)])


async def test_typing_arrives_byte_for_byte(live: Watched, reader: Reader) -> None:
    ref, got = reader()
    sent = b""
    for text in PAYLOADS:
        await live.type_text(ref.pane, text)
        sent += text.encode()
        await until(grown(got, len(sent)), why=text[:40])
    assert got.read_bytes() == sent
    await live.type_text(ref.pane, "")
    await live.type_text(ref.pane, "\x1b[201~\x03")
    await live.press(ref.pane, "C-c", "Enter")
    await until(lambda: got.read_bytes() == sent + b"[201~\x03\r")


async def test_pasted_text_leaves_no_file(tmux: TmuxServer, live: Watched, reader: Reader) -> None:
    ref, got = reader(greeting="\\033[?2004h")
    await live.type_text(ref.pane, "two\nlines")
    await until(lambda: got.read_bytes() == b"\x1b[200~two\nlines\x1b[201~")
    assert [path.name for path in tmux.run_dir.iterdir()] == ["tmux.conf"]
    assert tmux.door.run(["list-buffers"]).lines == []


async def test_a_state_folder_with_a_hostile_name(
    tmux: TmuxServer, reader: Reader, tmp_path: Path
) -> None:
    ref, got = reader()
    live = ControlClient(tmux.door, tmp_path / "we #(touch PWNED) #{pid};")
    await live.start()
    await live.type_text(ref.pane, "two\nlines")
    await until(lambda: got.read_bytes() == b"two\nlines")
    await live.close()
    assert not planted(tmp_path)


async def test_nothing_is_typed_into_a_dead_or_other_program(
    tmux: TmuxServer, live: Watched, open_lane: Open, tmp_path: Path, env: dict[str, str]
) -> None:
    ref = open_lane("a", "sh", "-c", "exit 1")
    await until(lambda: tmux.panes()[LaneId("a")].dead)
    for text in ("x", "two\nlines", "y" * 5000):
        with pytest.raises(Refused, match="has ended"):
            await live.type_text(ref.pane, text)
    with pytest.raises(Refused):
        await live.press(ref.pane, "Enter")
    watch(live, ref)
    tmux.respawn(ref.pane, cwd=tmp_path, argv=["cat"], env=env)
    with pytest.raises(Refused, match="another program"):
        await live.type_text(ref.pane, "x")
    with pytest.raises(UsageError):
        await live.press(ref.pane, "NoSuchKey")
    assert tmux.is_up()
    assert tmux.door.run(["list-buffers"]).lines == []
    assert await live.capture_now(PaneId("%99")) is None


async def test_a_size_changes_only_when_it_is_another(live: Watched, open_lane: Open) -> None:
    ref = open_lane(
        "a", "sh", "-c", "trap 'stty size' WINCH; echo READY; while :; do sleep 0.05; done"
    )
    watch(live, ref)
    await until(live.shows(ref, "READY"))
    await live.resize(ref.window, 90, 30)
    await until(live.shows(ref, "30 90"))
    frame = live.last(ref.pane)
    assert frame is not None
    assert (frame.width, frame.height) == (90, 30)
    for _ in range(3):
        await live.resize(ref.window, 90, 30)
    shown = await live.capture_now(ref.pane)
    assert shown is not None
    assert sum("30 90" in row for row in shown.rows) == 1
    for size in ((0, 10), (10, -1), (100_000, 10)):
        with pytest.raises(UsageError):
            await live.resize(ref.window, *size)
    with pytest.raises(Exception, match="gone"):
        await live.resize(WindowId("@99"), 80, 24)


async def test_listing_over_the_connection(
    tmux: TmuxServer, live: Watched, open_lane: Open
) -> None:
    open_lane("a", "sh", "-c", "exit 2")
    open_lane("b")
    await until(lambda: tmux.panes()[LaneId("a")].exit_code == 2)
    await until(lambda: tmux.panes()[LaneId("b")].command == "cat")
    assert await live.list_panes() == tmux.panes()


# ---------------------------------------------------------------- stepping in


async def test_stepping_in(
    tmux: TmuxServer,
    live: Watched,
    terminal: TmuxDoor,
    open_lane: Open,
    tmp_path: Path,
    env: dict[str, str],
) -> None:
    ref = open_lane("a", "sh", "-c", "echo INSIDE; cat")
    assert not await live.has_client()
    assert not await live.step_into("lane-a")
    tmux.open_host(["sh", "-c", "echo BOARD; exec cat"], cwd=tmp_path, env=env)
    await asyncio.to_thread(attach, tmux, terminal, "cockpit")
    await live.resize(ref.window, 100, 40)
    assert await live.has_client()
    assert await live.step_into("lane-a")
    await until(shows(terminal, "INSIDE"))
    await until(lambda: bool(live.switches) and live.switches[-1][1] == "lane-a")
    await until(lambda: tmux.panes()[LaneId("a")].width == 90, why="the terminal's size")
    await live.resize(ref.window, 100, 40)
    assert tmux.panes()[LaneId("a")].width == 90, "never under a terminal that shows it"
    terminal.run(["send-keys", "-t", ":0.0", "C-q"])
    await until(lambda: live.switches[-1][1] == "cockpit")
    await live.resize(ref.window, 100, 40)
    assert tmux.panes()[LaneId("a")].width == 100
    with pytest.raises(UsageError):
        await live.step_into("lane-a; kill-server")
    with pytest.raises(Exception, match="gone"):
        await live.step_into("lane-none")
