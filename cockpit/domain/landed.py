"""How a lane's commits stand towards the target, by content: would anything be lost?"""

from __future__ import annotations

from enum import StrEnum

from cockpit.dataclass import dataclass


class Merged(StrEnum):
    """In the words of the board and of `status --json`."""

    NOTHING = "nothing"
    """The lane has no commit of its own."""
    UNMERGED = "unmerged"
    PARTLY = "partly"
    """Some of it is in the target and some is not."""
    MERGED = "merged"
    UNKNOWN = "unknown"
    """It could not be looked at."""


@dataclass(frozen=True, slots=True)
class MergedState:
    """`left` counts the commits that only the lane has; `why` says why it is unknown."""

    merged: Merged = Merged.UNKNOWN
    left: int = 0
    why: str = ""

    @property
    def words(self) -> str:
        """A clause: `merged`, `2 commits left`, …"""
        commits = f"{self.left} commit{'' if self.left == 1 else 's'}"
        match self.merged:
            case Merged.NOTHING:
                return "nothing to merge"
            case Merged.MERGED:
                return "merged"
            case Merged.PARTLY:
                return f"partly merged, {commits} left"
            case Merged.UNMERGED:
                return f"{commits} not merged"
            case Merged.UNKNOWN:
                return "not known whether it is merged"
