"""The app and tasks: what the go covers starts by itself, and nothing else does."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from cockpit.domain.background import Dispatcher
from cockpit.domain.events import BoardChanged, Event, Notice
from cockpit.domain.intents import Assign, Intent, Land, Plan, Teardown
from cockpit.domain.operation import OpKind
from cockpit.domain.taskname import TaskId
from cockpit.domain.work import Work
from cockpit.services import dispatcher, task_watch
from cockpit.services.supervisor import FleetSupervisor
from cockpit.services.watched import BUS
from tests.conftest import git
from tests.services.bus_desk import ALPHA, BETA, BusDesk, does_nothing
from tests.services.conftest import Desk
from tests.services.test_supervisor import FakeLive, until

LANES = """\
target: main
agents:
  bot: {command: [sh], preset: demo}
lanes:
  alpha: {agent: bot}
  beta: {agent: bot}
gate: {run: ["true"], timeout: 20s, retry: 0}
launch: {stagger: 0s, max_running: MOST}
"""


@pytest.fixture(autouse=True)
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dispatcher, "TRY_EVERY", 0.1)
    monkeypatch.setattr(task_watch, "PAUSE", 0.2)


@pytest.fixture
def make(make_desk: Callable[..., Desk]) -> Callable[..., BusDesk]:
    return lambda most=2: BusDesk(make_desk(lanes=LANES.replace("MOST", str(most))))


class Hints:
    """In place of the kernel's events: the test says when a file changed."""

    def __init__(self) -> None:
        self.changed: Callable[[str], None] = lambda _label: None

    async def run(
        self, _folders: Callable[[], Mapping[str, Sequence[Path]]], changed: Callable[[str], None]
    ) -> None:
        self.changed = changed
        await asyncio.Event().wait()


@asynccontextmanager
async def app(bus: BusDesk) -> AsyncIterator[tuple[FleetSupervisor, Hints, list[Event]]]:
    hints = Hints()
    live = FakeLive(bus.desk.tmux)
    supervisor = FleetSupervisor(bus.desk.cockpit(), live, hints)
    events: list[Event] = []
    supervisor.subscribe(lambda event, _fleet: events.append(event))
    task = asyncio.create_task(supervisor.run())
    try:
        yield supervisor, hints, events
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await supervisor.stop()


def state(supervisor: FleetSupervisor, number: int) -> Work | None:
    view = supervisor.fleet.board.named(TaskId(f"task-{number:03d}"))
    return view.work if view is not None else None


async def settle(bus: BusDesk, supervisor: FleetSupervisor) -> None:
    """Let whatever would begin begin."""
    before = -1
    while before != len(bus.told):
        before = len(bus.told)
        await asyncio.sleep(0.3)


async def test_the_board_is_there_and_nothing_starts_without_a_go(
    make: Callable[..., BusDesk],
) -> None:
    bus = make()
    bus.task(1)
    async with app(bus) as (supervisor, hints, _):
        await until(lambda: state(supervisor, 1) is Work.READY, "the task is shown")
        bus.task(2)
        hints.changed(BUS)
        await until(lambda: state(supervisor, 2) is Work.READY, "the new one is shown")
        await settle(bus, supervisor)
        assert bus.told == [] and supervisor.fleet.plan.dispatcher is Dispatcher.NOBODY


async def test_a_go_starts_what_is_ready_and_a_landing_what_waited(
    make: Callable[..., BusDesk],
) -> None:
    bus = make()
    bus.task(1)
    bus.task(2, depends="1")
    async with app(bus) as (supervisor, _, _events):
        await until(lambda: state(supervisor, 2) is Work.WAITING, "both are shown")
        named = tuple((v.task.name, v.task.digest) for v in supervisor.fleet.board.tasks)
        supervisor.submit(Plan(True, named))
        await until(lambda: state(supervisor, 1) is Work.REVIEW, "the first is done")
        assert [task for _, task in bus.tasks_told()] == ["task-001"]
        lane, _ = bus.tasks_told()[0]
        supervisor.submit(Land(lane))
        await until(lambda: state(supervisor, 2) is Work.REVIEW, "the second is done")
        assert [task for _, task in bus.tasks_told()] == ["task-001", "task-002"]
        assert supervisor.fleet.plan.dispatcher is Dispatcher.HERE


async def test_a_wait_that_is_ended_together_with_a_hint_ends(make: Callable[..., BusDesk]) -> None:
    cockpit = make().desk.cockpit()

    async def carry(_wish: Intent) -> dict[str, Any]:
        return {}

    lock = dispatcher.DispatcherLock(cockpit, lambda _event: None)
    watch = task_watch.TaskWatch(
        cockpit, fleet=cockpit.fleet, publish=lambda _event: None, carry=carry, dispatcher=lock
    )
    waiting = asyncio.create_task(watch._wait(cockpit.work.clock.monotonic() + 60))
    for _ in range(5):
        await asyncio.sleep(0)
    watch.hint()
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    await watch.close()


async def test_a_stop_ends_no_agent_and_starts_nothing(make: Callable[..., BusDesk]) -> None:
    bus = make()
    bus.work = does_nothing
    bus.task(1)
    async with app(bus) as (supervisor, hints, _):
        await until(lambda: state(supervisor, 1) is Work.READY, "it is shown")
        supervisor.submit(Plan(True, (), follow=True))
        await until(lambda: len(bus.told) == 1, "it is started")
        supervisor.submit(Plan(False))
        await until(lambda: not supervisor.fleet.plan.going, "it is stopped")
        bus.task(2)
        hints.changed(BUS)
        await until(lambda: state(supervisor, 2) is Work.READY, "the second is shown")
        await settle(bus, supervisor)
        assert len(bus.told) == 1 and len(bus.desk.tmux.infos) == 1


async def test_the_limit_holds_and_says_so(make: Callable[..., BusDesk]) -> None:
    bus = make(most=1)
    bus.work = does_nothing
    bus.task(1)
    bus.task(2)
    async with app(bus) as (supervisor, _, _events):
        await until(lambda: state(supervisor, 2) is Work.READY, "both are shown")
        supervisor.submit(Plan(True, (), follow=True))
        await until(lambda: len(bus.told) == 1, "one is started")
        await settle(bus, supervisor)
        assert len(bus.told) == 1


async def test_a_lane_that_was_put_away_is_not_started_again(make: Callable[..., BusDesk]) -> None:
    bus = make()
    bus.work = does_nothing
    bus.task(1)
    async with app(bus) as (supervisor, _, _events):
        await until(lambda: state(supervisor, 1) is Work.READY, "it is shown")
        supervisor.submit(Plan(True, (), follow=True))
        await until(lambda: len(bus.told) == 1, "it is started")
        supervisor.submit(Teardown(bus.told[0][0]))
        await until(lambda: state(supervisor, 1) is Work.FAILED, "it counts as failed")
        await settle(bus, supervisor)
        assert len(bus.told) == 1


async def test_a_refused_start_is_told_once_and_tried_again(make: Callable[..., BusDesk]) -> None:
    bus = make(most=5)
    for lane in (ALPHA, BETA):
        git(bus.root, "branch", f"{lane}/work")
    bus.task(1)
    async with app(bus) as (supervisor, _, events):
        await until(lambda: state(supervisor, 1) is Work.READY, "it is shown")
        supervisor.submit(Plan(True, (), follow=True))

        def told() -> int:
            return sum(isinstance(e, Notice) and "exists already" in e.text for e in events)

        await until(lambda: told() >= 1, "the refusal is told")
        for lane in (ALPHA, BETA):
            git(bus.root, "branch", "-D", f"{lane}/work")
        await until(lambda: len(bus.told) == 1, "it is tried again")
        assert told() <= 2, "once a lane"


async def test_results_are_collected_while_nobody_asks(make: Callable[..., BusDesk]) -> None:
    bus = make()
    bus.task(1)
    bus.desk.do(Assign("1", ALPHA))
    async with app(bus) as (supervisor, _, _events):
        await until(lambda: state(supervisor, 1) is Work.REVIEW, "its result is on the bus")
        assert (bus.root / "results" / "task-001-result.md").exists()
        kinds = [op.kind for op in bus.desk.cockpit().log()]
        assert kinds.count(OpKind.COLLECT) == 1


async def test_nothing_is_looked_at_while_nothing_changes(make: Callable[..., BusDesk]) -> None:
    bus = make()
    bus.task(1)
    async with app(bus) as (supervisor, _, events):
        await until(lambda: state(supervisor, 1) is Work.READY, "it is shown")
        await settle(bus, supervisor)
        looks = 0
        desk = supervisor.cockpit

        def counted(fleet: object) -> object:
            nonlocal looks
            looks += 1
            return type(desk).look_at_tasks(desk, fleet)  # type: ignore[attr-defined]

        desk.look_at_tasks = counted  # type: ignore[attr-defined]
        events.clear()
        await asyncio.sleep(2.5)
        assert looks == 0
        assert not [event for event in events if isinstance(event, BoardChanged)]
