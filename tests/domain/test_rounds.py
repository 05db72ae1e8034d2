"""A round summed up: what counts since the last closing, and how long it took."""

from __future__ import annotations

from cockpit.domain.board import Seen, draw
from cockpit.domain.ids import LaneId, OpId
from cockpit.domain.ledger_rows import ledgers, plan_rows
from cockpit.domain.operation import Operation, OpKind, OpState
from cockpit.domain.rounds import said, sum_up, to_json
from cockpit.domain.task import parse_task
from cockpit.domain.taskname import TaskId
from cockpit.domain.trail import Trail, trail
from cockpit.domain.work import Effort

ALPHA, BETA = LaneId("alpha"), LaneId("beta")
TASKS = [parse_task(f"task-{n:03}.md", b"# x") for n in range(1, 7)]


def op(seq: int, kind: OpKind, lane: LaneId | None, **changes: object) -> Operation:
    state = changes.pop("state", OpState.DONE)
    undoes = changes.pop("undoes", None)
    assert isinstance(state, OpState) and (undoes is None or isinstance(undoes, int))
    return Operation(
        seq, OpId(f"op{seq}"), kind, lane, float(seq), "test", "", changes, state, undoes=undoes
    )


def landed(seq: int, lane: LaneId, task: str, **changes: object) -> Operation:
    return op(seq, OpKind.LAND, lane, task=task, source=f"s{seq}", new=f"n{seq}", **changes)


JOURNAL = [
    op(1, OpKind.START, ALPHA, task="task-001.md"),
    landed(2, ALPHA, "task-001"),
    op(3, OpKind.ROUND, None),
    op(4, OpKind.ASSIGN, ALPHA, task="task-002.md"),
    op(5, OpKind.ASSIGN, BETA, task="task-003.md"),
    landed(6, ALPHA, "task-002"),
    landed(7, BETA, "task-003"),
    op(8, OpKind.UNDO, BETA, undoes=7, what="land"),
    landed(9, BETA, "task-004", state=OpState.ABANDONED),
    op(10, OpKind.ROUND, None, state=OpState.PENDING),
]


def test_a_trail_has_what_stands() -> None:
    found = trail(JOURNAL)
    assert found.closed == 3.0
    assert [(one.lane, one.task, one.at) for one in found.landings] == [
        (ALPHA, "task-001", 2.0),
        (ALPHA, "task-002", 6.0),
    ]
    assert found.given == {
        (ALPHA, "task-001"): 1.0,
        (ALPHA, "task-002"): 4.0,
        (BETA, "task-003"): 5.0,
    }
    assert found.began == {ALPHA: 1.0}
    assert found.landing(ALPHA, TaskId("")) is None


def test_a_round_counts_since_the_last_closing() -> None:
    summary = sum_up(
        TASKS,
        merged={TaskId("task-001"), TaskId("task-002")},
        efforts={
            TaskId("task-003"): Effort(TaskId("task-003"), lane="beta"),
            TaskId("task-004"): Effort(TaskId("task-004"), cancelled="no"),
            TaskId("task-005"): Effort(TaskId("task-005"), lane="gone"),
        },
        held={TaskId("task-003")},
        given_up=(),
        trail=trail(JOURNAL),
        spans={TaskId("task-001"): (0.0, 99.0), TaskId("task-002"): (4.0, 6.0)},
    )
    assert summary.done == ("task-002",)
    assert summary.failed == ("task-005",)
    assert summary.open == ("task-003", "task-006")
    assert summary.called_off == ("task-004",)
    assert (summary.clock.one_by_one, summary.clock.parallel) == (2.0, 2.0)
    assert said(summary) == "1 landing; 1 task done, 1 failed, 2 open, 1 called off"
    assert to_json(summary)["since"] == 3.0


def test_a_result_that_says_failed_is_failed_and_nothing_is_nothing() -> None:
    summary = sum_up(
        TASKS[:1],
        merged=(),
        efforts={},
        held={TaskId("task-001")},
        given_up={TaskId("task-001")},
        trail=Trail(),
        spans={},
    )
    assert said(summary) == "0 landings; 0 tasks done, 1 failed"


def test_rows_of_tasks_without_a_file() -> None:
    efforts = {
        TaskId("task-002"): Effort(TaskId("task-002"), lane="alpha", started=1.0, ended=5.5),
        TaskId("task-009"): Effort(TaskId("task-009"), lane="alpha"),
        TaskId("task-011"): Effort(TaskId("task-011"), lane="alpha", failed="x", started=-5e20),
    }
    made = ledgers(draw(Seen(TASKS)), efforts, trail(JOURNAL), {ALPHA: "sh"})
    assert set(made) == {ALPHA}
    assert [(row.task, row.state, row.seconds) for row in made[ALPHA]] == [
        ("task-001", "merged", "1"),
        ("task-002", "merged", "4"),
        ("task-009", "gone", ""),
        ("task-011", "failed", ""),
    ]
    assert made[ALPHA][1].started == "1970-01-01T00:00:01Z"
    assert (made[ALPHA][0].commit, made[ALPHA][0].landing) == ("s2", "n2")


def test_the_plan_has_a_row_a_task_with_or_without_a_number() -> None:
    board = draw(Seen([parse_task("notes.md", b"# Notes"), *TASKS[:1]]))
    rows = plan_rows(board)
    assert [row.task for row in rows] == ["notes.md", "task-001"]
    assert rows[0].state == "draft" and "number" in rows[0].note
