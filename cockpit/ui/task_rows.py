"""The board of tasks as rows: by state or by wave, what needs the commander first.

Ten thousand rows are sorted once a board and drawn one by one as they are looked at. A row
says, left to right: glyph and word of its state, task, lane, wave, title, and why it stands
so; the columns are as wide as what they hold.
"""

from __future__ import annotations

from collections.abc import Sequence

from textual.content import Content

from cockpit.dataclass import dataclass
from cockpit.domain.board import Board, TaskView
from cockpit.domain.dependencies import in_order
from cockpit.domain.text import counted
from cockpit.domain.work import ENDED, Work
from cockpit.ui import present

LOOKS: dict[Work, tuple[str, str]] = {
    Work.BLOCKED: ("?", "bold $state-asking"),
    Work.FAILED: ("✗", "bold $error"),
    Work.REVIEW: ("◆", "bold $accent"),
    Work.APPROVED: ("◉", "bold $success"),
    Work.DRAFT: ("△", "$warning"),
    Work.READY: ("○", "$success"),
    Work.CLAIMED: ("◔", "$accent"),
    Work.RUNNING: ("●", "$state-working"),
    Work.QUEUED: ("≡", "$accent"),
    Work.MERGING: ("▶", "$accent"),
    Work.WAITING: ("⋯", "$muted"),
    Work.MERGED: ("✓", "$success"),
    Work.CANCELLED: ("–", "$muted"),
}
"""Glyph and style of each state, in the order of the board: first what needs the commander,
then what could or does go on. Shapes differ, so colour is never the only sign."""

PLACES = {work: place for place, work in enumerate(LOOKS)}
NEEDS = frozenset({Work.BLOCKED, Work.FAILED, Work.REVIEW, Work.APPROVED, Work.DRAFT})
"""States of which the reason says more than the title."""
ARRIVING = ("⇣", "arriving", "$accent")
"""A task whose file is still being written."""

WORD = 12
"""Cells of a state's glyph and word."""
ID, LANE, TITLE = 14, 12, 60
"""Cells of the longest id, lane and title that are shown whole."""
WHY = 44
"""Cells that a reason gets before a title gets more than half."""
ROOMY = 76
"""Cells from which a row has room for lane and wave."""


@dataclass(frozen=True, slots=True)
class Heading:
    """A row between tasks."""

    title: str
    about: str = ""


Row = TaskView | Heading


@dataclass(frozen=True, slots=True)
class Table:
    """Rows and how wide their columns are."""

    rows: tuple[Row, ...] = ()
    id_width: int = 0
    lane_width: int = 0
    title_width: int = 0

    def task(self, row: int) -> TaskView | None:
        found = self.rows[row] if 0 <= row < len(self.rows) else None
        return found if isinstance(found, TaskView) else None

    def find(self, name: str) -> int | None:
        """The row of the task with this file's name."""
        for at, row in enumerate(self.rows):
            if isinstance(row, TaskView) and row.task.name == name:
                return at
        return None

    def beside(self, row: int, by: int) -> int:
        """The row of a task `by` rows away, or as near to that as there is one."""
        last = len(self.rows) - 1
        wanted = min(max(row + by, 0), last)
        step = 1 if by >= 0 else -1
        for places in (
            range(wanted, last + 1) if step > 0 else range(wanted, -1, -1),
            range(wanted, -1, -1) if step > 0 else range(wanted, last + 1),
        ):
            for at in places:
                if self.task(at) is not None:
                    return at
        return row


def by_state(board: Board, wanted: str = "") -> Table:
    """Every task that matches, what needs the commander first."""
    views = [view for view in board.tasks if matches(view, wanted)]
    views.sort(key=lambda view: (PLACES[view.work], in_order(view.task.id), view.task.name))
    return _table(views, views)


def by_wave(board: Board, wanted: str = "") -> Table:
    """The same by wave: what can't start, then each wave, then what has ended."""
    views = [view for view in board.tasks if matches(view, wanted)]
    views.sort(key=lambda view: (in_order(view.task.id), view.task.name))
    waves: dict[int, list[TaskView]] = {}
    for view in views:
        waves.setdefault(_wave_of(view), []).append(view)
    rows: list[Row] = []
    for wave in sorted(waves):
        rows += [_heading(wave, waves[wave]), *waves[wave]]
    return _table(rows, views)


_STUCK, _ENDED = -1, 1_000_000


def _wave_of(view: TaskView) -> int:
    if view.work in ENDED:
        return _ENDED
    return _STUCK if view.wave is None else view.wave


def _heading(wave: int, views: Sequence[TaskView]) -> Heading:
    count = counted(len(views), "task")
    if wave == _STUCK:
        return Heading("in no wave", f"{count} that can't start as they are")
    if wave == _ENDED:
        merged = sum(view.work is Work.MERGED for view in views)
        rest = f", {len(views) - merged} called off" if merged < len(views) else ""
        return Heading("ended", f"{merged} merged{rest}")
    about = "nothing holds these back" if wave == 0 else f"after wave {wave}"
    return Heading(f"wave {wave + 1}", f"{count}, {about}")


def _table(rows: Sequence[Row], views: Sequence[TaskView]) -> Table:
    ids = max((len(name_of(view)) for view in views), default=0)
    lanes = max((len(lane_of(view)) for view in views), default=0)
    titles = max((len(view.task.title) for view in views), default=0)
    return Table(tuple(rows), min(ID, ids), min(LANE, lanes), min(TITLE, titles))


def name_of(view: TaskView) -> str:
    """A task's id, or its file's name where that holds no number."""
    return view.task.id or view.task.name


def lane_of(view: TaskView) -> str:
    """The lane that has it, else the one that it names, marked as a wish."""
    if view.holder is not None:
        return str(view.holder.lane)
    if view.work is Work.MERGED and view.effort is not None:
        return view.effort.lane
    return f"→{view.task.lane}" if view.task.lane else ""


def matches(view: TaskView, wanted: str) -> bool:
    """Whether every word of `wanted` stands in what the row says."""
    if not wanted:
        return True
    task = view.task
    told = " ".join(
        (task.id, task.name, task.title, view.work, view.why, lane_of(view), task.agent, task.role)
    ).casefold()
    return all(word in told for word in wanted.casefold().split())


# ------------------------------------------------------------------ one row


def state_of(view: TaskView) -> tuple[str, str, str]:
    """Glyph, word and style of how a task stands."""
    if view.arriving:
        return ARRIVING
    glyph, style = LOOKS[view.work]
    return glyph, view.work.value, style


def row_line(row: Row, table: Table, width: int, *, chosen: bool = False) -> Content:
    """One row, at most `width` cells."""
    if isinstance(row, Heading):
        return Content.assemble(
            (f" {row.title}", "bold $accent"), (f"  {row.about}", "$muted")
        ).truncate(width, ellipsis=True)
    glyph, word, style = state_of(row)
    roomy = width >= ROOMY
    head = Content.assemble(
        ("▸" if chosen else " ", "bold $accent"),
        (f"{glyph} {word}".ljust(WORD), style),
        _cell(name_of(row), table.id_width, "bold $foreground"),
        " ",
        _cell(lane_of(row), table.lane_width, "$accent") if roomy and table.lane_width else "",
        " " if roomy and table.lane_width else "",
        (f"{'' if row.wave is None else row.wave + 1:>3} ", "$muted") if roomy else "",
        " ",
    )
    line = Content.assemble(head, _rest(row, table, width - head.cell_length))
    return line.truncate(width, ellipsis=True) if line.cell_length > width else line


def _cell(raw: str, width: int, style: str) -> Content:
    cell = present.text(raw, style, width=60).truncate(width, ellipsis=True)
    return cell.pad_right(max(0, width - cell.cell_length))


def _rest(view: TaskView, table: Table, room: int) -> Content:
    """Title and reason share what is left; reasons begin in one column."""
    title = present.text(view.task.title, "$foreground", width=300)
    why = reason_of(view)
    column = min(table.title_width, max(room - WHY, room * 9 // 20))
    left = room - column - 2
    if not why or left < present.READABLE:
        return title.truncate(max(0, room), ellipsis=True)
    title = title.truncate(column, ellipsis=True)
    title = title.pad_right(max(0, column - title.cell_length) + 2)
    return Content.assemble(title, why.truncate(left, ellipsis=True))


def reason_of(view: TaskView) -> Content:
    """Why a task stands as it does, with what else should be seen."""
    style = "$warning" if view.work in NEEDS else "$muted"
    parts = [present.text(view.why, style, width=300)] if view.why else []
    if view.changed:
        parts.append(Content.styled("its file is not what the lane was told", "$warning"))
    if view.task.problems and view.work is not Work.MERGED:
        parts.append(present.text(f"look at it: {view.task.problems[0]}", "$warning", width=200))
    return present.joined(parts, Content.styled("; ", "$muted"))


# ------------------------------------------------------------------ counts


def counts(board: Board) -> list[tuple[Work, int]]:
    """How many tasks are in each state, in the order of the board; empty ones left out."""
    tally: dict[Work, int] = {}
    for view in board.tasks:
        tally[view.work] = tally.get(view.work, 0) + 1
    return [(work, tally[work]) for work in LOOKS if work in tally]


def count_parts(board: Board) -> list[Content]:
    """`? 2 blocked`, `● 3 running`, …: a part for each state."""
    parts = []
    for work, count in counts(board):
        glyph, style = LOOKS[work]
        parts.append(Content.styled(f"{glyph} {present.number(count)} {work}", style))
    arriving = sum(view.arriving for view in board.tasks)
    if arriving:
        parts.append(Content.styled(f"{ARRIVING[0]} {arriving} {ARRIVING[1]}", ARRIVING[2]))
    return parts


def one_line(view: TaskView) -> Content:
    """A task in a sentence's room: id and title."""
    return Content.assemble(
        present.text(name_of(view), "bold $foreground", width=40),
        " ",
        present.text(view.task.title, "$foreground", width=300),
    )
