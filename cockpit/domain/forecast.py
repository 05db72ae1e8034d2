"""How long the plan takes, one task after another and in parallel: from estimates before, from
measured times after (the comparison of seed 004). Pure.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import field

from cockpit.dataclass import dataclass
from cockpit.domain.board import Board, TaskView
from cockpit.domain.dependencies import Dependencies, dependencies
from cockpit.domain.handing_out import GUESS
from cockpit.domain.schedule import Schedule, simulate
from cockpit.domain.task_desk import PlanDesk
from cockpit.domain.taskname import TaskId
from cockpit.domain.work import UNDERWAY, Work

Spans = Mapping[TaskId, tuple[float, float]]
"""By task when the work on it began and ended."""

FIRST = -1_000_000
"""Sorts before every priority that a task can name."""

_WORKED = frozenset({Work.REVIEW, Work.APPROVED, Work.QUEUED, Work.MERGING})
"""Only the landing is left."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """The same tasks one after another and in parallel; times in seconds."""

    tasks: int = 0
    one_by_one: float = 0.0
    parallel: float = 0.0

    @property
    def gain(self) -> float:
        """How many times faster in parallel; 1 for nothing."""
        return self.one_by_one / self.parallel if self.parallel else 1.0


@dataclass(frozen=True, slots=True)
class Forecast:
    lanes: int
    """Lanes that can work at the same time; with none it is told for one."""
    planned: Comparison = Comparison()
    """The whole plan by its estimates, as it would be from the start."""
    left: Comparison = Comparison()
    """What is not merged yet."""
    measured: Comparison = Comparison()
    """What has landed, by the clock; in parallel counts only while any lane worked."""
    schedule: Schedule = field(default_factory=Schedule)
    """What is left, task by task, in seconds from now."""
    critical: tuple[TaskId, ...] = ()
    """The longest way through what is left: no number of lanes is faster."""
    critical_seconds: float = 0.0
    guessed: int = 0
    """Tasks of the plan of which nobody said how long they take."""
    called_off: Mapping[TaskId, tuple[TaskId, ...]] = field(default_factory=dict)
    """By task that was called off those that wait for it and so can't start."""


def lanes_at_once(desk: PlanDesk) -> int:
    """How many tasks can be worked on at the same time."""
    most = len(desk.lanes)
    return min(most, desk.max_running) if desk.max_running > 0 else most


def forecast(board: Board, desk: PlanDesk, spans: Spans, now: float) -> Forecast:
    """What the plan takes on the lanes that take tasks, any task in any lane. `now` in seconds
    since the epoch; `spans` of what has landed (`spans_of`)."""
    kept = _first_of_each(board)
    alive = {task: view for task, view in kept.items() if view.work is not Work.CANCELLED}
    lanes = max(lanes_at_once(desk), 1)
    merged = board.graph.done
    whole = _graph(alive.values(), frozenset(merged - alive.keys()))
    open_ = _graph(alive.values(), merged)
    estimate = {task: float(view.task.estimate or GUESS) for task, view in alive.items()}
    rest = {task: _left(view, now) for task, view in alive.items()}
    schedule = _simulated(open_, rest, alive, lanes, held=UNDERWAY)
    critical = open_.critical_path(lambda task: rest[task])
    return Forecast(
        lanes=lanes_at_once(desk),
        planned=_compared(_simulated(whole, estimate, alive, lanes)),
        left=_compared(schedule),
        measured=by_the_clock(spans),
        schedule=schedule,
        critical=critical,
        critical_seconds=sum(rest[task] for task in critical),
        guessed=sum(view.task.estimate is None for view in alive.values()),
        called_off={
            task: waiting
            for task, view in kept.items()
            if view.work is Work.CANCELLED and (waiting := board.graph.needed_by.get(task, ()))
        },
    )


def _first_of_each(board: Board) -> dict[TaskId, TaskView]:
    """By number the task that counts, as the board's graph has it."""
    found: dict[TaskId, TaskView] = {}
    for view in board.tasks:
        if view.task.id:
            found.setdefault(view.task.id, view)
    return found


def _graph(views: Iterable[TaskView], done: frozenset[TaskId]) -> Dependencies:
    return dependencies(((view.task.id, view.task.depends) for view in views), done)


def _left(view: TaskView, now: float) -> float:
    """Seconds of work that the task still needs."""
    whole = float(view.task.estimate or GUESS)
    if view.work in _WORKED:
        return 0.0
    started = view.effort.started if view.effort is not None else 0.0
    if view.work in UNDERWAY and started:
        return max(0.0, whole - max(0.0, now - started))
    return whole


def _simulated(
    graph: Dependencies,
    seconds: Mapping[TaskId, float],
    views: Mapping[TaskId, TaskView],
    lanes: int,
    held: Collection[Work] = (),
) -> Schedule:
    """`held` are states of tasks that have their lane already, so they begin first."""
    take: Callable[[TaskId], float] = seconds.__getitem__
    return simulate(
        graph,
        take,
        lanes,
        priorities={
            task: FIRST if view.work in held else view.task.priority for task, view in views.items()
        },
        exclusive={
            task: tuple(need.casefold() for need in view.task.needs)
            for task, view in views.items()
            if view.task.needs
        },
    )


def _compared(schedule: Schedule) -> Comparison:
    return Comparison(len(schedule.slots), schedule.one_by_one, schedule.length)


def spans_of(board: Board, journal: Spans | None = None) -> Spans:
    """When what has landed was worked on: as it is remembered of each task's last attempt, else
    as the journal tells it."""
    found: dict[TaskId, tuple[float, float]] = {}
    for view in board.tasks:
        effort = view.effort
        if view.work is not Work.MERGED or not view.task.id:
            continue
        end = effort.ended if effort is not None else 0.0
        if effort is not None and effort.started and end >= effort.started:
            found[view.task.id] = (effort.started, end)
        elif journal is not None and view.task.id in journal:
            found[view.task.id] = journal[view.task.id]
    return found


def by_the_clock(spans: Spans) -> Comparison:
    """What was measured; in parallel counts only while any lane worked. A clock that jumped
    back makes no time negative."""
    times = sorted((begin, max(begin, end)) for begin, end in spans.values())
    parallel, reached = 0.0, float("-inf")
    for begin, end in times:
        parallel += max(0.0, end - max(begin, reached))
        reached = max(reached, end)
    return Comparison(len(times), sum(end - begin for begin, end in times), parallel)
