"""The app acts for background lanes: one whole cycle of each trigger, one app at a time."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest

from cockpit.domain import dispatch as table
from cockpit.domain.background import Dispatcher, Phase
from cockpit.domain.events import Event, Notice
from cockpit.domain.fleet import LaneView
from cockpit.domain.intents import Dispatch, Land, Start
from cockpit.domain.operation import OpKind, OpState
from cockpit.services import background, background_watch, dispatcher
from cockpit.services.supervisor import FleetSupervisor
from tests.services.background import (
    ALPHA,
    ASKING,
    FAILED,
    IDLE,
    TIDY,
    ScriptedDesk,
    commits,
    lanes,
    nothing,
)
from tests.services.conftest import Desk
from tests.services.test_supervisor import FakeLive, until


@pytest.fixture(autouse=True)
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(background_watch, "BEAT", 0.05)
    monkeypatch.setattr(dispatcher, "TRY_EVERY", 0.1)
    monkeypatch.setattr(table, "CALM", 0.3)


@asynccontextmanager
async def app(
    desk: ScriptedDesk, live: FakeLive | None = None
) -> AsyncIterator[tuple[FleetSupervisor, list[Event]]]:
    supervisor = FleetSupervisor(desk.cockpit(), live or FakeLive(desk.desk.tmux), None)
    events: list[Event] = []
    supervisor.subscribe(lambda event, _fleet: events.append(event))
    task = asyncio.create_task(supervisor.run())
    try:
        yield supervisor, events
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await supervisor.stop()


async def shows(desk: ScriptedDesk, live: FakeLive, rows: list[str]) -> None:
    """The agent's screen changes, and tmux tells the app so."""
    desk.show(rows)
    frame = await live.capture_now(desk.desk.tmux.infos[TIDY].ref.pane)
    assert frame is not None
    live.on_frame(frame)


def tidy(supervisor: FleetSupervisor) -> LaneView:
    return supervisor.fleet.lanes[TIDY]


def landings(desk: ScriptedDesk) -> int:
    log = desk.cockpit().log()
    return sum(
        op.kind is OpKind.LAND and op.lane == TIDY and op.state is OpState.DONE for op in log
    )


def runs(desk: ScriptedDesk) -> int:
    return len(desk.prompts)


async def over(desk: ScriptedDesk, supervisor: FleetSupervisor, count: int) -> None:
    """The run ends on the disk (where it begins before the prompt is given), then is shown."""
    work = desk.cockpit().work

    def is_over() -> bool:
        known, run = tidy(supervisor).background, background.run_of(work, TIDY)
        is_shown = known is not None and known.run == run
        return runs(desk) == count and run.phase is Phase.REST and is_shown

    await until(is_over, f"run {count} is over")


Make = Callable[..., ScriptedDesk]


@pytest.fixture
def make(make_desk: Callable[..., Desk]) -> Make:
    def build(on: str, work: Callable[..., None] | None = None) -> ScriptedDesk:
        desk = ScriptedDesk(make_desk(lanes=lanes(on)), work or commits())
        desk.approve()
        return desk

    return build


async def test_an_interval(make: Make) -> None:
    desk = make("interval")
    async with app(desk) as (supervisor, _):
        await until(lambda: supervisor.fleet.desk.dispatcher is Dispatcher.HERE, "it acts")
        assert runs(desk) == 0
        desk.skew += 301
        await over(desk, supervisor, 1)
        assert landings(desk) == 1
        desk.work = commits("docs/second.md")
        desk.skew += 301
        await over(desk, supervisor, 2)
        assert landings(desk) == 2
        desk.skew -= 1000
        work = desk.cockpit().work
        await until(lambda: background.run_of(work, TIDY).at <= work.clock.now(), "it settled")
        desk.skew += 200
        await asyncio.sleep(0.3)
        assert runs(desk) == 2


async def test_a_landing(make: Make) -> None:
    desk = make("landing")
    desk.desk.start()
    desk.desk.commit("alpha", "src/new.py", "new = 1\n")
    async with app(desk) as (supervisor, _):
        await until(lambda: supervisor.fleet.desk.dispatcher is Dispatcher.HERE, "it acts")
        desk.skew += 301
        await asyncio.to_thread(desk.desk.do, Land(ALPHA), cockpit=desk.cockpit())
        await until(lambda: supervisor.fleet.desk.landing > 0, "the landing is seen")
        assert runs(desk) == 0
        desk.skew += 301
        await over(desk, supervisor, 1)
        assert (desk.folder / "src/new.py").exists(), "it began with what landed"
        assert landings(desk) == 1
        first = supervisor.fleet.desk.landing
        log = await asyncio.to_thread(desk.cockpit().log)
        assert [op.lane for op in log if op.seq == first] == [ALPHA], "its own starts nothing"
        desk.skew += 900
        await asyncio.sleep(0.3)
        assert runs(desk) == 1


async def test_an_idle_fleet(make: Make) -> None:
    desk = make("idle")
    desk.desk.start()
    async with app(desk) as (supervisor, _):
        await until(lambda: supervisor.fleet.lanes[ALPHA].facts is not None, "looked at")
        info = desk.desk.tmux.infos[ALPHA]
        desk.desk.tmux.infos[ALPHA] = replace(info, command="make")
        desk.desk.tmux.screens[info.ref.pane] = ["compiling"]
        await until(
            lambda: supervisor.fleet.lanes[ALPHA].activity.state.value == "working", "works"
        )
        desk.skew += 400
        await asyncio.sleep(0.3)
        assert runs(desk) == 0
        desk.desk.tmux.infos[ALPHA] = replace(info, command="sh")
        desk.desk.tmux.screens[info.ref.pane] = ["$ "]
        await until(lambda: supervisor.fleet.lanes[ALPHA].activity.state.value == "idle", "rests")
        desk.skew += 400
        await over(desk, supervisor, 1)
        assert landings(desk) == 1
        desk.skew += 4000
        await asyncio.sleep(0.3)
        assert runs(desk) == 1, "nothing happened since"


async def test_two_apps_and_the_second_takes_over(make: Make) -> None:
    desk = make("interval")
    async with app(desk) as (first, _):
        await until(lambda: first.fleet.desk.dispatcher is Dispatcher.HERE, "the first acts")
        async with app(desk) as (second, _):
            await until(lambda: second.fleet.desk.dispatcher is Dispatcher.ELSEWHERE, "it says so")
            desk.skew += 301
            await over(desk, first, 1)
            await until(lambda: second.fleet.desk.dispatcher is Dispatcher.ELSEWHERE, "still")
            assert (runs(desk), landings(desk)) == (1, 1)
            await first.stop()
            await until(lambda: second.fleet.desk.dispatcher is Dispatcher.HERE, "it took over")
            desk.work = commits("docs/second.md")
            desk.skew += 301
            await over(desk, second, 2)
        assert landings(desk) == 2


async def test_what_fails_or_asks_waits_and_is_shown(make: Make) -> None:
    desk = make("interval")
    desk.after = ASKING
    live = FakeLive(desk.desk.tmux)
    async with app(desk, live) as (supervisor, _):
        await until(lambda: supervisor.fleet.desk.dispatcher is Dispatcher.HERE, "it acts")
        desk.skew += 301
        await until(lambda: tidy(supervisor).activity.state.value == "asking", "it asks")
        assert tidy(supervisor).needs_commander
        await shows(desk, live, FAILED)

        def is_held() -> bool:
            known = tidy(supervisor).background
            return known is not None and known.is_held

        await until(is_held, "its failure is held")
        await shows(desk, live, IDLE)
        desk.skew += 301
        await asyncio.sleep(0.5)
        assert landings(desk) == 0 and runs(desk) == 1
        await asyncio.to_thread(desk.desk.do, Dispatch(True, TIDY), cockpit=desk.cockpit())
        await until(lambda: landings(desk) == 1, "the commander let it go on")


async def test_a_refused_start_is_told_once_and_not_tried_all_the_time(make: Make) -> None:
    desk = make("interval", nothing)
    async with app(desk) as (supervisor, events):
        await until(lambda: supervisor.fleet.desk.dispatcher is Dispatcher.HERE, "it acts")
        facts = desk.cockpit().state / "facts" / "standing-tidy.json"
        facts.unlink()  # the board still believes in the yes
        desk.skew += 301
        await until(lambda: any(isinstance(e, Notice) for e in events), "it is told")
        await asyncio.sleep(0.5)
        assert sum(isinstance(e, Notice) for e in events) == 1
        assert runs(desk) == 0


async def test_nothing_is_asked_of_git_while_nothing_is_due(
    make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = make("interval")
    await asyncio.to_thread(desk.desk.do, Start(ALPHA), cockpit=desk.cockpit())
    async with app(desk) as (supervisor, _):
        await until(lambda: supervisor.fleet.desk.dispatcher is Dispatcher.HERE, "it acts")
        await asyncio.sleep(0.3)
        looks: list[object] = []
        monkeypatch.setattr(background, "look", lambda *a, **k: looks.append(a))
        await asyncio.sleep(0.5)
        assert looks == []
