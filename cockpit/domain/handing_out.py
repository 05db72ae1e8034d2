"""What the plan would start now, from the fleet as it is seen: which lanes are free, which
tasks are due, and why the rest waits. Pure; who acts on it is `services/task_watch.py`.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from cockpit.domain.activity import State
from cockpit.domain.assignment import Assignments, Offer, Underway, assign, underway
from cockpit.domain.board import Board, TaskView
from cockpit.domain.fleet import Fleet, LaneView
from cockpit.domain.ids import LaneId
from cockpit.domain.landed import Merged
from cockpit.domain.schedule import rank
from cockpit.domain.sync import AT_REST
from cockpit.domain.task import TaskFile
from cockpit.domain.task_desk import PlanDesk
from cockpit.domain.work import UNDERWAY, Work

GUESS = 3600.0
"""Seconds that a task takes of which nobody said how long."""


def hand_out(fleet: Fleet, board: Board, desk: PlanDesk, *, all_ready: bool = False) -> Assignments:
    """What to start now in which lane, and why the other ready tasks wait. Only tasks that the
    go covers, or with `all_ready` any (a dry run before it)."""
    ready = [view for view in in_rank(board) if view.work is Work.READY]
    due = [view for view in ready if all_ready or view.task.name in board.go]
    held = [
        underway(view.task, view.holder.lane)
        for view in board.tasks
        if view.work in UNDERWAY and view.holder is not None
    ]
    room, limit = room_of(fleet, desk)
    busy = {one.lane: one for one in held}
    offers = [offer_of(fleet.lanes[lane], base, busy) for lane, base in desk.lanes.items()
              if lane in fleet.lanes]  # fmt: skip
    made = assign([_wanted(view) for view in due], offers, held, room=room, limit=limit)
    waits = {view.task.id: "the go does not cover it" for view in ready}
    waits |= dict(made.waits)
    for one in made.start:
        waits.pop(one.task, None)
    return Assignments(made.start, waits)


def in_rank(board: Board) -> list[TaskView]:
    """Tasks of a board, what should begin first first: by priority, then by the longest way to
    the end of the plan, then as a person counts them."""
    seconds = {view.task.id: float(view.task.estimate or GUESS) for view in board.tasks}
    levels = board.graph.levels(lambda task: seconds.get(task, GUESS))
    return sorted(
        board.tasks,
        key=lambda view: rank(view.task.id, view.task.priority, levels.get(view.task.id, 0.0)),
    )


def _wanted(view: TaskView) -> TaskFile:
    """The task with the agent that the commander asked for in place of its own."""
    agent = view.effort.agent if view.effort is not None else ""
    return replace(view.task, agent=agent) if agent else view.task


def room_of(fleet: Fleet, desk: PlanDesk) -> tuple[int, str]:
    """How many agents may be started now, and what makes it so few, a clause."""
    running = sum(runs(view) for view in fleet.lanes.values())
    if desk.max_running <= 0:
        return len(fleet.lanes), ""
    return max(0, desk.max_running - running), f"{running} agents run already"


def runs(view: LaneView) -> bool:
    """Whether an agent runs in the lane."""
    gone = view.activity.state in (State.EXITED, State.PLANNED, State.PARKED)
    return view.record is not None and view.record.pane is not None and not gone


def offer_of(view: LaneView, base: Offer, busy: Mapping[LaneId, Underway]) -> Offer:
    """What the lane offers now: `base` with why it can't take a task, if it can't."""
    since = view.activity.since
    why = _why_busy(view, busy.get(view.lane))
    if not why and view.record is not None and not base.takes_prompts:
        why = f"runs {base.agent}, which takes no prompts"
    return replace(base, since=since, busy=why, runs=runs(view))


def _why_busy(view: LaneView, work: Underway | None) -> str:
    if view.busy:
        return f"is busy: {view.busy}"
    if view.fault is not None:
        return f"has a fault: {view.fault.title.rstrip('.')}"
    if view.locked:
        return f"is locked: {view.locked}"
    state = view.activity.state
    if state is State.PARKED:
        return "is parked"
    if view.record is None:
        return ""
    if work is not None:
        return f"has {work.task}"
    if state not in AT_REST:
        return f"is {state}"
    return _why_not_fresh(view)


def _why_not_fresh(view: LaneView) -> str:
    """Why the lane can't begin at the target: what it holds belongs to the commander."""
    facts = view.facts
    if facts is None:
        return "was not looked at yet"
    if facts.operation:
        return f"has a {facts.operation} under way"
    if facts.dirty:
        return "holds uncommitted work"
    if facts.ahead and facts.merged.merged not in (Merged.MERGED, Merged.NOTHING):
        return "holds commits that have not landed"
    return ""


def uncovered(board: Board) -> Sequence[TaskView]:
    """Open tasks that a go would be for and that the last one is not."""
    return [view for view in board.tasks if view.work in _TO_DO and view.task.name not in board.go]


def to_do(board: Board) -> Collection[TaskView]:
    """Tasks that are not ended and that no lane has."""
    return [view for view in board.tasks if view.work in _TO_DO]


_TO_DO = frozenset({Work.WAITING, Work.READY, Work.FAILED, Work.DRAFT})
