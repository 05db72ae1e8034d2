"""One after another against in parallel: by estimates before, by the clock after."""

from __future__ import annotations

from cockpit.domain.activity import State
from cockpit.domain.assignment import Offer
from cockpit.domain.board import Board, Seen, draw
from cockpit.domain.forecast import Comparison, forecast, spans_of
from cockpit.domain.ids import LaneId
from cockpit.domain.result import parse_result
from cockpit.domain.task import TaskFile, parse_task
from cockpit.domain.task_desk import PlanDesk
from cockpit.domain.taskname import TaskId
from cockpit.domain.work import Effort, Holder

HOUR = 3600.0
NOW = 1_700_000_000.0


def task(number: int, **head: object) -> TaskFile:
    lines = "\n".join(f"{key}: {value}" for key, value in head.items())
    return parse_task(f"task-{number:03d}.md", f"---\n{lines}\n---\n".encode())


def desk(lanes: int, most: int = 0) -> PlanDesk:
    names = [LaneId(f"lane{number}") for number in range(lanes)]
    return PlanDesk(max_running=most, lanes={name: Offer(name) for name in names})


def ids(*numbers: int) -> tuple[TaskId, ...]:
    return tuple(TaskId(f"task-{number:03d}") for number in numbers)


PLAN = (
    task(1, estimate="2h"),
    task(2, estimate="2h"),
    task(3, estimate="4h", depends="1, 2"),
    task(4),
)


def board(*tasks: TaskFile, **seen: object) -> Board:
    return draw(Seen(tasks or PLAN, **seen))  # type: ignore[arg-type]


def test_the_whole_plan_before_anything_began() -> None:
    told = forecast(board(), desk(2), {}, NOW)
    assert told.planned == told.left == Comparison(4, 9 * HOUR, 6 * HOUR)
    assert told.planned.gain == 1.5
    assert (told.lanes, told.guessed) == (2, 1)
    assert (told.critical, told.critical_seconds) == (ids(1, 3), 6 * HOUR)
    assert told.measured == Comparison()


def test_no_more_lanes_than_may_run_and_none_is_told_as_one() -> None:
    assert forecast(board(), desk(5, most=1), {}, NOW).planned.parallel == 9 * HOUR
    told = forecast(board(), desk(0), {}, NOW)
    assert (told.lanes, told.planned.parallel) == (0, 9 * HOUR)


def test_what_is_left_counts_what_was_worked() -> None:
    done = parse_result("task-002-result.md", b"status: done")
    seen = board(
        merged=ids(1),
        efforts={one: Effort(one, started=NOW - HOUR, lane="lane0") for one in (*ids(2), *ids(4))},
        holders={
            "task-002.md": Holder(LaneId("lane0"), State.IDLE, result=done),
            "task-004.md": Holder(LaneId("lane1"), State.WORKING),
        },
    )
    told = forecast(seen, desk(2), {}, NOW)
    assert told.planned == Comparison(4, 9 * HOUR, 6 * HOUR)
    assert told.left == Comparison(3, 4 * HOUR, 4 * HOUR)


def test_what_can_not_start_is_in_no_forecast() -> None:
    circle = (task(5, depends="6"), task(6, depends="5"), task(7, depends="99"))
    assert forecast(board(*PLAN, *circle), desk(2), {}, NOW).planned.tasks == 4


def test_a_task_that_is_called_off_takes_what_needs_it_along() -> None:
    cancelled = {ids(1)[0]: Effort(ids(1)[0], cancelled="not wanted")}
    told = forecast(board(efforts=cancelled), desk(2), {}, NOW)
    assert told.planned.tasks == 2
    assert told.called_off == {ids(1)[0]: ids(3)}


def test_measured_times_count_while_any_lane_worked() -> None:
    one, two, three = ids(1, 2, 3)
    spans = {one: (0.0, 100.0), two: (50.0, 150.0), three: (1000.0, 900.0)}
    told = forecast(board(), desk(2), spans, NOW)
    assert told.measured == Comparison(3, 200.0, 150.0)


def test_spans_come_from_memory_and_else_from_the_journal() -> None:
    one, two, three, four = ids(1, 2, 3, 4)
    efforts = {
        one: Effort(one, started=10.0, ended=20.0),
        two: Effort(two, started=10.0),
        three: Effort(three, started=50.0, ended=20.0),
        four: Effort(four, started=1.0, ended=2.0),
    }
    seen = board(merged=ids(1, 2, 3), efforts=efforts)
    journal = {two: (1.0, 5.0), one: (0.0, 1.0)}
    assert spans_of(seen, journal) == {one: (10.0, 20.0), two: (1.0, 5.0)}
    assert spans_of(seen) == {one: (10.0, 20.0)}


def test_two_files_of_one_number_are_one_task() -> None:
    twins = (task(1, estimate="2h"), parse_task("task-001-b.md", b"---\nestimate: 8h\n---\n"))
    assert forecast(board(*twins), desk(1), {}, NOW).planned == Comparison(1, 2 * HOUR, 2 * HOUR)
