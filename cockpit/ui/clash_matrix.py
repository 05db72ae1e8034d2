"""The radar as text: a sign on a lane's panel, and the matrix of all sides. Pure; every sign
is readable without colour.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from textual.content import Content

from cockpit.dataclass import dataclass
from cockpit.domain.clash import Radar
from cockpit.domain.fleet import Fleet
from cockpit.domain.ids import LaneId
from cockpit.ui import present

SWORDS = "⚔"
TOGETHER = "·"
ITSELF = "╲"
NOTHING = "–"
UNKNOWN = "?"

WIDE, HALF, MIDDLE = 64, 54, 46
"""Cells of a panel from which its sign names a path and how many more there are; a path, cut
short; who clashes. Below that it says how many do."""
NAMED = 5
"""Cells of a column that is headed by a name, cut short; narrower ones have the lane's letter."""
SHORT = 18
LONG = 28
"""Cells of a path that is cut short."""

Side = LaneId | None
"""None is the target."""


def sign(fleet: Fleet, lane: LaneId, width: int) -> Content:
    """A panel's sign: `⚔ beta src/api.py +2, 1 more`, `⚔ beta src/api.py, 1 more`, `⚔ beta +1`,
    `⚔2`, by the panel's width."""
    clashes = fleet.radar.of(lane)
    if not clashes:
        return present.EMPTY
    with_target = clashes[0].other is None
    style = "bold $error" if with_target else "bold $warning"
    if width < MIDDLE:
        return Content.styled(f"{SWORDS}{len(clashes)}", style)
    first = clashes[0]
    who = present.text(first.other or fleet.target, style, width=24)
    more = f" +{len(clashes) - 1}" if len(clashes) > 1 else ""
    if width < HALF:
        return Content.assemble((f"{SWORDS} ", style), who, (more, style))
    whole = width >= WIDE
    name = first.paths[0].path
    path = present.text(present.path_end(name, LONG if whole else SHORT), style)
    rest = f" +{len(first.paths) - 1}" if whole and len(first.paths) > 1 else ""
    others = f", {len(clashes) - 1} more" if len(clashes) > 1 else ""
    return Content.assemble((f"{SWORDS} ", style), who, " ", path, (rest + others, style))


# ------------------------------------------------------------------ the matrix


@dataclass(frozen=True, slots=True)
class Matrix:
    """What the matrix shows: the lanes, which are its rows and (after the target) its columns,
    with their letters; `counts` are conflicting paths by row and column."""

    radar: Radar
    lanes: tuple[LaneId, ...]
    keys: Mapping[LaneId, str]
    target: str
    counts: Mapping[tuple[LaneId, Side], int]

    @property
    def columns(self) -> tuple[Side, ...]:
        return (None, *self.lanes)

    def name(self, side: Side) -> str:
        return side if side is not None else self.target

    def cell(self, row: LaneId, column: Side) -> tuple[str, str]:
        """A cell's text and style."""
        if row == column:
            return ITSELF, "$border"
        if self.radar.why_unknown(row, column):
            return UNKNOWN, "bold $muted"
        count = self.counts.get((row, column))
        if count is not None:
            return str(count), "bold $error" if column is None else "bold $warning"
        if row in self.radar.idle or column in self.radar.idle:
            return NOTHING, "$muted"
        return TOGETHER, "$muted"


def matrix_of(fleet: Fleet, radar: Radar) -> Matrix:
    """Lanes that were looked at, in the board's order."""
    seen = set(radar.lanes)
    order = [lane for lane in fleet.lanes if lane in seen]
    order += [lane for lane in radar.lanes if lane not in fleet.lanes]
    keys = {lane: view.key for lane, view in fleet.lanes.items()}
    counts: dict[tuple[LaneId, Side], int] = {}
    for clash in radar.clashes:
        counts[clash.lane, clash.other] = len(clash.paths)
        if clash.other is not None:
            counts[clash.other, clash.lane] = len(clash.paths)
    return Matrix(radar, tuple(order), keys, fleet.target, counts)


def matrix_width(matrix: Matrix) -> int:
    """Cells that the whole matrix with names takes."""
    return _label(matrix) + len(matrix.columns) * (_name_width(matrix) + 2) + 1


def matrix_lines(
    matrix: Matrix, at: tuple[int, int], width: int, height: int
) -> tuple[list[Content], int]:
    """The matrix in `height` lines of `width` cells around the cell `at` (row, column), and
    which row of the matrix the first line below the heading is."""
    frame = _frame(matrix, at, width, height)
    first, after, chosen = frame.first, frame.first + frame.columns, at[1] - frame.first
    columns, label, cell = matrix.columns[first:after], frame.label, frame.cell
    hidden = ("‹" if first else " ", "›" if after < len(matrix.columns) else " ")
    lines = [_head(matrix, columns, label, cell, hidden, frame.full, chosen)]
    for number in range(frame.top, frame.top + frame.rows):
        here = chosen if number == at[0] else -1
        lines.append(_row(matrix, matrix.lanes[number], columns, label, cell, here))
    return lines, frame.top


def cell_at(
    matrix: Matrix, at: tuple[int, int], width: int, height: int, line: int, x: int
) -> tuple[int, int] | None:
    """The cell (row, column) that `matrix_lines` of the same values draws at a place, `x` cells
    into a line: on the heading that of the cursor's row, on a lane's name that of the cursor's
    column. None beside the matrix."""
    frame = _frame(matrix, at, width, height)
    column = (x - frame.left) // frame.cell + frame.first if x >= frame.left else at[1]
    row = at[0] if line == 0 else frame.top + line - 1
    known = frame.first <= column < frame.first + frame.columns or x < frame.left
    return (row, column) if known and frame.top <= row < frame.top + frame.rows else None


@dataclass(frozen=True, slots=True)
class _Frame:
    """Which part of the matrix is shown, and how wide it is drawn."""

    first: int
    """The first column that is shown."""
    columns: int
    top: int
    """The first row that is shown."""
    rows: int
    label: int
    cell: int
    full: bool
    """Whether columns are headed by names."""

    @property
    def left(self) -> int:
        """Where the first column begins."""
        return self.label + 1


def _frame(matrix: Matrix, at: tuple[int, int], width: int, height: int) -> _Frame:
    label = _label(matrix)
    cell = min(_name_width(matrix) + 2, (width - label - 2) // len(matrix.columns))
    full = cell >= NAMED
    cell = cell if full else 3
    first, count = _window(at[1], len(matrix.columns), max(1, (width - label - 2) // cell))
    top, rows = _window(at[0], len(matrix.lanes), max(1, height - 1))
    return _Frame(first, count, top, rows, label, cell, full)


def _label(matrix: Matrix) -> int:
    """Cells of a row's heading: its letter and its name."""
    return 4 + max([4, *(min(len(lane), 10) for lane in matrix.lanes)])


def _name_width(matrix: Matrix) -> int:
    return max([3, *(min(len(matrix.name(side)), 9) for side in matrix.columns)])


def _window(at: int, count: int, room: int) -> tuple[int, int]:
    """First index and number of what is shown of `count` things, `at` among them."""
    shown = min(count, room)
    first = max(0, min(at - shown // 2, count - shown))
    return first, shown


def _head(
    matrix: Matrix,
    columns: Sequence[Side],
    label: int,
    cell: int,
    hidden: tuple[str, str],
    full: bool,
    chosen: int,
) -> Content:
    parts: list[Content] = [Content.styled(" " * label + hidden[0], "$muted")]
    for number, side in enumerate(columns):
        name = matrix.name(side) if full or side is None else matrix.keys.get(side, "?")
        room = cell - 1
        style = "bold $accent" if number == chosen else "bold $foreground"
        text = present.text(name, width=60).plain
        shown = text if len(text) <= room else text[: room - 1] + "…"
        if side is None and not full:
            shown = "⌂"
        parts.append(Content.styled(shown.center(cell), style))
    return Content.assemble(*parts, (hidden[1], "$muted"))


def _row(
    matrix: Matrix, lane: LaneId, columns: Sequence[Side], label: int, cell: int, chosen: int
) -> Content:
    style = "bold $accent" if chosen >= 0 else "$foreground"
    if lane in matrix.radar.idle:
        style = "$muted" if chosen < 0 else style
    key = present.text(matrix.keys.get(lane, "-"), style, width=2)
    name = present.text(lane, style, width=label - 4)
    begin = Content.assemble(" ", key, " " * (2 - key.cell_length), name)
    parts = [begin, Content(" " * (label - begin.cell_length + 1))]
    for number, side in enumerate(columns):
        text, look = matrix.cell(lane, side)
        text = "+" if len(text) >= cell else text
        if number == chosen:
            framed = f"[{text}]".center(cell)
            parts.append(Content.styled(framed, "bold $ink on $accent"))
        else:
            parts.append(Content.styled(text.center(cell), look))
    return Content.assemble(*parts)


def legend() -> Content:
    """What the cells' signs mean."""
    pieces = [
        ("3", "bold $warning"),
        (" paths conflict  ", "$muted"),
        (TOGETHER, "bold"),
        (" go together  ", "$muted"),
        (NOTHING, "bold"),
        (" brings nothing  ", "$muted"),
        (UNKNOWN, "bold"),
        (" not known  ", "$muted"),
        ("⌂", "bold"),
        (" target", "$muted"),
    ]
    return Content.assemble("  ", *pieces)
