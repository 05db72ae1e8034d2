"""Patches as git prints them for people, taken apart file by file. Pure."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence

from cockpit.adapters.git.parse import Unreadable
from cockpit.dataclass import dataclass

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
    """One file of `--raw --numstat`, with `--patch` its `body` from the first `@@`, raw bytes.
    Modes are six digits; an id of zeros is a side that git did not hash (the worktree)."""

    path: str
    old_path: str
    status: str
    added: int | None
    removed: int | None
    body: bytes
    old_mode: str = ""
    new_mode: str = ""
    old_blob: str = ""
    new_blob: str = ""
    similarity: int | None = None


@dataclass(frozen=True, slots=True)
class _Listed:
    """One line of `--raw`; `header` is how its patch begins."""

    modes: tuple[str, str]
    blobs: tuple[str, str]
    letter: str
    similarity: int | None
    old: str
    path: str
    header: bytes


def parse_patch(out: bytes) -> list[PatchFile]:
    """`--raw --numstat [--patch]` without `-z`: a list of files, then their patches in the same
    order (every line of a hunk begins with a blank, `+`, `-` or a backslash, names are quoted,
    so `diff --git ` at the beginning of a line is always a header).

    A file may have no patch (a blank-only change with `-w`, an unmerged path) or two (a change
    of type: one goes, one comes), so each patch is told by its header. An unmerged path (`U`)
    is kept only if nothing else is said of it.
    """
    listing, _, patches = (b"\n" + out).partition(b"\ndiff --git ")
    listed, counts = _listing(listing)
    *whole, last = patches.split(b"\ndiff --git ")  # the last one may be cut
    bodies = [*(body + b"\n" for body in whole), last]
    files = list(_files(listed, counts, bodies))
    told = {file.path for file in files if file.status != "U"}
    return [file for file in files if file.status != "U" or file.path not in told]


def _files(
    listed: Sequence[_Listed],
    counts: Sequence[tuple[int | None, int | None]],
    bodies: Sequence[bytes],
) -> Iterator[PatchFile]:
    at = 0
    for entry, (added, removed) in zip(listed, counts, strict=False):
        body = b""
        while entry.letter != "U" and at < len(bodies) and bodies[at].startswith(entry.header):
            body += _hunks(bodies[at])
            at += 1
        yield PatchFile(
            *(entry.path, entry.old, entry.letter, added, removed, body),
            *(*entry.modes, *entry.blobs, entry.similarity),
        )


def _listing(
    listing: bytes,
) -> tuple[list[_Listed], list[tuple[int | None, int | None]]]:
    """The files, and (added, removed) of each, in order."""
    listed: list[_Listed] = []
    counts: list[tuple[int | None, int | None]] = []
    for line in listing.split(b"\n"):
        words = line.split(b"\t")
        if line.startswith(b":"):
            listed.append(_listed(line, words))
        elif len(words) >= 3 and words[:2] == [b"-", b"-"]:
            counts.append((None, None))
        elif len(words) >= 3 and words[0].isdigit() and words[1].isdigit():
            counts.append((int(words[0]), int(words[1])))
    counts += [(0, 0)] * (len(listed) - len(counts))
    return listed, counts


def _listed(line: bytes, words: Sequence[bytes]) -> _Listed:
    facts = words[0][1:].decode("ascii", "replace").split(" ")
    if len(words) < 2 or len(facts) != 5:
        raise Unreadable("a changed file without a name", line)
    old_mode, new_mode, old_blob, new_blob, status = facts
    old, new = words[1], words[2] if len(words) > 2 else words[1]
    return _Listed(
        modes=(old_mode, new_mode),
        blobs=(old_blob, new_blob),
        letter=status[:1],
        similarity=int(status[1:]) if status[1:].isdigit() else None,
        old=unquote(old),
        path=unquote(new),
        header=_prefixed(b"a/", old) + b" " + _prefixed(b"b/", new) + b"\n",
    )


def _prefixed(prefix: bytes, name: bytes) -> bytes:
    """A listed name as it stands in a patch's header."""
    return b'"' + prefix + name[1:] if name.startswith(b'"') else prefix + name


def _hunks(body: bytes) -> bytes:
    _, found, rest = body.partition(b"\n@@ ")
    if not found:
        return b""
    kept, unmerged, _ = rest.partition(b"\n* Unmerged path ")
    return b"@@ " + kept + (b"\n" if unmerged else b"")
