"""The board of tasks from real files: what is wrong with which, and the rest goes on."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable

import pytest

from cockpit.domain.intents import Assign, Land, Start, WriteTasks
from cockpit.domain.operation import OpKind, OpState
from cockpit.domain.taskname import TaskId
from cockpit.domain.work import Work
from cockpit.errors import Refused
from tests.services.background import ASKING
from tests.services.bus_desk import ALPHA, BETA, LANES, BusDesk, does_nothing, long_ago, reports
from tests.services.conftest import Desk
from tests.services.test_assigning import die_before, recovered
from tests.services.test_recovery import Died


@pytest.fixture
def bus(make_desk: Callable[..., Desk]) -> BusDesk:
    made = BusDesk(make_desk(lanes=LANES))
    made.work = does_nothing
    return made


def test_states_as_they_come(bus: BusDesk) -> None:
    bus.task(1)
    bus.task(2, depends="1")
    bus.task(3, depends="3")
    bus.task(4, depends="9")
    found = {view.task.id: (view.work, view.why) for view in bus.board().tasks}
    assert found == {
        "task-001": (Work.READY, ""),
        "task-002": (Work.WAITING, "needs task-001"),
        "task-003": (Work.DRAFT, "it needs itself: task-003 → task-003"),
        "task-004": (Work.DRAFT, "it needs task-009, which is not there"),
    }


def test_what_its_lane_does(bus: BusDesk) -> None:
    bus.task(1)
    bus.desk.do(Assign("1", ALPHA))
    assert bus.view(1).why == "lane alpha rests and has written no result"
    bus.show(ALPHA, ASKING)
    assert bus.view(1).why == "lane alpha asks something" or "asks" in bus.view(1).why
    assert bus.state(1) is Work.BLOCKED


def test_a_file_that_is_being_written_is_shown_and_not_started(bus: BusDesk) -> None:
    name = bus.task(1)
    os.utime(bus.root / "tasks" / name, (time.time() + 60, time.time() + 60))
    view = bus.view(1)
    assert view.arriving and (view.work, view.why) == (Work.DRAFT, "it is being written")


def test_a_task_that_is_deleted_while_it_runs(bus: BusDesk) -> None:
    name = bus.task(1)
    bus.task(2)
    bus.desk.do(Assign("1", ALPHA))
    (bus.root / "tasks" / name).unlink()
    assert any("which lane alpha works on, is gone" in line for line in bus.board().problems)
    assert bus.state(2) is Work.READY


def test_a_text_that_is_not_what_the_lane_was_told(bus: BusDesk) -> None:
    bus.task(1)
    bus.desk.do(Assign("1", ALPHA))
    assert not bus.view(1).changed
    bus.task(1, "another text")
    assert bus.view(1).changed


@pytest.mark.parametrize("kind", ["gone", "file", "symlink"])
def test_the_folder_is_no_folder(bus: BusDesk, kind: str) -> None:
    bus.task(1)
    shutil.rmtree(bus.root / "tasks")
    elsewhere = bus.root.parent / "elsewhere"
    elsewhere.mkdir()
    if kind == "file":
        (bus.root / "tasks").write_text("no folder\n")
    elif kind == "symlink":
        (bus.root / "tasks").symlink_to(elsewhere)
    board = bus.board()
    assert not board.tasks
    assert bool(board.problems) == (kind != "gone")


def test_results_that_belong_to_nobody(bus: BusDesk) -> None:
    bus.task(1)
    reports(bus.root, "task-009", "done")
    other = bus.root / "results" / "task-001-more.md"
    other.write_text("---\ntask: task-009\nstatus: done\n---\n")
    long_ago(other)
    board = bus.board()
    assert board.strays == (
        "task-009-result.md is the result of task-009, and there is no such task",
    )
    assert bus.state(1) is Work.READY, "nobody worked on it, whatever a result says"


@pytest.mark.parametrize("kind", ["conflict", "binary", "huge header", "fifo", "newline"])
def test_bad_files_are_named_and_the_rest_goes_on(bus: BusDesk, kind: str) -> None:
    bus.task(1)
    name = "task-002-\n\x1b[2J.md" if kind == "newline" else "task-002.md"
    path = bus.root / "tasks" / name
    match kind:
        case "conflict":
            path.write_text("<<<<<<< ours\ntitle: a\n=======\ntitle: b\n>>>>>>> theirs\n")
        case "binary":
            path.write_bytes(bytes(range(256)) * 40)
        case "huge header":
            path.write_text("---\n" + "x: y\n" * 200_000 + "---\n")
        case "fifo":
            os.mkfifo(path)
        case "newline":
            path.write_text("# two\n")
    if kind != "fifo":
        long_ago(path)
    board = bus.board()
    one = board.named(TaskId("task-001"))
    assert one is not None and one.work is Work.READY
    two = board.named(TaskId("task-002"))
    told = [*board.problems, *(two.task.problems if two is not None else ())]
    assert kind == "newline" or told, "what is wrong with it is said"


def test_a_started_lane_without_a_task_holds_none(bus: BusDesk) -> None:
    bus.task(1, lane="alpha")
    bus.desk.do(Start(ALPHA))
    assert bus.state(1) is Work.READY


def test_work_in_a_lane_is_that_of_the_one_task_that_names_it(bus: BusDesk) -> None:
    """As a landing counts it, though the lane was started without a task."""
    bus.task(1, lane="alpha")
    bus.task(2, lane="beta")
    bus.task(3, lane="beta")
    for lane in (ALPHA, BETA):
        bus.desk.do(Start(lane))
        bus.desk.commit(lane, f"docs/{lane}.md", "work\n")
    reports(bus.folder(ALPHA), "task-001", "done")
    assert (bus.state(1), bus.view(1).why) == (Work.REVIEW, "lane alpha says it is done")
    assert bus.state(2) is Work.READY, "two name beta: nobody can say which"
    bus.desk.do(Land(ALPHA))
    assert bus.state(1) is Work.MERGED


# ---------------------------------------------------------------- new files


def test_new_tasks_take_the_next_free_numbers(bus: BusDesk) -> None:
    bus.task(4)
    reports(bus.root, "task-006", "done")
    outcome = bus.desk.do(WriteTasks(("Greet the world", "---\ntitle: Über alles\n---\nbody\n")))
    assert outcome.data["files"] == ["task-007-greet-the-world.md", "task-008-über-alles.md"]
    assert (bus.root / "tasks" / "task-007-greet-the-world.md").read_text() == "# Greet the world\n"
    board = bus.board()
    found = board.named(TaskId("task-007"))
    assert found is not None and found.task.title == "Greet the world"


@pytest.mark.parametrize(
    ("wish", "name"),
    [
        (WriteTasks(("a b",), name="12"), "task-012-a-b.md"),
        (WriteTasks(("a b",), name="ws-03-meta.md"), "ws-03-meta.md"),
        (WriteTasks(("a b",), name="ws-03-meta"), "ws-03-meta.md"),
        (WriteTasks(("a b",), prefix="ws"), "ws-01-a-b.md"),
        (WriteTasks(("../../etc/passwd",)), "task-001-etc-passwd.md"),
        (WriteTasks(("\x1b[2J",)), "task-001"),
    ],
)
def test_names_of_new_tasks(bus: BusDesk, wish: WriteTasks, name: str) -> None:
    (made,) = bus.desk.do(wish).data["files"]
    assert made.startswith(name) and "/" not in made and "\x1b" not in made
    assert (bus.root / "tasks" / made).is_file()


@pytest.mark.parametrize(
    ("wish", "why"),
    [
        (WriteTasks((" \n",)), "is empty"),
        (WriteTasks(("a", "b"), name="7"), "several tasks"),
        (WriteTasks(("a",), name="1"), "has that number already"),
        (WriteTasks(("a",), name="no-number"), "names no task"),
        (WriteTasks(("a",), name="../task-9.md"), "name"),
    ],
)
def test_new_tasks_that_are_refused(bus: BusDesk, wish: WriteTasks, why: str) -> None:
    bus.task(1)
    before = sorted(os.listdir(bus.root / "tasks"))
    with pytest.raises(Refused, match=why):
        bus.desk.do(wish)
    assert sorted(os.listdir(bus.root / "tasks")) == before


@pytest.mark.parametrize(
    ("step", "files"),
    [("task: begin", 0), ("task: write task-001-a.md", 0), ("task: write task-002-b.md", 1),
     ("task: end", 2)],
)  # fmt: skip
def test_a_death_while_writing_tasks(bus: BusDesk, step: str, files: int) -> None:
    with pytest.raises(Died):
        bus.desk.do(WriteTasks(("a", "b")), cockpit=bus.desk.cockpit(die_before(step)))
    recovered(bus)
    there = os.listdir(bus.root / "tasks") if (bus.root / "tasks").exists() else []
    assert len(there) == files
    ends = [op.state for op in bus.desk.cockpit().log() if op.kind is OpKind.TASK]
    assert ends in ([], [OpState.DONE if files else OpState.ABANDONED])
