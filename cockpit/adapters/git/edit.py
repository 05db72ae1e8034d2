"""Changing single entries of a lane's index and single files of its worktree, for the commander.

Both belong to the lane's agent. An entry changes only from the one that was seen to the one
that was shown, under git's own lock (`indexfile.follow`); a file only while it still holds
the old bytes, by a rename, with a second name for what it replaces (`checkout.put`). Each
step can be done again after a kill: what is new already is left as it is.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path

from cockpit.adapters.git import argv_review as argv
from cockpit.adapters.git import indexfile, parse
from cockpit.adapters.git.checkout import Signature, put, signature, take_away
from cockpit.adapters.git.disk import CAP, blob_id, read_disk
from cockpit.adapters.git.files import lstat, sync_folder
from cockpit.adapters.git.ground import PINS_IDENTITY, At, Ground
from cockpit.adapters.git.holdings import GITLINK
from cockpit.adapters.git.refs import Refs
from cockpit.adapters.git.typed import told_as
from cockpit.domain.change import LINK, PathChange
from cockpit.domain.edit import DiskFile, IndexSide
from cockpit.domain.ids import BlobId, CommitId, RefName
from cockpit.errors import RefMoved, Refused

OLD, NEW = "old", "new"
"""Names of the two contents that are kept of an edit."""


_told = told_as("The lane's files can't be edited.")


class Editor:
    """Callers hold the lane's lock. A `staging` folder belongs to one edit."""

    def __init__(self, ground: Ground, refs: Refs) -> None:
        self.ground = ground
        self.refs = refs

    # ------------------------------------------------------------ looking

    def index_side(self, worktree: Path, path: str) -> IndexSide:
        """The index's entry. Raises `Refused` while a merge has left the path undecided, and
        for what stands for a submodule."""
        out = self.ground.run(argv.entry(path), at=self.ground.at(worktree)).out
        entries = [entry for entry in parse.index_entries(out) if entry.path == path]
        if any(entry.stage for entry in entries):
            raise Refused(
                f"{path!r} is in the middle of a merge.",
                hint="Decide the conflict first.",
            )
        if not entries:
            return IndexSide()
        if entries[0].mode == GITLINK:
            raise Refused(
                f"{path!r} is a submodule.", hint="Stage or discard it in the lane itself."
            )
        return IndexSide(entries[0].mode, entries[0].blob)

    @_told
    def disk_file(self, worktree: Path, path: str) -> DiskFile:
        return read_disk(self.ground.at(worktree).work_tree, path, len(self.ground.null_id))

    def refuse_filters(self, worktree: Path, path: str) -> None:
        """Raise `Refused` if `path` lies under a filter that cockpit doesn't run: its index
        entry then holds something else than its lines."""
        self.ground.refuse_untrusted_filters(self.ground.at(worktree), [path], None)

    def as_kept(self, worktree: Path, path: str, content: bytes) -> BlobId:
        """The id that `git add` of this content at `path` would give; nothing is stored.
        Raises `Refused` as `refuse_filters`."""
        self.refuse_filters(worktree, path)
        at = self.ground.at(worktree)
        return BlobId(self.ground.run(argv.hashed(path), at=at, stdin=content).line)

    def raw_id(self, content: bytes) -> BlobId:
        return BlobId(blob_id(content, len(self.ground.null_id)))

    @_told
    def as_checked_out(self, worktree: Path, path: str, staging: Path) -> DiskFile:
        """What a checkout of the index's entry would write, attributes and filters included.

        Raises `Refused` if the path lies under a filter that cockpit doesn't run.
        """
        at = self.ground.at(worktree)
        staging.mkdir(parents=True, exist_ok=True, mode=0o700)
        index, into = staging / "index", staging / "out"
        shutil.rmtree(into, ignore_errors=True)
        into.mkdir(mode=0o700)
        shutil.copyfile(at.admin / "index", index)
        self.ground.refuse_untrusted_filters(at, [path], index)
        names = os.fsencode(path) + b"\0"
        self.ground.run(argv.write_out(into), at=at, index_file=index, stdin=names)
        found = read_disk(into, path, len(self.ground.null_id))
        shutil.rmtree(into, ignore_errors=True)
        return found

    # ------------------------------------------------------------ objects

    def store(self, content: bytes, *, worktree: Path, clean_as: str = "") -> BlobId:
        """A blob of these bytes: as they are, or as `git add` of the path `clean_as` would
        keep them (line ends, the commander's own filters). Raises `Refused` where that takes a
        filter that cockpit doesn't run: an encrypted file would be kept in the clear."""
        if clean_as:
            self.refuse_filters(worktree, clean_as)
        at = self.ground.at(worktree)
        return BlobId(self.ground.run(argv.store(clean_as), at=at, stdin=content).line)

    def pin_blobs(self, ref: RefName, blobs: Sequence[BlobId], reason: str) -> CommitId:
        """Keep blobs alive under `ref`; done already is fine."""
        done = self.refs.read(ref)
        if done is not None:
            return done
        lines = "".join(f"100644 blob {blob}\t{blob}\0" for blob in sorted(set(blobs)))
        tree = self.ground.run(["mktree", "-z"], stdin=lines.encode("ascii")).line
        command = ["commit-tree", tree, "-F", "-"]
        commit = self.ground.run(command, stdin=reason.encode(), env=PINS_IDENTITY).line
        try:
            self.refs.move(ref, new=CommitId(commit), old=None, reason=reason)
        except RefMoved:
            now = self.refs.read(ref)
            if now is None:
                raise
            return now
        return CommitId(commit)

    # ------------------------------------------------------------ the index

    @_told
    def edit_index(self, worktree: Path, changes: Sequence[PathChange], staging: Path) -> list[str]:
        """Entries that are still the old ones become the new ones; returns paths whose entry
        is neither. All or none: with one such path nothing is changed."""
        at = self.ground.at(worktree)
        left = self._not_as_seen(at, changes)
        if left:
            return left
        staging.mkdir(parents=True, exist_ok=True, mode=0o700)
        return indexfile.follow(self.ground, at, changes, staging / "index")

    def _not_as_seen(self, at: At, changes: Sequence[PathChange]) -> list[str]:
        entries = indexfile.read_entries(self.ground, at)
        return [
            change.path
            for change in changes
            if not indexfile.is_entry(
                entries.get(change.path, []), change.old_mode, change.old_blob
            )
            and not indexfile.is_entry(
                entries.get(change.path, []), change.new_mode, change.new_blob
            )
        ]

    # ------------------------------------------------------------ the file

    @_told
    def lay_out(self, staging: Path, old: DiskFile, new: DiskFile) -> tuple[Path, Path]:
        """Both contents of an edit as files `old` and `new` of one folder (a side that is not
        there has none), and an empty folder beside it: what the vault takes. Durable."""
        kept, nothing = staging / "kept", staging / "nothing"
        for folder in (kept, nothing):
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir(parents=True, mode=0o700)
        for name, side in ((OLD, old), (NEW, new)):
            if side.is_there:
                _write(kept / name, side)
        sync_folder(kept)
        return kept, nothing

    @_told
    def edit_file(
        self,
        worktree: Path,
        path: str,
        *,
        old: Mapping[str, object],
        new: Mapping[str, object],
        source: Path,
        staging: Path,
    ) -> bool:
        """Make the file at `path` what `new` describes, if it is what `old` describes or new
        already; False if it is neither. `source` is a file with the new content; it is
        consumed. Raises `CockpitError` if the disk says no; done again it goes on."""
        root = self.ground.at(worktree).work_tree
        length = len(self.ground.null_id)
        aside = staging / "aside"
        try:
            now, before = read_disk(root, path, length), signature(root / path)
            if now.facts == dict(new):
                self._clear(aside, old)
                return True
            if now.facts != dict(old):
                return False
            staging.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._clear(aside, old)
            if DiskFile().facts == dict(new):
                take_away(root, path, aside)
            else:
                put(source, root, path, aside, fresh=before is None)
            return _confirm(root / path, aside, before)
        except FileExistsError:
            return False  # somebody made it while we looked

    def _clear(self, aside: Path, old: Mapping[str, object]) -> None:
        """After a kill: a second name of the old content goes; anything else is kept."""
        if lstat(aside) is not None:
            length = len(self.ground.null_id)
            found = read_disk(aside.parent, aside.name, length, cap=CAP)
            if found.facts == dict(old):
                aside.unlink()

    @_told
    def drop(self, staging: Path, old: Mapping[str, object]) -> None:
        """Take away what an edit laid out. What was put aside and is not the old content
        stays."""
        if staging.is_symlink() or not staging.is_dir():
            _remove_empty(staging.parent)
            return
        self._clear(staging / "aside", old)
        for entry in list(staging.iterdir()):
            if entry.is_dir() and not entry.is_symlink():
                shutil.rmtree(entry, ignore_errors=True)
            elif entry.name != "aside":
                entry.unlink(missing_ok=True)
        _remove_empty(staging)
        _remove_empty(staging.parent)


def _remove_empty(folder: Path) -> None:
    try:
        folder.rmdir()
    except OSError:
        pass  # it is not there, or holds something that is kept, or another edit's files


def _write(path: Path, side: DiskFile) -> None:
    if side.mode == LINK:
        os.symlink(os.fsdecode(side.content), path)
        return
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(side.content)
        file.flush()
        os.fchmod(file.fileno(), side.permissions)
        os.fsync(file.fileno())


def _confirm(place: Path, aside: Path, before: Signature | None) -> bool:
    """Drop what was replaced if nobody wrote to it between look and rename; else it goes back
    to its place."""
    after = signature(aside)
    if after is None:
        return True
    if after == before:
        aside.unlink()
        return True
    os.rename(aside, place)
    return False
