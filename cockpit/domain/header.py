"""The header of task and result files: a forgiving reader that loses nothing.

It is not YAML: of 22 header lines that language models typically write, PyYAML rejects 12
and silently changes 8. It is lines of `key: text` between two `---` lines, split at the
first colon, text kept as it stands. Read as well: bold keys, bullets, a byte order mark,
CRLF, a code fence around the file or the header, a header that is never closed, and, where
there is no header at all, leading lines whose key is known (`**Status:** Done`).

Nothing here raises and nothing is dropped: a `Document` holds every line with its end, so
`raw` is always the bytes that were read. What can't be read as a key is a sentence in
`problems`. Every pass is linear in the size, since the text is an agent's.
"""

from __future__ import annotations

import re
from collections.abc import Set
from dataclasses import field

from cockpit.dataclass import dataclass
from cockpit.domain.header_lines import ITEM, Entry, entries_in, split_line

LINE = re.compile(r"[^\r\n]*(?:\r\n|\n|\r)|[^\r\n]+")
_UNDECODED = re.compile("[\udc80-\udcff]")
_RULE = re.compile(r"-{3,}[ \t]*")
_FENCE = re.compile(r"[ \t]*(`{3,}|~{3,})[ \t]*([A-Za-z0-9_+-]*)[ \t]*")
_HEADING = re.compile(r"#{1,6}(?:[ \t]|$)")
BOM = "\ufeff"

MOST = 2_000
"""Lines that a header may have; what comes after is body."""


@dataclass(frozen=True, slots=True)
class Document:
    """A file taken apart. `lines` joined and encoded are its bytes."""

    lines: tuple[str, ...]
    entries: tuple[Entry, ...] = ()
    start: int | None = None
    """Index of the opening `---`; None without a header."""
    close: int | None = None
    """Index of the closing `---`; None when it is missing."""
    body: str = ""
    problems: tuple[str, ...] = ()
    end: int = 0
    """Index of the line where another entry would go."""

    @property
    def raw(self) -> bytes:
        return "".join(self.lines).encode("utf-8", "surrogateescape")

    @property
    def rest(self) -> str:
        """The body without the leading lines that were read as entries."""
        if self.start is not None or not self.entries:
            return self.body
        return "".join(self.lines[self.end :])

    def all(self, key: str) -> tuple[Entry, ...]:
        """Every entry of `key`, in order."""
        return tuple(entry for entry in self.entries if entry.key == key)


def read(raw: bytes, known: Set[str]) -> Document:
    """`raw` taken apart; `known` are the keys that count where there is no `---`."""
    text = raw.decode("utf-8", "surrogateescape")
    lines = tuple(LINE.findall(text))
    bare = [line.rstrip("\r\n") for line in lines]
    if bare:
        bare[0] = bare[0].removeprefix(BOM)
    problems = []
    if raw[:2] in (b"\xff\xfe", b"\xfe\xff"):
        problems.append("it is encoded as UTF-16; save it as UTF-8")
    elif _UNDECODED.search(text):
        problems.append("it holds bytes that are not UTF-8")
    if _has_markers(bare):
        problems.append("it holds conflict markers")
    found = _fenced(bare, known) or _leading(bare, known)
    return Document(
        lines,
        tuple(found.entries),
        found.start,
        found.close,
        "".join(lines[found.body : found.stop]).removeprefix(BOM),
        (*problems, *found.problems),
        found.end,
    )


# ---------------------------------------------------------------- finding the header


@dataclass(slots=True)
class _Found:
    start: int | None = None
    close: int | None = None
    body: int = 0
    stop: int | None = None
    end: int = 0
    entries: list[Entry] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)


def _fenced(bare: list[str], known: Set[str]) -> _Found | None:
    """The header between `---` lines; None when there is none."""
    top = _first_text(bare, 0)
    fence = _FENCE.fullmatch(bare[top]) if top < len(bare) else None
    start = _first_text(bare, top + 1) if fence else top
    if start >= len(bare):
        return None
    opened = _RULE.fullmatch(bare[start]) is not None
    if not opened and not (fence and split_line(bare[start], known, strict=True)):
        return None
    first = start + 1 if opened else start
    stop, close = _header_end(bare, first, known, fence.group(1) if fence else "")
    found = _Found(start=start if opened else None, close=close)
    found.entries, junk = entries_in(bare, range(first, stop), known)
    if not found.entries:
        return None if stop > first or close is None else _empty(bare, start, close, fence)
    found.problems = [f"line {at + 1} of its header has no `key:`" for at in junk[:5]]
    if close is None and opened:
        long = f", or is longer than {MOST} lines" if stop - first >= MOST else ""
        found.problems.append(f"its header is not closed by a `---` line{long}")
    found.end = close if close is not None else max(found.entries[-1].lines) + 1
    found.body = close + 1 if close is not None else stop
    _unwrap(bare, found, fence)
    return found


def _empty(bare: list[str], start: int, close: int, fence: re.Match[str] | None) -> _Found:
    found = _Found(start=start, close=close, body=close + 1, end=close)
    _unwrap(bare, found, fence)
    return found


def _header_end(bare: list[str], first: int, known: Set[str], fence: str) -> tuple[int, int | None]:
    """Where the header's lines stop, and the index of the line that closes it.

    Without a closing line, and where the text before it is prose (a rule further down is no
    end of the header), it stops before the first paragraph or heading.
    """
    prose: int | None = None
    junk = False
    blank = False
    for at in range(first, min(len(bare), first + MOST)):
        line = bare[at]
        if _RULE.fullmatch(line):
            if prose is not None and junk:
                return prose, None
            return at, at
        if fence and line.strip() == fence:
            return (prose, None) if prose is not None and junk else (at, None)
        plain = not _is_header_line(line, known)
        if prose is None and (plain or _HEADING.match(line)) and (blank or _HEADING.match(line)):
            prose = at
        junk = junk or (prose is not None and plain)
        blank = not line.strip()
    return (prose if prose is not None else _before_junk(bare, first, known)), None


def _before_junk(bare: list[str], first: int, known: Set[str]) -> int:
    last = min(len(bare), first + MOST)
    return next((at for at in range(first, last) if not _is_header_line(bare[at], known)), last)


def _is_header_line(line: str, known: Set[str]) -> bool:
    stripped = line.strip()
    return (
        not stripped
        or line[0] in " \t"
        or stripped[0] == "#"
        or ITEM.fullmatch(stripped) is not None
        or split_line(line, known) is not None
    )


def _unwrap(bare: list[str], found: _Found, fence: re.Match[str] | None) -> None:
    """Leave the lines of a code fence around the header, or around all, out of the body."""
    if fence is None:
        return
    after = _first_text(bare, found.body)
    if after < len(bare) and bare[after].strip() == fence.group(1):
        found.body = after + 1
        return
    last = len(bare) - 1
    while last > found.body and not bare[last].strip():
        last -= 1
    if last >= found.body and bare[last].strip() == fence.group(1):
        found.stop = last


def _leading(bare: list[str], known: Set[str]) -> _Found:
    """Known keys on the first lines, after headings; they stay part of the body."""
    at = 0
    while at < len(bare) and (not bare[at].strip() or _HEADING.match(bare[at])):
        at += 1
    first = at
    near = False
    while at < min(len(bare), first + MOST):
        line = bare[at]
        if not line.strip():
            near = False
        else:
            parted = split_line(line, known, strict=True)
            fits = parted is not None and (parted[0] in known or near)
            item = near and ITEM.fullmatch(line.strip()) is not None
            if not fits and not item:
                break
            near = True
        at += 1
    found = _Found()
    if at > first:
        found.entries, _ = entries_in(bare, range(first, at), known)
    if found.entries:
        found.end = max(found.entries[-1].lines) + 1
    return found


def _first_text(bare: list[str], at: int) -> int:
    while at < len(bare) and not bare[at].strip():
        at += 1
    return at


def _has_markers(bare: list[str]) -> bool:
    seen = {line[:8] for line in bare if line[:8] in ("<<<<<<< ", ">>>>>>> ")}
    return len(seen) == 2
