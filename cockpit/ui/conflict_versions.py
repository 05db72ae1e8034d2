"""A file that is decided as a whole: what each side has of it, and what it changed in it."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import unified_diff

from textual.content import Content

from cockpit.domain.conflict import ConflictFile, Kind, Version
from cockpit.domain.conflict_text import is_binary
from cockpit.domain.conflict_view import Peek
from cockpit.domain.resolution import WHOLE, Point
from cockpit.domain.text import safe
from cockpit.ui import present
from cockpit.ui.conflict_place import (
    BASE,
    LINE,
    OURS,
    THEIRS,
    Ink,
    decoded,
    options,
    place_head,
    rows_of,
    suggested,
)
from cockpit.ui.shown import line_content

SHOWN = 16
"""Lines of a side's change, or of a new file, that are shown."""

COMPARED = 2_000
"""Lines above which two versions are not compared (difflib is slow on long ones)."""

MODES = {
    "100644": "a file",
    "100755": "an executable file",
    "120000": "a link",
    "160000": "a submodule",
}


def version_rows(ink: Ink, file: int) -> Iterator[Content]:
    """What each side has, the answers, and what was chosen."""
    shown = ink.state.conflict.files[file]
    point = Point(file, WHOLE)
    choice = ink.state.at(point)
    for name, side, style in (
        ("base", shown.base, BASE),
        (ink.lane, shown.ours, OURS),
        (ink.target, shown.theirs, THEIRS),
    ):
        label = safe(name, width=12).text
        said = _described(ink, shown, side, name)
        yield Content.assemble((f" {label:>12}   ", style), present.text(said, style))
        if side is not None and side is not shown.base:
            yield from _changed(ink, shown.base, side, style)
    yield Content("")
    yield place_head(ink, point, "the whole file", choice)
    yield from options(ink, shown.wholes, choice)
    yield from suggested(ink, ink.view.suggestions.get(point, ()), choice)


def _described(ink: Ink, file: ConflictFile, side: Version | None, name: str) -> str:
    """`an executable file of 12 B`, `a link to docs/a.md`, `nothing: deleted here`."""
    if side is None and name != "base":
        if file.kind is Kind.FILE_DIRECTORY:
            return "a folder of this name"
        return "nothing" if file.base is None else "nothing: it was deleted"
    if side is None:
        return "nothing"
    what, peek = MODES.get(side.mode, side.mode), ink.view.peeks.get(side.blob)
    if side.mode == "160000":
        what = f"{what} at commit {side.blob[:12]}"
    elif side.mode == "120000" and peek is not None and peek.text is not None:
        what = f"{what} to {decoded(peek.text)}"
    elif peek is not None:
        binary = ", no text" if file.kind == "binary" else ""
        what = f"{what} of {present.size(peek.size)}{binary}"
    else:
        what = f"{what} ({side.blob[:9]})"
    same = file.base is not None and side is not file.base and side.blob == file.base.blob
    moved = f", as {side.path}" if side.path != file.path else ""
    return f"{what}{moved}{', as it was' if same else ''}"


def _changed(ink: Ink, base: Version | None, side: Version, style: str) -> Iterator[Content]:
    """The lines that a side changed, of a new file its first ones; nothing of what is no text."""
    new = _text(ink, side)
    old = _text(ink, base) if base is not None else b""
    if new is None or old is None or (base is not None and base.blob == side.blob):
        return
    rows = _difference(rows_of(old), rows_of(new))
    for sign, row in rows[:SHOWN]:
        look = style if sign in "+-" else BASE
        yield Content.assemble((f" {'':>12} {sign} ", look), line_content(row, look))
    if len(rows) > SHOWN:
        more = present.plural(len(rows) - SHOWN, "more line")
        yield Content.styled(f" {'':>12}   … {more}", "$muted")


def _text(ink: Ink, side: Version) -> bytes | None:
    peek: Peek | None = ink.view.peeks.get(side.blob)
    plain = side.mode in ("100644", "100755") and peek is not None and peek.text is not None
    return peek.text if peek is not None and plain and not is_binary(peek.text or b"") else None


def _difference(old: list[str], new: list[str]) -> list[tuple[str, str]]:
    """Sign and line, `…` between places; of versions too long to compare the new one's lines."""
    if max(len(old), len(new)) > COMPARED:
        return [(" ", row) for row in new]
    found: list[tuple[str, str]] = []
    for line in list(unified_diff(old, new, n=2, lineterm=""))[2:]:
        at_place = line.startswith("@@")
        if not at_place:
            found.append((line[:1], line[1:][:LINE]))
        elif found:
            found.append((" ", "⋯"))
    return found
