"""A lane's diff as lines of content: pure, so that it is tested without a screen."""

from __future__ import annotations

import re
from dataclasses import dataclass

from textual.content import Content

from cockpit.domain.change import FileDiff, LaneDiff, Layer
from cockpit.domain.text import LINES_CAP
from cockpit.ui import present

STATUS = {"A": "new", "M": "changed", "D": "deleted", "R": "renamed", "T": "other type"}
_HUNK = re.compile(r"@@ -(\d+)(?:,\d+)? \+(\d+)(?:,\d+)? @@")
HEADINGS = {
    Layer.COMMITTED: "committed",
    Layer.STAGED: "staged, not committed",
    Layer.UNSTAGED: "changed, not staged",
    Layer.UNTRACKED: "untracked",
}


@dataclass(frozen=True, slots=True)
class DiffLines:
    """`files` is the list at the side, a heading before each layer; `rows[i]` is the list's
    line of file i, `starts[i]` the first line of file i in `body`."""

    files: tuple[Content, ...]
    rows: tuple[int, ...]
    body: tuple[Content, ...]
    starts: tuple[int, ...]


def diff_lines(diff: LaneDiff) -> DiffLines:
    """All files of a diff, by layer."""
    files: list[Content] = []
    body: list[Content] = []
    rows: list[int] = []
    starts: list[int] = []
    layer: Layer | None = None
    order = {layer: place for place, layer in enumerate(HEADINGS)}
    for file in sorted(diff.files, key=lambda file: order[file.layer]):
        if file.layer is not layer:
            layer = file.layer
            files.append(Content.styled(HEADINGS[layer], "bold $muted"))
        rows.append(len(files))
        files.append(_entry(file))
        starts.append(len(body))
        body += file_lines(file)
    return DiffLines(tuple(files), tuple(rows), tuple(body), tuple(starts))


def _entry(file: FileDiff) -> Content:
    mark = Content.styled(f" {file.status[:1] or '?'} ", _status_style(file))
    parts = [mark, present.text(file.path, "$foreground"), Content(" "), _numbers(file)]
    return Content.assemble(*parts)


def _numbers(file: FileDiff) -> Content:
    if file.added is None or file.removed is None:
        return Content.styled("binary", "$muted")
    added = (f"+{present.number(file.added)}", "$success") if file.added else ("", "")
    removed = (f" −{present.number(file.removed)}", "$error") if file.removed else ("", "")
    return Content.assemble(added, removed)


def _status_style(file: FileDiff) -> str:
    return {"A": "bold $success", "D": "bold $error"}.get(file.status[:1], "bold $warning")


def file_lines(file: FileDiff) -> list[Content]:
    """One file: a heading, then its hunks with line numbers."""
    name = present.text(file.path, "bold $foreground on $panel")
    word = STATUS.get(file.status[:1], "changed")
    where = f"  {word}, {HEADINGS[file.layer]}"
    head = Content.assemble((" ", "on $panel"), name, (where + " ", "$muted on $panel"))
    lines = [head]
    if file.old_path and file.old_path != file.path:
        lines.append(present.text(f"   was {file.old_path}", "$muted"))
    if file.added is None:
        lines.append(Content.styled("   binary: its content is not shown", "$muted"))
    lines += _hunks(file.body)
    if file.truncated:
        lines.append(Content.styled("   … the rest is too long to show here", "$warning"))
    lines.append(Content(""))
    return lines


def _hunks(body: str) -> list[Content]:
    lines: list[Content] = []
    old = new = 0
    rows = body.split("\n")
    if rows and not rows[-1]:
        rows.pop()
    for row in rows[:LINES_CAP]:
        hunk = _HUNK.match(row)
        if hunk:
            old, new = int(hunk[1][:9]), int(hunk[2][:9])
            lines.append(present.text(row, "$accent"))
        elif row.startswith("+"):
            lines.append(_line("", str(new), row, "$success"))
            new += 1
        elif row.startswith("-"):
            lines.append(_line(str(old), "", row, "$error"))
            old += 1
        elif row.startswith("\\"):
            lines.append(_line("", "", row, "$muted"))
        else:
            lines.append(_line(str(old), str(new), row, "$foreground"))
            old, new = old + 1, new + 1
    if len(rows) > LINES_CAP:
        lines.append(Content.styled(f"   … {len(rows) - LINES_CAP} more lines", "$warning"))
    return lines


def _line(old: str, new: str, row: str, style: str) -> Content:
    numbers = f"{old:>5} {new:>5} "
    return Content.assemble((numbers, "$muted"), present.text(row, style, width=2000))
