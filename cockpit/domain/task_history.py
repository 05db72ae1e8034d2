"""What the journal says of tasks: which lane had which one when, and every step about one.

The journal is the only memory of who worked on what: our own state remembers the last attempt
alone. Pure; one pass over the journal serves all tasks.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from enum import StrEnum

from cockpit.dataclass import dataclass
from cockpit.domain.ids import LaneId
from cockpit.domain.operation import Operation, OpKind, OpState
from cockpit.domain.taskname import TaskId, id_of_name


class End(StrEnum):
    """How a lane's turn at a task ended."""

    LANDED = "landed"
    TORN_DOWN = "torn down"
    OTHER = "took another task"


@dataclass(frozen=True, slots=True)
class Turn:
    """A lane at a task, in seconds since the epoch; `end` and `how` are None while it goes on."""

    lane: LaneId
    file: str
    """The name of the task's file."""
    begin: float
    end: float | None = None
    how: End | None = None

    @property
    def task(self) -> TaskId:
        return id_of_name(self.file)


def turns(operations: Iterable[Operation]) -> tuple[Turn, ...]:
    """Every lane's turns at tasks, in the order in which they began; `operations` oldest first."""
    made: list[Turn] = []
    at: dict[LaneId, int] = {}
    """By lane its open turn."""
    for op in operations:
        if op.lane is None or op.state is OpState.ABANDONED:
            continue
        open_at = at.get(op.lane)
        if op.kind in (OpKind.ASSIGN, OpKind.START):
            file = str(op.intent.get("task") or "")
            if open_at is not None and made[open_at].file == file:
                continue  # the start that an assignment is made of
            if open_at is not None and file:
                made[open_at] = _ended(made[at.pop(op.lane)], op, End.OTHER)
            if file:
                at[op.lane] = len(made)
                made.append(Turn(op.lane, file, op.at))
        elif open_at is not None and (how := _ends(op, made[open_at])) is not None:
            made[at.pop(op.lane)] = _ended(made[open_at], op, how)
    return tuple(made)


def _ends(op: Operation, turn: Turn) -> End | None:
    if op.state is not OpState.DONE:
        return None
    if op.kind is OpKind.TEARDOWN:
        return End.TORN_DOWN
    if op.kind is OpKind.LAND and op.intent.get("task") in (turn.task, turn.file):
        return End.LANDED
    return None


def _ended(turn: Turn, op: Operation, how: End) -> Turn:
    end = op.ended if how is End.LANDED and op.ended is not None else op.at
    return replace(turn, end=max(end, turn.begin), how=how)


def steps(operations: Sequence[Operation], task: TaskId, file: str) -> tuple[Operation, ...]:
    """Every operation about the task, what was done with a lane while it had the task, and what
    undid one of these, in their order."""
    mine = [turn for turn in turns(operations) if turn.file == file]
    found: list[Operation] = []
    numbers: set[int] = set()
    for op in operations:
        about = file in _files(op) or (task and task in _tasks(op))
        if about or op.undoes in numbers or any(_during(op, turn) for turn in mine):
            found.append(op)
            numbers.add(op.seq)
    return tuple(found)


def _during(op: Operation, turn: Turn) -> bool:
    is_later = turn.end is not None and op.at > turn.end
    return op.lane == turn.lane and op.at >= turn.begin and not is_later


def _files(op: Operation) -> Iterator[str]:
    yield str(op.intent.get("task") or "")
    if op.kind is OpKind.TASK:
        names = op.intent.get("names")
        yield from map(str, names if isinstance(names, list) else ())


def _tasks(op: Operation) -> Iterator[str]:
    yield str(op.intent.get("task") or "")
    if op.kind is OpKind.COLLECT:
        yield id_of_name(str(op.intent.get("name") or ""))


def measured(made: Iterable[Turn]) -> Mapping[TaskId, tuple[float, float]]:
    """By task that landed when its last turn began and ended."""
    return {
        turn.task: (turn.begin, turn.end)
        for turn in made
        if turn.how is End.LANDED and turn.end is not None and turn.task
    }
