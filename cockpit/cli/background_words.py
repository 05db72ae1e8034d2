"""Background lanes in words and as JSON: what comes next, and what waits for the commander."""

from __future__ import annotations

from typing import Any

from cockpit.cli.times import iso
from cockpit.domain.background import Background, Deed, Next
from cockpit.domain.dispatch import decide
from cockpit.domain.fleet import Fleet, LaneView


def background_document(fleet: Fleet, view: LaneView, now: float) -> dict[str, Any] | None:
    """A background lane as `status --json` has it; null for a lane of the commander's own."""
    known = view.background
    step = decide(fleet, view.lane, now)
    if known is None or step is None:
        return None
    return {
        "on": known.on.value,
        "after_s": known.after,
        "standing": known.standing.standing.value,
        "changed": list(known.standing.changed),
        "state": step.deed.value,
        "why": step.why,
        "next": iso(_due(known, step)),
        "last": iso(known.run.at or None),
        "last_said": known.run.said,
        "dispatcher": fleet.desk.dispatcher.value,
        "stopped": fleet.desk.stopped,
    }


def _due(known: Background, step: Next) -> float | None:
    """When it is due. Since when an idle fleet has rested only the app knows that watched it."""
    return step.until if known.on.value != "idle" else None


def note(fleet: Fleet, view: LaneView, now: float) -> str:
    """What comes next for a background lane, as a note of `status`."""
    step = decide(fleet, view.lane, now)
    if step is None:
        return ""
    match step.deed:
        case Deed.HOLD:
            return f"holds for you: {step.why}"
        case Deed.START | Deed.JUDGE | Deed.SETTLE:
            return f"background: due, {step.why}"
        case _:
            return f"background: {step.why}"
