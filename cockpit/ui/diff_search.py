"""Searching in a lane's diff: where the matches are, and which one comes next. Pure."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import field

from cockpit.dataclass import dataclass
from cockpit.domain.change import FileDiff
from cockpit.ui.diff_lines import occurrences
from cockpit.ui.diff_rows import FileRows, Kind
from cockpit.ui.review_page import ReviewPage
from cockpit.ui.shown import WHOLE, shown_line

Match = tuple[int, int]
"""A file's place, and a row within it when it is unfolded."""


@dataclass(slots=True)
class DiffSearch:
    """One search; `matches` are in the order of the page. `left` files are still unread."""

    wanted: str = ""
    matches: list[Match] = field(default_factory=list)
    left: int = 0
    at: int = -1
    turned: str = ""
    """Said when the search went over the end of the page."""
    passed: set[int] = field(default_factory=set)
    """Places of unread files whose lines were looked through and hold nothing: they stay
    unread, since a page of 10,000 files with all their lines takes a gigabyte."""
    _page: ReviewPage | None = None

    def words(self) -> str:
        """What the heading says of it."""
        if not self.wanted:
            return ""
        if self.left:
            return f"searching, {self.left} files to read …"
        if not self.matches:
            return "no match"
        return f"match {self.at + 1}/{len(self.matches)}{self.turned}"

    def unread(self, page: ReviewPage) -> list[int]:
        """Places of files whose lines are still to be looked through."""
        if page is not self._page:
            self._page, self.passed = page, set()
        return [place for place in page.waiting() if place not in self.passed]

    def find(self, page: ReviewPage) -> None:
        """Every row that holds what is wanted. Takes seconds where much does: for a thread."""
        self.left = 0
        self.matches = [
            (place, row)
            for place, file in enumerate(page.files)
            if self.may_hold(file)
            for row in self._in_file(page.unfolded(place))
        ]

    def may_hold(self, file: FileDiff) -> bool:
        """Whether it is worth looking line by line: what ASCII lines show is in them as it is
        (other letters may be composed, `text.safe`)."""
        wanted, whole = self.wanted, f"{file.path}\n{file.body}"
        if not (wanted.isascii() and wanted.isprintable() and whole.isascii()):
            return True
        return wanted in (whole if wanted != wanted.lower() else whole.lower())

    def _in_file(self, file: FileRows) -> list[int]:
        found = []
        for number, row in enumerate(file.rows):
            if row.kind is Kind.FILE:
                texts = [file.file.path]
            elif row.kind is Kind.LINE:
                lines = (file.hunks[row.hunk].lines[at] for at in (row.line,) if at >= 0)
                texts = [line.text for line in lines]
                other = file.other(row)
                if other is not None and (row.line < 0 or file.sides):
                    texts.append(other.text)
            else:
                continue
            if any(occurrences(shown_line(text, width=WHOLE), self.wanted) for text in texts):
                found.append(number)
        return found

    def next_row(self, page: ReviewPage, cursor: int, by: int, *, here: bool) -> Match | None:
        """The match after (by 1) or before (by -1) a row of the page, around; with `here` the
        row itself may be it."""
        if not self.matches:
            self.at = -1
            return None
        now = page.document.place(cursor)
        if by > 0:
            at = (bisect_left if here else bisect_right)(self.matches, now)
            over = at >= len(self.matches)
            self.at = 0 if over else at
            self.turned = ", again from the top" if over else ""
        else:
            at = bisect_left(self.matches, now)
            self.at = (at or len(self.matches)) - 1
            self.turned = "" if at else ", again from the end"
        return self.matches[self.at]
