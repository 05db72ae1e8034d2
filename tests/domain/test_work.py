"""The state of a task, from what is seen."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cockpit.domain.activity import State
from cockpit.domain.approval import Standing
from cockpit.domain.dependencies import dependencies
from cockpit.domain.ids import LaneId
from cockpit.domain.result import parse_result
from cockpit.domain.task import parse_task
from cockpit.domain.taskname import TaskId
from cockpit.domain.train import CarState
from cockpit.domain.work import ENDED, OPEN, UNDERWAY, Effort, Holder, Work, held, loose

TASK = parse_task("task-002-api.md", b"# Routes\n")
REST = Holder(LaneId("alpha"), State.IDLE)


def says(status: str) -> Holder:
    raw = f"---\nstatus: {status}\n---\n".encode()
    return replace(REST, result=parse_result("task-002-result.md", raw))


@pytest.mark.parametrize(
    ("holder", "work", "why"),
    [
        (replace(REST, activity=State.SETUP), Work.CLAIMED, "lane alpha is being made ready"),
        (replace(REST, activity=State.WORKING), Work.RUNNING, "lane alpha works on it"),
        (replace(REST, activity=State.UNKNOWN), Work.RUNNING, "lane alpha can't be read now"),
        (REST, Work.BLOCKED, "lane alpha rests and has written no result"),
        (replace(REST, activity=State.PARKED), Work.BLOCKED, "lane alpha is parked"),
        (replace(says("done"), asks="asks: Run it?"), Work.BLOCKED, "lane alpha asks: Run it?"),
        (says("done"), Work.REVIEW, "lane alpha says it is done"),
        (says("failed"), Work.FAILED, "lane alpha says it failed"),
        (says("partial"), Work.BLOCKED, "lane alpha says it is partly done"),
        (says("blocked"), Work.BLOCKED, "lane alpha says it is blocked"),
        (
            says("done but tests failed"),
            Work.BLOCKED,
            "lane alpha's result (done but tests failed) says neither done nor failed",
        ),
        (replace(says("done"), activity=State.WORKING), Work.RUNNING, "lane alpha works on it"),
        (replace(says("done"), approval=Standing.VALID), Work.APPROVED, "lane alpha may land"),
        (replace(says("done"), approval=Standing.VOID), Work.REVIEW, "lane alpha says it is done"),
        (
            replace(REST, approval=Standing.VALID, queued=True),
            Work.QUEUED,
            "lane alpha waits for the train",
        ),
        (replace(REST, car=CarState.GATING), Work.MERGING, "lane alpha is gating"),
        (replace(says("done"), car=CarState.ASIDE), Work.REVIEW, "lane alpha says it is done"),
    ],
)
def test_a_task_that_a_lane_has(holder: Holder, work: Work, why: str) -> None:
    assert held(holder) == (work, why)


def test_a_task_that_no_lane_has() -> None:
    task = TASK
    assert loose(task, None) == (Work.READY, "")
    needs = (TaskId("task-001"), TaskId("task-003"))
    assert loose(task, None, waits_for=needs) == (Work.WAITING, "needs task-001, task-003")
    gone = Effort(task.id, cancelled="called off by you")
    assert loose(task, gone, waits_for=needs) == (Work.CANCELLED, "called off by you")
    failed = Effort(task.id, failed="its agent ended with 1")
    assert loose(task, failed) == (Work.FAILED, "its agent ended with 1")
    assert loose(task, None, arriving=True) == (Work.DRAFT, "it is being written")
    assert loose(task, None, hidden_by="task-2.md") == (
        Work.DRAFT,
        "task-2.md has the same number",
    )
    assert loose(parse_task("notes.md", b"x"), None) == (Work.DRAFT, "its name holds no number")


@pytest.mark.parametrize(
    ("needs", "why"),
    [
        ({2: [9]}, "it needs task-009, which is not there"),
        ({2: [1], 1: [9]}, "there is no task-009: task-002 → task-001 → task-009"),
        ({2: [2]}, "it needs itself: task-002 → task-002"),
        ({2: [1], 1: [2]}, "it needs itself: task-002 → task-001 → task-002"),
        ({2: [1], 1: [1]}, "behind a circle: task-002 → task-001 → task-001"),
    ],
)
def test_what_can_never_be_ready_says_the_way_to_the_reason(
    needs: dict[int, list[int]], why: str
) -> None:
    graph = dependencies(
        (TaskId(f"task-{task:03d}"), [TaskId(f"task-{need:03d}") for need in wanted])
        for task, wanted in needs.items()
    )
    way = graph.way(TaskId("task-002"))
    assert loose(TASK, None, way=way) == (Work.DRAFT, why)


def test_the_groups_of_states_leave_none_out() -> None:
    assert set(Work) == OPEN | UNDERWAY | ENDED | {Work.FAILED}
    assert not OPEN & UNDERWAY and not UNDERWAY & ENDED
