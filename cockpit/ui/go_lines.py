"""What a go would do, as lines: what starts now and where, what waits and why, how long it
would take."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from textual.content import Content

from cockpit.dataclass import dataclass
from cockpit.domain.assignment import Assignment, Assignments
from cockpit.domain.background import Dispatcher
from cockpit.domain.board import Board, TaskView
from cockpit.domain.fleet import Fleet
from cockpit.domain.forecast import Forecast
from cockpit.domain.handing_out import to_do
from cockpit.domain.ids import LaneId
from cockpit.domain.text import counted
from cockpit.domain.work import Work
from cockpit.ui import present
from cockpit.ui.task_notes import Trouble, trouble_line
from cockpit.ui.task_rows import name_of
from cockpit.ui.task_timeline import chain_words, length

LISTED = 200
"""Tasks of each kind that are listed; the rest is counted."""
NAME = 14
"""Cells of the longest task and lane that are shown whole."""


@dataclass(frozen=True, slots=True)
class Runner:
    """What lanes.yaml says that a lane works with."""

    agent: str = ""
    model: str = ""
    zone: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class GoLook:
    """What is shown before the go: the fleet as it was looked at, and what would come of it."""

    fleet: Fleet
    made: Assignments
    known: Forecast
    runners: Mapping[LaneId, Runner]

    @property
    def covered(self) -> tuple[tuple[str, str], ...]:
        return covered(self.fleet.board)


def covered(board: Board) -> tuple[tuple[str, str], ...]:
    """Name and digest of every task that a go would be said for."""
    return tuple((view.task.name, view.task.digest) for view in to_do(board))


def question(look: GoLook) -> Content:
    starts = len(look.made.start)
    later = len(look.covered) - starts
    said = f"Go? {counted(starts, 'task')} {'starts' if starts == 1 else 'start'} now"
    return Content.styled(f"{said}, {later} later." if later > 0 else f"{said}.", "bold")


def go_lines(look: GoLook, wrong: Sequence[Trouble], keys: Mapping[str, str]) -> list[Content]:
    """The whole dialog, most needed first."""
    lines = _starts(look)
    lines += _waits(look)
    lines += _held_up(look, keys)
    if wrong:
        lines += [present.EMPTY, _title("wrong on the bus", len(wrong), "$warning")]
        lines += [trouble_line(one, keys) for one in wrong[:LISTED]]
        lines += _more(len(wrong))
    if look.fleet.plan.dispatcher is Dispatcher.ELSEWHERE:
        said = "Another cockpit is open and starts the tasks."
        lines += [present.EMPTY, Content.styled(said, "$warning")]
    return lines + _forecast(look.known)


def _starts(look: GoLook) -> list[Content]:
    if not look.made.start:
        return [Content.styled("Nothing can start now.", "bold $warning")]
    views = {view.task.id: view for view in reversed(look.fleet.board.tasks)}
    lines = [_title("starts now", len(look.made.start), "$success")]
    names = max(len(one.task) for one in look.made.start)
    lanes = max(len(one.lane) for one in look.made.start)
    for one in look.made.start:
        lines.append(_start(one, views[one.task], look, min(NAME, names), min(NAME, lanes)))
    return lines


def _start(one: Assignment, view: TaskView, look: GoLook, name: int, lane: int) -> Content:
    runner = look.runners.get(one.lane, Runner())
    zone = ", ".join(view.task.zone or runner.zone) or "the whole repository"
    return Content.assemble(
        ("  ○ ", "bold $success"),
        present.text(one.task.ljust(name), "bold $foreground", width=60),
        (" → ", "$muted"),
        present.text(one.lane.ljust(lane), "bold $accent", width=60),
        "  ",
        present.text(
            f"{runner.agent} {view.task.model or runner.model}".strip(), "$foreground", width=60
        ),
        ("  zone ", "$muted"),
        present.text(zone, "$foreground", width=120),
        "  ",
        present.text(view.task.title, "$muted", width=200),
    )


def _waits(look: GoLook) -> list[Content]:
    """Ready tasks that no lane takes now, then those that need others first."""
    board = look.fleet.board
    starts = {one.task for one in look.made.start}
    later = [
        (view, look.made.waits.get(view.task.id) or view.why)
        for view in board.tasks
        if view.work in (Work.READY, Work.WAITING) and view.task.id not in starts
    ]
    later.sort(key=lambda one: (one[0].work is not Work.READY, one[0].wave or 0))
    return _listed("waits", later, "⋯", "$foreground")


def _held_up(look: GoLook, keys: Mapping[str, str]) -> list[Content]:
    """What a go does not help: drafts and failures."""
    board = look.fleet.board
    drafts = [(view, view.why) for view in board.tasks if view.work is Work.DRAFT]
    failed = [
        (view, f"{view.why}; {keys.get('retry_task', '')} tries it again")
        for view in board.tasks
        if view.work is Work.FAILED
    ]
    off = [
        (look_up, f"is called off; waited for by {', '.join(waiting[:4])}")
        for task, waiting in look.known.called_off.items()
        if (look_up := board.named(task)) is not None
    ]
    lines = _listed("can't start as it is", drafts, "△", "$warning")
    lines += _listed("failed", failed, "✗", "$error")
    return lines + _listed("holds others back", off, "–", "$warning")


def _listed(
    title: str, found: Sequence[tuple[TaskView, str]], glyph: str, style: str
) -> list[Content]:
    if not found:
        return []
    name = min(NAME, max(len(name_of(view)) for view, _ in found[:LISTED]))
    lines = [present.EMPTY, _title(title, len(found), style)]
    for view, why in found[:LISTED]:
        lines.append(
            Content.assemble(
                (f"  {glyph} ", style),
                present.text(name_of(view).ljust(name), "bold $foreground", width=60),
                "  ",
                present.text(why, "$foreground", width=300),
                "  ",
                present.text(view.task.title, "$muted", width=200),
            )
        )
    return lines + _more(len(found))


def _title(title: str, count: int, style: str) -> Content:
    return Content.assemble((title, f"bold {style}"), (f"  {count}", "$muted"))


def _more(count: int) -> list[Content]:
    return [Content.styled(f"  … {count - LISTED} more", "$muted")] if count > LISTED else []


def _forecast(known: Forecast) -> list[Content]:
    """Time one after another against time in parallel, by the estimates."""
    told = known.left
    if not told.tasks:
        return []
    lanes = counted(max(1, known.lanes), "lane")
    gain = f" ({told.gain:.1f}× as fast)" if told.gain >= 1.05 else ""
    rows = [
        ("one after another", length(told.one_by_one)),
        ("in parallel", f"{length(told.parallel)} on {lanes}{gain}"),
        ("longest chain", f"{length(known.critical_seconds)}: {chain_words(known.critical)}"),
    ]
    if known.guessed:
        rows.append(("not estimated", f"{counted(known.guessed, 'task')}, taken as 1h each"))
    lines = [present.EMPTY, Content.styled("forecast", "bold $accent")]
    return lines + [
        Content.assemble((f"  {name:<18}", "$muted"), present.text(said, width=600))
        for name, said in rows
    ]


def terms(look: GoLook, *, follow: bool) -> Content:
    """What exactly the yes is given to; one line that always stays in view."""
    said = f"Covers {counted(len(look.covered), 'task')} as they are written now"
    if follow:
        return Content.styled(f"{said}, and all that is written later.", "bold $warning")
    return Content.styled(f"{said}; later ones need another go.", "$muted")
