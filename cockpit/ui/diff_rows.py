"""A lane's diff as rows, file after file: what stands in which row, nothing of how it looks.

Pure. A file whose body was not read yet has a row that says so in its place; rows are built
for one file at a time, and where a file begins is a sum, so a change of 10,000 files costs
little until it is looked at.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import field
from enum import Enum
from itertools import accumulate

from cockpit.dataclass import dataclass
from cockpit.domain import words
from cockpit.domain.change import FileDiff
from cockpit.domain.hunks import Hunk, HunkLine, parse_hunks
from cockpit.domain.review import Comment, Side
from cockpit.ui import present
from cockpit.ui.file_notes import all_crlf, notes

LINES = 20_000
"""Lines of one file that have rows."""


class Kind(Enum):
    FILE = "file"
    NOTE = "note"
    HUNK = "hunk"
    LINE = "line"
    COMMENT = "comment"
    GAP = "gap"


@dataclass(frozen=True, slots=True)
class Row:
    """One row. `hunk` and `line` are places in the file's hunks; `other` is, side by side, the
    line on the right (-1: none), else the line that this one became or was."""

    kind: Kind
    hunk: int = -1
    line: int = -1
    other: int = -1
    text: str = ""
    style: str = ""
    comment: Comment | None = None


@dataclass(frozen=True, slots=True)
class FileRows:
    """One file with its hunks and rows. `waiting`: its body is still to be read."""

    file: FileDiff
    hunks: tuple[Hunk, ...]
    rows: tuple[Row, ...]
    folded: bool = False
    crlf: bool = False
    """Every line ends in CR LF, which is said once and not at each line."""
    sides: bool = False

    @property
    def waiting(self) -> bool:
        return not self.file.loaded and not self.folded

    def at(self, row: Row) -> HunkLine | None:
        return self.hunks[row.hunk].lines[row.line] if row.line >= 0 else None

    def other(self, row: Row) -> HunkLine | None:
        return self.hunks[row.hunk].lines[row.other] if row.other >= 0 else None


_FOLDED = (Row(Kind.FILE),)
_WAITING = (Row(Kind.FILE), Row(Kind.NOTE, text="reading …", style="$muted"), Row(Kind.GAP))


def file_rows(
    file: FileDiff,
    *,
    sides: bool = False,
    folded: bool = False,
    comments: Sequence[Comment] = (),
    hunks: tuple[Hunk, ...] | None = None,
) -> FileRows:
    """The rows of one file."""
    if folded:
        return FileRows(file, hunks or (), _FOLDED, folded=True)
    if not file.loaded:
        return FileRows(file, (), _WAITING)
    if hunks is None:
        hunks = parse_hunks(file.body)
    rows = [Row(Kind.FILE)]
    rows += [Row(Kind.NOTE, text=text, style=style) for text, style in notes(file, hunks)]
    left = list(comments)
    rows += _comment_rows([one for one in left if not one.first])
    left = [one for one in left if one.first]
    shown = 0
    for place, hunk in enumerate(hunks):
        if shown + len(hunk.lines) > LINES:
            more = sum(len(rest.lines) for rest in hunks[place:])
            rows.append(Row(Kind.NOTE, text=f"… {more} more lines", style="$warning"))
            break
        shown += len(hunk.lines)
        rows.append(Row(Kind.HUNK, place))
        for row in _side_rows(place, hunk) if sides else _line_rows(place, hunk):
            rows.append(row)
            here = [one for one in left if _is_below(hunk, row, one, sides)]
            left = [one for one in left if one not in here]
            rows += _comment_rows(here)
    rows += _comment_rows(left, lost=True)
    if file.truncated:
        size = f" ({present.size(file.new_size)} in all)" if file.new_size is not None else ""
        text = f"… the rest is too long to show here{size}; an editor shows it"
        rows.append(Row(Kind.NOTE, text=text, style="$warning"))
    return FileRows(file, hunks, (*rows, Row(Kind.GAP)), crlf=all_crlf(hunks), sides=sides)


def _line_rows(place: int, hunk: Hunk) -> Iterator[Row]:
    partner = _partners(hunk)
    for at in range(len(hunk.lines)):
        yield Row(Kind.LINE, place, at, partner.get(at, -1))


def _side_rows(place: int, hunk: Hunk) -> Iterator[Row]:
    """Old on the left, new on the right; of a block of changed lines, pairs beside each other."""
    partner = _partners(hunk)
    at = 0
    while at < len(hunk.lines):
        if hunk.lines[at].kind == " ":
            yield Row(Kind.LINE, place, at, at)
            at += 1
            continue
        end = at
        while end < len(hunk.lines) and hunk.lines[end].kind != " ":
            end += 1
        removed = [one for one in range(at, end) if hunk.lines[one].kind == "-"]
        added = [one for one in range(at, end) if hunk.lines[one].kind == "+"]
        yield from _beside(place, removed, added, partner)
        at = end


def _beside(
    place: int, removed: Sequence[int], added: Sequence[int], partner: dict[int, int]
) -> Iterator[Row]:
    right = 0
    for one in removed:
        other = partner.get(one, -1)
        if other >= 0:
            while right < len(added) and added[right] < other:
                yield Row(Kind.LINE, place, -1, added[right])
                right += 1
            right += 1
        yield Row(Kind.LINE, place, one, other)
    for other in added[right:]:
        yield Row(Kind.LINE, place, -1, other)


def _partners(hunk: Hunk) -> dict[int, int]:
    """Removed lines and what they became, both ways."""
    found: dict[int, int] = {}
    at = 0
    lines = hunk.lines
    while at < len(lines):
        removed = _run(lines, at, "-")
        added = _run(lines, at + len(removed), "+")
        if removed and added:
            olds = [lines[one].text for one in removed]
            news = [lines[one].text for one in added]
            for one, other in words.pairs(olds, news).items():
                found[removed[one]] = added[other]
                found[added[other]] = removed[one]
        at += max(1, len(removed) + len(added))
    return found


def _run(lines: Sequence[HunkLine], at: int, kind: str) -> range:
    end = at
    while end < len(lines) and lines[end].kind == kind:
        end += 1
    return range(at, end)


def _comment_rows(comments: Sequence[Comment], *, lost: bool = False) -> list[Row]:
    rows = []
    for comment in comments:
        for number, text in enumerate(comment.text.split("\n")):
            if lost and not number:
                text = f"(about {comment.place} as it was) {text}"
            rows.append(Row(Kind.COMMENT, text=text, comment=comment))
    return rows


def _is_below(hunk: Hunk, row: Row, comment: Comment, sides: bool) -> bool:
    """Whether the comment belongs under this row: it ends at its line."""
    old = comment.side is Side.OLD
    for place in (row.line, row.other) if sides else (row.line,):
        line = hunk.lines[place] if place >= 0 else None
        if line is not None and comment.last == (line.old if old else line.new):
            return True
    return False


@dataclass(slots=True)
class Document:
    """All files' rows in one sequence."""

    files: list[FileRows] = field(default_factory=list)
    starts: list[int] = field(default_factory=list)
    """The row at which each file begins; one more for the end."""

    @classmethod
    def of(cls, files: Sequence[FileRows]) -> Document:
        made = cls(list(files))
        made.measure()
        return made

    def measure(self) -> None:
        """To be called after `files` changed."""
        self.starts = [0, *accumulate(len(file.rows) for file in self.files)]

    @property
    def count(self) -> int:
        return self.starts[-1] if self.starts else 0

    def place(self, row: int) -> tuple[int, int]:
        """(file, row within it) of a row of the document; of an empty one the beginning."""
        if not self.files:
            return 0, 0
        file = max(0, min(len(self.files), bisect_right(self.starts, row)) - 1)
        return file, row - self.starts[file]

    def row(self, number: int) -> tuple[FileRows, Row]:
        file, at = self.place(number)
        return self.files[file], self.files[file].rows[at]

    def number(self, file: int, at: int) -> int:
        """The row of the document; `at` beyond the file's rows is its last one."""
        if not self.files:
            return 0
        file = max(0, min(file, len(self.files) - 1))
        return self.starts[file] + min(max(0, at), len(self.files[file].rows) - 1)

    def next_hunk(self, row: int, by: int) -> int | None:
        """The next row (by 1) or the one before (by -1) at which a hunk begins."""
        at = row + by
        while 0 <= at < self.count:
            if self.row(at)[1].kind is Kind.HUNK:
                return at
            at += by
        return None
