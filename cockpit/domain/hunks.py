"""Hunks of a unified diff as values, and the content that results when some of them are taken.

Nothing is guessed: a hunk goes into a content only where that content holds exactly the lines
that the hunk was cut from. So a hunk that was shown is either done as shown, or refused.
Text is `str` with undecodable bytes as surrogates; contents are bytes.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from enum import StrEnum

from cockpit.dataclass import dataclass
from cockpit.domain.change import FileDiff, Layer
from cockpit.errors import Refused

_HEAD = re.compile(r"@@ -(\d{1,9})(?:,(\d{1,9}))? \+(\d{1,9})(?:,(\d{1,9}))? @@ ?(.*)", re.DOTALL)
_IDENTITY = 16


class HunkDeed(StrEnum):
    """What is done with a hunk, or with a whole file."""

    STAGE = "stage"
    UNSTAGE = "unstage"
    DISCARD = "discard"


DEED_LAYERS: dict[HunkDeed, frozenset[Layer]] = {
    HunkDeed.STAGE: frozenset({Layer.UNSTAGED, Layer.UNTRACKED}),
    HunkDeed.UNSTAGE: frozenset({Layer.STAGED}),
    HunkDeed.DISCARD: frozenset({Layer.UNSTAGED, Layer.UNTRACKED}),
}
"""Where each deed means something."""


@dataclass(frozen=True, slots=True)
class HunkLine:
    """One line: `kind` is a blank, `+` or `-`. `old` and `new` are its numbers from 1, None on
    a side that lacks it. `ended` is false for a last line without a newline."""

    kind: str
    text: str
    old: int | None
    new: int | None
    ended: bool = True


@dataclass(frozen=True, slots=True)
class Hunk:
    """One hunk. A start is the first line's number, or with a count of 0 the line after which
    the hunk stands. `heading` is what git found to name the place, raw from outside."""

    old_start: int
    old_count: int
    new_start: int
    new_count: int
    heading: str
    lines: tuple[HunkLine, ...]
    complete: bool = True
    """False where the diff was cut: it can be read, but nothing can be done with it."""

    @property
    def header(self) -> str:
        old = f"{self.old_start},{self.old_count}"
        return f"@@ -{old} +{self.new_start},{self.new_count} @@"

    @property
    def text(self) -> str:
        """As a patch has it, without the heading."""
        rows = [self.header]
        for line in self.lines:
            rows.append(line.kind + line.text)
            if not line.ended:
                rows.append("\\ No newline at end of file")
        return "\n".join(rows) + "\n"

    def side(self, *, new: bool) -> list[bytes]:
        """The lines of one side as bytes, each with its newline where it has one."""
        other = "-" if new else "+"
        return [
            line.text.encode("utf-8", "surrogateescape") + (b"\n" if line.ended else b"")
            for line in self.lines
            if line.kind != other
        ]


def parse_hunks(body: str) -> tuple[Hunk, ...]:
    """The hunks of `FileDiff.body`. The counts in each header say what is a line of it, so a
    line that looks like a header is none; what can't be read ends the list."""
    rows = body.split("\n")
    hunks: list[Hunk] = []
    at = 0
    while at < len(rows):
        head = _HEAD.match(rows[at])
        if head is None:
            break
        hunk, at = _hunk(head, rows, at + 1, cut=not body.endswith("\n"))
        hunks.append(hunk)
    return tuple(hunks)


def _hunk(head: re.Match[str], rows: Sequence[str], at: int, *, cut: bool) -> tuple[Hunk, int]:
    old, new = int(head[1]), int(head[3])
    old_left = 1 if head[2] is None else int(head[2])
    new_left = 1 if head[4] is None else int(head[4])
    counts = old_left, new_left
    lines: list[HunkLine] = []
    old, new = old + (not old_left), new + (not new_left)
    while at < len(rows) and (old_left > 0 or new_left > 0 or rows[at].startswith("\\")):
        row = rows[at]
        kind, text = row[:1], row[1:]
        if kind == "\\" and lines:
            last = lines[-1]
            lines[-1] = HunkLine(last.kind, last.text, last.old, last.new, ended=False)
        elif (kind in (" ", "-") and old_left <= 0) or (kind in (" ", "+") and new_left <= 0):
            break
        elif kind == "+":
            lines.append(HunkLine("+", text, None, new))
            new, new_left = new + 1, new_left - 1
        elif kind == "-":
            lines.append(HunkLine("-", text, old, None))
            old, old_left = old + 1, old_left - 1
        elif kind == " ":
            lines.append(HunkLine(" ", text, old, new))
            old, new, old_left, new_left = old + 1, new + 1, old_left - 1, new_left - 1
        else:
            break
        at += 1
    complete = old_left == 0 and new_left == 0 and not (cut and at >= len(rows))
    starts = int(head[1]), int(head[3])
    hunk = Hunk(starts[0], counts[0], starts[1], counts[1], head[5], tuple(lines), complete)
    return hunk, at


# ------------------------------------------------------------------ what was shown


def file_identity(file: FileDiff) -> str:
    """Names exactly this change of this file: other content on either side, another mode or
    another layer has another name."""
    facts = (
        *(file.layer.value, file.status, file.path, file.old_path),
        *(file.old_mode, file.new_mode, file.old_blob, file.new_blob),
    )
    digest = hashlib.sha256("\0".join(facts).encode("utf-8", "surrogateescape"))
    return digest.hexdigest()[:_IDENTITY]


def hunk_identity(file: FileDiff, hunk: Hunk) -> str:
    """Names exactly this hunk of exactly this change."""
    whole = f"{file_identity(file)}\0{hunk.text}".encode("utf-8", "surrogateescape")
    return hashlib.sha256(whole).hexdigest()[:_IDENTITY]


def find_hunk(file: FileDiff, identity: str) -> Hunk | None:
    """The hunk of `file` with this identity; None if it has none such (any more)."""
    hunks = parse_hunks(file.body)
    return next((hunk for hunk in hunks if hunk_identity(file, hunk) == identity), None)


# ------------------------------------------------------------------ contents


def split_lines(content: bytes) -> list[bytes]:
    """Lines with their newlines; only the last may lack one. (`splitlines` would split at
    carriage returns and form feeds too, where git doesn't.)"""
    lines = content.split(b"\n")
    last = lines.pop()
    return [line + b"\n" for line in lines] + ([last] if last else [])


def apply_hunk(content: bytes, hunk: Hunk) -> bytes:
    """`content`, the old side, with this one hunk taken. Raises `Refused` if the content does
    not hold the hunk's old lines where the hunk says."""
    return _replaced(
        content, hunk, hunk.old_start, old=hunk.side(new=False), new=hunk.side(new=True)
    )


def revert_hunk(content: bytes, hunk: Hunk) -> bytes:
    """`content`, the new side, with this one hunk taken back. Raises `Refused` as above."""
    return _replaced(
        content, hunk, hunk.new_start, old=hunk.side(new=True), new=hunk.side(new=False)
    )


def _replaced(
    content: bytes, hunk: Hunk, start: int, *, old: Sequence[bytes], new: Sequence[bytes]
) -> bytes:
    lines = split_lines(content)
    at = start - 1 if old else start
    end = at + len(old)
    fits = hunk.complete and 0 <= at <= len(lines) and lines[at:end] == list(old)
    if fits and new and not new[-1].endswith(b"\n"):
        fits = end == len(lines)  # only the very last line may lack its newline
    if fits and at and new and not lines[at - 1].endswith(b"\n"):
        fits = False  # what is added would run into an unended line
    if not fits:
        raise Refused(
            "The file is not what this hunk was cut from.",
            hint="Look at the diff again; it may have changed since.",
        )
    return b"".join([*lines[:at], *new, *lines[end:]])


class Endings(StrEnum):
    """How a file's bytes on the disk differ from what git keeps of it."""

    SAME = "same"
    CRLF = "crlf"
    """Each newline is CR LF on the disk and LF in git."""


def endings_of(raw: bytes, kept: bytes) -> Endings | None:
    """How `raw`, on the disk, becomes `kept`, in git; None for anything but line ends (a
    filter, mixed line ends): then only the whole file can be put back."""
    if raw == kept:
        return Endings.SAME
    if b"\r" not in kept and raw == kept.replace(b"\n", b"\r\n"):
        return Endings.CRLF
    return None


def on_disk(kept: bytes, endings: Endings) -> bytes:
    """What git keeps as it lies on the disk."""
    return kept.replace(b"\n", b"\r\n") if endings is Endings.CRLF else kept
