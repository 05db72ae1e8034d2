"""What tearing a lane down would take away, listed before anyone says yes."""

from __future__ import annotations

from pathlib import Path

from cockpit.dataclass import dataclass
from cockpit.domain.change import CommitLine
from cockpit.domain.ids import CommitId, LaneId, RefName
from cockpit.domain.landed import MergedState


@dataclass(frozen=True, slots=True)
class Holdings:
    """What lies in a lane's folder that is not in a commit. Paths relative to the folder;
    lists are capped, the counts are not."""

    changed: tuple[str, ...] = ()
    untracked: tuple[str, ...] = ()
    ignored: tuple[str, ...] = ()
    nested: tuple[str, ...] = ()
    """Folders that hold a repository of their own."""
    changed_count: int = 0
    untracked_count: int = 0
    ignored_count: int = 0
    bytes: int = 0


@dataclass(frozen=True, slots=True)
class TeardownPreview:
    """Exactly what would go. `token` changes when any of it changes: a yes to an older
    picture is refused."""

    lane: LaneId
    branch: RefName
    tip: CommitId | None
    worktree: Path
    unmerged: tuple[CommitLine, ...]
    """Commits of the lane whose content is not in the target."""
    holdings: Holdings
    processes: tuple[str, ...]
    """Programs that run in the lane and will be ended."""
    trash: Path
    token: str
    merged: MergedState = MergedState()
    shared: bool = False
    """It works in the main checkout: only its pane goes."""

    @property
    def holds_uncommitted(self) -> bool:
        """Whether something in the folder is in no commit (ignored files apart)."""
        held = self.holdings
        return bool(held.changed_count or held.untracked_count or held.nested)


@dataclass(frozen=True, slots=True)
class SweepEntry:
    """One lane in a sweep: what would go, or why it stays."""

    lane: LaneId
    preview: TeardownPreview | None
    """None where it could not be looked at (`why_not` tells)."""
    why_not: str = ""
    """A clause; empty when it goes."""
