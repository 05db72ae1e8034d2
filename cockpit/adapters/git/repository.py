"""The repository as services see it (`services.ports.Git`): a thin front of the modules here,
and how one is opened."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from functools import update_wrapper
from pathlib import Path
from typing import Concatenate, ParamSpec, TypeVar

from cockpit import paths
from cockpit.adapters.git import argv, borrowed, excludes, graph, indexfile, parse, tamper, trail
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
from cockpit.adapters.git.replay import Replayer
from cockpit.adapters.git.review import Reviewer
from cockpit.adapters.git.reword import reword
from cockpit.adapters.git.run import GitDoor
from cockpit.adapters.git.shadow import Shadow
from cockpit.adapters.git.sign import sign
from cockpit.adapters.git.stale import Leavings
from cockpit.adapters.git.sync import Syncer
from cockpit.adapters.git.take import Taker
from cockpit.adapters.git.worktree import Worktrees, operation_in, read_head
from cockpit.domain.audit import CommitDetail, HistoryCommit
from cockpit.domain.change import CommitLine, FileDiff, LaneDiff, Layer, PathChange
from cockpit.domain.ids import BlobId, CommitId, RefName, TreeId
from cockpit.domain.lane import GitFacts
from cockpit.domain.merge import MergeOutcome
from cockpit.domain.place import LOCAL, Place
from cockpit.domain.replay import ReplayOutcome
from cockpit.domain.shared import FileEdits, LaterCommit
from cockpit.domain.taking import Uncommitted
from cockpit.domain.teardown import Holdings
from cockpit.domain.worktree import Head, SyncPlan, WorktreeInfo
from cockpit.errors import CockpitError, Refused

FOLDERS = 2_000
"""Tracked folders that `tracked_folders` names at most."""

P = ParamSpec("P")
T = TypeVar("T")


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


Method = Callable[Concatenate["GitRepository", P], T]


def _typed(method: Method[P, T]) -> Method[P, T]:
    """What the disk refuses becomes a `CockpitError` like everything else."""

    def call(self: GitRepository, /, *args: P.args, **kwargs: P.kwargs) -> T:
        try:
            return method(self, *args, **kwargs)
        except OSError as error:
            raise CockpitError(
                "The disk refused what the repository needs.",
                detail=str(error),
                hint="Look at free space and permissions, then try again.",
            ) from error

    update_wrapper(call, method)
    return call


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
        self.scout = RadarScout(ground, self._inspector)
        self._holder = Holder(ground)
        self._history = History(ground, self._refs, self._reader)
        self._reviewer = Reviewer(ground, self._refs, self._history, self._inspector)
        self._merges = Merges(ground, self._reader)
        self._edits = Edits(ground, self._reader)
        self.conflicts = Conflicts(ground)
        self._replayer = Replayer(ground)
        self._syncer = Syncer(ground, self._history)
        self._pinner = Pinner(ground, self._refs)
        self._taker = Taker(ground, self._refs, self._history, self._inspector)
        self.edit = Editor(ground, self._refs)
        self.remotes = Remotes(ground)
        self._leavings = Leavings(ground)

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

    @_typed
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

    @_typed
    def add_worktree(
        self, path: Path, *, branch: RefName | None, commit: CommitId, reason: str
    ) -> WorktreeInfo:
        admin = self._worktrees.add(path, branch=branch, commit=commit, reason=reason)
        locked = self._worktrees.lock_reason(admin)
        return WorktreeInfo(path, admin, Head(branch, commit), locked=locked)

    @_typed
    def fill_worktree(self, worktree: Path, commit: CommitId) -> None:
        self._filler.fill(worktree, commit)

    @_typed
    def is_filled(self, worktree: Path, commit: CommitId) -> bool:
        return self._filler.is_filled(worktree, commit)

    def is_linked(self, worktree: Path) -> bool:
        return self._worktrees.is_linked(worktree)

    @_typed
    def switch_gate_tree(self, worktree: Path, commit: CommitId) -> None:
        self._filler.switch(worktree, commit)

    @_typed
    def lock_worktree(self, admin: Path, reason: str) -> None:
        self._worktrees.lock(admin, reason)

    @_typed
    def half_made_worktrees(self, path: Path, reason: str) -> list[Path]:
        return self._worktrees.half_made(path, reason)

    @_typed
    def restored_links(self, worktree: Path, admin: Path) -> None:
        self._worktrees.link(worktree, admin)

    # ------------------------------------------------------------ looks

    @_typed
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

    @_typed
    def holdings(self, worktree: Path) -> Holdings:
        return self._holder.holdings(worktree)

    @_typed
    def diff(
        self,
        worktree: Path,
        target: RefName,
        *,
        bodies: bool = True,
        ignore_space: bool = False,
    ) -> LaneDiff:
        return self._reviewer.diff(worktree, target, bodies=bodies, ignore_space=ignore_space)

    @_typed
    def bodies(
        self,
        worktree: Path,
        diff: LaneDiff,
        files: Sequence[FileDiff],
        *,
        ignore_space: bool = False,
    ) -> list[FileDiff]:
        return self._reviewer.bodies(worktree, diff, files, ignore_space=ignore_space)

    @_typed
    def uncommitted(self, worktree: Path, layer: Layer, path: str) -> FileDiff | None:
        return self._reviewer.uncommitted(worktree, layer, path)

    def commits(self, old: CommitId, new: CommitId, *, limit: int = 200) -> list[CommitLine]:
        return self._history.commits(old, new, limit=limit)

    @_typed
    def unmerged_commits(
        self, tip: CommitId, target: CommitId, *, landed_on: CommitId | None = None
    ) -> list[CommitLine]:
        return self._history.unmerged(tip, target, landed_on=landed_on)

    @_typed
    def to_replay(self, tip: CommitId, onto: CommitId) -> list[CommitId]:
        return self._history.to_replay(tip, onto)

    def changes(self, old: CommitId | TreeId, new: CommitId | TreeId) -> list[PathChange]:
        return self._history.changes(old, new)

    def blob(self, blob: BlobId, *, cap: int = 1 << 20) -> bytes:
        """The first `cap` bytes of a blob."""
        return self._reader.blobs([blob], cap=cap)[0]

    @_typed
    def tampering(self) -> list[str]:
        return tamper.tampering(self.ground)

    # ------------------------------------------------------------ merges as objects

    def merge(self, ours: CommitId, theirs: CommitId) -> MergeOutcome:
        return self._merges.merge(ours, theirs)

    def commit_tree(self, tree: TreeId, parents: Sequence[CommitId], message: str) -> CommitId:
        return self._merges.commit_tree(tree, parents, message)

    @_typed
    def replay(
        self, commits: Sequence[CommitId], onto: CommitId, *, keep: bool = True
    ) -> ReplayOutcome:
        return self._replayer.replay(commits, onto, keep=keep)

    @_typed
    def revert_tree(
        self, target: CommitId, landed: CommitId, *, before: CommitId | None = None
    ) -> MergeOutcome:
        return self._merges.revert_tree(target, landed, before=before)

    @_typed
    def edits(
        self, old: CommitId, new: CommitId, paths: Sequence[str] = ()
    ) -> tuple[FileEdits, ...]:
        return self._edits.between(old, new, paths)

    @_typed
    def edits_after(
        self, since: CommitId, now: CommitId, paths: Sequence[str]
    ) -> tuple[LaterCommit, ...]:
        return self._edits.after(since, now, paths)

    @_typed
    def edits_brought(
        self,
        before: CommitId,
        since: CommitId,
        now: CommitId,
        paths: Sequence[str],
        sides: Sequence[tuple[CommitId, CommitId, CommitId]] = (),
    ) -> tuple[LaterCommit, ...]:
        return self._edits.brought(before, since, now, paths, sides)

    @_typed
    def lane_commits(self, onto: CommitId, source: CommitId) -> list[tuple[CommitId, int]]:
        return self._history.lane_commits(onto, source)

    @_typed
    def reword(
        self, commits: Sequence[CommitId], onto: CommitId, edit: Callable[[str, bool], str]
    ) -> CommitId:
        return reword(self.ground, commits, onto, edit)

    @_typed
    def sign(self, result: CommitId, onto: CommitId) -> CommitId:
        return sign(self.ground, self._history.first_parents(onto, result), onto)

    @_typed
    def replay_line(self, mine: CommitId, theirs: CommitId) -> ReplayOutcome:
        line = self._history.first_parents(theirs, mine)
        return self._replayer.replay(line, theirs, merges=True)

    @_typed
    def identity(self) -> str:
        return self._history.identity()

    @_typed
    def size_of(self, old: CommitId, new: CommitId) -> int:
        return self._history.size_of(old, new)

    def looking(self) -> AbstractContextManager[None]:
        return self.ground.looking()

    def tree_of(self, commit: CommitId) -> TreeId:
        return self._merges.tree_of(commit)

    def first_parent(self, commit: CommitId) -> CommitId | None:
        return self._merges.first_parent(commit)

    @_typed
    def first_parents(self, tip: CommitId, *, saying: Sequence[str]) -> list[tuple[CommitId, str]]:
        return trail.first_parents(self.ground, tip, saying)

    def history(self, tips: Sequence[CommitId], *, limit: int) -> tuple[list[HistoryCommit], bool]:
        return graph.history(self.ground, tips, limit=limit)

    def inspect(self, commit: CommitId) -> CommitDetail:
        return graph.inspect(self.ground, self._reader, commit)

    @_typed
    def entries_at(
        self, tree_ish: CommitId | TreeId, paths: Sequence[str]
    ) -> dict[str, tuple[str, str]]:
        return trail.entries_at(self.ground, tree_ish, paths)

    def has_conflict_markers(self, changes: Iterable[PathChange]) -> list[str]:
        return self._merges.has_conflict_markers(changes)

    # ------------------------------------------------------------ a lane's uncommitted work

    @_typed
    def uncommitted_work(
        self,
        worktree: Path,
        chosen: Sequence[str] = (),
        *,
        skip: Callable[[str], bool],
        keep: bool = False,
    ) -> Uncommitted:
        return self._taker.uncommitted(worktree, chosen, skip=skip, keep=keep)

    @_typed
    def move_with_index(
        self,
        worktree: Path,
        ref: RefName,
        *,
        old: CommitId,
        new: CommitId,
        index: Sequence[PathChange],
        reason: str,
    ) -> list[str]:
        return self._taker.move(worktree, ref, old=old, new=new, index=index, reason=reason)

    @_typed
    def tree_with(self, commit: CommitId, entries: Mapping[str, tuple[str, str] | None]) -> TreeId:
        return trail.tree_with(self.ground, commit, entries)

    # ------------------------------------------------------------ the commander's checkout

    @_typed
    def plan_sync(self, checkout: Path, old: CommitId, new: CommitId, staging: Path) -> SyncPlan:
        return self._syncer.plan(checkout, old, new, staging)

    @_typed
    def stage_sync(self, plan: SyncPlan) -> None:
        self._syncer.stage(plan)

    @_typed
    def finish_sync(self, plan: SyncPlan) -> list[str]:
        return self._syncer.finish(plan)

    def hold_index(self, worktree: Path) -> AbstractContextManager[None]:
        return indexfile.hold(self.ground.at(worktree).admin)

    @_typed
    def drop_staging(self, staging: Path) -> None:
        self._syncer.drop(staging)

    # ------------------------------------------------------------ pins, excludes, end

    @_typed
    def pin_lane(self, worktree: Path, admin: Path, ref: RefName, reason: str) -> CommitId:
        return self._pinner.pin(worktree, admin, ref, reason)

    @_typed
    def verify_objects(self, commit: CommitId, without: CommitId) -> None:
        borrowed.verify(self.ground, commit, without)

    @_typed
    def own_objects(self, commit: CommitId, without: CommitId | None) -> None:
        borrowed.make_own(self.ground, commit, without)

    @_typed
    def exclude(self, patterns: Sequence[str]) -> None:
        excludes.write_block(self.common_dir, patterns)

    # ------------------------------------------------------------ after a death

    @_typed
    def end_orphans(self) -> list[str]:
        return self._leavings.end_orphans()

    @_typed
    def clear_leavings(self, *, patience: float) -> list[str]:
        return self._leavings.clear(patience=patience)

    def close(self) -> None:
        """End the reading thread with its git children, and drop scratch objects."""
        self._reader.close()
        self.scout.close()
        self.ground.close()
