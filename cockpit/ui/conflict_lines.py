"""A conflict as lines of content: pure, so that it is tested without a screen.

Sides are named by the lane and the target, each with its own sign and colour; what is not
taken fades once a place is decided, what will stand there is shown below it.
"""

from __future__ import annotations

from collections.abc import Iterator
from textwrap import wrap

from textual.content import Content

from cockpit.dataclass import dataclass
from cockpit.domain.conflict import ConflictFile, Take
from cockpit.domain.conflict_text import Common
from cockpit.domain.conflict_view import ConflictView
from cockpit.domain.resolution import WHOLE, Choice, Point, Resolution
from cockpit.domain.text import safe
from cockpit.ui import present
from cockpit.ui.conflict_place import OURS, THEIRS, Ink, hunk_rows, question_rows, rows_of
from cockpit.ui.conflict_versions import version_rows
from cockpit.ui.shown import line_content

CONTEXT = 3
"""Lines shown before and after a place."""


@dataclass(frozen=True, slots=True)
class FileList:
    """The list at the side; `rows[i]` is the line of file i."""

    lines: tuple[Content, ...]
    rows: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Body:
    """One file's lines; `starts[point]` is the first line of a place."""

    lines: tuple[Content, ...]
    starts: dict[Point, int]


def heading(view: ConflictView, state: Resolution) -> Content:
    conflict = state.conflict
    done, count = state.progress
    style = "bold $success" if done == count else "bold $warning"
    return Content.assemble(
        present.text(f" {conflict.lane}", f"bold {OURS}"),
        (" ⇄ ", "$muted"),
        present.text(conflict.target_name, f"bold {THEIRS}"),
        (f"  {done} of {count} decided", style),
        (f"  {present.plural(len(conflict.files), 'file')}", "$foreground"),
        (f"  {conflict.source[:9]} ⇄ {conflict.target[:9]}", "$muted"),
    )


# ------------------------------------------------------------------ the files


def file_list(view: ConflictView, state: Resolution) -> FileList:
    """Files by zone, each with ✓ or ✗ and how many of its places are decided."""
    lines: list[Content] = []
    rows: dict[int, int] = {}
    marked = set(state.marked())
    for group in view.groups:
        lines.append(present.text(group.title, "bold $muted", width=80))
        for file in group.files:
            rows[file] = len(lines)
            lines.append(_entry(state, file, file in marked))
    ordered = tuple(rows.get(file, 0) for file in range(len(state.conflict.files)))
    return FileList(tuple(lines), ordered)


def _entry(state: Resolution, file: int, marked: bool) -> Content:
    points = state.points(file)
    done = sum(not state.is_open(point) for point in points)
    mark, style = ("✓", "bold $success") if done == len(points) else ("✗", "bold $error")
    if marked:
        mark, style = "!", "bold $error"
    parts: list[Content | tuple[str, str]] = [
        Content.styled(f" {mark} ", style),
        present.text(state.conflict.files[file].path, "$foreground"),
    ]
    if len(points) > 1:
        parts.append((f" {done}/{len(points)}", "$muted"))
    return Content.assemble(*parts)


# ------------------------------------------------------------------ one file


def body(
    view: ConflictView,
    state: Resolution,
    file: int,
    here: Point | None,
    *,
    width: int,
    keys: dict[str, str],
) -> Body:
    """The file's places with their context. `keys` are the keys of the actions by id."""
    ink = Ink(view, state, here, width, keys)
    shown = state.conflict.files[file]
    lines = [_title(shown, _zone(view, file))]
    lines += _said(shown.said, width)
    whole = state.at(Point(file, WHOLE))
    if whole is not None and shown.pieces:
        lines += list(_whole_note(ink, file, whole))
    starts: dict[Point, int] = {}
    if not shown.pieces:
        starts[Point(file, WHOLE)] = len(lines)
        lines += list(version_rows(ink, file))
    else:
        for point, row in _places(ink, file):
            if point is not None and point not in starts:
                starts[point] = len(lines)
            lines.append(row)
    return Body((*lines, Content("")), starts)


def _zone(view: ConflictView, file: int) -> str:
    """Whose zone a file lies in, for the line above it, which has more room than the list."""
    group = next((one for one in view.groups if file in one.files), None)
    if group is None:
        return ""
    return f"zone of {group.title}" if group.owners else group.title


def _title(file: ConflictFile, zone: str) -> Content:
    return Content.assemble(
        (" ", "on $panel"),
        present.text(file.path, "bold $foreground on $panel"),
        (f"  {file.kind} ", "$muted on $panel"),
        present.text(f" {zone} " if zone else "", "$muted on $panel", width=200),
    )


def _said(said: str, width: int) -> list[Content]:
    """git's own words, folded."""
    room = max(20, width - 4)
    rows = [safe(row, width=1000).text for row in said.split("\n")[:6] if row]
    folded = [line for row in rows for line in wrap(row, room)[:3]]
    return [present.text(f"   {line}", "$muted") for line in folded]


def _whole_note(ink: Ink, file: int, whole: Choice) -> Iterator[Content]:
    key = ink.keys.get("undo_choice", "")
    if whole.take is Take.EDIT:
        said = f"   The whole file is as you wrote it ({present.size(len(whole.text))})"
    else:
        option = ink.state.conflict.files[file].whole(whole.take)
        said = f"   The whole file: {option.title if option else whole.take}"
    yield present.text(f"{said}; {key} takes that back.", "bold $success")


def _places(ink: Ink, file: int) -> Iterator[tuple[Point | None, Content]]:
    """Rows of a file with text, each place's with its point."""
    shown = ink.state.conflict.files[file]
    number, line = 0, 1
    for at, piece in enumerate(shown.pieces):
        if isinstance(piece, Common):
            first, last = at == 0, at == len(shown.pieces) - 1
            for row in _context(piece.text, line, first=first, last=last):
                yield None, row
            line += piece.text.count(b"\n")
            continue
        point = Point(file, number)
        for row in hunk_rows(ink, point, piece, len(shown.hunks)):
            yield point, row
        number += 1
        line += piece.ours.count(b"\n")
    for point in ink.state.points(file)[number:]:
        for row in question_rows(ink, point):
            yield point, row


def _context(text: bytes, line: int, *, first: bool, last: bool) -> Iterator[Content]:
    rows = rows_of(text)
    before = [] if first else rows[:CONTEXT]
    after = [] if last else rows[max(len(before), len(rows) - CONTEXT) :]
    hidden = len(rows) - len(before) - len(after)
    for number, row in enumerate(before, line):
        yield _plain(number, row)
    if hidden:
        yield Content.styled(f"      ⋯ {present.plural(hidden, 'line')}", "$muted")
    for number, row in enumerate(after, line + len(rows) - len(after)):
        yield _plain(number, row)


def _plain(number: int, row: str) -> Content:
    return Content.assemble((f"{number:>5} ", "$muted"), line_content(row, "$foreground"))
