"""The folder where a sync lays contents out before anything moves in the checkout, and keeps
what it replaced until that is seen to be the old content still."""

from __future__ import annotations

import errno
import hashlib
import os
import shutil
import stat
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from cockpit.adapters.git import argv
from cockpit.adapters.git.files import lstat, sync_folder
from cockpit.adapters.git.ground import At, Ground
from cockpit.adapters.git.holdings import GITLINK
from cockpit.domain.change import NULL_MODE, PathChange
from cockpit.domain.ids import CommitId
from cockpit.errors import CockpitError, Refused

_DEADLINE = 600.0
_SYNC_EACH = 200


def has_file(change: PathChange) -> bool:
    return not change.is_gone and change.new_mode != GITLINK


class Staging:
    """One sync's folder. `new` holds new contents (whole and durable once `complete`
    exists), `old` those needed to compare, `aside` what was replaced."""

    def __init__(self, ground: Ground, root: Path) -> None:
        self.ground = ground
        self.root = root
        self.new = root / "new"
        self.old = root / "old"
        self.aside = root / "aside"
        self.complete = root / "complete"

    def aside_of(self, path: str) -> Path:
        return self.aside / hashlib.sha256(os.fsencode(path)).hexdigest()

    def lay_out_new(self, at: At, commit: CommitId, paths: Sequence[str]) -> None:
        """New contents, anew as a whole: after a kill a file here may be cut short. Raises
        `CockpitError` (a full disk, for one)."""
        try:
            self.root.mkdir(parents=True, exist_ok=True, mode=0o700)
            self.complete.unlink(missing_ok=True)
            self._lay_out(at, commit, paths, self.new)
            _make_durable(self.new)
            self.complete.touch(mode=0o600)
            sync_folder(self.root)
            _check_space(at.work_tree, self.new)
        except OSError as error:
            raise CockpitError(
                "The new files can't be laid out beside the checkout.",
                detail=str(error),
                hint="Free some space on the disk; nothing was changed.",
            ) from error

    def lay_out_old(self, at: At, commit: CommitId, paths: Sequence[str]) -> None:
        """Old contents, to compare bytes with. Raises `OSError`, `CockpitError`."""
        self.root.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._lay_out(at, commit, paths, self.old)

    def _lay_out(self, at: At, commit: CommitId, paths: Sequence[str], into: Path) -> None:
        """The files of `commit` at `paths` as a checkout would write them, with attributes
        and filters of that commit."""
        if self.root.is_symlink():
            raise Refused(f"{self.root} is a link; nothing is laid out through it.")
        shutil.rmtree(into, ignore_errors=True)
        into.mkdir(mode=0o700)
        index = self.root / f"index-{into.name}"
        for stale in (index, index.with_name(index.name + ".lock")):
            stale.unlink(missing_ok=True)
        self.ground.run(argv.read_tree(commit), at=at, index_file=index)
        self.ground.refuse_untrusted_filters(at, paths, index)
        stdin = b"".join(os.fsencode(path) + b"\0" for path in paths)
        self.ground.run(
            argv.checkout_some(into), at=at, index_file=index, stdin=stdin, deadline=_DEADLINE
        )
        index.unlink(missing_ok=True)

    def clear_asides(self, at: At, changes: Sequence[PathChange]) -> None:
        """After a kill: drop what was put aside if it is the old content; anything else stays
        where it is (`drop` keeps it too)."""
        for change in changes:
            aside = self.aside_of(change.path)
            seen = lstat(aside)
            if seen is None or change.old_mode in (GITLINK, NULL_MODE):
                continue
            if stat.S_ISREG(seen.st_mode):
                answer = self.ground.run(argv.hash_as(change.path, aside), at=at, ok=(0, 128))
                if answer.line != change.old_blob:
                    continue
            aside.unlink()

    def drop(self) -> None:
        """Take away what was laid out. Content that was put aside and turned out not to be
        the old one stays."""
        if self.root.is_symlink():
            return
        if not self.root.is_dir():
            with suppress(OSError):  # a kill before it was made; or others' files lie there
                self.root.parent.rmdir()
            return
        for folder in (self.new, self.old):
            shutil.rmtree(folder, ignore_errors=True)
        for entry in list(self.root.iterdir()):
            if entry.name == "complete" or entry.name.startswith("index"):
                entry.unlink(missing_ok=True)
        for folder in (self.aside, self.root, self.root.parent):
            try:
                folder.rmdir()
            except OSError:
                continue  # it holds something that is kept, or another sync's files


def _make_durable(folder: Path) -> None:
    """Contents must be on the disk before a rename makes them count: after a power cut an
    empty file would pass for the commander's own. Many files are left to one `sync`."""
    files = [Path(top) / name for top, _, names in os.walk(folder) for name in names]
    if len(files) > _SYNC_EACH:
        os.sync()
        return
    for path in files:
        if path.is_symlink():
            continue
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _check_space(checkout: Path, staged: Path) -> None:
    """Where files will have to be copied, the space must be there too."""
    if os.stat(checkout).st_dev == os.stat(staged).st_dev:
        return
    files = (Path(top) / name for top, _, names in os.walk(staged) for name in names)
    needed = sum(os.lstat(path).st_size for path in files)
    free = os.statvfs(checkout)
    if free.f_bavail * free.f_frsize < needed + (16 << 20):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(checkout))
