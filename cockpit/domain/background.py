"""Background lanes: started by themselves, landed under a standing approval; what is known of
one, and of who acts for it. When one is due and what waits stands in `dispatch.py`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from enum import StrEnum
from typing import Any

from cockpit.dataclass import dataclass
from cockpit.domain.standing import StandingState


class Trigger(StrEnum):
    IDLE = "idle"
    INTERVAL = "interval"
    LANDING = "landing"


class Phase(StrEnum):
    """How far a run of a background lane is."""

    REST = "rest"
    """No run is open."""
    BEGUN = "begun"
    """It is being started; its prompt was not given yet, as far as is known."""
    PROMPTED = "prompted"
    """Its agent has the prompt."""
    HELD = "held"
    """It waits for the commander, who says go or lands it by hand."""


BY_HAND = "you hold it"
"""Why a lane is held that the commander stopped by name."""


@dataclass(frozen=True, slots=True)
class Run:
    """The last run of a lane, durable. Times are seconds since the epoch."""

    at: float = 0.0
    """When it began (or when the clock was found to have gone back); 0 for never."""
    landing: int = 0
    """The newest landing of another lane that it knew of, by its step in the journal."""
    seen: str = ""
    """What the rest of the fleet was (`dispatch.fleet_print`)."""
    phase: Phase = Phase.REST
    prompted: float = 0.0
    digest: str = ""
    """Of the terms under which it was started."""
    why: str = ""
    """Why it is held, a clause."""
    said: str = ""
    """How the run before ended, a clause."""


@dataclass(frozen=True, slots=True)
class Background:
    """A background lane as the board knows it."""

    on: Trigger
    after: float
    """Seconds."""
    standing: StandingState = field(default_factory=StandingState)
    run: Run = Run()

    @property
    def is_held(self) -> bool:
        return self.run.phase is Phase.HELD


class Dispatcher(StrEnum):
    """Who starts and lands background lanes: one app at a time."""

    NOBODY = "nobody"
    HERE = "here"
    ELSEWHERE = "elsewhere"


@dataclass(frozen=True, slots=True)
class Desk:
    """What holds for all background lanes."""

    stopped: bool = False
    """The commander stopped all that happens by itself."""
    dispatcher: Dispatcher = Dispatcher.NOBODY
    landing: int = 0
    """The newest landing of a lane that is none of them, by its step in the journal."""
    landed_at: float = 0.0
    max_running: int = 0
    """Agents that may run at the same time; 0 for any number."""


class Deed(StrEnum):
    """What is to be done with a background lane now."""

    OFF = "off"
    """Nothing happens by itself: no (valid) standing approval, or stopped."""
    WAIT = "wait"
    START = "start"
    JUDGE = "judge"
    """Its turn has ended: look at what it made, and land it or hold it."""
    HOLD = "hold"
    """It waits for the commander."""
    SETTLE = "settle"
    """The clock went back: count from now."""


@dataclass(frozen=True, slots=True)
class Next:
    """What comes next for a background lane; `why` is a clause for people."""

    deed: Deed
    why: str
    until: float | None = None
    """When it is due, where that is known."""
    latch: bool = False
    """A hold that stays until the commander acts, to be written down."""


def run_to_json(run: Run) -> dict[str, Any]:
    return {
        "at": run.at,
        "landing": run.landing,
        "seen": run.seen,
        "phase": str(run.phase),
        "prompted": run.prompted,
        "digest": run.digest,
        "why": run.why,
        "said": run.said,
    }


def run_from_json(data: Mapping[str, Any]) -> Run:
    """The run that `run_to_json` wrote. Raises `ValueError`, `KeyError` or `TypeError`."""
    return Run(
        at=float(data["at"]),
        landing=int(data["landing"]),
        seen=str(data["seen"]),
        phase=Phase(data["phase"]),
        prompted=float(data["prompted"]),
        digest=str(data["digest"]),
        why=str(data["why"]),
        said=str(data["said"]),
    )
