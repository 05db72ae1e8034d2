"""What starting lanes would do, written down before anything is done."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from enum import StrEnum

from cockpit.dataclass import dataclass
from cockpit.domain.ids import CommitId, LaneId


class StartKind(StrEnum):
    """What a start finds, and so does."""

    NEW = "new"
    """Nothing is there: branch, folder and pane are made."""
    TAKE_OVER = "take over"
    """The branch is there (with its worktree, or it gets one)."""
    AGAIN = "again"
    """The lane is there, and its agent has ended."""
    RESUME = "resume"
    """The lane is parked."""
    SHARED = "shared"
    """Its agent works in the main checkout."""
    RUNS = "runs"
    """Nothing is to be done."""


@dataclass(frozen=True, slots=True)
class LaneStart:
    """What starting one lane would do; raw text. Empty or None: not known, or not wanted."""

    lane: LaneId
    kind: StartKind
    agent: str
    branch: str = ""
    base: CommitId | None = None
    base_name: str = ""
    """What `base` is the newest commit of."""
    worktree: str = ""
    makes_worktree: bool = True
    argv: tuple[str, ...] = ()
    """The agent's command line, without a first prompt."""
    task: str = ""
    ports: Mapping[str, int] = field(default_factory=dict)
    why_not: str = ""
    """The sentence with which the start would be refused; empty when it would go through."""
    hint: str = ""

    @property
    def goes(self) -> bool:
        return not self.why_not and self.kind is not StartKind.RUNS


@dataclass(frozen=True, slots=True)
class StartPreview:
    """All lanes asked for, in the order in which they would start."""

    lanes: tuple[LaneStart, ...]
    copies: tuple[str, ...] = ()
    links: tuple[str, ...] = ()
    commands: tuple[str, ...] = ()
    """Setup commands, run in each new lane's pane before its agent."""
    trusted: bool = True
    """Whether what lanes.yaml can run is trusted; nothing starts before."""
    stagger: float = 0.0
    """Seconds between two starts."""

    @property
    def going(self) -> tuple[LaneStart, ...]:
        return tuple(lane for lane in self.lanes if lane.goes)
