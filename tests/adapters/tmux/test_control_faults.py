"""The control client when programs flood or forge, and every way to lose tmux."""

from __future__ import annotations

import asyncio
import os
import signal
from pathlib import Path

import pytest

from cockpit.adapters.tmux.failures import ServerDown
from cockpit.adapters.tmux.lifecycle import TmuxServer
from cockpit.adapters.tmux.link import Link
from cockpit.domain.ids import LaneId, PaneId
from cockpit.errors import TimedOut
from tests.adapters.tmux.helpers import (
    Open,
    Watched,
    until,
    watch,
)

pytestmark = pytest.mark.tmux


async def test_a_flood_beside_a_quiet_lane(live: Watched, open_lane: Open) -> None:
    flood, quiet = open_lane("flood", "yes"), open_lane("quiet")
    watch(live, flood, quiet, focused=quiet)
    await until(lambda: live.count(flood.pane) > 3, why="the flood is shown")
    for number in range(5):
        await live.type_text(quiet.pane, f"<{number}>")
        await until(live.shows(quiet, f"<{number}>"), seconds=8)
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
    """Without the guard in the hub a program may stop when the control client does: only
    while what tmux could not write is short does `pause-after` come into effect (3.3a)."""
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
    clients = tmux.door.run(["list-clients", "-F", "#{client_flags}"]).lines
    assert not [flags for flags in clients if "no-output" not in flags], "only the guard is left"
    await asyncio.to_thread(tmux.kill_server)
    assert not tmux.is_up()
    assert identity is not None
