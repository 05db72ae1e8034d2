"""Worktrees as git lists them, and how a checkout follows a branch that moved."""

from __future__ import annotations

from pathlib import Path

from cockpit.dataclass import dataclass
from cockpit.domain.change import PathChange
from cockpit.domain.ids import CommitId, RefName


@dataclass(frozen=True, slots=True)
class Head:
    """Where a worktree's HEAD stands; `ref` None when detached, `commit` None when unborn."""

    ref: RefName | None
    commit: CommitId | None


@dataclass(frozen=True, slots=True)
class WorktreeInfo:
    """One worktree as git's admin folders list it. The main checkout has `admin` = git dir."""

    path: Path
    admin: Path
    head: Head
    main: bool = False
    locked: str | None = None
    exists: bool = True


@dataclass(frozen=True, slots=True)
class SyncPlan:
    """How a checkout would follow the target from `old` to `new`, and what is in the way."""

    checkout: Path
    old: CommitId
    new: CommitId
    changes: tuple[PathChange, ...]
    in_the_way: tuple[str, ...]
    staging: Path
    """Where the new contents are laid out before anything moves."""
