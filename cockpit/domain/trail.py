"""Which lane had which task, and what of it landed, as the journal says.

A file that lanes.yaml or a task names may be gone; what was done stays in the journal.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import field

from cockpit.dataclass import dataclass
from cockpit.domain.ids import LaneId
from cockpit.domain.operation import Operation, OpKind, OpState
from cockpit.domain.taskname import TaskId, id_of_name
from cockpit.domain.undone import undone_by

STARTS = frozenset({OpKind.START, OpKind.ADOPT})
KINDS = STARTS | {OpKind.ASSIGN, OpKind.LAND, OpKind.UNDO, OpKind.ROUND}
"""What a trail is made of."""


@dataclass(frozen=True, slots=True)
class Landing:
    """A landing that stands. Times in seconds since the epoch."""

    lane: LaneId
    task: TaskId
    """Empty where the lane had none."""
    source: str
    """The lane's commit."""
    commit: str
    """What the target moved to."""
    at: float


@dataclass(frozen=True, slots=True)
class Trail:
    given: dict[tuple[LaneId, TaskId], float] = field(default_factory=dict)
    """When a lane was last given a task."""
    landings: tuple[Landing, ...] = ()
    """In the order in which they were made."""
    closed: float = 0.0
    """When a round was last closed; 0 for never."""
    began: dict[LaneId, float] = field(default_factory=dict)
    """When a lane was last started."""

    def landing(self, lane: LaneId, task: TaskId) -> Landing | None:
        """The last landing of the task by this lane."""
        mine = (one for one in reversed(self.landings) if (one.lane, one.task) == (lane, task))
        return next(mine, None) if task else None

    def lived_since(self, lane: LaneId) -> float:
        """When the lane was started, or landed last; 0 where the journal doesn't say."""
        landed = [one.at for one in self.landings if one.lane == lane]
        return max(self.began.get(lane, 0.0), *landed[-1:], 0.0)


def trail(entries: Iterable[Operation]) -> Trail:
    """What these entries of the journal, in their order, say."""
    told = [op for op in entries if op.kind in KINDS]
    undone = undone_by(told)
    given: dict[tuple[LaneId, TaskId], float] = {}
    began: dict[LaneId, float] = {}
    landings: list[Landing] = []
    closed = 0.0
    for op in told:
        if op.state is OpState.ABANDONED:
            continue
        if op.kind is OpKind.ROUND and op.state is OpState.DONE:
            closed = max(closed, op.ended or op.at)
        if op.lane is None:
            continue
        task = id_of_name(str(op.intent.get("task") or ""))
        if task and op.kind in (OpKind.START, OpKind.ASSIGN):
            given[op.lane, task] = op.at
        if op.kind in STARTS:
            began[op.lane] = op.at
        if op.kind is OpKind.LAND and op.state is OpState.DONE and op.seq not in undone:
            landings.append(_landing(op, op.lane, task))
    return Trail(given, tuple(landings), closed, began)


def _landing(op: Operation, lane: LaneId, task: TaskId) -> Landing:
    source, commit = (str(op.intent.get(name) or "") for name in ("source", "new"))
    return Landing(lane, task, source, commit, op.ended or op.at)
