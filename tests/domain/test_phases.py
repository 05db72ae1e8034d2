"""The five phases and the checklist, from the fleet alone."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cockpit.domain.activity import State
from cockpit.domain.board import Seen, draw
from cockpit.domain.checklist import checklist
from cockpit.domain.fleet import Fleet
from cockpit.domain.ids import LaneId
from cockpit.domain.landed import Merged, MergedState
from cockpit.domain.lane import Disagreement, LaneFault
from cockpit.domain.phases import Phase, Progress, held_tasks, phase_of_lane, phases
from cockpit.domain.task_desk import PlanDesk
from cockpit.domain.work import Work
from cockpit.domain.zone import Zone
from tests.ui import boards
from tests.ui.fake import view


def standing(fleet: Fleet) -> dict[Phase, tuple[Progress, list[str], list[str]]]:
    return {
        one.phase: (one.progress, [each.task.id for each in one.tasks], list(one.lanes))
        for one in phases(fleet)
    }


def test_each_task_and_lane_stands_in_one_phase() -> None:
    found = standing(boards.every_fleet())
    now = Progress.NOW
    assert found[Phase.DECOMPOSE] == (now, ["task-009", "task-012"], [])
    assert found[Phase.ASSIGN] == (now, ["task-002", "task-003", "task-004", "task-006"], [])
    assert found[Phase.ISOLATE] == (Progress.AHEAD, [], [])
    assert found[Phase.EXECUTE] == (now, ["task-005", "task-007"], ["alpha", "beta"])
    assert found[Phase.MERGE] == (now, ["task-008", "task-010"], ["gamma", "delta"])


def test_nothing_is_done_before_there_is_a_task() -> None:
    found = standing(boards.fleet(draw(Seen(()))))
    assert {progress for progress, _, _ in found.values()} == {Progress.AHEAD}
    assert found[Phase.ASSIGN][2] == ["alpha", "beta"]


def test_a_phase_is_done_when_every_task_is_past_it() -> None:
    tasks = [boards.task("task-001-a.md", "A"), boards.task("task-002-b.md", "B")]
    board = draw(Seen(tasks, holders={tasks[0].name: boards.holder("alpha")},
                             merged={tasks[1].id}))  # fmt: skip
    found = standing(boards.fleet(board))
    before = [found[phase][0] for phase in (Phase.DECOMPOSE, Phase.ASSIGN, Phase.ISOLATE)]
    assert before == [Progress.DONE] * 3
    assert found[Phase.EXECUTE][0] is Progress.NOW
    assert found[Phase.MERGE][0] is Progress.AHEAD


def test_a_round_that_is_over_is_done_in_every_phase() -> None:
    tasks = [boards.task("task-001-a.md", "A")]
    found = standing(boards.fleet(draw(Seen(tasks, merged={tasks[0].id}))))
    assert {progress for progress, _, _ in found.values()} == {Progress.DONE}


@pytest.mark.parametrize(
    ("state", "started", "ahead", "merged", "expected"),
    [
        (State.PLANNED, False, 0, Merged.NOTHING, Phase.ASSIGN),
        (State.STARTING, True, 0, Merged.NOTHING, Phase.ISOLATE),
        (State.WORKING, True, 0, Merged.NOTHING, Phase.EXECUTE),
        (State.ASKING, True, 2, Merged.UNMERGED, Phase.EXECUTE),
        (State.IDLE, True, 2, Merged.UNMERGED, Phase.MERGE),
        (State.IDLE, True, 2, Merged.MERGED, Phase.ASSIGN),
        (State.IDLE, True, 0, Merged.NOTHING, Phase.ASSIGN),
        (State.PARKED, False, 0, Merged.NOTHING, None),
    ],
)
def test_a_lane_without_a_task(
    state: State, started: bool, ahead: int, merged: Merged, expected: Phase | None
) -> None:
    lane = view("alpha", 1, state, started=started)
    activity = replace(lane.activity, state=state)
    facts = lane.facts and replace(lane.facts, ahead=ahead, dirty=0, merged=MergedState(merged))
    assert phase_of_lane(replace(lane, activity=activity, facts=facts), None) is expected


def test_of_two_tasks_of_a_lane_the_one_that_is_not_merged_counts() -> None:
    tasks = [boards.task("task-001-a.md", "A"), boards.task("task-002-b.md", "B")]
    holders = {task.name: boards.holder("alpha") for task in tasks}
    board = draw(Seen(tasks, holders=holders, merged={tasks[0].id}))
    assert held_tasks(board.tasks)[LaneId("alpha")].task.id == "task-002"
    assert held_tasks(reversed(board.tasks))[LaneId("alpha")].work is Work.RUNNING


# ---------------------------------------------------------------- the checklist


def ticks(fleet: Fleet, cadence: float = 0.0) -> list[bool]:
    return [step.done for step in checklist(fleet, cadence=cadence)]


def test_an_empty_fleet_ticks_nothing() -> None:
    steps = checklist(Fleet("project", "main"))
    assert not any(step.done for step in steps)
    assert all(step.how for step in steps)


def test_every_step_ticks_itself() -> None:
    tasks = [boards.task("task-001-a.md", "A", estimate="1h")]
    fleet = boards.fleet(draw(Seen(tasks)))
    started = {lane: view(lane, 1) for lane in fleet.lanes}
    assert ticks(fleet) == [False, True, False, True, True, False]
    assert ticks(replace(fleet, lanes=started), cadence=86400) == [True] * 6


def test_what_takes_a_tick_away() -> None:
    whole = boards.fleet(draw(Seen([boards.task("task-001-a.md", "A", estimate="1h")])))
    fleet = replace(whole, lanes={lane: view(lane, 1) for lane in whole.lanes})
    alpha = fleet.lanes[LaneId("alpha")]
    fault = LaneFault(LaneId("alpha"), Disagreement.FOLDER_MISSING, "It is gone.", "")
    broken = replace(fleet, lanes={**fleet.lanes, alpha.lane: replace(alpha, fault=fault)})
    assert not ticks(broken)[0]
    offers = dict(fleet.plan.lanes)
    offers[LaneId("beta")] = replace(offers[LaneId("beta")], zone=Zone())
    assert not ticks(replace(fleet, plan=PlanDesk(lanes=offers)))[1]
    offers[LaneId("beta")] = replace(offers[LaneId("beta")], zone=Zone(("src/**",)))
    meets = checklist(replace(fleet, plan=PlanDesk(lanes=offers)))[1]
    assert (meets.done, meets.how) == (False, "the zones of alpha and beta meet")
    assert alpha.record is not None
    bare = replace(alpha, record=replace(alpha.record, pane=None))
    assert not ticks(replace(fleet, lanes={**fleet.lanes, alpha.lane: bare}))[2]


@pytest.mark.parametrize(
    ("estimate", "done", "said"),
    [
        ("3h", True, "no task that waits is said to take 4h or more"),
        ("8h", False, "task-001: 4h or more by the estimate, consider it"),
        ("", False, "nobody said how long 1 task will take (`estimate:`)"),
    ],
)
def test_long_tasks_are_to_be_considered(estimate: str, done: bool, said: str) -> None:
    header = {"estimate": estimate} if estimate else {}
    board = draw(Seen([boards.task("task-001-a.md", "A", **header)]))
    step = checklist(boards.fleet(board))[4]
    assert (step.done, step.how) == (done, said)
