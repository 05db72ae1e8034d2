"""How the commander's checkout follows the target: path by path, never by force.

`plan` looks (nothing is changed), `stage` lays the new contents out beside the checkout (a
full disk shows here), `finish` moves each file only where the old content still lies, then
the index. Every step can be done again after a kill: what is new already is skipped, what is
neither old nor new is the commander's and is left and named (`facts/security.md` §4.3).
Never `reset`, `checkout` or `read-tree -u` here: killed in the middle they leave what can't
be told apart.
"""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Sequence
from contextlib import AbstractContextManager
from pathlib import Path

from cockpit.adapters.git import indexfile
from cockpit.adapters.git.checkout import (
    Comparer,
    Seen,
    Side,
    put,
    remove_empty_tree,
    same_file,
    signature,
    take_away,
)
from cockpit.adapters.git.files import lstat
from cockpit.adapters.git.ground import At, Ground
from cockpit.adapters.git.history import History
from cockpit.adapters.git.holdings import GITLINK
from cockpit.adapters.git.staging import Staging, has_file
from cockpit.adapters.git.typed import typed
from cockpit.domain.change import PathChange
from cockpit.domain.ids import CommitId
from cockpit.domain.worktree import SyncPlan
from cockpit.errors import CockpitError

_THEIRS = frozenset(
    {
        errno.ENOTDIR,
        errno.EEXIST,
        errno.ENOTEMPTY,
        errno.ELOOP,
        errno.EISDIR,
        errno.ENOENT,
        errno.EBUSY,
    }
)
"""Errors that mean: something of the commander's lies there now."""


class Syncer:
    """Callers hold the lock `target`."""

    def __init__(self, ground: Ground, history: History) -> None:
        self.ground = ground
        self.history = history

    # ------------------------------------------------------------ plan

    @typed
    def plan(self, checkout: Path, old: CommitId, new: CommitId, staging: Path) -> SyncPlan:
        """What would change, and which of the commander's paths are in the way: changed,
        staged, untracked or ignored ones, whatever flags the index gives them."""
        at = self.ground.at(checkout)
        changes = tuple(self.history.changes(old, new))
        entries = indexfile.read_entries(self.ground, at)
        seen = Comparer(self.ground, at, changes, _sparse(entries, changes)).look()
        blockers: dict[str, None] = {}
        for change in changes:
            look = seen[change.path]
            if look.blockers:
                blockers.update(dict.fromkeys(look.blockers))
            elif not _is_free(entries, change, look.side):
                blockers[change.path] = None
        blockers.update(dict.fromkeys(indexfile.clashes(entries, changes).values()))
        return SyncPlan(checkout, old, new, changes, tuple(blockers), staging)

    # ------------------------------------------------------------ stage

    @typed
    def stage(self, plan: SyncPlan) -> None:
        """Lay out every new content below `plan.staging`, durable.

        The staging folder should be on the checkout's file system; where it isn't (or where a
        mount lies inside the checkout), `finish` copies beside the place and renames, and the
        space for that is checked here. Raises `CockpitError`; the checkout is untouched.
        """
        at = self.ground.at(plan.checkout)
        entries = indexfile.read_entries(self.ground, at)
        hidden = _sparse(entries, plan.changes)
        wanted = [c.path for c in plan.changes if has_file(c) and c.path not in hidden]
        Staging(self.ground, plan.staging).lay_out_new(at, plan.new, wanted)

    # ------------------------------------------------------------ finish

    @typed
    def finish(self, plan: SyncPlan) -> list[str]:
        """Old content becomes new, new is skipped, anything else is left and returned; then
        the index, of those entries that are still the old ones.

        Stages by itself what is not staged (any more). Raises `CockpitError` if the disk
        says no in the middle; done again it goes on from there.
        """
        at = self.ground.at(plan.checkout)
        staging = Staging(self.ground, plan.staging)
        entries = indexfile.read_entries(self.ground, at)
        comparer = Comparer(self.ground, at, plan.changes, _sparse(entries, plan.changes))
        staging.clear_asides(at, plan.changes)
        seen = self._look(at, plan, staging, comparer)
        left: dict[str, None] = {}
        try:
            staging.aside.mkdir(parents=True, exist_ok=True, mode=0o700)
            clashing = indexfile.clashes(entries, plan.changes)
            for change in _in_order(plan.changes):
                theirs = change.path in clashing or _is_staged(entries, change)
                if theirs or not self._move(at, change, seen[change.path], staging):
                    left[change.path] = None
            left.update(
                dict.fromkeys(
                    indexfile.follow(self.ground, at, plan.changes, staging.root / "index")
                )
            )
        except OSError as error:
            raise CockpitError(
                f"The checkout {plan.checkout} could not follow the target to the end.",
                detail=str(error),
                hint="Mend what is said above and start cockpit again; it finishes by itself.",
            ) from error
        return sorted(left)

    def _look(
        self, at: At, plan: SyncPlan, staging: Staging, comparer: Comparer
    ) -> dict[str, Seen]:
        """Every path's side, with staged contents for all that will be written."""
        staged = {change.path: staging.new / change.path for change in plan.changes}
        seen = comparer.look(staged)
        needed = [
            change.path
            for change in plan.changes
            if has_file(change) and seen[change.path].side is not Side.NEW
        ]
        if needed and not (
            staging.complete.exists() and all(lstat(staged[path]) for path in needed)
        ):
            self.stage(plan)
            seen = comparer.look(staged)
        return self._recognise_old(at, plan, staging, seen)

    def _recognise_old(
        self, at: At, plan: SyncPlan, staging: Staging, seen: dict[str, Seen]
    ) -> dict[str, Seen]:
        """A path that looks like neither side may hold the old bytes all the same: when a
        `.gitattributes` that came first changes how git would read it."""
        doubtful = [
            change.path
            for change in plan.changes
            if seen[change.path].side is Side.OTHER
            and seen[change.path].signature is not None
            and change.old_mode not in (GITLINK, "000000")
        ]
        if not doubtful:
            return seen
        staging.lay_out_old(at, plan.old, doubtful)
        for path in doubtful:
            if same_file(at.work_tree / path, staging.old / path, True):
                seen[path] = Seen(Side.OLD, seen[path].signature)
        return seen

    def _move(self, at: At, change: PathChange, seen: Seen, staging: Staging) -> bool:
        """Bring one path to its new content; False if it is the commander's."""
        if seen.side is Side.NEW:
            if change.new_mode == GITLINK and seen.signature is None:
                _make_folder(at.work_tree, change.path)
            return True
        if seen.side is Side.OTHER:
            return False
        place = at.work_tree / change.path
        now = signature(place)
        is_folder = now is not None and stat.S_ISDIR(now[3])
        if now != seen.signature and not is_folder and now is not None:
            return False
        aside = staging.aside_of(change.path)
        try:
            if is_folder:
                remove_empty_tree(place)
                now = None
            if not has_file(change):
                if now is not None:
                    take_away(at.work_tree, change.path, aside)
                if change.new_mode == GITLINK:
                    _make_folder(at.work_tree, change.path)
            else:
                staged = staging.new / change.path
                put(staged, at.work_tree, change.path, aside, fresh=now is None)
        except OSError as error:
            if error.errno in _THEIRS:
                return False
            raise
        return _confirm(place, aside, now)

    def hold(self, checkout: Path) -> AbstractContextManager[None]:
        """Keep other gits out of the checkout's index while its branch moves and the files
        follow; `finish` within it ends it."""
        return indexfile.hold(self.ground.at(checkout).admin)

    @typed
    def drop(self, staging: Path) -> None:
        """Take away what was laid out."""
        Staging(self.ground, staging).drop()


def _sparse(entries: indexfile.Entries, changes: Sequence[PathChange]) -> frozenset[str]:
    """Changed paths that a sparse checkout keeps out of the folder."""
    return frozenset(
        change.path
        for change in changes
        if any(entry.tag in "Ss" for entry in entries.get(change.path, []))
    )


def _is_staged(entries: indexfile.Entries, change: PathChange) -> bool:
    """Whether the index holds something of the commander's own for the path."""
    now = entries.get(change.path, [])
    return not (
        indexfile.is_entry(now, change.old_mode, change.old_blob)
        or indexfile.is_entry(now, change.new_mode, change.new_blob)
    )


def _is_free(entries: indexfile.Entries, change: PathChange, side: Side) -> bool:
    """Whether making the path new loses nothing: index and file are both still old (or the
    file, or both, are new already)."""
    now = entries.get(change.path, [])
    if indexfile.is_entry(now, change.new_mode, change.new_blob):
        return side is Side.NEW
    return side is not Side.OTHER and indexfile.is_entry(now, change.old_mode, change.old_blob)


def _in_order(changes: Sequence[PathChange]) -> list[PathChange]:
    """What goes first, deepest first; then what comes. `.gitattributes` last, so that the
    others are judged by those that they were checked out with."""
    return sorted(
        changes,
        key=lambda change: (
            not change.is_gone,
            change.path.rpartition("/")[2] == ".gitattributes",
            -change.path.count("/") if change.is_gone else 0,
            change.path,
        ),
    )


def _confirm(place: Path, aside: Path, before: tuple[int, int, int, int] | None) -> bool:
    """Drop what was put aside if nobody wrote to it between look and move; else it goes back
    to its place and is the commander's."""
    after = signature(aside)
    if after is None:
        return True
    if after == before:
        aside.unlink()
        return True
    os.rename(aside, place)
    return False


def _make_folder(root: Path, path: str) -> None:
    """The empty folder of a submodule that isn't there, as a checkout makes it."""
    try:
        os.makedirs(root / path, exist_ok=True)
    except (FileExistsError, NotADirectoryError):
        pass  # something of the commander's lies there; the index says what should
