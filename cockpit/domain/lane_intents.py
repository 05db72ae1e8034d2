"""Wishes that concern the life of a lane as a whole: its name, its folder, its lock."""

from __future__ import annotations

from cockpit.dataclass import dataclass
from cockpit.domain.ids import LaneId


@dataclass(frozen=True, slots=True)
class Rename:
    """Give the lane another name: in lanes.yaml and in all that was made of it."""

    lane: LaneId
    new: LaneId


@dataclass(frozen=True, slots=True)
class Move:
    """Move the lane's worktree to `folder`, absolute or relative to the main checkout."""

    lane: LaneId
    folder: str


@dataclass(frozen=True, slots=True)
class Lock:
    """Keep the lane from being taken away, moved, given work or landed."""

    lane: LaneId
    reason: str


@dataclass(frozen=True, slots=True)
class Unlock:
    lane: LaneId
