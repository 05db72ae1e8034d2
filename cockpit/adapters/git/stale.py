"""What a killed cockpit's git leaves: a git that still runs, and lock files that nobody holds.

A git child is a session of its own, so it outlives a cockpit that is killed and could still
move a ref while the next start is deciding what happened. It carries its owner's identity
(`run.OWNER`); once that owner is dead it is ended before anything is recovered.

A lock file that git leaves when it is killed blocks every later writer for ever. It goes only
when it is older than 2 s and no living process has it in use (`facts/security.md` §4.1.6): no
process has its working folder or an open file below the git directory, and no git process
(an agent's `git commit` waits for its editor with the lock closed) sits in a worktree.
"""

from __future__ import annotations

import os
import shutil
import stat
import time
from collections.abc import Iterator
from pathlib import Path

from cockpit.adapters import procs
from cockpit.adapters.git import indexfile
from cockpit.adapters.git.files import lstat
from cockpit.adapters.git.ground import Ground
from cockpit.adapters.git.run import OWNER
from cockpit.adapters.platform import processes
from cockpit.adapters.platform.processes import Unseen
from cockpit.adapters.procs import Identity, lies_in

LEAST_AGE = 2.0
"""Seconds after which a lock file may be taken for a dead one's."""
_GRACE = 2.0
"""Seconds that an orphaned git gets to take its own lock files away."""
_LEFT_OPEN = frozenset({"packed-refs.new", "gc.pid"})
_OURS = "index.cockpit-"
_SKIPPED = frozenset({"objects", "logs", "modules", "lfs", "cockpit-trash"})
_TICK = 0.05


class Leavings:
    """Looks at, and takes away, what dead processes left in one repository."""

    def __init__(self, ground: Ground) -> None:
        self.ground = ground

    def end_orphans(self) -> list[str]:
        """End git processes whose cockpit is dead; a sentence for each. Where the system does
        not tell of environments (macOS) nothing is found."""
        orphans = [identity for identity, owner in self._gits() if not _lives(owner)]
        if orphans:
            procs.end_processes(orphans, grace=_GRACE)
        return [
            f"Ended a git process ({orphan.pid}) that a killed cockpit had left."
            for orphan in orphans
        ]

    def _gits(self) -> Iterator[tuple[Identity, str]]:
        """(process, owner) of each git that a cockpit runs on this repository."""
        ours = {os.fsencode(self.ground.common), os.fsencode(self.ground.shadow.git_dir)}
        for identity in procs.marked(OWNER, ""):
            variables = _environment(identity.pid)
            named = {variables.get(b"GIT_COMMON_DIR"), variables.get(b"GIT_DIR")}
            if named & ours:
                yield identity, os.fsdecode(variables.get(os.fsencode(OWNER), b""))

    def clear(self, *, patience: float) -> list[str]:
        """Take dead lock files away; a sentence for each. Waits at most `patience` seconds
        for young ones to become old enough (0: leaves them)."""
        self._sweep_scratch()
        locks = list(self._locks())
        until = time.monotonic() + patience
        while any(not _is_old(path) for path in locks) and time.monotonic() < until:
            time.sleep(_TICK)
            locks = list(self._locks())
        dead = [path for path in locks if _is_old(path) and path not in indexfile.held]
        if not dead or self._in_use():
            return []
        return [
            f"Took away a lock file that a killed git had left: {path}"
            for path in dead
            if _unlink(path)
        ]

    def _sweep_scratch(self) -> None:
        """Objects that dead looks made, which nobody ever reads again."""
        for folder in self.ground.shadow.git_dir.parent.glob("scratch-*"):
            pid = folder.name.split("-")[1]
            if pid.isdecimal() and _is_gone(int(pid)):
                shutil.rmtree(folder, ignore_errors=True)

    def _locks(self) -> Iterator[Path]:
        """Every lock file of git's, in the git directory and the worktrees' folders; ours
        too, beside an index. Objects and logs have none that block anyone."""
        for top, folders, names in os.walk(self.ground.common):
            if Path(top) == self.ground.common:
                folders[:] = [name for name in folders if name not in _SKIPPED]
            for name in names:
                if name.endswith(".lock") or name in _LEFT_OPEN or name.startswith(_OURS):
                    yield Path(top) / name
        for name in ("info", "info/commit-graphs", "pack"):
            yield from (self.ground.common / "objects" / name).glob("*.lock")

    def _in_use(self) -> bool:
        """Whether a living process may hold one of the locks; where open files can't be told,
        one may."""
        if not procs.sees_files():
            return True
        git_dir = os.path.realpath(self.ground.common)
        objects = os.path.join(git_dir, "objects")
        folders = [git_dir, *(os.path.realpath(tree) for _, tree in self.ground.admin_folders())]
        if self.ground.checkout is not None:
            folders.append(os.path.realpath(self.ground.checkout))
        for look in procs.looks():
            if "cat-file" in look.command:
                continue  # a reader that stays open, of ours or of an agent's tool
            if lies_in(look.folder, git_dir) or any(
                lies_in(path, git_dir) and not lies_in(path, objects) for path in look.files
            ):
                return True
            is_git = os.path.basename(look.command[0]).startswith("git")
            if is_git and any(lies_in(look.folder, folder) for folder in folders):
                return True
        return False


def _environment(pid: int) -> dict[bytes, bytes]:
    content = processes.environment(pid)
    return dict(part.split(b"=", 1) for part in content.split(b"\0") if b"=" in part)


def _is_gone(pid: int) -> bool:
    try:
        return procs.identify(pid) is None
    except Unseen:
        return False


def _lives(owner: str) -> bool:
    pid, _, started = owner.partition(".")
    if not (pid.isdecimal() and started.isdecimal()):
        return True  # not a mark of ours; then it is nobody's that we may end
    try:
        return procs.identify(int(pid)) == Identity(int(pid), int(started))
    except Unseen:
        return True


def _is_old(path: Path) -> bool:
    seen = lstat(path)
    return (
        seen is not None and stat.S_ISREG(seen.st_mode) and time.time() - seen.st_mtime >= LEAST_AGE
    )


def _unlink(path: Path) -> bool:
    try:
        path.unlink()
    except FileNotFoundError:
        return False
    return True
