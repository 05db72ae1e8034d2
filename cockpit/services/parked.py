"""Which lanes are parked: one small state file a lane, for the board and for resuming.

It says nothing that the journal and the trash don't know too; a damaged or lost one leaves a
branch and a trash entry, both with names.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cockpit.dataclass import dataclass
from cockpit.domain.activity import Activity, State
from cockpit.domain.ids import CommitId, LaneId, RefName, branch_name
from cockpit.errors import CockpitError
from cockpit.services.workplace import Workplace


@dataclass(frozen=True, slots=True)
class Parked:
    """A lane that is parked: by which step, and where its branch was left."""

    lane: LaneId
    seq: int
    branch: RefName
    tip: CommitId
    at: float

    @property
    def activity(self) -> Activity:
        said = f"parked on {branch_name(self.branch)}"
        return Activity(State.PARKED, "operation", said, self.at)


def lanes(work: Workplace) -> dict[LaneId, Parked]:
    """Lanes that are parked now. One whose record is there again, or whose branch is gone, is
    not."""
    started = work.registry.lanes()
    found: dict[LaneId, Parked] = {}
    for lane in work.config.lanes:
        if lane not in started:
            known = _read(work, lane)
            if known is not None:
                found[lane] = known
    return found


def is_known(work: Workplace, lane: LaneId) -> bool:
    """Whether a lane of that name is parked and can be taken up, in lanes.yaml still or not."""
    known = _read(work, lane)
    return known is not None and work.git.read_ref(known.branch) is not None


def _read(work: Workplace, lane: LaneId) -> Parked | None:
    """What is remembered of the lane; None for a damaged file, which the trash outlives."""
    try:
        value = work.state.read(_name(lane))
    except CockpitError:
        return None
    return _from_json(lane, value) if value else None


def _from_json(lane: LaneId, value: Mapping[str, Any]) -> Parked | None:
    try:
        return Parked(
            lane,
            int(value["seq"]),
            RefName(str(value["branch"])),
            CommitId(str(value["tip"])),
            float(value["at"]),
        )
    except (KeyError, TypeError, ValueError):
        return None


def _name(lane: LaneId | str) -> str:
    return f"parked-{lane}"


def remember(work: Workplace, lane: Parked) -> None:
    """Hold the lane."""
    value = {"seq": lane.seq, "branch": lane.branch, "tip": lane.tip, "at": lane.at}
    work.state.write(_name(lane.lane), value)


def forget(work: Workplace, lane: LaneId) -> None:
    """The lane was taken up again, or torn down. Hold it."""
    work.state.remove(_name(lane))
