"""The repository as services see it (`services.ports.Git`), and how one is opened.

Refs, worktrees, short looks and pins stand here; what a service does with more than a call or
two is a part of its own (`git.review`, `git.builder`, `git.follower`, …).
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager
from pathlib import Path

from cockpit import paths
from cockpit.adapters.git import argv, borrowed, excludes, parse, tamper, trail
from cockpit.adapters.git.build import ObjectBuilder
from cockpit.adapters.git.conflict import Conflicts
from cockpit.adapters.git.discover import discover
from cockpit.adapters.git.edit import Editor
from cockpit.adapters.git.edits import Edits
from cockpit.adapters.git.fill import Filler
from cockpit.adapters.git.ground import Ground
from cockpit.adapters.git.history import History
from cockpit.adapters.git.holdings import Holder
from cockpit.adapters.git.inspect import Inspector
from cockpit.adapters.git.merge import Merges
from cockpit.adapters.git.pins import Pinner
from cockpit.adapters.git.radar import RadarScout
from cockpit.adapters.git.read import Reader
from cockpit.adapters.git.refs import Refs, is_branch_name
from cockpit.adapters.git.remote import Remotes
from cockpit.adapters.git.review import Reviewer
from cockpit.adapters.git.run import GitDoor
from cockpit.adapters.git.shadow import Shadow
from cockpit.adapters.git.stale import Leavings
from cockpit.adapters.git.survey import Surveyor
from cockpit.adapters.git.sync import Syncer
from cockpit.adapters.git.take import Taker
from cockpit.adapters.git.typed import typed
from cockpit.adapters.git.worktree import Worktrees, operation_in, read_head
from cockpit.domain.change import PathChange
from cockpit.domain.ids import BlobId, CommitId, RefName, TreeId
from cockpit.domain.lane import GitFacts
from cockpit.domain.place import LOCAL, Place
from cockpit.domain.teardown import Holdings
from cockpit.domain.worktree import Head, WorktreeInfo
from cockpit.errors import Refused

FOLDERS = 2_000
"""Tracked folders that `tracked_folders` names at most."""


def open_repository(
    start: Path, state_home: Path | None = None, place: Place = LOCAL
) -> GitRepository:
    """Open the repository that `start` lies in; `state_home` is where state folders lie
    (default `paths.state_home()`).

    Raises `Unavailable` (git missing or older than 2.39), `UsageError` (not in a repository),
    `Refused` (a broken or unsupported one), `CockpitError` (the state folder can't be written).
    """
    door = GitDoor(place=place)
    door.check_version()
    found = discover(start)
    home = state_home or paths.state_home()
    folder = home / paths.repository_id(found.common_dir) / "shadow"
    shadow = Shadow(door, found.common_dir, folder)
    ground = Ground(door, shadow, found.common_dir, found.checkout)
    ground.refresh()
    return GitRepository(ground)


class GitRepository:
    """One repository. Blocking; callable from several threads. `close` it at the end."""

    def __init__(self, ground: Ground) -> None:
        self.ground = ground
        self.common_dir: Path = ground.common
        self.main_checkout: Path | None = ground.checkout
        self.door = ground.door
        self._reader = Reader(ground)
        self._refs = Refs(ground)
        self._worktrees = Worktrees(ground, self._refs)
        self._filler = Filler(ground)
        self._inspector = Inspector(ground, self._refs)
        self._holder = Holder(ground)
        self._merges = Merges(ground, self._reader)
        self._pinner = Pinner(ground, self._refs)
        self._leavings = Leavings(ground)
        self.history = History(ground, self._refs, self._reader)
        self.review = Reviewer(ground, self._refs, self.history, self._inspector)
        self.line_edits = Edits(ground, self._reader)
        self.builder = ObjectBuilder(ground, self._merges, self.history)
        self.conflicts = Conflicts(ground)
        self.scout = RadarScout(ground, self._inspector)
        self.edit = Editor(ground, self._refs)
        self.taker = Taker(ground, self._refs, self.history, self._inspector)
        self.follower = Syncer(ground, self.history)
        self.remotes = Remotes(ground)
        self.survey = Surveyor(ground)

    def require_commits(self) -> None:
        """Raise `Refused` if the repository has no commit yet: there is nothing to start
        a lane from."""
        if not self._refs.all("refs/heads"):
            raise Refused(
                "The repository has no commits yet.",
                hint="Make a first one: git add -A && git commit -m 'First commit'.",
            )

    # ------------------------------------------------------------ refs

    def read_ref(self, ref: RefName) -> CommitId | None:
        return self._refs.read(ref)

    def resolve(self, rev: str) -> CommitId | None:
        return self._refs.resolve(rev)

    def refs(self, prefix: str) -> dict[RefName, CommitId]:
        return self._refs.all(prefix)

    def move_ref(self, ref: RefName, *, new: CommitId, old: CommitId | None, reason: str) -> None:
        self._refs.move(ref, new=new, old=old, reason=reason)

    def delete_ref(self, ref: RefName, *, old: CommitId) -> None:
        self._refs.delete(ref, old=old)

    def is_valid_branch(self, branch: str) -> bool:
        return is_branch_name(branch)

    def refs_containing(self, commit: CommitId) -> list[RefName]:
        return self._refs.containing(commit)

    def is_ancestor(self, old: CommitId, new: CommitId) -> bool:
        return self._refs.is_ancestor(old, new)

    def merge_base(self, one: CommitId, two: CommitId) -> CommitId | None:
        return self._refs.merge_base(one, two)

    # ------------------------------------------------------------ worktrees

    @typed
    def worktrees(self) -> list[WorktreeInfo]:
        """As the admin folders list them, the main checkout first; one git process."""
        branches = self._refs.all("refs")
        infos = []
        for path, admin in self._worktrees.listed():
            ref, commit = read_head(admin) or (None, None)
            head = Head(ref, branches.get(ref) if ref is not None else commit)
            main = admin == self.common_dir
            locked = None if main else self._worktrees.lock_reason(admin)
            infos.append(WorktreeInfo(path, admin, head, main, locked, path.is_dir()))
        return infos

    def head(self, worktree: Path) -> Head:
        return Head(*self._worktrees.head(worktree))

    def operation_under_way(self, worktree: Path) -> str:
        return operation_in(self.ground.at(worktree).admin)

    @typed
    def add_worktree(
        self, path: Path, *, branch: RefName | None, commit: CommitId, reason: str
    ) -> WorktreeInfo:
        admin = self._worktrees.add(path, branch=branch, commit=commit, reason=reason)
        locked = self._worktrees.lock_reason(admin)
        return WorktreeInfo(path, admin, Head(branch, commit), locked=locked)

    @typed
    def fill_worktree(self, worktree: Path, commit: CommitId) -> None:
        self._filler.fill(worktree, commit)

    @typed
    def is_filled(self, worktree: Path, commit: CommitId) -> bool:
        return self._filler.is_filled(worktree, commit)

    def is_linked(self, worktree: Path) -> bool:
        return self._worktrees.is_linked(worktree)

    @typed
    def switch_gate_tree(self, worktree: Path, commit: CommitId) -> None:
        self._filler.switch(worktree, commit)

    @typed
    def lock_worktree(self, admin: Path, reason: str) -> None:
        self._worktrees.lock(admin, reason)

    @typed
    def half_made_worktrees(self, path: Path, reason: str) -> list[Path]:
        return self._worktrees.half_made(path, reason)

    @typed
    def restored_links(self, worktree: Path, admin: Path) -> None:
        self._worktrees.link(worktree, admin)

    @typed
    def point_head(self, worktree: Path, ref: RefName, reason: str) -> None:
        self._worktrees.point_head(worktree, ref, reason)

    @typed
    def why_not_move(self, worktree: Path) -> str:
        return self._worktrees.why_not_move(worktree)

    # ------------------------------------------------------------ looks

    @typed
    def facts(self, worktree: Path, target: RefName, *, tip: CommitId | None = None) -> GitFacts:
        return self._inspector.facts(worktree, target, tip=tip)

    def dirty_paths(self, worktree: Path) -> list[str]:
        return self._inspector.dirty_paths(worktree)

    def tracked_folders(self, worktree: Path) -> list[Path]:
        """The worktree's folders that hold tracked files, itself first; at most `FOLDERS`."""
        at = self.ground.at(worktree)
        entries = parse.index_entries(self.ground.run(argv.index(), at=at).out)
        names = sorted({os.path.dirname(entry.path) for entry in entries} - {""})
        return [worktree, *(worktree / name for name in names[: FOLDERS - 1])]

    @typed
    def holdings(self, worktree: Path) -> Holdings:
        return self._holder.holdings(worktree)

    def changes(self, old: CommitId | TreeId, new: CommitId | TreeId) -> list[PathChange]:
        return self.history.changes(old, new)

    def blob(self, blob: BlobId, *, cap: int = 1 << 20) -> bytes:
        """The first `cap` bytes of a blob."""
        return self._reader.blobs([blob], cap=cap)[0]

    @typed
    def tampering(self) -> list[str]:
        return tamper.tampering(self.ground)

    def looking(self) -> AbstractContextManager[None]:
        return self.ground.looking()

    def tree_of(self, commit: CommitId) -> TreeId:
        return self._merges.tree_of(commit)

    def first_parent(self, commit: CommitId) -> CommitId | None:
        return self._merges.first_parent(commit)

    @typed
    def entries_at(
        self, tree_ish: CommitId | TreeId, paths: Sequence[str]
    ) -> dict[str, tuple[str, str]]:
        return trail.entries_at(self.ground, tree_ish, paths)

    def has_conflict_markers(self, changes: Iterable[PathChange]) -> list[str]:
        return self._merges.has_conflict_markers(changes)

    # ------------------------------------------------------------ pins, excludes, end

    @typed
    def pin_lane(self, worktree: Path, admin: Path, ref: RefName, reason: str) -> CommitId:
        return self._pinner.pin(worktree, admin, ref, reason)

    @typed
    def verify_objects(self, commit: CommitId, without: CommitId) -> None:
        borrowed.verify(self.ground, commit, without)

    @typed
    def own_objects(self, commit: CommitId, without: CommitId | None) -> None:
        borrowed.make_own(self.ground, commit, without)

    @typed
    def exclude(self, patterns: Sequence[str]) -> None:
        excludes.write_block(self.common_dir, patterns)

    # ------------------------------------------------------------ after a death

    @typed
    def end_orphans(self) -> list[str]:
        return self._leavings.end_orphans()

    @typed
    def clear_leavings(self, *, patience: float) -> list[str]:
        return self._leavings.clear(patience=patience)

    def close(self) -> None:
        """End the reading thread with its git children, and drop scratch objects."""
        self._reader.close()
        self.scout.close()
        self.ground.close()
