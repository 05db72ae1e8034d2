"""The board of all tasks, from what was seen."""

from __future__ import annotations

import itertools

from cockpit.domain.activity import State
from cockpit.domain.board import Seen, draw
from cockpit.domain.ids import LaneId
from cockpit.domain.result import parse_result
from cockpit.domain.task import TaskFile, parse_task
from cockpit.domain.taskname import TaskId, make_id
from cockpit.domain.work import Effort, Holder, Work


def task(name: str, depends: str = "") -> TaskFile:
    return parse_task(name, f"---\ndepends: {depends}\n---\n# {name}\n".encode())


def test_each_task_has_its_state_and_the_reason() -> None:
    tasks = (
        task("task-001-a.md"),
        task("task-002-b.md", "1"),
        task("task-003-c.md", "2"),
        task("task-004-d.md", "99"),
        task("task-004-e.md"),
        task("task-005-f.md"),
        task("task-006-g.md", "1"),
    )
    seen = Seen(
        tasks,
        merged={TaskId("task-001")},
        efforts={TaskId("task-005"): Effort(TaskId("task-005"), failed="its agent ended")},
        holders={"task-002-b.md": Holder(LaneId("alpha"), State.WORKING)},
        told={"task-002-b.md": "another text"},
        go={"task-003-c.md": tasks[2].digest, "task-006-g.md": "another text"},
    )
    board = draw(seen)
    assert [(str(view.work), view.why) for view in board.tasks] == [
        ("merged", ""),
        ("running", "lane alpha works on it"),
        ("waiting", "needs task-002"),
        ("draft", "it needs task-099, which is not there"),
        ("draft", "task-004-d.md has the same number"),
        ("failed", "its agent ended"),
        ("ready", ""),
    ]
    assert [view.wave for view in board.tasks] == [None, 0, 1, None, None, 0, 0]
    assert [view.changed for view in board.tasks] == [False, True, *[False] * 5]
    assert board.go == {"task-003-c.md"}


def test_a_merged_task_whose_lane_is_still_there_is_merged() -> None:
    seen = Seen(
        (task("task-001.md"),),
        merged={TaskId("task-001")},
        holders={"task-001.md": Holder(LaneId("alpha"), State.WORKING)},
    )
    assert draw(seen).tasks[0].work is Work.MERGED


def test_results_of_nothing_are_told() -> None:
    results = [parse_result(name, b"status: done") for name in ("task-007-result.md", "notes.md")]
    board = draw(Seen((task("task-001.md"),), results=results))
    assert board.strays == (
        "task-007-result.md is the result of task-007, and there is no such task",
        "notes.md says nowhere which task it is of",
    )
    assert draw(Seen((), {TaskId("task-007")}, results=results[:1])).strays == ()


def test_ten_thousand_in_a_row_behind_one_that_is_missing_are_drawn_at_once() -> None:
    row = [make_id("task", number) for number in range(1, 10_002)]
    tasks = [TaskFile(one, f"{one}.md", "", (need,)) for need, one in itertools.pairwise(row)]
    board = draw(Seen(tasks))
    assert {view.work for view in board.tasks} == {Work.DRAFT}
    assert board.tasks[0].why == "it needs task-001, which is not there"
    assert board.tasks[5].why == "there is no task-001: " + " → ".join(
        f"task-{number:03d}" for number in range(7, 0, -1)
    )
    assert board.tasks[-1].why.startswith("it waits behind what can't be: task-10001 → task-10000")
