"""Branches that live longer than `merge.cadence` without landing: the longer, the worse they
merge (seed 000: merge every round, not weekly). Pure.

Only a lane that has something to land is named: one that is merged or empty diverges from
nothing.
"""

from __future__ import annotations

from cockpit.dataclass import dataclass
from cockpit.domain.fleet import Fleet, LaneView
from cockpit.domain.ids import LaneId
from cockpit.domain.landed import Merged

_TO_LAND = frozenset({Merged.UNMERGED, Merged.PARTLY})


@dataclass(frozen=True, slots=True)
class Overdue:
    lane: LaneId
    since: float
    """When it was started, or landed last, in seconds since the epoch."""
    seconds: float
    """How long ago that is."""

    @property
    def words(self) -> str:
        """`not landed for 3d`, in the largest unit of which it is at least two."""
        for size, unit in ((86_400, "d"), (3_600, "h"), (60, "m")):
            if self.seconds >= 2 * size:
                return f"not landed for {int(self.seconds // size)}{unit}"
        return f"not landed for {int(self.seconds)}s"


def overdue(fleet: Fleet, view: LaneView, now: float) -> Overdue | None:
    """That the lane should have landed by now; None where it needn't, or nobody can say."""
    facts = view.facts
    if fleet.cadence <= 0 or view.record is None or facts is None or facts.since <= 0:
        return None
    if facts.merged.merged not in _TO_LAND and not facts.dirty:
        return None
    lived = now - facts.since
    return Overdue(view.lane, facts.since, lived) if lived > fleet.cadence else None


def all_overdue(fleet: Fleet, now: float) -> tuple[Overdue, ...]:
    """Every such lane, in the order of the board."""
    found = (overdue(fleet, view, now) for view in fleet.lanes.values())
    return tuple(one for one in found if one is not None)
