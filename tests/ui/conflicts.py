"""Conflicts for screens, made by hand."""

from __future__ import annotations

from typing import Any

from cockpit.domain.conflict import (
    Asks,
    Conflict,
    ConflictFile,
    Entry,
    Kind,
    Option,
    Question,
    Take,
    Version,
)
from cockpit.domain.conflict_text import Common, ConflictHunk
from cockpit.domain.conflict_view import ConflictGroup, ConflictView, Suggestion
from cockpit.domain.ids import LaneId, TreeId
from cockpit.domain.resolution import Point, Resolution
from tests.ui.fake import BASE, HEAD

ALPHA = LaneId("alpha")
BLOBS = ("a" * 40, "b" * 40, "c" * 40)


def sides(path: str, mode: str = "100644") -> dict[str, Any]:
    names = ("base", "ours", "theirs")
    return {name: Version(path, mode, blob) for name, blob in zip(names, BLOBS, strict=True)}


def wholes(path: str) -> tuple[Option, ...]:
    return (
        Option(Take.OURS, "alpha's version", (Entry(path, "100644", BLOBS[1]),)),
        Option(Take.THEIRS, "main's version", (Entry(path, "100644", BLOBS[2]),)),
        Option(Take.BASE, "the version before both", (Entry(path, "100644", BLOBS[0]),)),
    )


def lines(first: int, last: int) -> bytes:
    return "".join(f"    line {number}\n" for number in range(first, last + 1)).encode()


def api() -> ConflictFile:
    pieces = (
        Common(b"def answer():\n" + lines(2, 8)),
        ConflictHunk(b"    return 42\n", b"    return ask()\n", b"    return 43\n"),
        Common(lines(10, 20)),
        ConflictHunk(b"", b"    log.info('alpha')\n", b"    log.debug('main')\n    flush()\n"),
        Common(lines(23, 24)),
    )
    path = "src/api.py"
    said = "CONFLICT (content): Merge conflict in src/api.py"
    return ConflictFile(
        path,
        Kind.CONTENT,
        **sides(path),
        drops=(path,),
        pieces=pieces,
        wholes=wholes(path),
        said=said,
    )


def logo() -> ConflictFile:
    path = "docs/logo.png"
    delete = Option(Take.DELETE, "neither: delete it")
    return ConflictFile(
        path, Kind.BINARY, **sides(path), drops=(path,), wholes=(*wholes(path), delete)
    )


def renamed() -> ConflictFile:
    names = (("src/ours.py", Take.OURS), ("src/theirs.py", Take.THEIRS))
    options = tuple(Option(take, f"as {path}", (Entry(path, ""),)) for path, take in names)
    return ConflictFile(
        "src/ours.py",
        Kind.RENAME_RENAME,
        Version("src/old.py", "100644", BLOBS[0]),
        Version("src/ours.py", "100644", BLOBS[1]),
        Version("src/theirs.py", "100644", BLOBS[2]),
        drops=("src/old.py", "src/ours.py", "src/theirs.py"),
        pieces=(Common(b"the same\n"),),
        questions=(Question(Asks.PLACE, options),),
    )


def view_of(*files: ConflictFile, lane: LaneId = ALPHA, **more: Any) -> ConflictView:
    conflict = Conflict(lane, HEAD, BASE, "main", TreeId("e" * 40), files)
    inside = tuple(at for at, file in enumerate(files) if file.path.startswith("src/"))
    other = tuple(at for at in range(len(files)) if at not in inside)
    groups = (
        ConflictGroup((LaneId("beta"),), "beta", inside),
        ConflictGroup((), "nobody's zone", other),
    )
    values: dict[str, Any] = {
        "conflict": conflict,
        "resolution": Resolution(conflict),
        "groups": tuple(group for group in groups if group.files),
        "suggestions": {},
        "message": "Merge main into alpha\n",
    }
    return ConflictView(**{**values, **more})


def no_conflict(lane: LaneId) -> ConflictView:
    return view_of(lane=lane)


def usual(**more: Any) -> ConflictView:
    """Two hunks, one of them with a suggestion, and a binary file."""
    known = (Suggestion(b"    return ask() or 43\n", "yours", "gamma", 1.0),)
    return view_of(api(), logo(), suggestions={Point(0, 0): known}, **more)
