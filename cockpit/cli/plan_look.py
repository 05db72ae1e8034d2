"""The plan as a command looks at it: waves, what is wrong with the graph, what would start now
where, and how long it takes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import field, replace

from cockpit.config.model import LaneConfig
from cockpit.dataclass import dataclass
from cockpit.domain.board import TaskView
from cockpit.domain.fleet import Fleet
from cockpit.domain.forecast import Forecast, Spans, forecast, spans_of
from cockpit.domain.handing_out import hand_out
from cockpit.domain.ids import LaneId
from cockpit.domain.task import TaskFile
from cockpit.domain.taskname import TaskId
from cockpit.domain.work import ENDED, Work


@dataclass(frozen=True, slots=True)
class Begin:
    """A task that would start now. `zone` is where it may write: its own, else the lane's."""

    task: TaskFile
    lane: LaneId
    zone: tuple[str, ...]
    agent: str
    model: str


@dataclass(frozen=True, slots=True)
class PlanLook:
    fleet: Fleet
    views: tuple[TaskView, ...]
    """The tasks that were asked for, wave by wave."""
    forecast: Forecast
    start: tuple[Begin, ...] = ()
    reasons: Mapping[TaskId, str] = field(default_factory=dict)
    """By ready task that would not start now why not."""

    @property
    def waves(self) -> tuple[tuple[TaskId, ...], ...]:
        """Waves of what is not merged, of the tasks that were asked for."""
        shown = {view.task.id for view in self.views}
        kept = (
            tuple(task for task in wave if task in shown) for wave in self.fleet.board.graph.waves
        )
        return tuple(wave for wave in kept if wave)

    @property
    def circles(self) -> tuple[tuple[TaskId, ...], ...]:
        return self.fleet.board.graph.circles

    @property
    def missing(self) -> tuple[tuple[TaskId, tuple[TaskId, ...]], ...]:
        """Open tasks with what each needs itself and that is neither there nor merged."""
        graph = self.fleet.board.graph
        open_ = (task for task in graph.needs if task not in graph.done)
        return tuple((task, lost) for task in open_ if (lost := graph.missing(task)))

    def waits(self, view: TaskView) -> str:
        """Why a task does not begin now, a clause; empty for one that would, or that has."""
        if view.work is Work.READY:
            return self.reasons.get(view.task.id, "")
        return view.why if view.work in (Work.WAITING, Work.DRAFT, Work.FAILED) else ""


def look(
    fleet: Fleet,
    lanes: Mapping[LaneId, LaneConfig],
    views: Sequence[TaskView],
    journal: Spans,
    now: float,
    *,
    go: frozenset[str],
) -> PlanLook:
    """What holds for `views`, and for the plan as a whole. `go` are the names of the tasks of
    which to tell what would start; `journal` tells when what has landed was worked on."""
    board = fleet.board
    made = hand_out(fleet, replace(board, go=go), fleet.plan)
    tasks = {view.task.id: view for view in reversed(board.tasks) if view.work is Work.READY}
    start = [_begin(tasks[one.task], one.lane, lanes) for one in made.start if one.task in tasks]
    told = forecast(board, fleet.plan, spans_of(board, journal), now)
    return PlanLook(fleet, tuple(in_waves(views)), told, tuple(start), dict(made.waits))


def _begin(view: TaskView, lane: LaneId, lanes: Mapping[LaneId, LaneConfig]) -> Begin:
    config = lanes[lane]
    return Begin(view.task, lane, view.task.zone or config.zone.include, config.agent, config.model)


def in_waves(views: Sequence[TaskView]) -> list[TaskView]:
    """Wave by wave, what can't start after them, what has ended last; else as they come."""
    last = 1 + max((view.wave for view in views if view.wave is not None), default=0)

    def place(view: TaskView) -> int:
        if view.work in ENDED:
            return last + 1
        return view.wave if view.wave is not None else last

    return sorted(views, key=place)
