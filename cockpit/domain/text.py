"""The one type for text from outside, and the one function that makes it (DESIGN §15).

Pane titles, file names, branch names, commit messages, task files: all of it is hostile
until it went through `safe`. Widgets and the command line's tables take only `Safe`
(a bare `str` is markup to most Textual widgets, and escape codes to a terminal).
"""

from __future__ import annotations

import unicodedata

from cockpit.dataclass import dataclass

LINE_CAP = 10_000
"""Characters a line keeps; a 10 MB line blocked a widget for 7 s."""

LINES_CAP = 2_000
"""Lines a text keeps."""

_INVISIBLE = frozenset(
    code
    for first, last in (
        (0x00AD, 0x00AD),  # soft hyphen
        (0x034F, 0x034F),
        (0x061C, 0x061C),  # Arabic letter mark
        (0x115F, 0x1160),
        (0x17B4, 0x17B5),
        (0x180E, 0x180E),
        (0x200B, 0x200F),  # zero width, direction marks
        (0x2028, 0x202E),  # separators, embeddings, overrides
        (0x2060, 0x206F),  # isolates
        (0x3164, 0x3164),
        (0xFEFF, 0xFEFF),
        (0xFFA0, 0xFFA0),
        (0xFFF9, 0xFFFB),
        (0xE0000, 0xE007F),  # tags
    )
    for code in range(first, last + 1)
)
_KEEP = frozenset({0x200C, 0x200D})  # joiners: emoji and scripts need them, they cannot reorder


def _table() -> dict[int, str]:
    table = {code: chr(0x2400 + code) for code in range(0x20)}
    table[0x7F] = "\u2421"
    table.update(dict.fromkeys(range(128, 160), "�"))
    table.update(dict.fromkeys(_INVISIBLE - _KEEP, "�"))
    table.update(dict.fromkeys(range(55296, 57344), "�"))  # undecodable bytes
    return table


_LINE_TABLE = _table()


@dataclass(frozen=True, slots=True)
class Safe:
    """Text that can be shown: no control, no invisible and no bidirectional characters.

    `text` may hold newlines only if it was made with `lines > 1`.
    """

    text: str

    def __str__(self) -> str:
        return self.text

    def __bool__(self) -> bool:
        return bool(self.text)

    @property
    def lines(self) -> list[str]:
        return self.text.split("\n")


def safe(raw: str | bytes, *, lines: int = 1, width: int = LINE_CAP) -> Safe:
    """`raw` made showable: at most `lines` lines of `width` characters each.

    Control characters become their visible symbols, invisible and bidirectional ones
    U+FFFD, lone surrogates (undecodable file names) U+FFFD; a tab becomes spaces. With
    `lines=1` a newline becomes its symbol; what is cut ends in `…`.
    """
    text = raw.decode("utf-8", "replace") if isinstance(raw, bytes) else raw
    text = text[: (width + 1) * lines + lines]
    if lines == 1:
        return Safe(_cut(_clean(text), width))
    rows = text.replace("\r\n", "\n").split("\n")
    kept = [_cut(_clean(row), width) for row in rows[: min(lines, LINES_CAP)]]
    if len(rows) > len(kept):
        kept.append("…")
    return Safe("\n".join(kept))


def counted(count: int, one: str, many: str = "") -> str:
    """`1 path`, `3 paths`; `many` where the plural is no `s`."""
    return f"{count} {one if count == 1 else many or one + 's'}"


def _clean(line: str) -> str:
    if line.isascii() and line.isprintable():
        return line
    return unicodedata.normalize("NFC", line.replace("\t", "    ").translate(_LINE_TABLE))


def _cut(line: str, width: int) -> str:
    return line if len(line) <= width else line[: max(0, width - 1)] + "…"
