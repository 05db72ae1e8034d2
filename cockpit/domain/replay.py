"""What came of building commits anew on another base (a rebase, as objects)."""

from __future__ import annotations

from cockpit.dataclass import dataclass
from cockpit.domain.ids import CommitId


@dataclass(frozen=True, slots=True)
class ReplayOutcome:
    """`tip` is the last of the new commits (the base itself when all were dropped), None when
    one of them conflicts: then `stuck` is that commit and `conflicts` are its paths."""

    tip: CommitId | None
    made: tuple[tuple[CommitId, CommitId], ...] = ()
    """(old, new), oldest first; the same id twice where nothing had to be built anew."""
    dropped: tuple[CommitId, ...] = ()
    """Commits that change nothing on the new base."""
    stuck: CommitId | None = None
    conflicts: tuple[str, ...] = ()
    messages: str = ""
    """git's own words about the conflict."""
