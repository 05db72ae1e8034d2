"""What git prints for the radar, as values: pure parsers, as those of `parse`."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence

from cockpit.adapters.git.parse import Unreadable, is_full_id, nul_fields, raw_changes
from cockpit.dataclass import dataclass
from cockpit.domain.change import PathChange
from cockpit.domain.clash import ClashPath

_KIND = re.compile(r"CONFLICT \(([^)]*)\)")
_RANGE = re.compile(rb"@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@")


@dataclass(frozen=True, slots=True)
class Change:
    """One line of `status --porcelain=v2`: what the index makes of HEAD (`x`), what the
    worktree makes of the index (`y`), and the index's entry. An untracked path is `??`, an
    unmerged one `uu`."""

    path: str
    x: str
    y: str
    mode: str = ""
    blob: str = ""

    @property
    def is_untracked(self) -> bool:
        return self.x == "?"


def changes_of_status(out: bytes) -> tuple[str | None, list[Change]]:
    """HEAD's commit (None while it is unborn) and every path that differs from it."""
    head: str | None = None
    changes: list[Change] = []
    fields = iter(nul_fields(out))
    for field in fields:
        kind = field[:1]
        if kind == b"#":
            words = field.split(b" ")
            if words[1:2] == [b"branch.oid"] and words[2] != b"(initial)":
                head = words[2].decode("ascii")
        elif kind == b"?":
            changes.append(Change(os.fsdecode(field[2:]), "?", "?"))
        elif kind in (b"1", b"2", b"u"):
            changes.append(_tracked(field))
            if kind == b"2":
                next(fields, None)
        elif kind != b"!":
            raise Unreadable("a status entry", field)
    return head, changes


def _tracked(field: bytes) -> Change:
    before = {b"1": 8, b"2": 9, b"u": 10}[field[:1]]
    words = field.split(b" ", before)
    if len(words) != before + 1:
        raise Unreadable("a status entry", field)
    path = os.fsdecode(words[-1])
    if field[:1] == b"u":
        return Change(path, "u", "u")
    xy, mode, blob = (word.decode("ascii", "replace") for word in (words[1], words[4], words[7]))
    return Change(path, xy[:1], xy[1:2], mode, blob)


@dataclass(frozen=True, slots=True)
class Stage:
    """One side of a conflicting path: 1 the base, 2 the first side, 3 the second."""

    mode: str
    blob: str
    stage: int
    path: str


@dataclass(frozen=True, slots=True)
class Message:
    """What merge-tree says about some paths; `kind` is its stable name."""

    paths: tuple[str, ...]
    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class PairMerge:
    """One answer of `merge-tree --stdin`."""

    clean: bool
    tree: str
    stages: tuple[Stage, ...] = ()
    messages: tuple[Message, ...] = ()


def pair_merges(out: bytes) -> list[PairMerge]:
    """The answers in order; one that is cut short (git died there) is left out."""
    fields = out.split(b"\0")[:-1]
    merges: list[PairMerge] = []
    at = 0
    try:
        while at < len(fields):
            merge, at = _pair_merge(fields, at)
            merges.append(merge)
    except IndexError:
        return merges  # the output ended within it
    return merges


def _pair_merge(fields: Sequence[bytes], at: int) -> tuple[PairMerge, int]:
    """The answer that begins at field `at`, and the field after it."""
    clean, tree = fields[at] == b"1", fields[at + 1].decode("ascii", "replace")
    if fields[at] not in (b"0", b"1") or not is_full_id(tree):
        raise Unreadable("a merge", fields[at + 1])
    at += 2
    stages: list[Stage] = []
    while fields[at]:
        head, _, path = fields[at].partition(b"\t")
        words = head.decode("ascii", "replace").split(" ")
        if len(words) != 3:
            raise Unreadable("a conflict", fields[at])
        stages.append(Stage(words[0], words[1], int(words[2]), os.fsdecode(path)))
        at += 1
    at += 1
    messages: list[Message] = []
    while fields[at].isdigit():
        end = at + 1 + int(fields[at])
        paths = tuple(os.fsdecode(path) for path in fields[at + 1 : end])
        kind, text = fields[end], fields[end + 1]
        messages.append(Message(paths, os.fsdecode(kind), os.fsdecode(text)))
        at = end + 2
    if fields[at] and b"\n" not in fields[at]:  # else advice on submodules (git 2.38), or nothing
        raise Unreadable("a merge's message", fields[at])
    return PairMerge(clean, tree, tuple(stages), tuple(messages)), at + 1


def clash_paths(merge: PairMerge, sides: Sequence[str]) -> tuple[ClashPath, ...]:
    """The conflicts of a merge, one a path that people know: where git moved a file aside it
    appends `~` and a side's id (`sides`), which is taken off again."""
    if merge.clean:
        return ()
    found: dict[str, ClashPath] = {}
    told: set[str] = set()
    for message in merge.messages:
        if not message.kind.startswith("CONFLICT") or not message.paths:
            continue
        path, *others = dict.fromkeys(_known(path, sides) for path in message.paths)
        told.update((path, *others))
        known = found.get(path)
        if known is None or known.kind == "content":
            also = tuple(dict.fromkeys((*(known.also if known else ()), *others)))
            found[path] = ClashPath(path, _kind(message), also=also)
    for stage in merge.stages:
        path = _known(stage.path, sides)
        if path not in told:
            found.setdefault(path, ClashPath(path, "content"))
    return tuple(sorted(found.values(), key=lambda path: path.path)) or (ClashPath("", "unknown"),)


def _kind(message: Message) -> str:
    named = _KIND.match(message.text) or _KIND.match(message.kind)
    kind = named[1] if named else "content"
    if kind.startswith("submodule"):  # "lacks merge base", "not initialized", … by git's version
        return "submodule"
    return "content" if kind == "contents" else kind


def _known(path: str, sides: Sequence[str]) -> str:
    for side in sides:
        head, mark, number = path.rpartition(f"~{side}")
        if mark and not number.strip("_0123456789"):
            return head
    return path


def graph_lines(out: bytes) -> dict[str, tuple[str, ...]]:
    """`rev-list --parents`: each commit's parents, in git's order."""
    lines = (line.split() for line in out.decode("ascii").splitlines())
    return {words[0]: tuple(words[1:]) for words in lines if words}


def grouped_changes(out: bytes, count: int) -> list[list[PathChange]]:
    """`diff-tree --stdin --always`: the changes of each of the `count` pairs, in order."""
    groups: list[list[bytes]] = []
    for field in nul_fields(out):
        begins = not groups or _is_whole(groups[-1])
        if begins and is_full_id(field.decode("ascii", "replace").strip()):
            groups.append([])
        elif not groups:
            raise Unreadable("a comparison", field)
        else:
            groups[-1].append(field)
    if len(groups) != count:
        raise Unreadable("comparisons", out[:80])
    return [raw_changes(b"\0".join(group)) for group in groups]


def _is_whole(group: Sequence[bytes]) -> bool:
    """Whether every entry has its path: a path may look like an id."""
    return len(group) % 2 == 0


def tree_entries(out: bytes) -> dict[str, tuple[str, str]]:
    """`ls-tree -z`: path -> (mode, id)."""
    found: dict[str, tuple[str, str]] = {}
    for field in nul_fields(out):
        head, _, path = field.partition(b"\t")
        words = head.decode("ascii", "replace").split(" ")
        if len(words) == 3:
            found[os.fsdecode(path)] = (words[0], words[2])
    return found


def batch_contents(out: bytes) -> Iterator[bytes]:
    """`cat-file --batch`: the contents in order, as far as they are there whole."""
    at = 0
    while (end := out.find(b"\n", at)) >= 0:
        words = out[at:end].split(b" ")
        if len(words) != 3 or not words[2].isdigit():
            raise Unreadable("an object", out[at:end])
        size = int(words[2])
        if end + 1 + size > len(out):
            return
        yield out[end + 1 : end + 1 + size]
        at = end + 2 + size


@dataclass(frozen=True, slots=True)
class Range:
    """Lines `old` to `old + old_count - 1` became those from `new` on (git counts from 1, and
    names the line before where a count is 0)."""

    old: int
    old_count: int
    new: int
    new_count: int


def line_ranges(out: bytes) -> dict[str, list[Range]]:
    """A `-U0` patch of files whose names need no quoting: name -> its changed ranges."""
    found: dict[str, list[Range]] = {}
    name = ""
    left = 0
    for line in out.split(b"\n"):
        if left > 0 and line[:1] in (b"-", b"+"):
            left -= 1
        elif line.startswith(b"diff --git "):
            name = line.rsplit(b" b/", 1)[-1].decode("ascii", "replace")
        elif matched := _RANGE.match(line):
            old, old_count, new, new_count = (
                int(word) if word is not None else 1 for word in matched.groups()
            )
            found.setdefault(name, []).append(Range(old, old_count, new, new_count))
            left = old_count + new_count
    return found
