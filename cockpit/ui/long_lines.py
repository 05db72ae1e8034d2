"""The part of a very long line that is in view: a line of a minified file has 100,000 characters
and more, and to style all of it for each row drawn would hold up the screen. Pure."""

from __future__ import annotations

from array import array
from collections import OrderedDict
from collections.abc import Sequence
from itertools import accumulate

from rich.cells import get_character_cell_size

from cockpit.dataclass import dataclass
from cockpit.ui.shown import WHOLE, expanded, shown_line

LONG = 2000
"""Characters from which only a window of a line is drawn."""

KEPT = 1_000_000
"""Characters of long lines that are kept ready; each takes up to 16 bytes (a wide character in
two texts, a place, a column)."""

MOST = 200
"""Lines that are kept, however short."""

PAIR = 2
"""Lines that are kept however long they are: one, and the one that it became."""


@dataclass(frozen=True, slots=True)
class LongLine:
    """A long line as it is shown. `plain` has blanks for tabs; `places` says where each character
    of `text` went in it and is None where both are the same; `columns` are the cells before each
    character of `plain`, None where each takes one."""

    text: str
    plain: str
    places: Sequence[int] | None
    columns: Sequence[int] | None

    @property
    def length(self) -> int:
        """Cells."""
        return self.column(len(self.plain))

    def column(self, at: int) -> int:
        """Cells before a character of `plain`."""
        return at if self.columns is None else self.columns[at]

    def window(self, first: int, cells: int) -> tuple[int, int]:
        """The characters of `plain` that cells from `first` on show, and a few more."""
        if self.columns is None:
            begin, end = first, first + cells
        else:
            from bisect import bisect_left, bisect_right

            begin = bisect_right(self.columns, first) - 1
            end = bisect_left(self.columns, first + cells) + 1
        return min(max(0, begin), len(self.plain)), min(end, len(self.plain))

    def place(self, at: int) -> int:
        """Where a character of `text` stands in `plain`."""
        return at if self.places is None else self.places[at]


_ready: OrderedDict[str, LongLine] = OrderedDict()
"""Lines that were looked at, the newest last."""


def long_line(raw: str) -> LongLine:
    """A raw line made ready; takes some milliseconds the first time."""
    known = _ready.pop(raw, None)
    _ready[raw] = line = known or _made(raw)
    held = sum(len(one.plain) for one in _ready.values())
    while (held > KEPT or len(_ready) > MOST) and len(_ready) > PAIR:
        held -= len(_ready.popitem(last=False)[1].plain)
    return line


def forget() -> None:
    """Let go of all lines: nothing that holds long ones is shown any more."""
    _ready.clear()


def _made(raw: str) -> LongLine:
    text = shown_line(raw, width=WHOLE)
    plain, places, columns = text, None, None
    if "\t" in text:
        plain, where = expanded(text)
        places = array("I", where)
    if not plain.isascii():
        columns = array("I", accumulate(map(get_character_cell_size, plain), initial=0))
    return LongLine(text, plain, places, columns)
