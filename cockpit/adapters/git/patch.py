"""Patches as git prints them for people, taken apart file by file. Pure."""

from __future__ import annotations

import os
from dataclasses import dataclass

from cockpit.adapters.git.parse import Unreadable

_ESCAPES = {
    ord("a"): 7,
    ord("b"): 8,
    ord("t"): 9,
    ord("n"): 10,
    ord("v"): 11,
    ord("f"): 12,
    ord("r"): 13,
    ord('"'): 34,
    ord("\\"): 92,
}


def unquote(name: bytes) -> str:
    """A path as git prints it without `-z`: C-quoted if it holds anything unusual."""
    if not (len(name) > 1 and name.startswith(b'"') and name.endswith(b'"')):
        return os.fsdecode(name)
    inner, plain, at = name[1:-1], bytearray(), 0
    while at < len(inner):
        if inner[at] != 92:
            plain.append(inner[at])
            at += 1
        elif inner[at + 1 : at + 4].isdigit():
            plain.append(int(inner[at + 1 : at + 4], 8) & 255)
            at += 4
        elif inner[at + 1 : at + 2] and inner[at + 1] in _ESCAPES:
            plain.append(_ESCAPES[inner[at + 1]])
            at += 2
        else:
            raise Unreadable("a quoted path", name)
    return os.fsdecode(bytes(plain))


@dataclass(frozen=True, slots=True)
class PatchFile:
    """One file of `--patch-with-raw --numstat`: `body` from its first `@@`, raw bytes."""

    path: str
    old_path: str
    status: str
    added: int | None
    removed: int | None
    body: bytes


def parse_patch(out: bytes) -> list[PatchFile]:
    """`--patch --raw --numstat` without `-z`: a list of files, then their patches in the
    same order (every line of a hunk begins with a blank, `+`, `-` or a backslash, names are
    quoted, so `diff --git ` at the beginning of a line is always a header).

    An unmerged path (`U`) has no patch; it is kept only if nothing else is said of it.
    """
    listing, _, patches = (b"\n" + out).partition(b"\ndiff --git ")
    names, counts = _listing(listing)
    bodies = iter(patches.split(b"\ndiff --git ") if patches else [])
    files = [
        PatchFile(path, old, letter, added, removed, b"")
        if letter == "U"
        else PatchFile(path, old, letter, added, removed, _hunks(next(bodies, b"")))
        for (letter, old, path), (added, removed) in zip(names, counts, strict=False)
    ]
    told = {file.path for file in files if file.status != "U"}
    return [file for file in files if file.status != "U" or file.path not in told]


def _listing(
    listing: bytes,
) -> tuple[list[tuple[str, str, str]], list[tuple[int | None, int | None]]]:
    """(letter, old path, path) and (added, removed) of each file, in order."""
    names: list[tuple[str, str, str]] = []
    counts: list[tuple[int | None, int | None]] = []
    for line in listing.split(b"\n"):
        words = line.split(b"\t")
        if line.startswith(b":"):
            if len(words) < 2:
                raise Unreadable("a changed file without a name", line)
            letter = words[0].rpartition(b" ")[2][:1].decode("ascii", "replace")
            old = unquote(words[1])
            names.append((letter, old, unquote(words[2]) if len(words) > 2 else old))
        elif len(words) >= 3 and words[:2] == [b"-", b"-"]:
            counts.append((None, None))
        elif len(words) >= 3 and words[0].isdigit() and words[1].isdigit():
            counts.append((int(words[0]), int(words[1])))
    counts += [(0, 0)] * (len(names) - len(counts))
    return names, counts


def _hunks(body: bytes) -> bytes:
    _, found, rest = body.partition(b"\n@@ ")
    return b"@@ " + rest.split(b"\n* Unmerged path ", 1)[0] if found else b""
