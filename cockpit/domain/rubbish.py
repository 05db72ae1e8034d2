"""What lies in the trash: folders renamed away, which nothing deletes but the commander."""

from __future__ import annotations

from pathlib import Path

from cockpit.dataclass import dataclass
from cockpit.domain.ids import LaneId, OpId


@dataclass(frozen=True, slots=True)
class TrashEntry:
    """One torn-down lane. `size` in bytes."""

    name: str
    lane: LaneId
    """Empty for what was no lane, such as a half-made worktree or an old gate folder."""
    op: OpId
    at: float
    folder: Path
    admin: Path | None
    size: int
    size_complete: bool = True
    """False when measuring stopped at its cap: `size` is a lower bound."""
