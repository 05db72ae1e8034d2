"""The app's side: events in order, nothing believed, every refusal told."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest

from cockpit.domain.activity import Activity, State
from cockpit.domain.events import ActivityChanged, Event, LaneChanged, Notice, OperationEnded
from cockpit.domain.fleet import Fleet
from cockpit.domain.ids import LaneId, PaneId, WindowId
from cockpit.domain.intents import Land, Park, Start, Stop, Teardown
from cockpit.domain.operation import OpState
from cockpit.domain.pane import Frame, PaneInfo
from cockpit.errors import TimedOut
from cockpit.services.supervisor import FleetSupervisor
from tests.services.conftest import Desk
from tests.services.fake_tmux import FakeTmux

ALPHA, BETA = LaneId("alpha"), LaneId("beta")


class FakeLive:
    """A control client on the tmux in memory."""

    def __init__(self, tmux: FakeTmux) -> None:
        self.tmux = tmux
        self.on_frame: Callable[[Frame], None] = lambda _frame: None
        self.on_end: Callable[[PaneId, int | None], None] = lambda _pane, _code: None
        self.on_link: Callable[[bool, str], None] = lambda _up, _why: None
        self.hangs = False

    async def start(self) -> None: ...
    async def close(self) -> None: ...
    def watch(self, panes: Mapping[PaneId, int], *, focused: PaneId | None) -> None: ...
    def pause(self, paused: bool) -> None: ...
    async def capture_now(self, pane: PaneId) -> Frame | None:
        return Frame(pane, tuple(self.tmux.screens.get(pane, ())), (0, 0), 80, 24)

    async def resize(self, window: WindowId, width: int, height: int) -> None: ...
    async def type_text(self, pane: PaneId, text: str) -> None: ...
    async def press(self, pane: PaneId, *keys: str) -> None: ...
    async def step_into(self, session: str) -> bool:
        return False

    async def detach(self) -> bool:
        return False

    async def has_client(self) -> bool:
        return False

    async def list_panes(self, *, patient: bool = False) -> dict[LaneId, PaneInfo]:
        if self.hangs:
            raise TimedOut("tmux did not answer within 5 s.")
        return self.tmux.panes()


@asynccontextmanager
async def running(desk: Desk) -> AsyncIterator[tuple[FleetSupervisor, FakeLive, list[Event]]]:
    live = FakeLive(desk.tmux)
    supervisor = FleetSupervisor(desk.cockpit(), live, None)
    events: list[Event] = []
    supervisor.subscribe(lambda event, _fleet: events.append(event))
    task = asyncio.create_task(supervisor.run())
    try:
        yield supervisor, live, events
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await supervisor.stop()


async def until(check: Callable[[], bool], why: str, seconds: float = 40.0) -> None:
    end = asyncio.get_running_loop().time() + seconds
    while not check():
        assert asyncio.get_running_loop().time() < end, why
        await asyncio.sleep(0.02)


def ended(events: list[Event]) -> list[OperationEnded]:
    return [event for event in events if isinstance(event, OperationEnded)]


async def test_a_start_becomes_a_lane_on_the_board(desk: Desk) -> None:
    async with running(desk) as (supervisor, _, events):
        supervisor.submit(Start(ALPHA))
        await until(lambda: supervisor.fleet.lanes[ALPHA].record is not None, "the lane is there")
        await until(lambda: supervisor.fleet.lanes[ALPHA].facts is not None, "git was asked")
        await until(lambda: supervisor.fleet.lanes[ALPHA].activity.state is State.IDLE, "judged")
        assert [event.error for event in ended(events)] == [""]
        assert supervisor.fleet.lanes[ALPHA].busy == ""


async def test_a_refusal_is_told_with_its_way_on_and_changes_nothing(desk: Desk) -> None:
    async with running(desk) as (supervisor, _, events):
        supervisor.submit(Land(ALPHA))
        await until(lambda: bool(ended(events)), "the refusal is told")
        assert "not started" in ended(events)[0].error
        assert ended(events)[0].hint
        assert supervisor.fleet.lanes[ALPHA].record is None


async def test_what_another_process_did_is_seen(desk: Desk) -> None:
    async with running(desk) as (supervisor, _, events):
        await until(lambda: supervisor.fleet.link.up, "running")
        await asyncio.to_thread(desk.start)
        await until(lambda: supervisor.fleet.lanes[ALPHA].record is not None, "the lane is seen")
        await asyncio.to_thread(desk.do, Stop(ALPHA))
        await until(
            lambda: supervisor.fleet.lanes[ALPHA].activity.state is State.EXITED, "the stop is seen"
        )
        assert any(isinstance(event, LaneChanged) for event in events)
        token = desk.cockpit().preview_teardown(ALPHA).token
        await asyncio.to_thread(desk.do, Teardown(ALPHA, token))
        await until(
            lambda: supervisor.fleet.lanes[ALPHA].record is None, "that the lane is gone is seen"
        )
        assert supervisor.fleet.lanes[ALPHA].activity.state is State.PLANNED


async def test_a_look_that_began_before_a_teardown_brings_no_lane_back(desk: Desk) -> None:
    desk.start()
    cockpit = desk.cockpit()
    stale = cockpit.observe_git([ALPHA])
    desk.do(Teardown(ALPHA, cockpit.preview_teardown(ALPHA).token))
    async with running(desk) as (supervisor, _, _events):
        await until(lambda: supervisor.fleet.link.up, "running")
        supervisor._local.observe_git = lambda lanes=None: stale  # type: ignore[method-assign]
        await supervisor._refresh([ALPHA])
        await until(lambda: supervisor.fleet.lanes[ALPHA].record is None, "it is gone")
        await asyncio.sleep(0.1)
        assert supervisor.fleet.lanes[ALPHA].record is None, "it stays so"


async def test_a_lane_that_another_process_parked_is_parked(desk: Desk) -> None:
    desk.start()
    async with running(desk) as (supervisor, _, _events):
        await until(lambda: supervisor.fleet.lanes[ALPHA].record is not None, "the lane is seen")
        await asyncio.to_thread(desk.do, Park(ALPHA))
        await until(lambda: supervisor.fleet.lanes[ALPHA].record is None, "it was put away")
        assert supervisor.fleet.lanes[ALPHA].activity.state is State.PARKED


async def test_a_hanging_tmux_makes_lanes_unknown_never_idle(desk: Desk) -> None:
    desk.start()
    async with running(desk) as (supervisor, live, _):
        await until(lambda: supervisor.fleet.lanes[ALPHA].activity.state is State.IDLE, "judged")
        live.hangs = True
        await until(
            lambda: supervisor.fleet.lanes[ALPHA].activity.state is State.UNKNOWN, "unknown"
        )
        assert not supervisor.fleet.link.up
        live.hangs = False
        await until(lambda: supervisor.fleet.link.up, "up again")


async def test_the_exit_of_a_program_is_told_with_its_code(desk: Desk) -> None:
    desk.start()
    async with running(desk) as (supervisor, live, _):
        await until(lambda: supervisor.fleet.lanes[ALPHA].activity.state is State.IDLE, "judged")
        info = desk.tmux.infos[ALPHA]
        desk.tmux.infos[ALPHA] = replace(info, dead=True, exit_code=3)
        live.on_end(info.ref.pane, 3)
        await until(lambda: supervisor.fleet.lanes[ALPHA].activity.state is State.EXITED, "exited")
        assert "3" in (
            supervisor.fleet.lanes[ALPHA].activity.rule
            + supervisor.fleet.lanes[ALPHA].activity.detail
        )


async def test_what_recovery_did_is_told(desk: Desk) -> None:
    class Died(BaseException):
        pass

    def die(where: str) -> None:
        if "check out" in where:
            raise Died

    try:
        desk.do(Start(ALPHA), cockpit=desk.cockpit(die))
    except Died:
        pass
    async with running(desk) as (_, _, events):
        await until(
            lambda: any(isinstance(event, Notice) and "finished" in event.text for event in events),
            "recovery is told",
        )


async def test_questions_do_not_block_the_loop(desk: Desk) -> None:
    def slow(_cockpit: object) -> int:
        import time

        time.sleep(0.3)
        return 7

    async with running(desk) as (supervisor, _, _):
        beats = 0

        async def beat() -> None:
            nonlocal beats
            while True:
                beats += 1
                await asyncio.sleep(0.01)

        heart = asyncio.create_task(beat())
        assert await supervisor.ask(slow) == 7
        heart.cancel()
        assert beats > 5


async def test_listeners_can_leave(desk: Desk) -> None:
    async with running(desk) as (supervisor, _, _):
        heard: list[tuple[Event, Fleet]] = []
        leave = supervisor.subscribe(lambda event, fleet: heard.append((event, fleet)))
        leave()
        supervisor.submit(Start(BETA))
        await until(lambda: supervisor.fleet.lanes[BETA].record is not None, "started")
        assert heard == []
        assert not any(isinstance(event, ActivityChanged) for event, _ in heard)


async def test_who_waits_is_named_in_the_lanes_status_lines(desk: Desk) -> None:
    desk.start()
    async with running(desk) as (supervisor, _, _):
        await until(lambda: supervisor.fleet.lanes[ALPHA].activity.state is State.IDLE, "judged")
        asking = Activity(State.ASKING, "screen", "choice", 0.0, "Go on?")
        supervisor._publish(ActivityChanged(ALPHA, asking))
        await until(lambda: desk.tmux.waiting == (ALPHA,), "alpha is named")


async def test_a_defect_is_told_and_its_traceback_kept(desk: Desk) -> None:
    """Else the lane would look busy for ever, with nobody knowing why."""
    async with running(desk) as (supervisor, _live, events):

        def broken(*_arguments: object, **_options: object) -> None:
            raise ZeroDivisionError("inside")

        supervisor._local.carry_out = broken  # type: ignore[method-assign, assignment]
        supervisor.submit(Stop(ALPHA))
        await until(lambda: any(isinstance(one, OperationEnded) for one in events), "it is told")
        ended = next(one for one in events if isinstance(one, OperationEnded))
        assert ended.lane == ALPHA
        assert "defect" in ended.error and "ZeroDivisionError: inside" in ended.error
        log = desk.cockpit().state / "run" / "defect.log"
        assert "Traceback" in log.read_text()
        assert log.stat().st_mode & 0o777 == 0o600


async def test_ledgers_and_the_plan_follow_the_board(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cockpit.services.task_watch.PAPERS_AGAIN", 0.2)
    lanes = desk.root / "lanes.yaml"
    desk.configure(lanes.read_text().replace("{agent: sh}", "{agent: sh, ledger: ledgers/b.csv}"))
    (desk.root / "tasks").mkdir()
    (desk.root / "tasks/task-001-x.md").write_text("# Tokens\n")
    plan = desk.root / "master_plan.md"
    ledger = desk.root / "ledgers/b.csv"
    async with running(desk) as (supervisor, _, events):
        await until(lambda: supervisor.fleet.link.up, "running")
        supervisor.submit(Start(BETA, task="1"))
        await until(ledger.exists, "the ledger is written")
        assert "task-001,Tokens" in ledger.read_text()
        plan.write_text("<!-- cockpit:tasks -->\n<!-- /cockpit:tasks -->\n")
        supervisor._hint("tasks/")
        await until(lambda: "Tokens" in plan.read_text(), "a table that was asked for later")
        await asyncio.to_thread(ledger.write_text, "mine\n")
        supervisor.submit(Stop(BETA))
        told = "ledgers/b.csv is left alone"
        await until(
            lambda: any(told in text for text in supervisor.fleet.board.problems),
            "what is not ours is named",
        )
        assert ledger.read_text() == "mine\n"
        ledger.unlink()
        await until(lambda: supervisor.fleet.board.problems == (), "and no more once it is mended")
        assert "task-001" in ledger.read_text()
        assert not [event for event in events if isinstance(event, Notice) and told in event.text]


async def test_a_step_that_outlives_the_app_goes_on(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its thread tells of it after the loop was closed, or while it is."""
    supervisor = FleetSupervisor(desk.cockpit(), FakeLive(desk.tmux), None)
    closed = asyncio.new_event_loop()
    closed.close()
    supervisor._loop = closed
    with monkeypatch.context() as patch:  # it is being closed
        patch.setattr(closed, "is_closed", lambda: False)
        desk.usual().carry_out(Start(ALPHA), supervisor._tell, by="app")
    assert desk.usual().log(last=1)[0].state is OpState.DONE
    await supervisor.stop()
