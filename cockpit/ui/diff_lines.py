"""How each row of a diff looks: rows of `diff_rows` in, cells of content out. Pure.

Everything from outside passes `present.text` or `shown.shown_line` here. A line is told by its
sign, not by its colour alone: tint and syntax only help.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from textual.content import Content

from cockpit.dataclass import dataclass
from cockpit.domain.change import FileDiff, Layer
from cockpit.domain.hunks import HunkLine
from cockpit.domain.review import Viewed
from cockpit.domain.words import changed_spans
from cockpit.ui import present
from cockpit.ui.diff_rows import FileRows, Kind, Row
from cockpit.ui.long_lines import LONG, long_line
from cockpit.ui.shown import Styled, line_content, shown_line
from cockpit.ui.syntax import Colours
from cockpit.ui.widgets.rows_view import Cell

STATUS = {"A": "new", "M": "changed", "D": "deleted", "R": "renamed", "T": "other type"}
HEADINGS = {
    Layer.COMMITTED: "committed",
    Layer.STAGED: "staged, not committed",
    Layer.UNSTAGED: "changed, not staged",
    Layer.UNTRACKED: "untracked",
}
WHERE = {
    Layer.COMMITTED: "committed",
    Layer.STAGED: "staged",
    Layer.UNSTAGED: "not staged",
    Layer.UNTRACKED: "untracked",
}
VIEWED = {Viewed.YES: ("✓", "$success"), Viewed.CHANGED: ("◐", "$warning"), Viewed.NO: (" ", "")}
UNENDED = "  no newline at the end"
OUTSIDE, CLASH, COMMENT = "⚠", "⚔", "✎"
_GROUND = {"+": "on $diff-added", "-": "on $diff-removed", " ": ""}
_SIGN = {"+": "bold $success", "-": "bold $error", " ": "$muted"}
FOUND = "bold $ink on $warning"
_WORD = {"+": "bold $foreground on $diff-added-word", "-": "bold $foreground on $diff-removed-word"}


@dataclass(frozen=True, slots=True)
class Marks:
    """What is known of a file besides its change. `clashes` are the lanes it would run into."""

    viewed: Viewed = Viewed.NO
    outside: bool = False
    clashes: tuple[str, ...] = ()
    comments: int = 0


@dataclass(frozen=True, slots=True)
class Look:
    """How rows are drawn now."""

    sides: bool = False
    found: str = ""
    """What is searched for, lower case unless the case counts."""
    shift: int = 0
    """Cells that long lines are moved to the left."""
    width: int = 300
    """Cells that are in view of a line at most."""


def row_cells(
    file: FileRows, row: Row, width: int, look: Look, marks: Marks, colours: Colours = ()
) -> Sequence[Cell]:
    """The cells of one row; headings fit `width`, and of a very long line only what is in view
    is drawn."""
    match row.kind:
        case Kind.FILE:
            head = file_heading(file.file, width, marks, folded=file.folded)
            return [Cell(head, ground="on $panel", fixed=True)]
        case Kind.NOTE:
            return [Cell(present.text(f"   {row.text}", row.style, width=1000), fixed=True)]
        case Kind.HUNK:
            hunk = file.hunks[row.hunk]
            heading = (f"  {shown_line(hunk.heading)}", "$muted")
            counts = hunk.header.replace(",1 ", " ")
            text = Content.assemble((counts, "$accent"), heading)
            return [Cell(text, fixed=True)]
        case Kind.COMMENT:
            return [_comment(row)]
        case Kind.GAP:
            return []
        case Kind.LINE if look.sides:
            return _side_cells(file, row, look, colours)
        case Kind.LINE:
            return [_line_cell(file, row, look, colours)]


def file_heading(file: FileDiff, width: int, marks: Marks, *, folded: bool) -> Content:
    """A file's heading; where there is no room, the words go before the name does."""
    word = "not decided" if file.conflicted else STATUS.get(file.status[:1], "changed")
    sign, style = VIEWED[marks.viewed]
    parts: list[present.Part] = [
        (0, Content.styled("▸" if folded else "▾", "$muted")),
        (0, Content.styled(sign, f"bold {style}") if style else present.EMPTY),
        (0, present.text(file.path, "bold $foreground", width=1000)),
        (2, numbers(file)),
        (1, _marks(marks)),
        (3, Content.styled(f"{word}, {WHERE[file.layer]}", "$muted")),
    ]
    return Content.assemble(" ", present.fit(parts, max(1, width - 2), Content(" ")))


def _marks(marks: Marks) -> Content:
    parts = []
    if marks.viewed is Viewed.CHANGED:
        parts.append(Content.styled("changed since you viewed it", "bold $warning"))
    if marks.outside:
        parts.append(Content.styled(f"{OUTSIDE} outside the zone", "bold $warning"))
    if marks.clashes:
        names = present.text(", ".join(marks.clashes), "bold $error", width=60)
        parts.append(Content.assemble((f"{CLASH} ", "bold $error"), names))
    if marks.comments:
        parts.append(Content.styled(f"{COMMENT} {marks.comments}", "bold $accent"))
    return present.joined(parts)


def numbers(file: FileDiff) -> Content:
    """`+12 −3`, or what the file is instead of lines."""
    if file.is_submodule:
        return Content.styled("submodule", "$muted")
    if file.added is None or file.removed is None:
        return Content.styled("binary", "$muted")
    if file.truncated and file.new_size is not None:  # its lines were not counted
        return Content.styled(present.size(file.new_size), "$success")
    if not file.added and not file.removed and "" != file.old_mode != file.new_mode != "":
        return Content.styled("mode", "$muted") if file.status == "M" else present.EMPTY
    parts = []
    if file.added:
        parts.append(Content.styled(f"+{present.number(file.added)}", "$success"))
    if file.removed:
        parts.append(Content.styled(f"−{present.number(file.removed)}", "$error"))
    return present.joined(parts, Content(" "))


def status_style(file: FileDiff) -> str:
    if file.conflicted:
        return "bold $error"
    return {"A": "bold $success", "D": "bold $error"}.get(file.status[:1], "bold $warning")


def _comment(row: Row) -> Cell:
    comment = row.comment
    sent = comment is not None and comment.sent is not None
    style = "$muted" if sent else "$accent"
    word = " (sent)" if sent else ""
    gutter = Content.styled(f"     {COMMENT} ", f"bold {style}")
    return Cell(present.text(row.text + word, style, width=1000), gutter, fixed=True)


# ------------------------------------------------------------------ lines


def _line_cell(file: FileRows, row: Row, look: Look, colours: Colours) -> Cell:
    line = file.at(row)
    if line is None:
        return Cell(present.EMPTY)
    digits = _digits(file)
    old = "" if line.old is None else str(line.old)
    new = "" if line.new is None else str(line.new)
    gutter = Content.assemble(
        (f"{old:>{digits}} {new:>{digits}} ", "$muted"), (line.kind, _SIGN[line.kind])
    )
    return _text_cell(file, (row.hunk, row.line, row.other), look, colours, gutter)


def _side_cells(file: FileRows, row: Row, look: Look, colours: Colours) -> list[Cell]:
    both = row.line >= 0 and row.other >= 0 and row.line != row.other
    left = _side_cell(file, row.hunk, row.line, row.other if both else -1, look, colours, new=False)
    right = _side_cell(file, row.hunk, row.other, row.line if both else -1, look, colours, new=True)
    return [left, right]


def _side_cell(
    file: FileRows, hunk: int, at: int, other: int, look: Look, colours: Colours, *, new: bool
) -> Cell:
    bar = ("│", "$border") if new else ("", "")
    digits = _digits(file)
    if at < 0:
        return Cell(present.EMPTY, Content.assemble(bar), "on $surface")
    line = file.hunks[hunk].lines[at]
    number = line.new if new else line.old
    gutter = Content.assemble(
        bar, (f"{number:>{digits}} ", "$muted"), (line.kind, _SIGN[line.kind])
    )
    return _text_cell(file, (hunk, at, other), look, colours, gutter)


def _digits(file: FileRows) -> int:
    last = file.hunks[-1] if file.hunks else None
    most = max(last.old_start + last.old_count, last.new_start + last.new_count) if last else 0
    return max(4, len(str(most)))


def _text_cell(
    file: FileRows, place: tuple[int, int, int], look: Look, colours: Colours, gutter: Content
) -> Cell:
    """A line with its gutter; `place` are its hunk, its place in it and that of its partner."""
    hunk, at, other = place
    line = file.hunks[hunk].lines[at]
    if len(line.text) > LONG:
        partner = file.hunks[hunk].lines[other] if other >= 0 else None
        return _long_cell(file, line, partner, look, gutter)
    return Cell(_text(file, hunk, at, other, look, colours), gutter, _GROUND[line.kind])


def _long_cell(
    file: FileRows, line: HunkLine, partner: HunkLine | None, look: Look, gutter: Content
) -> Cell:
    """What is in view of a very long line; it has no syntax colours."""
    long = long_line(_ended(file, line))
    begin, end = long.window(look.shift, look.width)
    spans: list[Styled] = []
    if partner is not None and line.kind in _WORD:
        changed = _changed(line.kind, long.text, long_line(_ended(file, partner)).text)
        spans += [(long.place(one), long.place(to), _WORD[line.kind]) for one, to in changed]
    around = max(0, begin - len(look.found))
    for one, to in occurrences(long.plain[around : end + len(look.found)], look.found):
        spans.append((around + one, around + to, FOUND))
    inside = [
        (max(one, begin) - begin, min(to, end) - begin, style)
        for one, to, style in spans
        if one < end and to > begin
    ]
    text = line_content(long.plain[begin:end], "$foreground", inside)
    whole = long.length
    if not line.ended:
        whole += len(UNENDED)
        if end == len(long.plain):
            text = Content.assemble(text, (UNENDED, "$muted"))
    return Cell(text, gutter, _GROUND[line.kind], skipped=long.column(begin), whole=whole)


def _text(file: FileRows, hunk: int, at: int, other: int, look: Look, colours: Colours) -> Content:
    """A line's text: syntax below, then the words that changed, then what is searched for."""
    line = file.hunks[hunk].lines[at]
    shown = shown_line(_ended(file, line))
    spans: list[Styled] = []
    if hunk < len(colours) and at < len(colours[hunk]):
        spans += [span for span in colours[hunk][at] if span[1] <= len(shown)]
    if other >= 0 and line.kind in _WORD:
        partner = shown_line(_ended(file, file.hunks[hunk].lines[other]))
        spans += [(*span, _WORD[line.kind]) for span in _changed(line.kind, shown, partner)]
    spans += [(*span, FOUND) for span in occurrences(shown, look.found)]
    content = line_content(shown, "$foreground", spans)
    if line.ended:
        return content
    return Content.assemble(content, (UNENDED, "$muted"))


def _ended(file: FileRows, line: HunkLine) -> str:
    """The line's text; a CR at its end is only shown where lines of the file differ in it."""
    return line.text.removesuffix("\r") if file.crlf else line.text


@lru_cache(maxsize=2000)
def _changed(kind: str, shown: str, partner: str) -> tuple[tuple[int, int], ...]:
    if kind == "-":
        return tuple(changed_spans(shown, partner)[0])
    return tuple(changed_spans(partner, shown)[1])


def occurrences(text: str, wanted: str) -> list[tuple[int, int]]:
    """Where `wanted` stands in `text`; case counts if `wanted` has a capital."""
    if not wanted:
        return []
    within = text if wanted != wanted.lower() else text.lower()
    if len(within) != len(text):  # a few letters have no lower case of the same length
        return []
    found: list[tuple[int, int]] = []
    at = within.find(wanted)
    while at >= 0:
        found.append((at, at + len(wanted)))
        at = within.find(wanted, at + len(wanted))
    return found


def changed_columns(file: FileRows, row: Row) -> list[tuple[int, int]]:
    """Where words changed in a row, as (cell of the row, column in its text)."""
    found: list[tuple[int, int]] = []
    sides = (
        ((row.line, row.other), (row.other, row.line)) if file.sides else ((row.line, row.other),)
    )
    for cell, (at, other) in enumerate(sides):
        if row.kind is not Kind.LINE or at < 0 or other < 0 or at == other:
            continue
        lines = file.hunks[row.hunk].lines
        mine, partner = (long_line(_ended(file, lines[one])) for one in (at, other))
        if lines[at].kind in _WORD:
            spans = _changed(lines[at].kind, mine.text, partner.text)
            found += [(cell, mine.column(mine.place(begin))) for begin, _ in spans]
    return found


def found_columns(file: FileRows, row: Row, wanted: str) -> list[tuple[int, int]]:
    """Where `wanted` stands in a row, as `changed_columns`."""
    found: list[tuple[int, int]] = []
    if row.kind is not Kind.LINE:
        return found
    for cell, at in enumerate((row.line, row.other) if file.sides else (row.line,)):
        if at >= 0:
            mine = long_line(_ended(file, file.hunks[row.hunk].lines[at]))
            spans = occurrences(mine.plain, wanted)
            found += [(cell, mine.column(begin)) for begin, _ in spans]
    return found
