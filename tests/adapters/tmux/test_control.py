"""The control client on a real tmux: frames, ends, typing, floods, and every way to lose it."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from cockpit.adapters.tmux.control import ControlClient
from cockpit.adapters.tmux.failures import ServerDown
from cockpit.adapters.tmux.lifecycle import TmuxServer
from cockpit.adapters.tmux.link import Link
from cockpit.adapters.tmux.run import TmuxDoor
from cockpit.domain.ids import LaneId, PaneId, WindowId
from cockpit.domain.lane import PaneRef
from cockpit.domain.pane import Frame
from cockpit.errors import Refused, TimedOut, UsageError
from cockpit.services.ports import LivePanes, Tmux
from tests.adapters.tmux.conftest import Open, grown, until
from tests.adapters.tmux.test_typing import PAYLOADS, attach, shows, terminal

__all__ = ["terminal"]
pytestmark = pytest.mark.tmux
Reader = Callable[..., tuple[PaneRef, Path]]


class Watched(ControlClient):
    """A control client that keeps what it was told."""

    def __init__(self, door: TmuxDoor, run_dir: Path):
        super().__init__(door, run_dir)
        self.frames: list[Frame] = []
        self.ends: list[tuple[PaneId, int | None]] = []
        self.links: list[tuple[bool, str]] = []
        self.switches: list[tuple[str, str]] = []
        self.on_frame = self.frames.append
        self.on_end = lambda pane, code: self.ends.append((pane, code))
        self.on_link = lambda up, reason: self.links.append((up, reason))
        self.on_switch = lambda client, session: self.switches.append((client, session))

    def last(self, pane: PaneId) -> Frame | None:
        return next((frame for frame in reversed(self.frames) if frame.pane == pane), None)

    def shows(self, ref: PaneRef, text: str) -> Callable[[], bool]:
        def check() -> bool:
            frame = self.last(ref.pane)
            return frame is not None and any(text in row for row in frame.rows)

        return check

    def count(self, pane: PaneId) -> int:
        return sum(frame.pane == pane for frame in self.frames)


@pytest.fixture
async def live(tmux: TmuxServer) -> AsyncIterator[Watched]:
    await asyncio.to_thread(tmux.ensure_server)
    client = Watched(tmux.door, tmux.run_dir)
    await client.start()
    yield client
    await client.close()


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


def watch(live: ControlClient, *refs: PaneRef, focused: PaneRef | None = None) -> None:
    live.watch({ref.pane: ref.pid for ref in refs}, focused=focused.pane if focused else None)


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
    ref = open_lane("a", "sh", "-c", "trap 'stty size' WINCH; while :; do sleep 0.05; done")
    watch(live, ref)
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


# ---------------------------------------------------------------- hostile and flooding programs


async def test_a_flood_beside_a_quiet_lane(live: Watched, open_lane: Open) -> None:
    flood, quiet = open_lane("flood", "yes"), open_lane("quiet")
    watch(live, flood, quiet, focused=quiet)
    await until(lambda: live.count(flood.pane) > 3, why="the flood is shown")
    for number in range(5):
        await live.type_text(quiet.pane, f"<{number}>")
        await until(live.shows(quiet, f"<{number}>"), seconds=3)
    before = live.count(flood.pane)
    await until(lambda: live.count(flood.pane) > before + 2, why="the flood is still shown")
    watch(live, quiet)
    count = live.count(flood.pane)
    await live.type_text(quiet.pane, "after")
    await until(live.shows(quiet, "after"))
    assert live.count(flood.pane) <= count
    watch(live, flood, quiet)
    await until(lambda: live.count(flood.pane) > count + 2, why="the flood is shown again")


async def test_a_client_that_does_not_read_freezes_no_agent(
    tmux: TmuxServer, open_lane: Open, tmp_path: Path
) -> None:
    """Without `pause-after` a program stops when the control client does."""
    ticks = tmp_path / "ticks"
    script = f"read x; while :; do head -c 100000 /dev/zero | tr '\\0' x; echo >> {ticks}; done"
    tmux.ensure_server()
    live = Watched(tmux.door, tmux.run_dir)
    await live.start()
    ref = open_lane("a", "sh", "-c", script)
    watch(live, ref)
    await until(lambda: live.count(ref.pane) > 0)
    pipe = live._link._transport.get_pipe_transport(1)  # type: ignore[union-attr]
    pipe.pause_reading()  # type: ignore[union-attr]
    tmux.press(ref.pane, "Enter")
    await until(lambda: ticks.exists() and ticks.stat().st_size >= 30, why="the agent goes on")
    pipe.resume_reading()  # type: ignore[union-attr]
    count = live.count(ref.pane)
    await until(lambda: live.count(ref.pane) > count + 2, why="frames come again")
    await live.close()


async def test_a_screen_that_looks_like_the_protocol(live: Watched, open_lane: Open) -> None:
    forged = "%%end 1700000000 %d 1\\n%%begin 1 2 1\\n%%output %%1 x\\n%%exit\\n"
    script = f"for n in 1 2 3 4; do printf '{forged}' $n; done; echo; echo DONE; cat"
    ref = open_lane("a", "sh", "-c", script)
    watch(live, ref)
    await until(live.shows(ref, "DONE"))
    frame = live.last(ref.pane)
    assert frame is not None
    assert frame.rows[0].rstrip() == "%end 1700000000 1 1"
    assert live.links == [(True, "")]
    assert list(await live.list_panes()) == [LaneId("a")]


async def test_answers_out_of_step_make_a_new_connection(
    live: Watched, open_lane: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    """If a program ever guessed the end of an answer, what follows is not believed."""
    ref = open_lane("a")
    send = Link.send
    broken = True

    def drop_one(link: Link, command: list[str], *, blocks: int = 1) -> object:
        nonlocal broken
        if broken and command[0] == "capture-pane":
            broken = False
            send(link, ["display-message", "-p", "%end"], blocks=blocks)
            link._waiting.pop()
        return send(link, command, blocks=blocks)

    monkeypatch.setattr(Link, "send", drop_one)
    watch(live, ref)
    await until(lambda: len(live.links) == 3, why="down and up again")
    assert [up for up, _ in live.links] == [True, False, True]
    await live.type_text(ref.pane, "fine again")
    await until(live.shows(ref, "fine again"))


# ---------------------------------------------------------------- losing tmux


async def test_the_server_is_killed_and_comes_back(
    tmux: TmuxServer, live: Watched, open_lane: Open
) -> None:
    ref = open_lane("a")
    watch(live, ref)
    await until(lambda: live.last(ref.pane) is not None)
    identity = tmux.server_identity()
    assert identity is not None
    os.kill(identity[0], signal.SIGKILL)
    await until(lambda: live.links[-1][0] is False)
    assert live.links[-1][1]
    with pytest.raises(ServerDown):
        await live.type_text(ref.pane, "x")
    await until(lambda: live.ends == [(ref.pane, None)])
    again = await asyncio.to_thread(open_lane, "a", op="2-start-11111111")
    await until(lambda: live.links[-1] == (True, ""))
    live.frames.clear()
    watch(live, again)
    await live.type_text(again.pane, "new server")
    await until(live.shows(again, "new server"))
    assert [up for up, _ in live.links] == [True, False, True]


async def test_a_request_that_is_under_way_fails_with_its_server(
    tmux: TmuxServer, live: Watched
) -> None:
    identity = tmux.server_identity()
    assert identity is not None
    os.kill(identity[0], signal.SIGSTOP)
    asked = asyncio.create_task(live.list_panes())
    await asyncio.sleep(0)
    os.kill(identity[0], signal.SIGKILL)
    with pytest.raises(ServerDown):
        await asyncio.wait_for(asked, 3)


async def test_our_client_is_killed(live: Watched, open_lane: Open) -> None:
    ref = open_lane("a")
    watch(live, ref)
    await until(lambda: live.last(ref.pane) is not None)
    assert live._link is not None
    live._link.kill()
    await until(lambda: [up for up, _ in live.links] == [True, False, True])
    await live.type_text(ref.pane, "same pane")
    await until(live.shows(ref, "same pane"))


async def test_the_hub_is_killed(tmux: TmuxServer, live: Watched, open_lane: Open) -> None:
    ref = open_lane("a")
    watch(live, ref)
    tmux.door.run(["kill-session", "-t", "=hub"])
    await until(lambda: live.links[-1][0] is False)
    await asyncio.to_thread(tmux.ensure_server)
    await until(lambda: live.links[-1][0] is True)
    live.frames.clear()
    await live.type_text(ref.pane, "linked again")
    await until(live.shows(ref, "linked again"))


async def test_a_frozen_server_is_told_and_recovers(
    tmux: TmuxServer, live: Watched, open_lane: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    ref = open_lane("a")
    watch(live, ref)
    await until(lambda: live.last(ref.pane) is not None)
    identity = tmux.server_identity()
    assert identity is not None and live._link is not None
    answer = live._link.answer
    monkeypatch.setattr(live._link, "answer", lambda future: answer(future, 0.3))
    os.kill(identity[0], signal.SIGSTOP)
    try:
        with pytest.raises(TimedOut):
            await live.list_panes()
        assert live.links[-1] == (False, "tmux does not answer")
    finally:
        os.kill(identity[0], signal.SIGCONT)
    await until(lambda: live.links[-1] == (True, ""))
    await live.type_text(ref.pane, "thawed")
    await until(live.shows(ref, "thawed"))
    assert list(await live.list_panes()) == [LaneId("a")]


async def test_starting_without_a_server(tmux: TmuxServer, open_lane: Open) -> None:
    live = Watched(tmux.door, tmux.run_dir)
    await live.start()
    assert [up for up, _ in live.links] == [False]
    with pytest.raises(ServerDown):
        await live.list_panes()
    await asyncio.to_thread(tmux.ensure_server)
    await until(lambda: [up for up, _ in live.links] == [False, True])
    await live.close()
    await live.close()
    with pytest.raises(ServerDown):
        await live.capture_now(PaneId("%1"))


async def test_the_server_ends_after_a_close(tmux: TmuxServer, open_lane: Open) -> None:
    """A 3.3a server never ends while a control client has output that nobody read."""
    tmux.ensure_server()
    live = Watched(tmux.door, tmux.run_dir)
    await live.start()
    flood = open_lane("flood", "yes")
    watch(live, flood)
    await until(lambda: live.count(flood.pane) > 0)
    identity = tmux.server_identity()
    await live.close()
    assert tmux.door.run(["list-clients"]).lines == []
    await asyncio.to_thread(tmux.kill_server)
    assert not tmux.is_up()
    assert identity is not None


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
    assert not await live.step_into("lane-a")
    tmux.open_host(["sh", "-c", "echo BOARD; exec cat"], cwd=tmp_path, env=env)
    await asyncio.to_thread(attach, tmux, terminal, "cockpit")
    await live.resize(ref.window, 100, 40)
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
