"""Bringing the target's new commits into a lane: what it would do, and what is in the way."""

from __future__ import annotations

from enum import StrEnum

from cockpit.dataclass import dataclass
from cockpit.domain.activity import State
from cockpit.domain.change import CommitLine, PathChange
from cockpit.domain.ids import CommitId, LaneId, RefName

TURN = frozenset(
    {State.WORKING, State.ASKING, State.SETUP, State.STARTING, State.STALLED, State.LIMITED}
)
"""States in the middle of a turn: nothing is changed under the agent's hands."""

AT_REST = frozenset({State.IDLE, State.EXITED, State.ERROR})
"""States in which a lane is brought up to date without asking for it by name. `unknown` is
not among them: nobody knows that the agent is at rest."""


class SyncHow(StrEnum):
    """How the lane gets the target's commits."""

    MERGE = "merge"
    REBASE = "rebase"
    FORWARD = "forward"
    """The lane has no commit of its own: its branch just moves on."""

    @property
    def word(self) -> str:
        """As git calls it."""
        return "fast-forward" if self is SyncHow.FORWARD else str(self)


@dataclass(frozen=True, slots=True)
class SyncPreview:
    """Exactly what a sync of `lane` now would do; nothing has moved. `new` is None when it is
    up to date, conflicts, or something is in the way (`why_not`)."""

    lane: LaneId
    branch: RefName
    target: RefName
    how: SyncHow
    old: CommitId
    target_tip: CommitId
    new: CommitId | None
    incoming: tuple[CommitLine, ...] = ()
    """The target's commits that come in, newest first."""
    changes: tuple[PathChange, ...] = ()
    """What becomes different in the lane's folder."""
    rebuilt: int = 0
    """Commits of the lane that a rebase builds anew."""
    dropped: int = 0
    """Commits of the lane that a rebase leaves out: the target has their content."""
    conflicts: tuple[str, ...] = ()
    stuck: CommitId | None = None
    """The lane's commit that a rebase could not build anew."""
    why_not: str = ""
    """A clause that says why it can't be done now."""
    in_the_way: tuple[str, ...] = ()
    """Paths of the lane's uncommitted work that the sync would have to change."""
    waits: str = ""
    """Why it should wait for the end of the agent's turn; empty when the agent rests."""
    note: str = ""
    """What should be known although it stops nothing."""

    @property
    def up_to_date(self) -> bool:
        return self.old == self.target_tip or not (self.incoming or self.why_not)

    @property
    def may_sync(self) -> bool:
        return self.new is not None and not (self.why_not or self.conflicts or self.in_the_way)


@dataclass(frozen=True, slots=True)
class SyncFlag:
    """What is remembered of a lane's sync between two starts of cockpit."""

    waiting: bool = False
    """It is queued until the agent's turn ends."""
    conflicts: tuple[str, ...] = ()
    """Paths in which it conflicted, as long as lane and target are where they were."""

    @property
    def words(self) -> str:
        if self.waiting:
            return "sync waits for its turn's end"
        if self.conflicts:
            count = len(self.conflicts)
            return f"sync conflicts in {count} file{'' if count == 1 else 's'}"
        return ""
