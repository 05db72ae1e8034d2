"""A lane's whole change as diffs to be read by a person: what is committed since the merge
base, what is staged, what is not, and what git doesn't know yet.

The list of files is one call a layer; bodies are read with it, or later for those files that
somebody looks at (a change of 10,000 files is listed in a second, its patch is not).
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from cockpit.adapters.git import argv_review as argv
from cockpit.adapters.git.disk import blob_id
from cockpit.adapters.git.files import lstat, read_small
from cockpit.adapters.git.ground import At, Ground
from cockpit.adapters.git.history import History
from cockpit.adapters.git.inspect import Inspector
from cockpit.adapters.git.patch import PatchFile, parse_patch
from cockpit.adapters.git.refs import Refs
from cockpit.adapters.git.typed import typed
from cockpit.adapters.git.untracked import untracked_diff
from cockpit.domain.change import (
    LINK,
    NULL_MODE,
    SUBMODULE,
    CommitLine,
    FileDiff,
    LaneDiff,
    Layer,
)
from cockpit.domain.ids import CommitId, RefName

BODY_CAP = 200 << 10
"""Bytes of one file's diff that are read with all others; `FULL_CAP` when it is read alone."""

FULL_CAP = 2 << 20

PATCH_CAP = 16 << 20
"""Bytes of one layer's patch that are read; later files are listed without a body."""

HASHED = 8 << 20
"""Bytes of a file on the disk up to which a look hashes it, so that it is known again."""

_UNTRACKED = 500
"""Untracked files that are read for the list; more are listed by name."""

_BATCH = 100
_EMPTY_TREE = {
    40: "4b825dc642cb6eb9a060e54bf8d69288fbee4904",
    64: "6ef19b41225c5369f1c104d45d8d85efa9b057b53b14b4b9b939dd74decc5321",
}


class Reviewer:
    def __init__(self, ground: Ground, refs: Refs, history: History, inspector: Inspector) -> None:
        self.ground = ground
        self.refs = refs
        self.history = history
        self.inspector = inspector

    # ------------------------------------------------------------ the list

    @typed
    def diff(
        self,
        worktree: Path,
        target: RefName,
        *,
        since: CommitId | None = None,
        bodies: bool = True,
        ignore_space: bool = False,
    ) -> LaneDiff:
        """The lane's change against its merge base with `target` (or with `since`, a commit of
        the lane's own), layer by layer.

        `base` and `head` are empty where there is no such commit (an unborn branch, no
        common history). What is binary is decided by content, never by a lane's attributes.
        Without `bodies` files are `loaded=False` (but for untracked ones, which are small).
        """
        at = self.ground.at(worktree)
        status = self.inspector.status(at)
        head, tip = status.head, since or self.refs.read(target)
        base = self.refs.merge_base(tip, CommitId(head)) if head and tip else None
        files: list[FileDiff] = []
        commits: list[CommitLine] = []
        if head:
            if base != head:
                command = argv.committed(
                    base or self._empty, head, patch=bodies, ignore_space=ignore_space
                )
                files += self._layer(Layer.COMMITTED, command, None, loaded=bodies)
            if base and base != head:
                commits = self.history.commits(base, CommitId(head))
        if any(entry.kind not in ("?", "!") for entry in status.entries):
            undecided = {entry.path for entry in status.entries if entry.kind == "u"}
            files += self._uncommitted(at, head, undecided, bodies, ignore_space)
        untracked = [entry.path for entry in status.entries if entry.kind == "?"]
        length = len(self.ground.null_id)
        for number, path in enumerate(untracked):
            files.append(untracked_diff(at, path, length, read=number < _UNTRACKED))
        return LaneDiff(base or "", head or "", tuple(commits), tuple(files))

    @property
    def _empty(self) -> str:
        return _EMPTY_TREE[len(self.ground.null_id)]

    def _uncommitted(
        self,
        at: At,
        head: str | None,
        undecided: set[str],
        bodies: bool,
        ignore_space: bool,
    ) -> list[FileDiff]:
        staged = argv.staged(head or self._empty, patch=bodies, ignore_space=ignore_space)
        unstaged = argv.unstaged(patch=bodies, ignore_space=ignore_space)
        files = [
            *self._layer(Layer.STAGED, staged, at, loaded=bodies),
            *self._layer(Layer.UNSTAGED, unstaged, at, loaded=bodies),
        ]
        return [replace(file, conflicted=file.path in undecided) for file in files]

    def _layer(
        self,
        layer: Layer,
        command: Sequence[str],
        at: At | None,
        *,
        loaded: bool,
        cap: int = BODY_CAP,
    ) -> list[FileDiff]:
        answer = self.ground.run(command, at=at, cap=PATCH_CAP, truncate=True)
        files = [
            _file(layer, file, cap, loaded=loaded, lost=answer.truncated and not file.body)
            for file in parse_patch(answer.out)
            if layer is not Layer.STAGED or file.status != "U"  # shown as unstaged
        ]
        return self._sized(at, self._identified(at, files))

    def _identified(self, at: At | None, files: Sequence[FileDiff]) -> list[FileDiff]:
        """Ids of what lies on the disk, which git's list leaves at zero."""
        null, length = self.ground.null_id, len(self.ground.null_id)
        found = []
        for file in files:
            unknown = file.new_mode != NULL_MODE and file.new_blob == null
            if unknown and at is not None:
                blob = _disk_blob(at.work_tree / file.path, file, length)
                file = replace(file, new_blob=blob)
            found.append(file)
        return found

    def _sized(self, at: At | None, files: list[FileDiff]) -> list[FileDiff]:
        """Sizes of both sides of binary files."""
        binary = [file for file in files if file.is_binary]
        if not binary:
            return files
        ids = {blob for file in binary for blob in (file.old_blob, file.new_blob) if blob}
        stdin = "".join(f"{blob}\n" for blob in sorted(ids)).encode("ascii")
        answer = self.ground.run(argv.sizes(), stdin=stdin)
        lines = (line.split(b" ") for line in answer.out.splitlines())
        known = {
            words[0].decode("ascii"): int(words[1])
            for words in lines
            if len(words) == 2 and words[1].isdigit()
        }
        return [_with_sizes(at, file, known) if file.is_binary else file for file in files]

    # ------------------------------------------------------------ bodies

    @typed
    def bodies(
        self,
        worktree: Path,
        diff: LaneDiff,
        files: Sequence[FileDiff],
        *,
        ignore_space: bool = False,
    ) -> list[FileDiff]:
        """These files of `diff` with their bodies, in order. Committed work is read between
        the commits that `diff` names; the rest as it is now, so that a file may have other
        ids than it was listed with, and one that no longer differs has an empty body."""
        at = self.ground.at(worktree)
        found: dict[tuple[Layer, str], FileDiff] = {}
        for layer in Layer:
            mine = [file for file in files if file.layer is layer]
            for some in _batches(mine):
                for file in self._read(at, diff, some, ignore_space):
                    found[layer, file.path] = file
        return [
            replace(
                found.get((file.layer, file.path), replace(file, body="", truncated=False)),
                loaded=True,
                conflicted=file.conflicted,
            )
            for file in files
        ]

    def _read(
        self, at: At, diff: LaneDiff, files: Sequence[FileDiff], ignore_space: bool
    ) -> Iterable[FileDiff]:
        layer = files[0].layer
        if layer is Layer.UNTRACKED:
            length = len(self.ground.null_id)
            return [
                untracked_diff(at, file.path, length, cap=FULL_CAP)
                for file in files
                if lstat(at.work_tree / file.path) is not None
            ]
        paths = list(dict.fromkeys(name for f in files for name in (f.old_path, f.path) if name))
        cap = FULL_CAP if len(files) == 1 else BODY_CAP
        if layer is Layer.COMMITTED:
            base, head = diff.base or self._empty, diff.head
            command = argv.committed(base, head, paths, patch=True, ignore_space=ignore_space)
            return self._layer(layer, command, None, loaded=True, cap=cap)
        if layer is Layer.STAGED:
            head = self.inspector.status(at).head or self._empty
            command = argv.staged(head, paths, patch=True, ignore_space=ignore_space)
        else:
            command = argv.unstaged(paths, patch=True, ignore_space=ignore_space)
        return self._layer(layer, command, at, loaded=True, cap=cap)

    @typed
    def uncommitted(self, worktree: Path, layer: Layer, path: str) -> FileDiff | None:
        """One file of the lane's uncommitted work as it is now, with its body; None if it does
        not differ there. Found in the whole list, so that a rename is told as it was shown."""
        at = self.ground.at(worktree)
        status = self.inspector.status(at)
        if layer is Layer.UNTRACKED:
            there = any(entry.kind == "?" and entry.path == path for entry in status.entries)
            length = len(self.ground.null_id)
            return untracked_diff(at, path, length, cap=FULL_CAP) if there else None
        undecided = {entry.path for entry in status.entries if entry.kind == "u"}
        listed = self._uncommitted(at, status.head, undecided, False, False)
        mine = [file for file in listed if file.layer is layer and file.path == path]
        if not mine:
            return None
        known = LaneDiff("", status.head or "", (), ())
        return self.bodies(worktree, known, mine)[0]


def _batches(files: Sequence[FileDiff]) -> Iterator[Sequence[FileDiff]]:
    """Files that are read together. A rename is read alone: among others git might pair it
    differently than the list, where all were there."""
    plain = [file for file in files if file.status != "R"]
    for begin in range(0, len(plain), _BATCH):
        yield plain[begin : begin + _BATCH]
    yield from ([file] for file in files if file.status == "R")


def _file(layer: Layer, file: PatchFile, cap: int, *, loaded: bool, lost: bool) -> FileDiff:
    body, cut = _capped(file.body, cap)
    new_blob = file.new_blob
    if file.new_mode == SUBMODULE and body:
        new_blob = _submodule_id(body) or new_blob
    return FileDiff(
        path=file.path,
        old_path=file.old_path,
        layer=layer,
        status=file.status if file.status in ("A", "M", "D", "R", "T") else "M",
        added=file.added,
        removed=file.removed,
        body=body,
        truncated=cut or (lost and loaded),
        old_mode=file.old_mode,
        new_mode=file.new_mode,
        old_blob=file.old_blob,
        new_blob=new_blob,
        similarity=file.similarity,
        loaded=loaded,
    )


def _submodule_id(body: str) -> str:
    """The commit that a submodule's diff names as the new one."""
    lines = [line for line in body.split("\n") if line.startswith("+Subproject commit ")]
    return lines[-1].rpartition(" ")[2].removesuffix("-dirty") if lines else ""


def _capped(body: bytes, cap: int) -> tuple[str, bool]:
    """The body as text, cut at a line's end."""
    cut = len(body) > cap
    if cut:
        body = body[:cap].rpartition(b"\n")[0]
    return body.decode("utf-8", "surrogateescape"), cut


def _disk_blob(path: Path, file: FileDiff, length: int) -> str:
    """The id of a file's bytes as they are; empty if it is large, or can't be read."""
    if file.new_mode == SUBMODULE:
        return ""
    if file.new_mode == LINK:
        try:
            return blob_id(os.fsencode(os.readlink(path)), length)
        except OSError:
            return ""
    seen = lstat(path)
    if seen is None or not stat.S_ISREG(seen.st_mode) or seen.st_size > HASHED:
        return ""
    content = read_small(path, cap=HASHED + 1)
    return "" if content is None or len(content) > HASHED else blob_id(content, length)


def _with_sizes(at: At | None, file: FileDiff, known: dict[str, int]) -> FileDiff:
    old, new = known.get(file.old_blob), known.get(file.new_blob)
    if new is None and at is not None and file.new_mode != NULL_MODE:
        seen = lstat(at.work_tree / file.path)
        new = seen.st_size if seen is not None else None
    return replace(file, old_size=old, new_size=new)
