"""Text with conflict markers, taken apart so that nothing of it is lost, and put together again.

git writes a conflict into one file, between marker lines of a chosen length. `free_size`
chooses a length that no line of the sources has, so that only git's own lines are read as
markers; `pieces_of` cuts such a text into what is common and what conflicts, byte for byte
(line ends and a missing last newline included). `rerere_form` is git's own normal form of a
conflict, under whose hash `git rerere` keeps how it was resolved (rerere.c of git 2.39).
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from cockpit.dataclass import dataclass

SIZE = 7
"""Characters of a marker unless git is told otherwise."""

SPARE = 3
"""Lengths from the chosen one on that must be free: git makes markers inside a side longer by
one (a rename on both sides) and inside a base by two (a base that is a merge itself)."""

_RUN = re.compile(rb"^(?:<{7,}|\|{7,}|={7,}|>{7,})", re.MULTILINE)
_NAMED = re.compile(rb"^(?:<{7,}|>{7,}|\|{7,}) [^\n]*|^={7,}\r?$", re.MULTILINE)
_INNER = re.compile(rb"^(?:<{7,}|>{7,})(?= Temporary merge branch [12]$)", re.MULTILINE)
"""Markers with git's name for a merge that it made for itself, of two common ancestors."""
_BINARY_LOOK = 8000


@dataclass(frozen=True, slots=True)
class Common:
    """Text that is not in question: both sides have it, or one side changed it alone."""

    text: bytes


@dataclass(frozen=True, slots=True)
class ConflictHunk:
    """Whole lines that both sides changed. `base` is None where the common ancestor is itself
    in conflict here (a criss-cross merge), so that there is nothing to go back to."""

    base: bytes | None
    ours: bytes
    theirs: bytes


Piece = Common | ConflictHunk


def is_binary(content: bytes) -> bool:
    """As git decides it: a NUL among the first 8,000 bytes."""
    return b"\0" in content[:_BINARY_LOOK]


def runs(content: bytes) -> set[int]:
    """Lengths of 7 and more in which a marker's character begins a line."""
    return {len(found.group()) for found in _RUN.finditer(content)}


def free_size(taken: Iterable[int]) -> int:
    """The shortest marker length that no line of the sources could be mistaken for."""
    used = set(taken)
    size = SIZE
    while any(size + more in used for more in range(SPARE)):
        size += 1
    return size


def markers_in(content: bytes) -> frozenset[bytes]:
    """Lines that look like conflict markers, whatever their length."""
    return frozenset(_NAMED.findall(content))


def leftovers(content: bytes, allowed: frozenset[bytes]) -> tuple[bytes, ...]:
    """Marker lines that the sources don't have. A line of `=` alone counts only beside others:
    it underlines headings in many formats."""
    left = tuple(sorted(markers_in(content) - allowed))
    return left if any(not line.startswith(b"=") for line in left) else ()


# ------------------------------------------------------------------ markers to pieces


class NotMarked(ValueError):
    """The text does not have the form that git writes."""


def pieces_of(
    text: bytes, size: int, *, base: bytes = b"", ours: bytes, theirs: bytes
) -> tuple[Piece, ...]:
    """A text in the style `diff3` as pieces. The sources say whether their last line has a
    newline: git adds one where a marker has to follow. Raises `NotMarked`."""
    pieces = list(_cut(text, size))
    if pieces and isinstance(pieces[-1], ConflictHunk):
        last = pieces[-1]
        pieces[-1] = replace(
            last,
            base=None if last.base is None else _as_in(last.base, base),
            ours=_as_in(last.ours, ours),
            theirs=_as_in(last.theirs, theirs),
        )
    return tuple(pieces)


def _cut(text: bytes, size: int) -> Iterator[Piece]:
    parts: dict[bytes, list[bytes]] = {b" ": []}
    state = b" "
    following = {b" ": b"<", b"<": b"|", b"|": b"=", b"=": b">"}
    for line in _lines(text):
        mark = _marker(line, size)
        if not mark:
            parts[state].append(line)
            continue
        if mark != following[state]:
            raise NotMarked(f"a marker {mark!r} after {state!r}")
        if mark == b"<" and parts[b" "]:
            yield Common(b"".join(parts[b" "]))
        if mark == b">":
            yield _hunk(parts, size)
            parts, state = {b" ": []}, b" "
        else:
            parts[mark], state = [], mark
    if state != b" ":
        raise NotMarked("the text ends inside a conflict")
    if parts[b" "]:
        yield Common(b"".join(parts[b" "]))


def _lines(text: bytes) -> list[bytes]:
    """Lines as git counts them: a carriage return alone ends none."""
    lines = text.split(b"\n")
    last = lines.pop()
    return [line + b"\n" for line in lines] + ([last] if last else [])


def _marker(line: bytes, size: int) -> bytes:
    """The character of a marker line of exactly this length; empty for any other line."""
    mark = line[:1]
    if mark not in (b"<", b"|", b"=", b">") or not line.startswith(mark * size):
        return b""
    return mark if line[size : size + 1] in (b" ", b"\r", b"\n", b"") else b""


def _hunk(parts: dict[bytes, list[bytes]], size: int) -> ConflictHunk:
    base = b"".join(parts[b"|"])
    nested = any(len(found.group()) > size for found in _INNER.finditer(base))
    return ConflictHunk(None if nested else base, b"".join(parts[b"<"]), b"".join(parts[b"="]))


def _as_in(side: bytes, source: bytes) -> bytes:
    """The side without a newline that its source does not end with."""
    if source.endswith(b"\n") or source.endswith(side):
        return side
    for end in (b"\r\n", b"\n"):
        if side.endswith(end) and source.endswith(side[: -len(end)]):
            return side[: -len(end)]
    return side


# ------------------------------------------------------------------ pieces to text


def joined(parts: Iterable[bytes]) -> bytes:
    """The parts one after the other; where one lacks its last newline and another follows, it
    gets the line end that its neighbour has."""
    out: list[bytes] = []
    for part in parts:
        if not part:
            continue
        if out and not out[-1].endswith(b"\n"):
            out.append(_line_end(part, out[-1]))
        out.append(part)
    return b"".join(out)


def _line_end(*texts: bytes) -> bytes:
    for text in texts:
        at = text.find(b"\n")
        if at >= 0:
            return b"\r\n" if text[at - 1 : at] == b"\r" else b"\n"
    return b"\n"


def with_markers(
    pieces: Sequence[Piece],
    texts: Sequence[bytes | None],
    *,
    ours: str,
    theirs: str,
    size: int = SIZE,
) -> bytes:
    """The text with markers at the hunks that `texts` has no answer for (one for each hunk),
    the sides by their names; for programs that merge."""
    parts: list[bytes] = []
    answers = iter(texts)
    for piece in pieces:
        if isinstance(piece, Common):
            parts.append(piece.text)
            continue
        text = next(answers)
        if text is not None:
            parts.append(text)
            continue
        parts += [_mark(b"<", size, ours), piece.ours]
        if piece.base is not None:
            parts += [_mark(b"|", size, "base"), piece.base]
        parts += [_mark(b"=", size, ""), piece.theirs, _mark(b">", size, theirs)]
    return joined(parts)


def _mark(mark: bytes, size: int, name: str) -> bytes:
    return mark * size + (f" {name}" if name else "").encode("utf-8", "replace") + b"\n"


def texts_of_hunks(pieces: Sequence[Piece], whole: bytes) -> tuple[bytes, ...] | None:
    """What a whole resolved text has in the place of each hunk; None where the common parts
    don't stand in it, or in more than one way."""
    found: list[bytes] = []
    rest, last = whole, len(pieces) - 1
    waiting = False
    for at, piece in enumerate(pieces):
        if isinstance(piece, ConflictHunk):
            if waiting:
                return None
            waiting = True
            continue
        if not waiting:
            if not rest.startswith(piece.text):
                return None
            rest = rest[len(piece.text) :]
            continue
        place = len(rest) - len(piece.text) if at == last else rest.find(piece.text)
        if place < 0 or rest[place : place + len(piece.text)] != piece.text:
            return None
        if at != last and rest.find(piece.text, place + 1) >= 0:
            return None
        found.append(rest[:place])
        rest, waiting = rest[place + len(piece.text) :], False
    if waiting:
        found.append(rest)
        rest = b""
    return tuple(found) if not rest else None


# ------------------------------------------------------------------ rerere


def rerere_form(text: bytes, *, sha256: bool = False) -> tuple[str, bytes] | None:
    """(id, normal form) of a text with markers of 7, as `git rerere` computes both; None for
    one without conflicts or whose markers it can't read."""
    digest = hashlib.sha256() if sha256 else hashlib.sha1()
    lines = iter(_lines(text))
    out: list[bytes] = []
    found = False
    for line in lines:
        if not _is_rerere_mark(line, b"<"):
            out.append(line)
            continue
        block = _rerere_block(lines)
        if block is None:
            return None
        found = True
        one, two = block
        out.append(_normal(one, two))
        digest.update(one + b"\0")
        digest.update(two + b"\0")
    return (digest.hexdigest(), b"".join(out)) if found else None


def _rerere_block(lines: Iterator[bytes]) -> tuple[bytes, bytes] | None:
    """Both sides of the conflict that was just entered, the smaller first."""
    sides: dict[str, list[bytes]] = {"one": [], "base": [], "two": []}
    here = "one"
    for line in lines:
        if _is_rerere_mark(line, b"<"):
            inner = _rerere_block(lines)
            if inner is None:
                return None
            sides["one" if here == "one" else "two"].append(_normal(*inner))
        elif _is_rerere_mark(line, b"|"):
            if here != "one":
                return None
            here = "base"
        elif _is_rerere_mark(line, b"="):
            if here == "two":
                return None
            here = "two"
        elif _is_rerere_mark(line, b">"):
            if here != "two":
                return None
            one, two = sorted((b"".join(sides["one"]), b"".join(sides["two"])))
            return one, two
        elif here != "base":
            sides[here].append(line)
    return None


def _is_rerere_mark(line: bytes, mark: bytes) -> bool:
    after = line[SIZE : SIZE + 1]
    if not line.startswith(mark * SIZE) or not after:
        return False
    return after == b" " if mark in (b"<", b">") else after in b" \t\n\v\f\r"


def _normal(one: bytes, two: bytes) -> bytes:
    return b"<<<<<<<\n" + one + b"=======\n" + two + b">>>>>>>\n"
