"""A repository that cockpit was used in, as `cockpit ls` shows it. None is "not known"."""

from __future__ import annotations

from enum import StrEnum

from cockpit.dataclass import dataclass


class Whereabouts(StrEnum):
    """Whether the repository is where it was."""

    HERE = "here"
    MISSING = "missing"
    """Nothing is there any more, or another repository is."""
    UNKNOWN = "unknown"
    """The state folder does not say where it was."""


@dataclass(frozen=True, slots=True)
class Known:
    """`id` names the state folder. Lists are lanes' names in the order of lanes.yaml."""

    id: str
    state: str
    whereabouts: Whereabouts
    root: str = ""
    why: str = ""
    """A clause: what is wrong with it, or why its lanes can't be told; empty for nothing."""
    target: str = ""
    lanes: tuple[str, ...] = ()
    """Those of lanes.yaml."""
    started: tuple[str, ...] = ()
    running: tuple[str, ...] | None = None
    needing: tuple[str, ...] | None = None
    """Lanes whose agent needs the commander."""
    app_is_open: bool | None = None
    trash: int | None = None
    """Bytes."""
    vault: int | None = None
    """Bytes of what snapshots hold beside git's own objects."""
    last_used: float | None = None
    """When anything was last written to its state, in seconds since the epoch."""
