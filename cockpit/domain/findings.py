"""What `cockpit init` finds in a repository, as facts. All text is raw: file names, branches and
file contents are other people's."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from pathlib import Path

from cockpit.dataclass import dataclass


@dataclass(frozen=True, slots=True)
class FoundWorktree:
    """A linked worktree that is there, on a branch."""

    path: Path
    branch: str
    """Its short name."""


@dataclass(frozen=True, slots=True)
class FoundBranch:
    """A local branch with commits that the target doesn't have, and no worktree."""

    name: str
    at: float
    """When its newest commit was made, in seconds since the epoch."""


@dataclass(frozen=True, slots=True)
class OwnedPaths:
    """One line of CODEOWNERS: paths as a glob, and who owns them."""

    glob: str
    owners: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PlannedLane:
    """A lane of a coordination.yaml. `title` is what that file calls `agent`: a title."""

    name: str
    title: str = ""
    zone: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    ledger: str = ""


@dataclass(frozen=True, slots=True)
class Unseen:
    """What a new worktree of the target would not have."""

    changed: int = 0
    """Tracked files with changes that are in no commit."""
    untracked: int = 0
    ignored: tuple[str, ...] = ()
    """Ignored files, and folders (with a / at the end) that are ignored as a whole."""


@dataclass(frozen=True, slots=True)
class Findings:
    """Everything that a proposal goes by. `root` is a real path: where lanes.yaml belongs."""

    root: Path
    repository: str
    """Its name, as templates have it."""
    target: str
    """The branch that lanes should land on."""
    target_why: str
    head: str = ""
    """The branch that is checked out at `root`; empty when none is."""
    user: str = ""
    has_commits: bool = True
    worktrees: tuple[FoundWorktree, ...] = ()
    left_worktrees: tuple[Path, ...] = ()
    """Worktrees on no branch: they can't be lanes."""
    branches: tuple[FoundBranch, ...] = ()
    """Newest first."""
    taken: frozenset[str] = frozenset()
    """Every local branch."""
    folders: frozenset[str] = frozenset()
    """Folders for worktrees that are there, as they begin a template (`trees`, `../{repo}-…`)."""
    agents: tuple[str, ...] = ()
    """Installed agents, the one to suggest first."""
    planned: tuple[PlannedLane, ...] = ()
    owned: tuple[OwnedPaths, ...] = ()
    owners_file: str = ""
    files: Mapping[str, str] = field(default_factory=dict)
    """Content of small files at the root that say how the project is tested."""
    programs: frozenset[str] = frozenset()
    """Which of the programs that a gate could need are installed."""
    unseen: Unseen = Unseen()
    problems: tuple[str, ...] = ()
    """What could not be read, a sentence each."""
