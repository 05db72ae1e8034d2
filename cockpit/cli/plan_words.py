"""The plan as words for people: waves, what is wrong with the graph, what would start, how long."""

from __future__ import annotations

from collections.abc import Iterator

from cockpit.cli.output import Cell
from cockpit.cli.plan_look import Begin, PlanLook
from cockpit.cli.table import Column, cut
from cockpit.cli.task_shapes import lane_of
from cockpit.cli.task_words import span, state, troubles
from cockpit.cli.words import SHOWN, Line, count, moment
from cockpit.domain.background import Dispatcher
from cockpit.domain.forecast import Comparison
from cockpit.domain.handing_out import uncovered
from cockpit.domain.task_desk import PlanDesk
from cockpit.domain.work import ENDED, Work

COLUMNS = (
    Column("WAVE", right=True, rank=2),
    Column("TASK", least=8),
    Column("STATE"),
    Column("LANE", least=5, rank=1),
    Column("TITLE", least=12, cut=cut),
    Column("WAITS", least=12),
)

STEPS = 12
"""Tasks of one way that a line names."""


def rows(look: PlanLook) -> list[list[Cell]]:
    """What has not ended, wave by wave."""
    return [
        [
            (str(view.wave + 1) if view.wave is not None else "-", "dim"),
            (view.task.id or view.task.name, "bold"),
            state(view),
            lane_of(view),
            view.task.title,
            look.waits(view),
        ]
        for view in look.views
        if view.work not in ENDED
    ]


def head(look: PlanLook) -> Line:
    board, desk = look.fleet.board, look.fleet.plan
    ended = [view.work for view in board.tasks if view.work in ENDED]
    parts = [count(len(board.tasks), "task")]
    for work in (Work.MERGED, Work.CANCELLED):
        parts += [f"{ended.count(work)} {work}"] if work in ended else []
    parts.append(f"{count(len(desk.lanes), 'lane')} to take them")
    return ((look.fleet.repository, "bold"), f" → {look.fleet.target}: {', '.join(parts)}")


def summary(look: PlanLook) -> Iterator[Line]:
    """Everything but the table."""
    yield from wrong(look)
    yield from beginning(look)
    yield from times(look)
    yield standing(look)


def wrong(look: PlanLook) -> Iterator[Line]:
    """Circles, what is missing, and what is wrong with files."""
    found: list[str] = []
    for circle in look.circles:
        if len(circle) == 2:
            found.append(f"{circle[0]} needs itself")
        else:
            found.append(f"these need each other: {_way(circle)}")
    found += [
        f"{task} needs {', '.join(needs)}, which is not there" for task, needs in look.missing
    ]
    for task, others in look.forecast.called_off.items():
        verb = "waits" if len(others) == 1 else "wait"
        found.append(f"{_some(others)} {verb} for {task}, which is called off")
    for text in found[:SHOWN]:
        yield (("! ", "yellow"), text)
    if len(found) > SHOWN:
        yield ((f"! … and {len(found) - SHOWN} more (`--json` has them all)", "yellow"),)
    yield from troubles(look.fleet.board, told="it depends on itself")


def _way(tasks: tuple[str, ...]) -> str:
    return " → ".join(tasks[:STEPS]) + (f" → … ({len(tasks)} in all)" if len(tasks) > STEPS else "")


def _some(tasks: tuple[str, ...]) -> str:
    return ", ".join(tasks[:4]) + (f" and {len(tasks) - 4} more" if len(tasks) > 4 else "")


def beginning(look: PlanLook) -> Iterator[Line]:
    """What would start now where."""
    going = look.fleet.plan.going
    if not look.start:
        yield ("nothing would start now" if not going else "nothing starts now",)
        return
    yield ("starts now:" if going else "would start now:",)
    for one in look.start:
        yield _begin(one)


def _begin(one: Begin) -> Line:
    zone = ", ".join(one.zone[:4]) + (" …" if len(one.zone) > 4 else "")
    with_what = " ".join(filter(None, (one.agent, one.model)))
    return (
        ("  ▶ ", "green"),
        (str(one.task.id or one.task.name), "bold"),
        " in ",
        (one.lane, "bold"),
        f" ({with_what}), zone {zone or 'everything'}",
    )


def times(look: PlanLook) -> Iterator[Line]:
    """The critical path, and the comparison of one after another with in parallel."""
    told = look.forecast
    if told.critical:
        yield (("critical path: ", "dim"), f"{_way(told.critical)} ({span(told.critical_seconds)})")
    by = f"on {count(told.lanes, 'lane')}" if told.lanes else "with a lane"
    for name, one in (("planned", told.planned), ("left", told.left)):
        if one.tasks and (name == "planned" or one != told.planned):
            yield ((f"{name}: ", "dim"), _compared(one, by))
    if told.measured.tasks:
        yield (("landed: ", "dim"), _measured(told.measured))
    if told.guessed and told.planned.tasks:
        yield ((f"{count(told.guessed, 'task')} without `estimate:`, taken as 1h", "dim"),)


def _compared(one: Comparison, how: str) -> str:
    return (
        f"{count(one.tasks, 'task')}, {span(one.one_by_one)} one after another, "
        f"{span(one.parallel)} {how}{_gain(one)}"
    )


def _measured(one: Comparison) -> str:
    work, clock = span(one.one_by_one), span(one.parallel)
    tasks = count(one.tasks, "task")
    return f"{tasks}, {work} of work in {clock} by the clock{_gain(one)}"


def _gain(one: Comparison) -> str:
    return f" ({one.gain:.1f} times as fast)" if one.gain >= 1.05 else ""


def standing(look: PlanLook) -> Line:
    """Whether tasks start by themselves, and who starts them."""
    desk = look.fleet.plan
    if not desk.going:
        return (("not going", "yellow"), ": `cockpit plan go` lets tasks start by themselves")
    since = f" since {moment(desk.since)}" if desk.since else ""
    later = ", also for what is written later" if desk.follow else ""
    left = 0 if desk.follow else len(uncovered(look.fleet.board))
    rest = f"; {count(left, 'open task')} not covered" if left else ""
    return (("going", "green"), f"{since}{later}{rest}. {acts(desk)}")


def acts(desk: PlanDesk) -> str:
    """Who starts what the go covers, a sentence."""
    if desk.dispatcher is Dispatcher.NOBODY:
        return "No cockpit is open, so nothing starts by itself: `cockpit up` opens it."
    return "An open cockpit starts the tasks."
