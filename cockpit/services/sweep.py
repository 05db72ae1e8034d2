"""A sweep: which lanes a teardown of all (merged) lanes would take, and why the others stay.

Each lane then goes by a teardown of its own, with its own step in the journal.
"""

from __future__ import annotations

from cockpit.domain.ids import LaneId
from cockpit.domain.landed import Merged
from cockpit.domain.sync import TURN
from cockpit.domain.teardown import SweepEntry, TeardownPreview
from cockpit.errors import CockpitError
from cockpit.services import bus, locked, looking, teardown
from cockpit.services.workplace import Workplace


def preview(work: Workplace, *, merged_only: bool) -> list[SweepEntry]:
    """Every started lane in the order of lanes.yaml. With `merged_only` a lane goes only when
    nothing would be missed: its content is in the target, it holds nothing uncommitted, and
    its agent is not in a turn."""
    started = work.registry.lanes()
    order = [lane for lane in work.config.lanes if lane in started]
    order += [lane for lane in started if lane not in work.config.lanes]
    return [_entry(work, lane, merged_only) for lane in order]


def _entry(work: Workplace, lane: LaneId, merged_only: bool) -> SweepEntry:
    try:
        shown = teardown.preview(work, lane)
        reason = locked.reason_of(work, lane)
        why = f"it is locked: {reason}" if reason else ""
        why = why or (why_keep(work, shown) if merged_only else "")
    except CockpitError as error:
        return SweepEntry(lane, None, error.title.rstrip("."))
    return SweepEntry(lane, shown, why)


def why_keep(work: Workplace, shown: TeardownPreview) -> str:
    """Why a sweep of merged lanes leaves this one, a clause; empty when it takes it."""
    if shown.merged.merged is not Merged.MERGED:
        said = shown.merged.words
        return f"{said}: {shown.merged.why}" if shown.merged.why else said
    held = uncommitted(shown)
    if held:
        return held
    activity = looking.activity_of(work, work.record(shown.lane))
    return f"its agent is {activity.state}" if activity.state in TURN else ""


def uncommitted(shown: TeardownPreview) -> str:
    """What the lane holds that is in no commit (its own results apart), a clause."""
    held = shown.holdings
    own = sum(bus.is_own_result(path) for path in held.untracked)
    count = held.changed_count + held.untracked_count - own
    if count:
        return f"{count} uncommitted path{'' if count == 1 else 's'}"
    if held.nested:
        return f"{len(held.nested)} folder(s) with a repository of their own"
    return ""
