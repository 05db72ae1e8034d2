"""Wishes of the commander: what a key, the palette or a command asks for."""

from __future__ import annotations

from dataclasses import dataclass

from cockpit.domain.ids import CommitId, LaneId


@dataclass(frozen=True, slots=True)
class Start:
    lane: LaneId
    prompt: str = ""


@dataclass(frozen=True, slots=True)
class Adopt:
    """Make `lane` of an existing branch, worktree path or ref."""

    lane: LaneId
    source: str


@dataclass(frozen=True, slots=True)
class Stop:
    """End the lane's agent; the worktree and branch stay."""

    lane: LaneId


@dataclass(frozen=True, slots=True)
class Restart:
    """Run the lane's agent again in its pane (resuming its session where it can)."""

    lane: LaneId


@dataclass(frozen=True, slots=True)
class Interrupt:
    """Press the agent's own stop key."""

    lane: LaneId


@dataclass(frozen=True, slots=True)
class Send:
    lane: LaneId
    text: str
    force: bool = False
    """Send although the agent may be showing a question."""


@dataclass(frozen=True, slots=True)
class Gate:
    """Run the gate on the lane's merge with the target, without landing."""

    lane: LaneId


@dataclass(frozen=True, slots=True)
class Approve:
    lane: LaneId
    commit: CommitId | None = None
    """The commit that was looked at; None approves what is there now."""
    revoke: bool = False


@dataclass(frozen=True, slots=True)
class Land:
    """Approve and land. `source` and `target_old` bind the yes to what was shown."""

    lane: LaneId
    source: CommitId | None = None
    target_old: CommitId | None = None
    message: str = ""


@dataclass(frozen=True, slots=True)
class Teardown:
    lane: LaneId
    token: str = ""
    """The preview's token; empty accepts what is there now."""


@dataclass(frozen=True, slots=True)
class Undo:
    """Undo operation `seq`, or the last one that can be undone."""

    seq: int | None = None


@dataclass(frozen=True, slots=True)
class RestoreTrash:
    entry: str


@dataclass(frozen=True, slots=True)
class EmptyTrash:
    """Really delete trash entries; empty means all."""

    entries: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Trust:
    """Trust the executing part of lanes.yaml as it is now (`digest` binds it to what was shown)."""

    digest: str


Intent = (
    Start
    | Adopt
    | Stop
    | Restart
    | Interrupt
    | Send
    | Gate
    | Approve
    | Land
    | Teardown
    | Undo
    | RestoreTrash
    | EmptyTrash
    | Trust
)
