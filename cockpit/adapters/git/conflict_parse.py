"""What `merge-tree --write-tree -z --messages` and `cat-file --batch` print, as values."""

from __future__ import annotations

import os
from collections.abc import Mapping

from cockpit.adapters.git.parse import Unreadable, is_full_id
from cockpit.dataclass import dataclass

Side = tuple[str, str]
"""(mode, blob)."""


@dataclass(frozen=True, slots=True)
class Message:
    """One of git's remarks: the paths that it is about, its type, and the sentence, raw."""

    paths: tuple[str, ...]
    type: str
    text: str

    @property
    def is_conflict(self) -> bool:
        """Types of conflicts begin so in every version; `Auto-merging` and others don't."""
        return self.type.startswith("CONFLICT")


@dataclass(frozen=True, slots=True)
class Merged:
    """The merged tree, the stages (1 base, 2 ours, 3 theirs) of each path that conflicts, and
    git's messages."""

    tree: str
    stages: Mapping[str, Mapping[int, Side]]
    messages: tuple[Message, ...]


def merged(out: bytes) -> Merged:
    """Tree, `mode blob stage TAB path` for each stage, an empty field, then for each message
    the number of its paths, the paths, its type and its text."""
    fields = out.split(b"\0")
    tree = fields[0].decode("ascii", "replace").strip()
    if not is_full_id(tree):
        raise Unreadable("a merged tree", out)
    stages: dict[str, dict[int, Side]] = {}
    at = 1
    while at < len(fields) and fields[at]:
        head, tab, path = fields[at].partition(b"\t")
        words = head.decode("ascii", "replace").split(" ")
        if not tab or len(words) != 3 or words[2] not in ("1", "2", "3"):
            raise Unreadable("a conflicted path", fields[at])
        stages.setdefault(os.fsdecode(path), {})[int(words[2])] = (words[0], words[1])
        at += 1
    return Merged(tree, stages, tuple(_messages(fields[at + 1 :])))


def _messages(fields: list[bytes]) -> list[Message]:
    found: list[Message] = []
    at = 0
    while at < len(fields) and fields[at].isdigit():
        count = int(fields[at])
        paths = tuple(os.fsdecode(path) for path in fields[at + 1 : at + 1 + count])
        rest = fields[at + 1 + count : at + 3 + count]
        if len(paths) != count or len(rest) != 2:
            raise Unreadable("a merge's messages", b"\0".join(fields[at : at + 4]))
        kind, text = (piece.decode("utf-8", "replace") for piece in rest)
        found.append(Message(paths, kind, text.strip("\n")))
        at += count + 3
    return found


def tree_entries(out: bytes) -> dict[str, Side]:
    """`ls-tree -z`: path → (mode, object)."""
    found: dict[str, Side] = {}
    for field in out.split(b"\0"):
        head, tab, path = field.partition(b"\t")
        words = head.decode("ascii", "replace").split()
        if tab and len(words) == 3:
            found[os.fsdecode(path)] = (words[0], words[2])
    return found


def sizes(out: bytes) -> dict[str, int]:
    """`cat-file --batch-check`: blob → bytes; what is missing or no blob is left out."""
    found: dict[str, int] = {}
    for line in out.decode("ascii", "replace").splitlines():
        words = line.split(" ")
        if len(words) == 3 and words[1] == "blob":
            found[words[0]] = int(words[2])
    return found


def contents(out: bytes) -> dict[str, bytes]:
    """`cat-file --batch` of blobs that exist: id → content."""
    found: dict[str, bytes] = {}
    at = 0
    while at < len(out):
        end = out.index(b"\n", at)
        name, kind, size = [*out[at:end].split(b" "), b"", b""][:3]
        if kind != b"blob" or not size.isdigit():
            raise Unreadable("an object", out[at:end])
        found[name.decode("ascii")] = out[end + 1 : end + 1 + int(size)]
        at = end + 2 + int(size)
    return found
