"""The five phases of a round, and where each lane and each task stands: the seed's model of
execution (decompose, assign, isolate, execute, merge + verify), read off the fleet alone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum

from cockpit.dataclass import dataclass
from cockpit.domain.activity import State
from cockpit.domain.board import TaskView
from cockpit.domain.fleet import Fleet, LaneView
from cockpit.domain.ids import LaneId
from cockpit.domain.landed import Merged
from cockpit.domain.sync import AT_REST
from cockpit.domain.text import counted
from cockpit.domain.work import Work


class Phase(StrEnum):
    """In the seed's order and words."""

    DECOMPOSE = "decompose"
    ASSIGN = "assign"
    ISOLATE = "isolate"
    EXECUTE = "execute"
    MERGE = "merge + verify"


class Progress(StrEnum):
    DONE = "done"
    """Every task is past it."""
    NOW = "now"
    """Something stands in it."""
    AHEAD = "ahead"


@dataclass(frozen=True, slots=True)
class Stand:
    """One phase: what stands in it."""

    phase: Phase
    progress: Progress
    tasks: tuple[TaskView, ...] = ()
    lanes: tuple[LaneId, ...] = ()
    said: str = ""
    """How that is known, a clause."""


_OF_TASK: Mapping[Work, Phase] = {
    Work.DRAFT: Phase.DECOMPOSE,
    Work.WAITING: Phase.ASSIGN,
    Work.READY: Phase.ASSIGN,
    Work.CLAIMED: Phase.ISOLATE,
    Work.RUNNING: Phase.EXECUTE,
    Work.BLOCKED: Phase.EXECUTE,
    Work.FAILED: Phase.EXECUTE,
    Work.REVIEW: Phase.MERGE,
    Work.APPROVED: Phase.MERGE,
    Work.QUEUED: Phase.MERGE,
    Work.MERGING: Phase.MERGE,
}


def phase_of_task(view: TaskView) -> Phase | None:
    """None for a task that is merged or called off."""
    if view.work is Work.FAILED and view.holder is None:
        return Phase.ASSIGN
    return _OF_TASK.get(view.work)


def phase_of_lane(view: LaneView, task: TaskView | None) -> Phase | None:
    """None for a lane that is put away. A lane that is free waits to be assigned."""
    state = view.activity.state
    if state is State.PARKED:
        return None
    if task is not None:
        return phase_of_task(task)
    if view.record is None:
        return Phase.ISOLATE if view.busy else Phase.ASSIGN
    if state in (State.PLANNED, State.SETUP, State.STARTING):
        return Phase.ISOLATE
    if state not in AT_REST:
        return Phase.EXECUTE
    return Phase.MERGE if _holds_work(view) else Phase.ASSIGN


def _holds_work(view: LaneView) -> bool:
    facts = view.facts
    if facts is None:
        return False
    landed = facts.merged.merged in (Merged.MERGED, Merged.NOTHING)
    return bool(facts.dirty) or (facts.ahead > 0 and not landed)


def phases(fleet: Fleet) -> tuple[Stand, ...]:
    """All five, in order."""
    by_lane = held_tasks(fleet.board.tasks)
    lanes: dict[Phase | None, list[LaneId]] = {}
    for lane, view in fleet.lanes.items():
        lanes.setdefault(phase_of_lane(view, by_lane.get(lane)), []).append(lane)
    tasks: dict[Phase | None, list[TaskView]] = {}
    for task in fleet.board.tasks:
        tasks.setdefault(phase_of_task(task), []).append(task)
    said = _said(fleet)
    made: list[Stand] = []
    begun = bool(fleet.board.tasks)
    for phase in Phase:
        here = tuple(tasks.get(phase, ()))
        stands = tuple(lanes.get(phase, ()))
        is_now = bool(here) or (phase is not Phase.ASSIGN and bool(stands))
        before = any(tasks.get(other) for other in _until(phase))
        done = begun and not is_now and not before
        progress = Progress.NOW if is_now else Progress.DONE if done else Progress.AHEAD
        made.append(Stand(phase, progress, here, stands, said[phase]))
    return tuple(made)


def held_tasks(tasks: Iterable[TaskView]) -> dict[LaneId, TaskView]:
    """The task that each lane has; the one that is not merged, where it has two."""
    found: dict[LaneId, TaskView] = {}
    for view in tasks:
        if view.holder is not None and (
            view.holder.lane not in found or view.work is not Work.MERGED
        ):
            found[view.holder.lane] = view
    return found


def _until(phase: Phase) -> Sequence[Phase]:
    order = list(Phase)
    return order[: order.index(phase)]


def _said(fleet: Fleet) -> Mapping[Phase, str]:
    board = fleet.board
    tally: dict[Work, int] = {}
    for view in board.tasks:
        tally[view.work] = tally.get(view.work, 0) + 1
    own = [view for view in fleet.lanes.values() if view.record is not None]
    drafts = tally.get(Work.DRAFT, 0)
    waves = len(board.graph.waves)
    open_ = sum(view.work in (Work.WAITING, Work.READY) for view in board.tasks)
    covered = sum(
        view.work in (Work.WAITING, Work.READY) and view.task.name in board.go
        for view in board.tasks
    )
    return {
        Phase.DECOMPOSE: _list(
            counted(len(board.tasks), "task"),
            counted(waves, "wave") + " to go" if waves else "",
            f"{drafts} can't start as they are" if drafts else "",
        ),
        Phase.ASSIGN: _list(
            f"{tally.get(Work.READY, 0)} ready",
            f"{tally.get(Work.WAITING, 0)} waiting",
            f"the go covers {covered} of {open_}" if fleet.plan.going else "no go was said",
        ),
        Phase.ISOLATE: f"{len(own)} of {counted(len(fleet.lanes), 'lane')} have a worktree",
        Phase.EXECUTE: _list(
            f"{tally.get(Work.RUNNING, 0)} running",
            f"{tally.get(Work.BLOCKED, 0)} blocked" if tally.get(Work.BLOCKED) else "",
            f"{tally.get(Work.FAILED, 0)} failed" if tally.get(Work.FAILED) else "",
        ),
        Phase.MERGE: _list(
            f"{sum(tally.get(work, 0) for work in _LANDING)} to land",
            f"{tally.get(Work.MERGED, 0)} of {len(board.tasks)} merged",
        ),
    }


_LANDING = (Work.REVIEW, Work.APPROVED, Work.QUEUED, Work.MERGING)


def _list(*parts: str) -> str:
    return ", ".join(part for part in parts if part)
