"""What is remembered of syncs that were not made: those that wait for the end of a turn, and
conflicts with what lane and target were. One small state file a lane, written under the
lane's lock; all of it can be lost without harm.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cockpit.domain.fleet import Fleet
from cockpit.domain.ids import CommitId, LaneId
from cockpit.domain.lane import LaneRecord
from cockpit.domain.sync import AT_REST, SyncFlag, SyncPreview
from cockpit.errors import CockpitError
from cockpit.services.workplace import Workplace

CALM = 1.0
"""Seconds that an agent must have rested before a waiting sync is made: some pause between
two steps of a turn."""


def wait(work: Workplace, lane: LaneId, how: str) -> None:
    """Queue the sync until the lane's agent rests. Hold the lane."""
    record = work.record(lane)
    value = {"waiting": True, "how": how, "op": record.op, "at": work.clock.now()}
    work.state.write(_name(lane), value)


def flag(work: Workplace, shown: SyncPreview) -> None:
    """Remember a conflict, for as long as lane and target stay where they are."""
    value = {"conflicts": list(shown.conflicts), "tip": shown.old, "target": shown.target_tip}
    work.state.write(_name(shown.lane), {**value, "op": work.record(shown.lane).op})


def forget(work: Workplace, lane: LaneId) -> None:
    work.state.remove(_name(lane))


def flag_of(work: Workplace, record: LaneRecord, tip: CommitId, target: CommitId) -> SyncFlag:
    """What is remembered, as far as it is still about this lane and these two commits."""
    known = _read(work, record.lane)
    if not known or known.get("op") != record.op:
        return SyncFlag()
    if known.get("waiting"):
        return SyncFlag(waiting=True)
    if (known.get("tip"), known.get("target")) != (tip, target):
        return SyncFlag()
    return SyncFlag(conflicts=tuple(str(path) for path in known.get("conflicts", ())))


def how_of(work: Workplace, lane: LaneId) -> str:
    """The way that was asked for when the sync was queued."""
    return str(_read(work, lane).get("how", ""))


def _read(work: Workplace, lane: LaneId) -> Mapping[str, Any]:
    """A damaged file says nothing; the next sync writes it anew."""
    try:
        return work.state.read(_name(lane)) or {}
    except CockpitError:
        return {}


def _name(lane: LaneId) -> str:
    return f"sync-{lane}"


def due(fleet: Fleet, now: float) -> list[LaneId]:
    """Lanes whose waiting sync can be made: started, in nobody's hands, at rest for a while."""
    return [
        lane
        for lane, view in fleet.lanes.items()
        if view.facts is not None
        and view.facts.sync.waiting
        and not view.busy
        and view.activity.state in AT_REST
        and now - view.activity.since >= CALM
    ]
