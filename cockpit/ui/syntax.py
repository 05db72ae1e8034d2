"""Syntax colours of a diff, by the file's name, with Pygments.

Nothing of the lane is executed or asked: the lexer is one of Pygments' own, found by the name
alone, never a plug-in, and its tokens only become spans. It runs in a worker thread, but a
regular expression that backtracks holds Python as a whole, so text goes in pieces of a few
kilobytes, long lines not at all, and a file that takes long keeps the colours it has got.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from fnmatch import fnmatchcase
from functools import cache
from typing import TYPE_CHECKING

from cockpit.dataclass import dataclass
from cockpit.domain.hunks import Hunk
from cockpit.ui.shown import shown_line

if TYPE_CHECKING:
    from pygments.lexer import Lexer  # type: ignore[import-untyped]

PIECE = 8 << 10
"""Characters that a lexer gets at once."""
LONG = 400
"""Characters of a line above which it has no colours."""
LINES = 3000
"""Lines of a file's diff that get colours."""
PATIENCE = 0.3
"""Seconds for one file."""

Span = tuple[int, int, str]
"""From, to and style, in characters of the shown line."""
LineColours = tuple[Span, ...]
Colours = tuple[tuple[LineColours, ...], ...]
"""By hunk, then by line."""

_STYLES = {
    "Keyword.Type": "$syntax-type",
    "Keyword": "$syntax-keyword",
    "Name.Builtin": "$syntax-type",
    "Name.Class": "$syntax-type",
    "Name.Exception": "$syntax-type",
    "Name.Function": "$syntax-name",
    "Name.Decorator": "$syntax-name",
    "Name.Tag": "$syntax-keyword",
    "Name.Attribute": "$syntax-name",
    "Literal.String": "$syntax-string",
    "Literal.Number": "$syntax-number",
    "Literal": "$syntax-number",
    "Comment": "$syntax-comment",
    "Operator.Word": "$syntax-keyword",
    "Generic.Heading": "$syntax-keyword",
    "Generic.Subheading": "$syntax-keyword",
}


@dataclass(slots=True)
class _Deadline:
    at: float

    @property
    def over(self) -> bool:
        return time.monotonic() > self.at


def colours_of(path: str, hunks: Sequence[Hunk]) -> Colours:
    """The colours of each line, empty where there are none. Blocks for at most about
    `PATIENCE`; call it in a thread."""
    lexer = lexer_for(path.rpartition("/")[2])
    if lexer is None:
        return ()
    deadline = _Deadline(time.monotonic() + PATIENCE)
    left = LINES
    found: list[tuple[LineColours, ...]] = []
    for hunk in hunks:
        left -= len(hunk.lines)
        if left < 0 or deadline.over:
            break
        found.append(_hunk(lexer, hunk, deadline))
    return tuple(found)


def _hunk(lexer: Lexer, hunk: Hunk, deadline: _Deadline) -> tuple[LineColours, ...]:
    """Each side is read for itself; a line of context has the colours of the new side."""
    colours: list[LineColours] = [()] * len(hunk.lines)
    for side in ("-", "+"):
        places = [at for at, line in enumerate(hunk.lines) if line.kind in (side, " ")]
        texts = [shown_line(hunk.lines[at].text) for at in places]
        for at, spans in zip(places, _lines(lexer, texts, deadline), strict=False):
            if side == "+" or hunk.lines[at].kind == "-":
                colours[at] = spans
    return tuple(colours)


def _lines(lexer: Lexer, texts: Sequence[str], deadline: _Deadline) -> Iterator[LineColours]:
    piece: list[str] = []
    size = 0
    for text in texts:
        kept = text if len(text) <= LONG else ""
        if size + len(kept) > PIECE and piece:
            yield from _piece(lexer, piece, deadline)
            piece, size = [], 0
        piece.append(kept)
        size += len(kept) + 1
    if piece:
        yield from _piece(lexer, piece, deadline)


def _piece(lexer: Lexer, lines: Sequence[str], deadline: _Deadline) -> list[LineColours]:
    spans: list[list[Span]] = [[] for _ in lines]
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line) + 1)
    row = 0
    try:
        for start, kind, value in lexer.get_tokens_unprocessed("\n".join(lines) + "\n"):
            if deadline.over:
                break
            style = _style(str(kind)[len("Token.") :])
            while row + 1 < len(lines) and start >= starts[row + 1]:
                row += 1
            if style:
                _add(spans, starts, row, start, start + len(value), style)
    except Exception:  # noqa: BLE001 - a lexer that stumbles over a line costs its colours only
        return [tuple(line) for line in spans]
    return [tuple(line) for line in spans]


def _add(
    spans: list[list[Span]], starts: Sequence[int], row: int, begin: int, end: int, style: str
) -> None:
    """A token's span, cut at the ends of the lines that it goes over."""
    while row < len(spans) and begin < end:
        stop = min(end, starts[row + 1] - 1)
        if begin < stop:
            spans[row].append((begin - starts[row], stop - starts[row], style))
        row += 1
        begin = starts[row] if row < len(starts) else end


@cache
def _style(kind: str) -> str:
    while kind:
        if kind in _STYLES:
            return _STYLES[kind]
        kind = kind.rpartition(".")[0]
    return ""


@cache
def lexer_for(name: str) -> Lexer | None:
    """Pygments' lexer for a file of this name; None if it has none, or only one for text."""
    from pygments.lexers import (  # type: ignore[import-untyped]
        get_all_lexers,
        get_lexer_by_name,
    )

    best, alias = -1, ""
    for _, aliases, patterns, _ in get_all_lexers(plugins=False):
        for pattern in patterns:
            weight = len(pattern) - pattern.count("*") * 2
            if aliases and weight > best and fnmatchcase(name, pattern):
                best, alias = weight, _PREFERRED.get(pattern, aliases[0])
    if not alias or alias == "text":
        return None
    return get_lexer_by_name(alias)


_PREFERRED = {
    "*.css": "css",
    "*.h": "c",
    "*.html": "html",
    "*.inc": "php",
    "*.js": "javascript",
    "*.m": "objective-c",
    "*.md": "markdown",
    "*.php": "php",
    "*.pl": "perl",
    "*.r": "r",
    "*.sql": "sql",
    "*.t": "perl",
    "*.v": "verilog",
    "*.xml": "xml",
}
"""Where several languages use one ending, the usual one."""
