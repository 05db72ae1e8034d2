"""Who had which task when, as the journal tells it."""

from __future__ import annotations

from typing import Any

from cockpit.domain.ids import LaneId, OpId
from cockpit.domain.operation import Operation, OpKind, OpState
from cockpit.domain.task_history import End, Turn, measured, steps, turns
from cockpit.domain.taskname import TaskId

ALPHA, BETA = LaneId("alpha"), LaneId("beta")
ONE, TWO = "task-001-a.md", "task-002-b.md"


def op(seq: int, kind: OpKind, lane: LaneId | None = ALPHA, **intent: Any) -> Operation:
    state = intent.pop("state", OpState.DONE)
    undoes = intent.pop("undoes", None)
    return Operation(
        seq=seq,
        id=OpId(str(seq)),
        kind=kind,
        lane=lane,
        at=seq * 10.0,
        by="cli",
        summary="",
        intent=intent,
        state=state,
        ended=seq * 10.0 + 5 if state is not OpState.PENDING else None,
        undoes=undoes,
    )


JOURNAL = [
    op(1, OpKind.TASK, None, names=[ONE, TWO]),
    op(2, OpKind.ASSIGN, task=ONE, id="task-001"),
    op(3, OpKind.START, task=ONE),
    op(4, OpKind.GATE),
    op(5, OpKind.COLLECT, name="task-001-result.md"),
    op(6, OpKind.ASSIGN, BETA, task=TWO, state=OpState.ABANDONED),
    op(7, OpKind.LAND, task="task-001", state=OpState.ABANDONED),
    op(8, OpKind.LAND, task="task-001"),
    op(9, OpKind.GATE),
    op(10, OpKind.ASSIGN, task=TWO),
    op(11, OpKind.TEARDOWN),
    op(12, OpKind.ASSIGN, BETA, task=TWO),
    op(13, OpKind.ASSIGN, BETA, task="task-003.md"),
    op(14, OpKind.UNDO, undoes=8),
    op(15, OpKind.PLAN, None, task="task-001", said="x"),
]


def test_every_turn_with_its_end() -> None:
    assert turns(JOURNAL) == (
        Turn(ALPHA, ONE, 20.0, 85.0, End.LANDED),
        Turn(ALPHA, TWO, 100.0, 110.0, End.TORN_DOWN),
        Turn(BETA, TWO, 120.0, 130.0, End.OTHER),
        Turn(BETA, "task-003.md", 130.0),
    )


def test_a_landing_of_another_task_ends_no_turn() -> None:
    journal = [op(1, OpKind.START, task=ONE), op(2, OpKind.LAND, task="task-009")]
    assert turns(journal) == (Turn(ALPHA, ONE, 10.0),)


def test_a_clock_that_jumps_back_makes_no_negative_turn() -> None:
    journal = [op(9, OpKind.START, task=ONE), op(2, OpKind.LAND, task="task-001")]
    assert turns(journal)[0].end == 90.0


def test_steps_are_those_of_the_task_and_of_its_lane_meanwhile() -> None:
    assert [one.seq for one in steps(JOURNAL, TaskId("task-001"), ONE)] == [
        *(1, 2, 3, 4, 5, 7, 8, 14, 15)
    ]
    assert [one.seq for one in steps(JOURNAL, TaskId("task-002"), TWO)] == [1, 6, 10, 11, 12, 13]
    assert steps(JOURNAL, TaskId(""), "notes.md") == ()


def test_only_what_landed_is_measured() -> None:
    assert measured(turns(JOURNAL)) == {TaskId("task-001"): (20.0, 85.0)}


def test_damaged_intents_are_no_steps() -> None:
    odd = [op(1, OpKind.TASK, None, names=7), op(2, OpKind.COLLECT, name=None)]
    assert steps(odd, TaskId("task-001"), ONE) == ()
    assert turns([op(1, OpKind.ASSIGN, task=None)]) == ()
