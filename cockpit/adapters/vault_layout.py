"""How a snapshot lies in `vault.git`: names and the manifest. Pure.

The tree of a snapshot's commit is `files/…` (the worktree), `admin/…` (the worktree's git
folder) and `manifest.json`, which holds what git's trees can't: exact modes, times, empty
folders, what was not kept. Names that git refuses or interprets are escaped, so that the
snapshot passes `fsck` and plain git can check it out byte for byte.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from enum import StrEnum
from typing import Any

from cockpit.dataclass import dataclass
from cockpit.errors import CockpitError

MANIFEST = "manifest.json"
FILES = "files"
ADMIN = "admin"
MANIFEST_VERSION = 1

_ESCAPE = "esc="
_IGNORED_BY_HFS = dict.fromkeys(
    [*range(0x200C, 0x2010), *range(0x202A, 0x202F), *range(0x206A, 0x2070), 0xFEFF]
)
_SHORT_NAME = re.compile(r"g[i~][^/]*~|git~", re.IGNORECASE)
"""NTFS short names of `.git…`: `git~1`, `gi7eba~1`."""


def escaped(name: str) -> str:
    """One path component as the vault's tree holds it; `unescaped` is the way back.

    Everything that begins with `.git` in any case, as HFS+ and NTFS would read it too (git
    refuses those, or, as `.gitattributes`, obeys them), and what looks escaped already.
    """
    return _ESCAPE + name if name.startswith(_ESCAPE) or _is_gits(name) else name


def unescaped(name: str) -> str:
    """The original component."""
    return name.removeprefix(_ESCAPE)


def _is_gits(name: str) -> bool:
    if "." not in name and "~" not in name:
        return False
    pieces = name.translate(_IGNORED_BY_HFS).lower().split("\\")
    return any(piece.startswith(".git") or _SHORT_NAME.match(piece) for piece in pieces)


def blob_path(section: str, parts: tuple[str, ...]) -> str:
    """Where the bytes of a file lie in the snapshot's tree."""
    return "/".join((section, *map(escaped, parts)))


class Kind(StrEnum):
    FILE = "file"
    FOLDER = "folder"
    LINK = "link"
    FIFO = "fifo"
    SOCKET = "socket"
    DEVICE = "device"
    MOUNT = "mount"
    """A folder on another file system: not entered."""
    SKIPPED = "skipped"
    """A folder that can be made again: not entered."""
    UNREADABLE = "unreadable"


KEPT = frozenset({Kind.FILE, Kind.FOLDER, Kind.LINK})


@dataclass(frozen=True, slots=True)
class Entry:
    """One name in a snapshot. `mode` is the permission bits, `mtime` in ns, `size` in bytes;
    `path` is relative to its section, undecodable bytes as surrogates, empty for the root."""

    path: str
    kind: Kind
    mode: int
    mtime: int
    size: int = 0
    torn: bool = False
    """It changed each time it was read: the bytes are of no single moment."""
    inode: int = 0
    """Not 0 for a file with several hard links: those with the same number were one file."""

    @property
    def parts(self) -> tuple[str, ...]:
        return tuple(self.path.split("/")) if self.path else ()


@dataclass(frozen=True, slots=True)
class Manifest:
    worktree: str
    admin: str
    at: float
    sections: dict[str, list[Entry]]

    def not_kept(self) -> Iterator[tuple[str, Entry]]:
        """What is not in the snapshot, or not for certain, with its section."""
        for section, entries in self.sections.items():
            for entry in entries:
                if entry.kind not in KEPT or entry.torn:
                    yield section, entry


def manifest_to_bytes(manifest: Manifest) -> bytes:
    """ASCII JSON, one entry a line, so that people can read it in plain git."""
    head = {
        "version": MANIFEST_VERSION,
        "worktree": manifest.worktree,
        "admin": manifest.admin,
        "at": manifest.at,
    }
    lines = [json.dumps(head)[:-1] + ', "sections": {']
    for number, (section, entries) in enumerate(manifest.sections.items()):
        lines.append(f'{"," if number else ""}"{section}": [')
        lines.append(",\n".join(json.dumps(_value(section, entry)) for entry in entries))
        lines.append("]")
    lines.append("}}\n")
    return "\n".join(lines).encode("ascii")


def _value(section: str, entry: Entry) -> dict[str, Any]:
    value: dict[str, Any] = {
        "path": entry.path,
        "type": entry.kind.value,
        "mode": f"{entry.mode:04o}",
        "mtime_ns": entry.mtime,
    }
    if entry.kind in (Kind.FILE, Kind.LINK):
        value["size"] = entry.size
        value["blob"] = blob_path(section, entry.parts)
    if entry.kind not in KEPT:
        value["kept"] = False
    if entry.torn:
        value["torn"] = True
    if entry.inode:
        value["inode"] = entry.inode
    return value


def manifest_from_bytes(content: bytes) -> Manifest:
    """Raises `CockpitError` for what is not a manifest, or a newer one."""
    try:
        value = json.loads(content)
        version = value["version"]
        if isinstance(version, int) and version > MANIFEST_VERSION:
            raise CockpitError(
                f"The snapshot was made by a newer cockpit (version {version} of its format)",
                detail=f"This cockpit knows version {MANIFEST_VERSION}.",
                hint="Use the newer cockpit to bring it back.",
            )
        sections = {
            section: [_entry(item) for item in value["sections"][section]]
            for section in (FILES, ADMIN)
        }
        return Manifest(str(value["worktree"]), str(value["admin"]), float(value["at"]), sections)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise CockpitError(
            "The snapshot's manifest can't be read",
            detail=f"{type(error).__name__}: {error}",
            hint="Its files are in the vault all the same; `git archive` gets them out.",
        ) from error


def _entry(value: dict[str, Any]) -> Entry:
    entry = Entry(
        path=value["path"],
        kind=Kind(value["type"]),
        mode=int(value["mode"], 8) & 0o7777,
        mtime=int(value["mtime_ns"]),
        size=int(value.get("size", 0)),
        torn=bool(value.get("torn", False)),
        inode=int(value.get("inode", 0)),
    )
    if any(part in ("", ".", "..") for part in entry.parts) or "\0" in entry.path:
        raise ValueError(f"a path leads outside: {entry.path!r}")
    return entry
