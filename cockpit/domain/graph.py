"""A history as a drawing of columns: one row a commit, every edge to a parent a line. Pure.

| glyph | means |
|---|---|
| `○ ●` | the commit (the caller may choose another sign) |
| `│` | an edge that passes by |
| `╮ ╭` | an edge to a further parent goes down from here |
| `╯ ╰` | an edge from above ends here, at this row's commit |
| `┤ ├` | an edge joins one that is there already |
| `┬ ┴` | the same as `╮ ╯`, and an edge goes on to the right |
| `┼` | an edge crosses one that passes by |

The first parent stays in its commit's column, so that a branch is a straight line. Columns that
become free are taken again from the left. A drawing wider than asked for is cut at the right
and says so with `…`.
"""

from __future__ import annotations

import heapq
from collections.abc import Collection, Sequence

from cockpit.dataclass import dataclass

UP, DOWN, LEFT, RIGHT = 1, 2, 4, 8

_GLYPHS = {
    0: " ",
    UP: "╵",
    DOWN: "╷",
    LEFT: "─",
    RIGHT: "─",
    UP | DOWN: "│",
    LEFT | RIGHT: "─",
    UP | LEFT: "╯",
    UP | RIGHT: "╰",
    DOWN | LEFT: "╮",
    DOWN | RIGHT: "╭",
    UP | DOWN | LEFT: "┤",
    UP | DOWN | RIGHT: "├",
    UP | LEFT | RIGHT: "┴",
    DOWN | LEFT | RIGHT: "┬",
    UP | DOWN | LEFT | RIGHT: "┼",
}


@dataclass(frozen=True, slots=True)
class Node:
    """A commit and its parents, first parent first, as far as a drawing needs it."""

    commit: str
    parents: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class GraphRow:
    """One row. `cells` says for each column where lines leave its middle (`UP` …), `gaps` for
    each column whether a line runs on to the next one; `column` is the commit's own."""

    commit: str
    column: int
    cells: tuple[int, ...]
    gaps: tuple[bool, ...]

    def text(self, sign: str = "○", *, most: int = 0) -> str:
        """The row with `sign` for the commit, in at most `most` columns (0: all). A commit
        that lies beyond stands at the edge, after the `…`."""
        pieces = []
        for at, (cell, runs_on) in enumerate(zip(self.cells, self.gaps, strict=True)):
            glyph = sign if at == self.column else _GLYPHS[cell]
            pieces.append(glyph + ("─" if runs_on else " "))
        if most and len(pieces) > most:
            kept = pieces[: most - 1] if self.column < most - 1 else pieces[: most - 2]
            tail = "…" if self.column < most - 1 else f"… {sign}"
            return "".join(kept) + tail
        return "".join(pieces).rstrip()


def in_order(nodes: Sequence[Node]) -> list[int]:
    """Places of `nodes` so that every commit comes before its parents, otherwise as they are
    given: clocks that are wrong, or lie, turn nothing upside down."""
    place = {node.commit: at for at, node in enumerate(nodes)}
    children = [0] * len(nodes)
    for node in nodes:
        for parent in set(node.parents):
            if parent in place:
                children[place[parent]] += 1
    ready = [at for at, count in enumerate(children) if not count]
    heapq.heapify(ready)
    order: list[int] = []
    while ready:
        at = heapq.heappop(ready)
        order.append(at)
        for parent in set(nodes[at].parents):
            if parent in place:
                children[place[parent]] -= 1
                if not children[place[parent]]:
                    heapq.heappush(ready, place[parent])
    return order


def draw(nodes: Sequence[Node]) -> list[GraphRow]:
    """A row for each node, in the order given: every commit before its parents (`in_order`).
    A parent that is not among `nodes` is drawn as a line that runs on."""
    rows: list[GraphRow] = []
    columns: list[str] = []
    """The commit that each column's line leads to; empty for a free column."""
    for node in nodes:
        before = list(columns)
        at = _own_column(columns, node.commit)
        ending = [n for n, wanted in enumerate(before) if wanted == node.commit and n != at]
        for column in ending:
            columns[column] = ""
        first, *others = node.parents or ("",)
        columns[at] = first
        opened, joined = _further(columns, at, others, ending)
        rows.append(_row(node.commit, before, columns, at, ending, [*opened, *joined]))
        while columns and not columns[-1]:
            columns.pop()
    return rows


def _own_column(columns: list[str], commit: str) -> int:
    """The leftmost column that leads to the commit, else a free one."""
    if commit in columns:
        return columns.index(commit)
    return _free(columns, ())


def _free(columns: list[str], without: Collection[int]) -> int:
    """The leftmost free column that is not one of `without`; the last one is new."""
    for at, wanted in enumerate(columns):
        if not wanted and at not in without:
            return at
    columns.append("")
    return len(columns) - 1


def _further(
    columns: list[str], at: int, others: Sequence[str], ending: Sequence[int]
) -> tuple[list[int], list[int]]:
    """Columns of the further parents: opened for them, or joined since they lead there. One in
    which an edge ends on this very row is not taken: it would look as if it went on."""
    opened: list[int] = []
    joined: list[int] = []
    for parent in dict.fromkeys(others):
        if parent == columns[at]:
            continue
        if parent in columns:
            joined.append(columns.index(parent))
            continue
        column = _free(columns, ending)
        columns[column] = parent
        opened.append(column)
    return opened, joined


def _row(
    commit: str,
    before: Sequence[str],
    after: Sequence[str],
    at: int,
    ending: Sequence[int],
    going: Sequence[int],
) -> GraphRow:
    width = max(len(before), len(after))
    cells = [0] * width
    for column in range(width):
        if column < len(before) and before[column]:
            cells[column] |= UP
        if column < len(after) and after[column]:
            cells[column] |= DOWN
    gaps = [False] * width
    for column in {*ending, *going}:
        low, high = sorted((at, column))
        for between in range(low, high):
            gaps[between] = True
    for column in range(width):
        if column and gaps[column - 1]:
            cells[column] |= LEFT
        if gaps[column]:
            cells[column] |= RIGHT
    return GraphRow(commit, at, tuple(cells), tuple(gaps))
