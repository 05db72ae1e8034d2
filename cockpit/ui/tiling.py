"""How the board is laid out: panels side by side, or, where they would be too small to read,
one panel whole and the others folded to a line each. Pure arithmetic on cells.
"""

from __future__ import annotations

from textual.geometry import Region

from cockpit.dataclass import dataclass

MIN_WIDTH = 38
MIN_HEIGHT = 8
"""A panel smaller than this can't be read; the grid scrolls instead."""
MIN_STRIP = 30
"""A folded lane's line narrower than this can't say its name and state."""
GOOD_REST = 10
"""Lines of the whole panel below folded ones that are worth another column of these."""
GOOD_WIDTH = 80
GOOD_HEIGHT = 24
"""A panel of this size shows a whole pane."""


@dataclass(frozen=True, slots=True)
class Tiling:
    """How panels are laid out: `columns`, and rows of `height` lines each."""

    columns: int
    height: int


def tile(count: int, width: int, height: int, columns: int = 0) -> Tiling:
    """The best tiling of `count` panels on `width`×`height` cells; `columns` 0 is automatic.

    Best is where a panel shows the most of an 80×24 pane in its smaller direction; of equals
    the one with fewer columns. If none is readable: as many columns as are, and scrolling.
    """
    if count <= 0 or width <= 0 or height <= 0:
        return Tiling(1, max(1, height))
    most = max(1, width // MIN_WIDTH)
    if columns > 0:
        return _scrolling(count, height, max(1, min(columns, count)))
    best, best_score = _scrolling(count, height, min(most, count)), -1.0
    for candidate in range(1, min(most, count) + 1):
        rows = -(-count // candidate)
        if height // rows < MIN_HEIGHT and rows > 1:
            continue
        score = min(width / candidate / GOOD_WIDTH, height / rows / GOOD_HEIGHT)
        if score > best_score + 1e-9:
            best, best_score = Tiling(candidate, height // rows), score
    return best


def folds(count: int, width: int, height: int) -> bool:
    """Whether so many panels can't all be read in `width`×`height` cells, so that all but one
    are better folded (as lazygit does with its panels)."""
    if count < 2:
        return False
    most = max(1, width // MIN_WIDTH)
    rows = -(-count // min(most, count))
    return height // rows < MIN_HEIGHT


def fold(count: int, width: int, height: int) -> Tiling:
    """Where the folded lanes stand, above the whole panel: in as few columns as leave it
    `GOOD_REST` lines, each line `width // columns` wide; `height` is how many lines they take.
    What does not fit even so is scrolled to, and the panel keeps `MIN_HEIGHT`."""
    most = max(1, width // MIN_STRIP)
    for columns in range(1, most + 1):
        rows = -(-count // columns)
        if height - rows >= GOOD_REST:
            return Tiling(columns, rows)
    return Tiling(most, max(1, min(-(-count // most), height - MIN_HEIGHT)))


def _scrolling(count: int, height: int, columns: int) -> Tiling:
    rows = -(-count // columns)
    visible = max(1, min(rows, height // MIN_HEIGHT))
    return Tiling(columns, max(1, height // visible))


def regions(count: int, width: int, height: int, columns: int = 0) -> list[Region]:
    """Where each panel lies. The last row's panels share its whole width, and what does not
    divide goes to the first columns and the last row, so that no cell is left over."""
    tiling = tile(count, width, height, columns)
    rows = -(-count // tiling.columns) if count else 0
    placed: list[Region] = []
    fits = rows * tiling.height <= height
    for row in range(rows):
        in_row = min(tiling.columns, count - row * tiling.columns)
        top = row * tiling.height
        tall = height - top if fits and row == rows - 1 else tiling.height
        for column in range(in_row):
            left, right = column * width // in_row, (column + 1) * width // in_row
            placed.append(Region(left, top, right - left, tall))
    return placed
