"""The six steps before a parallel session (seed 000), each ticked by what is seen.

Nobody ticks anything by hand: a step says how it is known, or what would tick it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations

from cockpit.dataclass import dataclass
from cockpit.domain.assignment import Offer
from cockpit.domain.dispatch import span
from cockpit.domain.fleet import Fleet
from cockpit.domain.glob_sets import overlap
from cockpit.domain.ids import LaneId
from cockpit.domain.text import counted
from cockpit.domain.work import OPEN, Work

LONG = 4 * 3600
"""Seconds from which a task counts as a long one, that might better run elsewhere."""
NAMED = 4
"""Names that a sentence holds."""


@dataclass(frozen=True, slots=True)
class Step:
    """A step of the list, in the seed's words. `how` is a sentence without its period."""

    title: str
    done: bool
    how: str


def checklist(fleet: Fleet, *, cadence: float = 0.0) -> tuple[Step, ...]:
    """All six. `cadence` is `merge.cadence` of lanes.yaml, in seconds."""
    return (
        Step("Create git worktrees for isolation", *_worktrees(fleet)),
        Step("Define zone ownership (which agent edits what)", *_zones(fleet.plan.lanes)),
        Step("Start named sessions for each workstream", *_sessions(fleet)),
        Step("Set up file-based coordination (tasks/, results/)", *_bus(fleet)),
        Step("Consider teleporting long tasks to cloud", *_long(fleet)),
        Step("Establish merge points and cadence", *_cadence(fleet, cadence)),
    )


def _worktrees(fleet: Fleet) -> tuple[bool, str]:
    own = [lane for lane, view in fleet.lanes.items() if view.record is not None]
    faults = [lane for lane in own if fleet.lanes[lane].fault is not None]
    if not own:
        return False, "no lane is started yet: a start, or a go, makes its worktree"
    if faults:
        return False, f"{_names(faults)}: folder, branch and our record disagree"
    rest = len(fleet.lanes) - len(own)
    told = f"{counted(len(own), 'lane')} with a worktree and a branch"
    return True, f"{told}; {rest} not started" if rest else told


def _zones(offers: Mapping[LaneId, Offer]) -> tuple[bool, str]:
    if not offers:
        return False, "lanes.yaml has no lane that takes tasks"
    free = [lane for lane, offer in offers.items() if not offer.zone.include]
    if free:
        return False, f"lanes.yaml gives {_names(free)} no zone: any file may be edited there"
    for one, other in combinations(offers.values(), 2):
        if overlap(one.zone.include, other.zone.include):
            return False, f"the zones of {one.lane} and {other.lane} meet"
    return True, f"lanes.yaml gives each of {counted(len(offers), 'lane')} a zone of its own"


def _sessions(fleet: Fleet) -> tuple[bool, str]:
    own = {lane: view for lane, view in fleet.lanes.items() if view.record is not None}
    without = [lane for lane, view in own.items() if view.record and view.record.pane is None]
    if not own:
        return False, "no lane is started yet"
    if without:
        return False, f"{_names(without)}: no pane, so no session"
    return True, f"tmux has {_names([LaneId(f'lane-{lane}') for lane in own])}"


def _bus(fleet: Fleet) -> tuple[bool, str]:
    tasks = fleet.board.tasks
    if not tasks:
        return False, "tasks/ holds no task yet"
    results = sum(view.holder is not None and view.holder.result is not None for view in tasks)
    merged = sum(view.work is Work.MERGED for view in tasks)
    told = f"tasks/ holds {counted(len(tasks), 'task')}"
    if results:
        told += f", {counted(results, 'lane')} wrote a result"
    return True, f"{told}, {merged} merged" if merged else told


def _long(fleet: Fleet) -> tuple[bool, str]:
    waiting = [view for view in fleet.board.tasks if view.work in OPEN and view.task.id]
    long = [view.task.id for view in waiting if (view.task.estimate or 0) >= LONG]
    unsaid = sum(view.task.estimate is None for view in waiting)
    if long:
        return False, f"{_names(long)}: {span(LONG)} or more by the estimate, consider it"
    if unsaid:
        return False, f"nobody said how long {counted(unsaid, 'task')} will take (`estimate:`)"
    if not fleet.board.tasks:
        return False, "there is no task to consider yet"
    return True, f"no task that waits is said to take {span(LONG)} or more"


def _cadence(fleet: Fleet, cadence: float) -> tuple[bool, str]:
    waves = len(fleet.board.graph.waves)
    points = f"; {counted(waves, 'wave')} to land" if waves else ""
    if cadence <= 0:
        return False, f"`merge.cadence` in lanes.yaml says how long a branch may live{points}"
    return True, f"lanes.yaml: a branch is to land within {span(cadence)}{points}"


def _names(names: Sequence[str]) -> str:
    told = ", ".join(str(name) for name in names[:NAMED])
    return f"{told} and {len(names) - NAMED} more" if len(names) > NAMED else told
