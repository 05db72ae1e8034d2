"""What a lane's ledger and the plan's table say: a row for each task that the lane has or had.

From the board, from what is remembered of tasks, and from the journal's trail, so that the
files can be made anew at any time.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime

from cockpit.domain.board import Board, TaskView
from cockpit.domain.dependencies import in_order
from cockpit.domain.ids import LaneId
from cockpit.domain.ledger import LedgerRow
from cockpit.domain.master_plan import PlanRow
from cockpit.domain.taskname import TaskId
from cockpit.domain.trail import Landing, Trail
from cockpit.domain.work import ENDED, Effort, Work

GONE = "gone"
"""The state of a task whose file is not there any more, and that did not land."""

SETTLED = ENDED | {Work.FAILED}
"""States in which nothing more is done for a task."""


def ledgers(
    board: Board, efforts: Mapping[TaskId, Effort], trail: Trail, agents: Mapping[LaneId, str]
) -> dict[LaneId, tuple[LedgerRow, ...]]:
    """The rows of every lane of `agents` (which has what each of them runs), by task."""
    views: dict[TaskId, TaskView] = {}
    for view in board.tasks:
        if view.task.id:
            views.setdefault(view.task.id, view)
    had: dict[LaneId, set[TaskId]] = {lane: set() for lane in agents}
    for lane, task in _pairs(views.values(), efforts, trail):
        if task and lane in had:
            had[lane].add(task)
    return {
        lane: tuple(
            _row(lane, task, views.get(task), efforts.get(task), trail, agents[lane])
            for task in sorted(tasks, key=in_order)
        )
        for lane, tasks in had.items()
    }


def _pairs(
    views: Iterable[TaskView], efforts: Mapping[TaskId, Effort], trail: Trail
) -> Iterator[tuple[LaneId, TaskId]]:
    yield from trail.given
    yield from ((one.lane, one.task) for one in trail.landings)
    yield from ((LaneId(effort.lane), task) for task, effort in efforts.items())
    yield from ((view.holder.lane, view.task.id) for view in views if view.holder is not None)


def _row(
    lane: LaneId,
    task: TaskId,
    view: TaskView | None,
    effort: Effort | None,
    trail: Trail,
    agent: str,
) -> LedgerRow:
    landing = trail.landing(lane, task)
    own = effort if effort is not None and effort.lane == lane else None
    state = _state(lane, view, own, landing)
    started = (own.started if own else 0.0) or trail.given.get((lane, task), 0.0)
    ended = _ended(state, own, landing)
    return LedgerRow(
        task=task,
        title=view.task.title if view is not None else "",
        zone=", ".join(view.task.zone) if view is not None else "",
        lane=lane,
        agent=agent,
        state=state,
        started=_moment(started),
        ended=_moment(ended),
        seconds=_length(started, ended),
        commit=landing.source if landing is not None else "",
        landing=landing.commit if landing is not None else "",
    )


def _state(lane: LaneId, view: TaskView | None, own: Effort | None, landing: Landing | None) -> str:
    """Its state on the board while it is this lane's; what another lane took over is failed
    here."""
    if landing is not None:
        return Work.MERGED
    holds = view is not None and view.holder is not None and view.holder.lane == lane
    if view is not None and (holds or (own is not None and view.holder is None)):
        return view.work
    if view is None and own is not None:
        return Work.FAILED if own.failed else GONE
    return Work.FAILED


def _ended(state: str, own: Effort | None, landing: Landing | None) -> float:
    """When nothing more was to be done; 0 while there is."""
    if state not in SETTLED:
        return 0.0
    known = own.ended if own is not None else 0.0
    return known or (landing.at if landing is not None else 0.0)


def _moment(at: float) -> str:
    """ISO 8601 in UTC, to the second; empty for never."""
    if not 0 < at < 1e11:
        return ""
    return datetime.fromtimestamp(int(at), tz=UTC).isoformat().replace("+00:00", "Z")


def _length(started: float, ended: float) -> str:
    """Whole seconds; empty where one is not known, or a clock jumped back."""
    is_known = _moment(started) and _moment(ended) and ended >= started
    return str(round(ended - started)) if is_known else ""


def plan_rows(board: Board) -> list[PlanRow]:
    """A row for each task, in the order of the board."""
    return [
        PlanRow(
            task=view.task.id or view.task.name,
            title=view.task.title,
            state=view.work,
            lane=view.holder.lane
            if view.holder is not None
            else view.effort.lane
            if view.effort is not None
            else "",
            needs=view.task.depends,
            note=view.why,
        )
        for view in board.tasks
    ]
