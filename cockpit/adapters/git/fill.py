"""Files of a commit into a worktree that is ours: a lane before its agent starts, and the
gate's private worktree.

The index is built beside the real one and renamed over it: a kill leaves no `index.lock`
behind, and doing it again is the whole recovery.
"""

from __future__ import annotations

import os
import shutil
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from cockpit.adapters.git import argv, parse
from cockpit.adapters.git.files import lstat, read_small
from cockpit.adapters.git.ground import At, Ground
from cockpit.adapters.git.shadow import read_settings
from cockpit.domain.ids import CommitId
from cockpit.errors import Refused

FILL_DEADLINE = 1800.0
"""Seconds; 100,000 files on a slow disk take minutes."""

_PRIVATE = "index.cockpit-"


class Filler:
    """Writes worktrees; callers hold the lane's (or the gate's) lock."""

    def __init__(self, ground: Ground) -> None:
        self.ground = ground

    def fill(self, worktree: Path, commit: CommitId) -> None:
        """Index and every file of `commit` into `worktree`; can be redone after a kill.

        Raises `Refused` if a file lies under a filter that we don't run.
        """
        at = self._writable(worktree)
        sparse = self._sparse(at)
        with _private_index(at, fresh=True) as index:
            self.ground.run(argv.read_tree(commit), at=at, index_file=index)
            self._refuse_filters(at, index)
            write = argv.checkout_all()
            if sparse:  # only `read-tree -u` looks at the sparse patterns
                index.unlink()
                write = [*sparse, *argv.read_tree(commit, into_worktree=True)]
            self.ground.run(write, at=at, index_file=index, deadline=FILL_DEADLINE)

    def is_filled(self, worktree: Path, commit: CommitId) -> bool:
        """Whether the index is the commit's tree and no file differs from it."""
        at = self.ground.at(worktree)
        if not (at.admin / "index").exists() or not at.work_tree.is_dir():
            return False
        index_differs = ["diff-index", "--cached", "--quiet", "--ignore-submodules=all", commit]
        files_differ = ["diff", "--quiet", *argv.QUIET_DIFF, "--ignore-submodules=all", "--"]
        return all(
            self.ground.run(command, at=at, ok=(0, 1), deadline=FILL_DEADLINE).code == 0
            for command in ([*index_differs, "--"], files_differ)
        )

    def switch(self, worktree: Path, commit: CommitId) -> None:
        """Move a private worktree to `commit`, detached: tracked files exactly as there,
        untracked ones gone, ignored ones kept. Only for worktrees that hold nobody's work."""
        at = self._writable(worktree)
        if at.admin == self.ground.common:
            raise Refused(
                "The main checkout is the commander's; only a private worktree is switched."
            )
        with _private_index(at, fresh=False) as index:
            with _private_index(at, fresh=True, keep=False) as probe:
                self.ground.run(argv.read_tree(commit), at=at, index_file=probe)
                self._refuse_filters(at, probe)
            self.ground.run(
                argv.read_tree(commit, into_worktree=True),
                at=at,
                index_file=index,
                deadline=FILL_DEADLINE,
            )
        self.ground.run(argv.clean(), at=at, deadline=FILL_DEADLINE)
        self.ground.run(argv.detach_head(commit), at=at)

    def _writable(self, worktree: Path) -> At:
        """The worktree, which must be a folder and no link that leads our writes elsewhere."""
        at = self.ground.at(worktree)
        seen = lstat(worktree)
        if seen is None or not stat.S_ISDIR(seen.st_mode):
            raise Refused(
                f"The worktree {worktree} is not a folder.",
                hint="Something replaced it; look at what lies there.",
            )
        return at

    def _refuse_filters(self, at: At, index: Path) -> None:
        untrusted, includes = self.ground.shadow.untrusted_filters(set)
        if untrusted or includes:
            answer = self.ground.run(argv.index(), at=at, index_file=index)
            paths = [entry.path for entry in parse.index_entries(answer.out)]
            self.ground.refuse_untrusted_filters(at, paths, index)

    def _sparse(self, at: At) -> list[str]:
        """Options for a worktree with sparse patterns: `worktree add` copies them from the
        main checkout together with `config.worktree`, which the shadow doesn't read."""
        if read_small(at.admin / "info" / "sparse-checkout") is None:
            return []
        own = dict(read_settings(self.ground.door, at.admin / "config.worktree"))
        shared = dict(self.ground.shadow.settings)
        options = []
        for key in ("core.sparsecheckout", "core.sparsecheckoutcone"):
            value = own.get(key, shared.get(key, "false")) or "true"
            options += ["-c", f"{key}={value}"]
        return options if not options[1].endswith("=false") else []


@contextmanager
def _private_index(at: At, *, fresh: bool, keep: bool = True) -> Iterator[Path]:
    """An index file beside the worktree's own, renamed over it at the end if `keep`."""
    real = at.admin / "index"
    private = at.admin / f"{_PRIVATE}{os.getpid()}-{os.urandom(4).hex()}"
    if keep:
        for stale in at.admin.glob(f"{_PRIVATE}*"):
            stale.unlink(missing_ok=True)
    if not fresh and real.exists():
        shutil.copyfile(real, private)
        shutil.copystat(real, private)  # git compares its time with the files' times
    try:
        yield private
        if keep and private.exists():
            os.rename(private, real)
    finally:
        private.unlink(missing_ok=True)
