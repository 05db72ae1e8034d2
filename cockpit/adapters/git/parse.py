"""What git prints, as values: pure parsers of NUL-separated plumbing output.

Names are bytes to git and hostile to us; they become `str` by `os.fsdecode` (undecodable
bytes as surrogates), so that `os.fsencode` gives the same bytes back. A parser that meets
something it doesn't know raises `Unreadable`, never guesses.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping

from cockpit.dataclass import dataclass
from cockpit.domain.change import PathChange
from cockpit.errors import CockpitError

_HEX = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")
_VERSION = re.compile(rb"git version (\d+)\.(\d+)(?:\.(\d+))?")
_MARKERS = (
    re.compile(rb"^<{7} ", re.MULTILINE),
    re.compile(rb"^={7}\r?$", re.MULTILINE),
    re.compile(rb"^>{7} ", re.MULTILINE),
)


class Unreadable(CockpitError):
    """git printed something that this version of cockpit can't read."""

    def __init__(self, what: str, piece: bytes):
        super().__init__(
            f"git's answer can't be read: {what}.",
            detail=repr(piece[:200]),
            hint="Run `cockpit doctor` and report the git version that it shows.",
        )


@dataclass(frozen=True, slots=True)
class StatusEntry:
    """One line of `status --porcelain=v2 -z`: kind is `1`, `2`, `u`, `?` or `!`."""

    kind: str
    xy: str
    path: str


@dataclass(frozen=True, slots=True)
class Status:
    """`head` is None while the branch is unborn."""

    head: str | None
    entries: tuple[StatusEntry, ...]


@dataclass(frozen=True, slots=True)
class IndexEntry:
    """One entry of `ls-files -s -v -z`. `tag` is git's letter: `S` skip-worktree, a small
    letter assume-unchanged."""

    mode: str
    blob: str
    stage: int
    path: str
    tag: str = "H"


@dataclass(frozen=True, slots=True)
class TreeMerge:
    """The answer of `merge-tree --write-tree -z --name-only --messages`."""

    tree: str
    conflicts: tuple[str, ...]
    """Paths that the tree holds in conflict."""
    messages: str
    told: tuple[str, ...] = ()
    """Paths that git calls a conflict in words; some of them it leaves in the tree as they
    were (a file in the way of a folder's renaming)."""


@dataclass(frozen=True, slots=True)
class RefLine:
    """One ref. `commit` is None when it names (or peels to) something else."""

    name: str
    commit: str | None
    symref: str


def is_full_id(text: str) -> bool:
    """Whether `text` is a full object id (sha1 or sha256), hence never an option."""
    return _HEX.fullmatch(text) is not None


def nul_fields(out: bytes) -> list[bytes]:
    """The fields of NUL-terminated output."""
    fields = out.split(b"\0")
    if fields and not fields[-1]:
        fields.pop()
    return fields


def version(out: bytes) -> tuple[int, int, int]:
    """`git version 2.39.5 (Apple Git-154)` -> (2, 39, 5)."""
    found = _VERSION.match(out)
    if not found:
        raise Unreadable("no version", out)
    return int(found[1]), int(found[2]), int(found[3] or 0)


def config(out: bytes) -> list[tuple[str, str | None]]:
    """`config -z --list`: (key, value) in order; a key without `=` has no value (true)."""
    pairs: list[tuple[str, str | None]] = []
    for field in nul_fields(out):
        key, newline, value = field.partition(b"\n")
        pairs.append((os.fsdecode(key), os.fsdecode(value) if newline else None))
    return pairs


def status(out: bytes) -> Status:
    """`status --porcelain=v2 --branch -z`, renames off (a rename record is read too)."""
    head: str | None = None
    entries: list[StatusEntry] = []
    fields = iter(nul_fields(out))
    for field in fields:
        kind = field[:1].decode("ascii", "replace")
        if kind == "#":
            words = field.split(b" ")
            if words[1:2] == [b"branch.oid"] and words[2] != b"(initial)":
                head = words[2].decode("ascii")
        elif kind in ("?", "!"):
            entries.append(StatusEntry(kind, kind * 2, os.fsdecode(field[2:])))
        elif kind in ("1", "2", "u"):
            before = {"1": 8, "2": 9, "u": 10}[kind]
            words = field.split(b" ", before)
            if len(words) != before + 1:
                raise Unreadable("a status entry", field)
            entries.append(StatusEntry(kind, words[1].decode("ascii"), os.fsdecode(words[-1])))
            if kind == "2":
                next(fields, None)
        else:
            raise Unreadable("a status entry", field)
    return Status(head, tuple(entries))


def raw_changes(out: bytes) -> list[PathChange]:
    """`diff-tree -r --raw -z --no-renames --no-abbrev`; a leading commit id is skipped."""
    changes: list[PathChange] = []
    fields = iter(nul_fields(out))
    for field in fields:
        if not field.startswith(b":"):
            if is_full_id(field.decode("ascii", "replace").strip()):
                continue
            raise Unreadable("a raw diff entry", field)
        words = field[1:].decode("ascii").split(" ")
        path = next(fields, None)
        if len(words) != 5 or path is None:
            raise Unreadable("a raw diff entry", field)
        changes.append(PathChange(os.fsdecode(path), words[0], words[1], words[2], words[3]))
    return changes


def numstat(out: bytes) -> dict[str, tuple[int | None, int | None]]:
    """`--numstat -z --no-renames`: path -> (added, removed), None for a binary file.

    An unmerged path is printed twice; the larger figures are kept.
    """
    lines: dict[str, tuple[int | None, int | None]] = {}
    for field in nul_fields(out):
        words = field.split(b"\t", 2)
        if len(words) != 3:
            if is_full_id(field.decode("ascii", "replace").strip()):
                continue
            raise Unreadable("a numstat entry", field)
        path = os.fsdecode(words[2])
        if words[0] == b"-":
            lines[path] = (None, None)
            continue
        added, removed = int(words[0]), int(words[1])
        before = lines.get(path, (0, 0))
        lines[path] = (max(added, before[0] or 0), max(removed, before[1] or 0))
    return lines


def numstats(out: bytes, count: int) -> list[dict[str, tuple[int | None, int | None]]]:
    """`diff-tree --stdin --always --numstat -z`: the figures of each of the `count` pairs, in
    order. A figure has tabs, the id before a group has none."""
    groups: list[list[bytes]] = []
    for field in nul_fields(out):
        if b"\t" not in field:
            groups.append([])
        elif groups:
            groups[-1].append(field)
    if len(groups) != count:
        raise Unreadable("comparisons", out[:80])
    return [numstat(b"\0".join(group)) for group in groups]


def changed_lines(counts: Mapping[str, tuple[int | None, int | None]]) -> int:
    """Lines added and removed; a file without lines counts as one."""
    return sum((added or 0) + (removed or 0) or 1 for added, removed in counts.values())


def left_right(out: bytes) -> tuple[int, int]:
    """`rev-list --left-right --count`: (left, right)."""
    words = out.split()
    if len(words) != 2:
        raise Unreadable("a count", out)
    return int(words[0]), int(words[1])


def index_entries(out: bytes) -> list[IndexEntry]:
    """`ls-files -s -z`, with or without `-v` (which puts a letter before each entry)."""
    entries: list[IndexEntry] = []
    for field in nul_fields(out):
        head, tab, path = field.partition(b"\t")
        words = head.decode("ascii", "replace").split(" ")
        tag = words.pop(0) if len(words) == 4 else "H"
        if not tab or len(words) != 3:
            raise Unreadable("an index entry", field)
        entries.append(IndexEntry(words[0], words[1], int(words[2]), os.fsdecode(path), tag))
    return entries


def tree_entries(out: bytes) -> list[tuple[str, str, str]]:
    """(mode, object id, path) of each entry of `ls-tree -z`."""
    entries: list[tuple[str, str, str]] = []
    for field in nul_fields(out):
        head, tab, path = field.partition(b"\t")
        words = head.decode("ascii", "replace").split()
        if not tab or len(words) != 3:
            raise Unreadable("a tree entry", field)
        entries.append((words[0], words[2], os.fsdecode(path)))
    return entries


def tree_blobs(out: bytes) -> set[str]:
    """The object ids of `ls-tree -r -z`."""
    return {field.split(b"\t", 1)[0].split()[-1].decode("ascii") for field in nul_fields(out)}


def merged_tree(out: bytes) -> TreeMerge:
    """`merge-tree --write-tree -z --name-only --messages`: tree, conflicted paths, messages.

    Clean: `tree NUL NUL message…`; with conflicts the paths stand between the two.
    """
    fields = out.split(b"\0")
    tree = fields[0].decode("ascii", "replace").strip()
    if not is_full_id(tree):
        raise Unreadable("a merged tree", out)
    paths: list[str] = []
    at = 1
    while at < len(fields) and fields[at]:
        path = os.fsdecode(fields[at])
        if path not in paths:
            paths.append(path)
        at += 1
    return TreeMerge(tree, tuple(paths), *_merge_messages(fields[at + 1 :]))


def _merge_messages(fields: list[bytes]) -> tuple[str, tuple[str, ...]]:
    """All messages, and the first path of each that tells of a conflict."""
    messages: list[str] = []
    told: dict[str, None] = {}
    at = 0
    while at < len(fields) and fields[at].isdigit():
        count = int(fields[at])
        paths, kind, body = (
            fields[at + 1 : at + count + 1],
            fields[at + count + 1 : at + count + 2],
            fields[at + count + 2 : at + count + 3],
        )
        messages += [piece.decode("utf-8", "surrogateescape") for piece in body]
        if paths and kind and kind[0].startswith(b"CONFLICT"):
            told[os.fsdecode(paths[0])] = None
        at += count + 3
    return "".join(messages), tuple(told)


REF_FORMAT = "%(objecttype) %(objectname) %(*objecttype) %(*objectname) %(symref) %(refname)"


def refs(out: bytes) -> list[RefLine]:
    """`for-each-ref` with `REF_FORMAT`; an annotated tag is peeled once."""
    lines: list[RefLine] = []
    for line in out.splitlines():
        words = os.fsdecode(line).split(" ")
        if len(words) != 6:
            raise Unreadable("a ref", line)
        kind, name, peeled_kind, peeled, symref, ref = words
        commit = name if kind == "commit" else peeled if peeled_kind == "commit" else None
        lines.append(RefLine(ref, commit, symref))
    return lines


def object_types(out: bytes) -> dict[str, str]:
    """`cat-file --batch-check` of full ids: id -> type; missing ones are left out."""
    types: dict[str, str] = {}
    for line in out.decode("ascii", "replace").splitlines():
        words = line.split(" ")
        if len(words) == 3 and is_full_id(words[0]):
            types[words[0]] = words[1]
    return types


def attributes(out: bytes) -> list[tuple[str, str]]:
    """`check-attr -z`: (path, value) of the one attribute that was asked for."""
    fields = nul_fields(out)
    return [
        (os.fsdecode(fields[at]), os.fsdecode(fields[at + 2]))
        for at in range(0, len(fields) - 2, 3)
    ]


def has_markers(data: bytes) -> bool:
    """Whether all three conflict markers stand at the beginning of lines."""
    return all(marker.search(data) for marker in _MARKERS)
