"""What becomes of a lane once it has landed: `after_landing` of lanes.yaml.

The landing stands whatever happens here, so nothing is raised: what can't be done is said.
A lane that holds uncommitted work, or that went on since the landing, is always kept.
"""

from __future__ import annotations

from cockpit.config.model import AfterLanding
from cockpit.domain.ids import LaneId
from cockpit.domain.intents import Park, Teardown
from cockpit.domain.sync import AT_REST
from cockpit.errors import CockpitError
from cockpit.services import looking, park, sweep, teardown
from cockpit.services.api import Tell
from cockpit.services.workplace import Workplace


def after_landing(work: Workplace, lane: LaneId, tell: Tell, by: str) -> str:
    """Do what the lane's `after_landing` says; a sentence about it, empty when the lane is
    simply kept. Call it when the landing's locks are free."""
    known = work.config.lanes.get(lane)
    wish = known.after_landing if known is not None else AfterLanding.KEEP
    if wish is AfterLanding.KEEP:
        return ""
    try:
        return _do(work, lane, wish, tell, by)
    except CockpitError as error:
        verb = "torn down" if wish is AfterLanding.TEARDOWN else "parked"
        return f"{lane} was not {verb}: {error.title}"


def _do(work: Workplace, lane: LaneId, wish: AfterLanding, tell: Tell, by: str) -> str:
    shown = teardown.preview(work, lane)
    why = sweep.why_keep(work, shown)
    if why:
        return f"{lane} is kept although `after_landing` is {wish}: {why}."
    if wish is AfterLanding.TEARDOWN:
        return teardown.teardown(work, Teardown(lane, shown.token), tell, by).summary
    said = park.park(work, Park(lane, shown.token), tell, by).summary
    if wish is AfterLanding.POOL:
        said += " (There is no pool of worktrees in this version; parking is what is nearest.)"
    return said


NAMED = 4
"""Lanes that an offer names; more are counted."""


def offer(work: Workplace, landed: LaneId | None) -> str:
    """A sentence that offers the new base to lanes at rest; empty when there is none. It is
    never done by itself (DESIGN §11)."""
    waiting = []
    for lane, record in work.registry.lanes().items():
        if lane == landed or not work.disk.is_folder(record.worktree):
            continue
        if looking.activity_of(work, record).state in AT_REST:
            waiting.append(lane)
    if not waiting:
        return ""
    names = ", ".join(waiting) if len(waiting) <= NAMED else f"{len(waiting)} lanes"
    verb = "rests" if len(waiting) == 1 else "rest"
    return (
        f"{names} {verb} and can have the new {work.config.target}: "
        "`cockpit sync --idle`, or B on the board."
    )
