"""A line of a file as it is shown: cleaned, with its tabs at tab stops and styles where they
belong after that."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from textual.content import Content, Span

from cockpit.domain.text import LINE_CAP, safe

TAB = 4
"""Cells between tab stops."""

WHOLE = 4 << 20
"""A `width` that no line of a diff has: as many bytes are never read."""

Styled = tuple[int, int, str]
"""From, to and style, in characters of what `shown_line` returns."""


def shown_line(raw: str, *, width: int = LINE_CAP) -> str:
    """The line with everything harmful made visible; its tabs are still tabs, so that two
    lines that differ in them differ. Cut after `width` characters between two tabs."""
    return "\t".join(safe(part, width=width).text for part in raw.split("\t"))


def line_content(text: str, style: str, spans: Iterable[Styled] = ()) -> Content:
    """What `shown_line` returned as content: `style` below `spans`, tabs as blanks."""
    spans = list(spans)
    if "\t" in text:
        text, places = expanded(text)
        spans = [(places[begin], places[end], name) for begin, end, name in spans]
    base = [Span(0, len(text), style)] if style and text else []
    return Content(text, [*base, *(Span(begin, end, name) for begin, end, name in spans)])


def expanded(text: str) -> tuple[str, Sequence[int]]:
    """Tabs as blanks up to the next stop, and where each character went."""
    pieces: list[str] = []
    places = [0]
    column = 0
    for char in text:
        wide = TAB - column % TAB if char == "\t" else 1
        pieces.append(" " * wide if char == "\t" else char)
        column += wide
        places.append(column)
    return "".join(pieces), places
