"""A lane as it stands, uncommitted work included, as a commit in the radar's private folder.

It is what `git add -A` would take, in three processes: git's status names the paths, these are
copied aside (`private_copy`) and taken in from there into a copy of the lane's index, with the
lane's attributes, so that line ends don't make false clashes. The lane's index, objects and
files are never written, nested repositories and submodules never entered.

A snapshot's id depends on its content and its parent alone, so the same work gives the same
commit, in every process and after the folder was begun anew.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import time
import zlib
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from cockpit.adapters.git import argv_radar, parse_radar
from cockpit.adapters.git.ground import At, Ground
from cockpit.adapters.git.holdings import GITLINK
from cockpit.adapters.git.inspect import Inspector
from cockpit.adapters.git.outcome import GitFailed
from cockpit.adapters.git.parse_radar import Change
from cockpit.adapters.git.private_copy import (
    Copied,
    Stamp,
    copy_files,
    private_folder,
    stamps,
)
from cockpit.adapters.git.radar_scratch import RadarScratch
from cockpit.dataclass import dataclass
from cockpit.domain.change import NULL_MODE
from cockpit.domain.clash import Snapshot
from cockpit.domain.ids import CommitId
from cockpit.domain.text import safe

_WHO = "cockpit <cockpit@localhost> 1000000000 +0000"
_YOUNG = 0.05
"""Seconds after a change within which another one may leave the same times behind."""

_SYMLINK = "120000"


@dataclass(frozen=True, slots=True)
class Plan:
    """What makes a copy of the lane's index the lane: paths that are gone from the worktree,
    paths to take in from there, and what is left out. Staged content that the worktree agrees
    with is in the index already."""

    gone: tuple[str, ...]
    files: tuple[str, ...]
    left_out: tuple[str, ...]


def plan_for(changes: Sequence[Change], skip: Callable[[str], bool]) -> Plan:
    """What to do about each path that status names. `skip` names paths that are no work."""
    gone: list[str] = []
    files: list[str] = []
    left_out: list[str] = []
    for change in changes:
        path = change.path
        if skip(path.rstrip("/")):
            continue
        if change.is_untracked:
            if path.endswith("/"):
                left_out.append(f"{safe(path, width=120)} is a repository of its own")
            else:
                files.append(path)
        elif change.y == "D":
            gone.append(path)
        elif change.mode == GITLINK and change.y != ".":
            left_out.append(f"what is checked out in the submodule {safe(path, width=120)}")
        elif change.y != ".":
            files.append(path)
    return Plan(tuple(gone), tuple(files), tuple(left_out))


@dataclass(frozen=True, slots=True)
class _Taken:
    """A snapshot with what it was made from."""

    status: tuple[str | None, tuple[Change, ...]]
    stamps: dict[str, Stamp | None]
    snapshot: Snapshot


class Snapshots:
    """Takes snapshots; callable from several threads for different worktrees."""

    def __init__(self, ground: Ground, inspector: Inspector, scratch: RadarScratch) -> None:
        self.ground = ground
        self.inspector = inspector
        self.scratch = scratch
        self._last: dict[Path, _Taken] = {}

    def forget(self) -> None:
        """The private folder was begun anew: what was taken is gone."""
        self._last.clear()

    def take(
        self, worktree: Path, *, skip: Callable[[str], bool], since: float | None = None
    ) -> Snapshot | None:
        """The worktree as it stands; None while HEAD names no commit (an unborn branch, one
        that is gone). A status that was asked for at or after `since` (monotonic seconds) will
        do, and a snapshot of the very same files too.

        Raises `Refused` for a folder that isn't a worktree here, `CockpitError`, `OSError`.
        """
        at = self.ground.at(worktree)
        seen = parse_radar.changes_of_status(self.inspector.status_since(at, since))
        head, changes = seen[0], tuple(seen[1])
        if head is None:
            return None
        if not changes:
            return Snapshot(CommitId(head), CommitId(head))
        plan = plan_for(changes, skip)
        now = stamps(at.work_tree, plan.files)
        settled = _are_old(now)
        last = self._last.get(at.work_tree)
        if last is not None and last.status == (head, changes) and last.stamps == now:
            return last.snapshot
        snapshot = self._make(at, CommitId(head), plan)
        if settled:
            self._last[at.work_tree] = _Taken((head, changes), now, snapshot)
        return snapshot

    def _make(self, at: At, head: CommitId, plan: Plan) -> Snapshot:
        mark = os.urandom(6).hex()
        index = self.scratch.folder / f"index-{mark}"
        with private_folder(self.scratch.folder / f"files-{mark}") as files:
            try:
                with suppress(FileNotFoundError):  # a worktree that has none yet
                    shutil.copyfile(at.admin / "index", index)
                copied = copy_files(at.work_tree, files, plan.files)
                copied.gone += plan.gone
                here = At(at.admin, files)
                self._take_in(here, index, copied)
                tree = self._run(argv_radar.write_tree(), here, index)
            finally:
                index.unlink(missing_ok=True)
        commit = self._commit(tree, head)
        self.scratch.note(len(plan.files) + 10)
        return Snapshot(head, commit, (*plan.left_out, *copied.left_out))

    def _take_in(self, at: At, index: Path, copied: Copied) -> None:
        """Take the copied files in as `git add` would; byte by byte where a filter that the
        commander asked for can't do it. What goes is named first: a file can take the place
        of its folder."""
        names = [*copied.gone, *copied.there]
        if not names:
            return
        stdin = b"".join(os.fsencode(name) + b"\0" for name in names)
        try:
            self._run(argv_radar.take_in(), at, index, stdin)
        except GitFailed:
            gone = [(NULL_MODE, self.ground.null_id, path) for path in copied.gone]
            self._set_entries(at, index, [*gone, *self._as_they_are(at, copied.there)])

    def _set_entries(self, at: At, index: Path, entries: Sequence[tuple[str, str, str]]) -> None:
        lines = (
            f"{'0' if mode == NULL_MODE else mode} {blob}\t".encode("ascii")
            + os.fsencode(path)
            + b"\0"
            for mode, blob, path in entries
        )
        self._run(argv_radar.set_entries(), at, index, b"".join(lines))

    def _as_they_are(self, at: At, paths: Sequence[str]) -> list[tuple[str, str, str]]:
        """Entries of the copied files without any conversion. They are hashed under numbers,
        since a list by lines can't hold every name."""
        if not paths:
            return []
        modes: list[str] = []
        with private_folder(at.work_tree.with_name(f"{at.work_tree.name}-plain")) as numbered:
            for number, path in enumerate(paths):
                file = at.work_tree / path
                if file.is_symlink():
                    modes.append(_SYMLINK)
                    (numbered / str(number)).write_bytes(os.fsencode(os.readlink(file)))
                else:
                    modes.append("100755" if os.access(file, os.X_OK) else "100644")
                    os.link(file, numbered / str(number))
            stdin = "".join(f"{number}\n" for number in range(len(paths))).encode("ascii")
            answer = self.ground.run(
                argv_radar.hash_plain(),
                at=At(at.admin, numbered),
                stdin=stdin,
                env=self.scratch.env(),
            )
        blobs = answer.out.decode("ascii").split()
        return list(zip(modes, blobs, paths, strict=True))

    def _run(self, command: Sequence[str], at: At, index: Path, stdin: bytes | None = None) -> str:
        env = self.scratch.env()
        return self.ground.run(command, at=at, index_file=index, stdin=stdin, env=env).line

    def _commit(self, tree: str, head: CommitId) -> CommitId:
        """The commit as git would write it, without a process: a process for each lane was a
        third of a snapshot's time."""
        text = f"tree {tree}\nparent {head}\nauthor {_WHO}\ncommitter {_WHO}\n\ncockpit\n"
        data = b"commit %d\0" % len(text) + text.encode("ascii")
        name = (hashlib.sha1(data) if len(head) == 40 else hashlib.sha256(data)).hexdigest()
        folder = self.scratch.folder / "objects" / name[:2]
        if not (folder / name[2:]).exists():
            folder.mkdir(exist_ok=True)
            fresh = folder / f"tmp-{os.urandom(6).hex()}"
            fresh.write_bytes(zlib.compress(data, 0))
            os.rename(fresh, folder / name[2:])
        return CommitId(name)


def _are_old(found: Mapping[str, Stamp | None]) -> bool:
    """Whether every file's last change is long enough ago to be told from a later one."""
    latest = max((max(stamp[1], stamp[2]) for stamp in found.values() if stamp), default=0)
    return time.time_ns() - latest > _YOUNG * 1e9
