"""Tables for a terminal, as pure functions: how wide text is, and how columns share a line."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Sequence

from cockpit.dataclass import dataclass

GAP = 2
"""Blank cells between columns."""


FACTS = ", "
"""What stands between the facts of one cell."""


def cells(text: str) -> int:
    """How many terminal cells `text` takes: two for wide characters, none for combining ones."""
    if text.isascii():
        return len(text)
    return sum(
        0
        if unicodedata.combining(c) or unicodedata.category(c) in ("Cf", "Me", "Mn")
        else 2
        if unicodedata.east_asian_width(c) in "WF"
        else 1
        for c in text
    )


def cut(text: str, width: int) -> str:
    """`text` in at most `width` cells; what is cut ends in `…`."""
    if cells(text) <= width:
        return text
    kept, used = [], 0
    for c in text:
        used += cells(c)
        if used > width - 1:
            break
        kept.append(c)
    return "".join(kept) + "…" if width > 0 else ""


def cut_path(text: str, width: int) -> str:
    """`text` in at most `width` cells, its end kept: that is where paths differ."""
    if cells(text) <= width:
        return text
    kept = text
    while kept and cells(kept) > width - 1:
        kept = kept[1:]
    return "…" + kept if width > 0 else ""


def clip(text: str, width: int) -> str:
    """As `cut`, but a list of facts loses whole ones, as long as the first fits."""
    if cells(text) <= width:
        return text
    facts = text.split(FACTS)
    while len(facts) > 1:
        facts.pop()
        kept = FACTS.join([*facts, "…"])
        if cells(kept) <= width:
            return kept
    return cut(text, width)


@dataclass(frozen=True, slots=True)
class Column:
    """A column. `least` is the width it may be cut down to when the line is too long; None:
    never cut. Where that is not enough, the column of the lowest `rank` is left out, then the
    next; None: never left out. `cut` shortens a cell's text to that many cells."""

    title: str
    right: bool = False
    least: int | None = None
    rank: int | None = None
    cut: Callable[[str, int], str] = clip


def padded(text: str, width: int, *, right: bool = False) -> str:
    """`text` filled with blanks to `width` cells."""
    fill = " " * max(0, width - cells(text))
    return fill + text if right else text + fill


def widths(columns: Sequence[Column], rows: Sequence[Sequence[str]], total: int) -> list[int]:
    """The width of each column, so that the line fits `total` cells where it can.

    Columns give up cells one by one, the widest above its `least` first. `total` 0 means
    as wide as it likes (a pipe).
    """
    wanted = [
        max([cells(column.title), *(cells(row[at]) for row in rows)])
        for at, column in enumerate(columns)
    ]
    over = sum(wanted) + GAP * (len(columns) - 1) - total if total > 0 else 0
    while over > 0:
        spare = [
            (wanted[at] - column.least, at)
            for at, column in enumerate(columns)
            if column.least is not None and wanted[at] > column.least
        ]
        if not spare:
            break
        wanted[max(spare)[1]] -= 1
        over -= 1
    return wanted


def fit(
    columns: Sequence[Column], rows: Sequence[Sequence[str]], total: int
) -> tuple[list[int], list[int]]:
    """Which columns are shown (by place) in a line of `total` cells, and how wide each is.

    Columns are cut to their `least` first; then the least important is left out, and the rest
    has its room. 0 shows all in full.
    """
    shown = list(range(len(columns)))
    while True:
        chosen = [columns[at] for at in shown]
        sizes = widths(chosen, [[row[at] for at in shown] for row in rows], total)
        fits = total <= 0 or sum(sizes) + GAP * (len(shown) - 1) <= total
        ranked = [(rank, at) for at in shown if (rank := columns[at].rank) is not None]
        if fits or not ranked:
            return shown, sizes
        shown.remove(min(ranked)[1])
