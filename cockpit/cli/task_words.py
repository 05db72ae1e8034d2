"""Tasks and their evidence as words for people."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from cockpit.cli.output import Cell
from cockpit.cli.table import Column, cut
from cockpit.cli.task_shapes import lane_of
from cockpit.cli.words import SHOWN, Line, moment, paths
from cockpit.domain.board import Board, TaskView
from cockpit.domain.done import Evidence, Holds
from cockpit.domain.operation import Operation
from cockpit.domain.result import ResultFile
from cockpit.domain.task_history import Turn
from cockpit.domain.work import Work

LOOKS: Mapping[Work, tuple[str, str]] = {
    Work.DRAFT: ("△", "yellow"),
    Work.WAITING: ("⋯", "dim"),
    Work.READY: ("○", "green"),
    Work.CLAIMED: ("◔", "cyan"),
    Work.RUNNING: ("●", "green"),
    Work.BLOCKED: ("?", "alarm"),
    Work.REVIEW: ("◆", "cyan"),
    Work.APPROVED: ("◉", "green"),
    Work.QUEUED: ("≡", "cyan"),
    Work.MERGING: ("▶", "cyan"),
    Work.MERGED: ("✓", "green"),
    Work.FAILED: ("✗", "red"),
    Work.CANCELLED: ("–", "dim"),
}
"""Glyph and style of each state, as the board has them."""

MARKS: Mapping[Holds, tuple[str, str]] = {
    Holds.YES: ("✓", "green"),
    Holds.NO: ("✗", "red"),
    Holds.UNKNOWN: ("?", "yellow"),
}

COLUMNS = (
    Column("TASK", least=8),
    Column("STATE"),
    Column("LANE", least=5, rank=2),
    Column("WAVE", right=True, rank=1),
    Column("TITLE", least=12, cut=cut),
    Column("WHY", least=12),
)

WIDTH = 9
"""Cells of a field's name in `task show`."""


def state(view: TaskView) -> tuple[str, str]:
    """Glyph and word, with their style."""
    glyph, style = LOOKS[view.work]
    return f"{glyph} {view.work.value}", style


def row(view: TaskView) -> list[Cell]:
    """One line of `task ls`."""
    style = LOOKS[view.work][1]
    why = "; ".join(filter(None, (*_notes(view), view.why)))
    return [
        (view.task.id or view.task.name, "bold"),
        state(view),
        lane_of(view),
        str(view.wave + 1) if view.wave is not None else "",
        view.task.title,
        (why, style if view.work in (Work.BLOCKED, Work.FAILED, Work.DRAFT) else ""),
    ]


def _notes(view: TaskView) -> Iterator[str]:
    if view.arriving and view.work is not Work.DRAFT:
        yield "its file is being written"
    if view.changed:
        yield "its file changed since its lane was told"


def troubles(board: Board, *, told: str = "") -> Iterator[Line]:
    """What is wrong on the bus as a whole, and in single files; `told` is a problem that was
    said already."""
    found = [*board.problems, *board.strays]
    found += [
        f"{view.task.name}: {problem}"
        for view in board.tasks
        for problem in view.task.problems
        if problem != told
    ]
    for text in found[:SHOWN]:
        yield (("! ", "yellow"), text)
    if len(found) > SHOWN:
        yield ((f"! … and {len(found) - SHOWN} more (`--json` has them all)", "yellow"),)


def span(seconds: float) -> str:
    """`40s`, `25m`, `3h`, `1h 20m`, `2d 4h`: how long something takes, in two units at most."""
    whole = max(0, round(seconds))
    if whole < 60:
        return f"{whole}s"
    minutes = (whole + 30) // 60
    for size, unit, small, mark in ((1440, "d", 60, "h"), (60, "h", 1, "m")):
        if minutes >= size:
            rest = (minutes % size) // small
            return f"{minutes // size}{unit} {rest}{mark}" if rest else f"{minutes // size}{unit}"
    return f"{minutes}m"


# ---------------------------------------------------------------- one task in full


def detail(
    board: Board,
    view: TaskView,
    evidence: Evidence | None,
    turns: Sequence[Turn],
    history: Sequence[Operation],
) -> Iterator[Line]:
    """Everything that is known of one task."""
    task = view.task
    yield ((f"{task.id or task.name} ", "bold"), task.title)
    yield _field("state", state(view), f"  {view.why}" if view.why else "")
    for note in _notes(view):
        yield (("  ! ", "yellow"), note)
    yield _field("file", f"tasks/{task.name}")
    yield from _graph(board, view)
    yield from _wishes(view)
    for key, text in task.extra:
        yield _field(key, " ".join(text.split()))
    for problem in task.problems:
        yield (("  ! ", "yellow"), problem)
    yield from _attempts(view, turns)
    if evidence is not None:
        yield (("evidence", "bold"), " for done:" if not evidence.holds else " for done: it holds")
        yield from evidence_lines(evidence)
        if evidence.result is not None:
            yield from _result(evidence.result)
    yield from _history(history)
    yield from _text(task.body)


def _field(name: str, *cells: Cell) -> Line:
    return ((f"  {name:<{WIDTH}} ", "dim"), *cells)


def _graph(board: Board, view: TaskView) -> Iterator[Line]:
    task = view.task.id
    if view.wave is not None:
        yield _field("wave", str(view.wave + 1))
    if view.task.depends:
        states = {other.task.id: other.work.value for other in reversed(board.tasks)}
        states |= dict.fromkeys(board.graph.done, Work.MERGED.value)
        told = (f"{need} ({states.get(need, 'not there')})" for need in view.task.depends)
        yield _field("depends", ", ".join(told))
    way = board.graph.way(task, SHOWN)
    if way:
        yield _field("stuck", (" → ".join(way), "yellow"))
    after = board.graph.needed_by.get(task, ())
    if after:
        more = f" and {len(after) - SHOWN} more" if len(after) > SHOWN else ""
        yield _field("needed by", ", ".join(after[:SHOWN]) + more)


def _wishes(view: TaskView) -> Iterator[Line]:
    task = view.task
    wishes = (
        ("zone", ", ".join(task.zone)),
        ("lane", task.lane),
        ("agent", task.agent),
        ("model", task.model),
        ("role", task.role),
        ("priority", str(task.priority) if task.priority is not None else ""),
        ("estimate", span(task.estimate) if task.estimate is not None else ""),
        ("needs", ", ".join(task.needs)),
        ("context", ", ".join(task.context)),
        ("test", task.test),
    )
    for name, text in wishes:
        if text:
            yield _field(name, text)


def _attempts(view: TaskView, turns: Sequence[Turn]) -> Iterator[Line]:
    for turn in turns:
        end = moment(turn.end) if turn.end is not None else "now"
        yield _field("worked", (turn.lane, "bold"), f"  {moment(turn.begin)} to {end}",
                     f"  {turn.how}" if turn.how else "")  # fmt: skip
    if view.effort is not None and view.effort.prompt:
        yield _field("was told", view.effort.prompt)


def evidence_lines(evidence: Evidence) -> Iterator[Line]:
    for one in evidence.rows:
        glyph, style = MARKS[one.holds]
        yield ((f"  {glyph} ", style), f"{one.name}: {one.text}")
        yield from paths(one.paths, style)


def _result(result: ResultFile) -> Iterator[Line]:
    yield (("result", "bold"), f" results/{result.name} says {result.said or 'no status'}")
    for name, text in (
        ("commit", result.commit),
        ("files", ", ".join(result.files)),
        ("tests", " ".join(result.tests.split())),
        ("outside", ", ".join(result.out_of_zone)),
        ("next", " ".join(result.next.split())),
    ):
        if text:
            yield _field(name, text)
    for question in result.questions:
        yield (("  ? ", "yellow"), question)
    for problem in result.problems:
        yield (("  ! ", "yellow"), problem)


def _history(history: Sequence[Operation]) -> Iterator[Line]:
    if history:
        yield (("history", "bold"),)
    if len(history) > SHOWN:
        yield ((f"    … {len(history) - SHOWN} steps before these", "dim"),)
    for op in history[-SHOWN:]:
        ended = "" if op.state.value == "done" else f"  ({op.state.value})"
        yield ((f"  {op.seq:>5}  ", "yellow"), f"{moment(op.at)}  {op.summary}{ended}")


def _text(body: str) -> Iterator[Line]:
    lines = body.strip().splitlines()
    if lines:
        yield (("text", "bold"),)
    for line in lines[:SHOWN]:
        yield ("  ", line)
    if len(lines) > SHOWN:
        yield ((f"  … and {len(lines) - SHOWN} more lines", "dim"),)
