"""How far each task is. The state is ours, computed from what is seen; no file decides it.

A result is a claim and an agent at rest is not done: `done` work waits for review until the
commander lands it, and only what the target holds is merged (DESIGN §9, §10).
"""

from __future__ import annotations

from enum import StrEnum

from cockpit.dataclass import dataclass
from cockpit.domain.activity import State
from cockpit.domain.approval import Standing
from cockpit.domain.ids import LaneId
from cockpit.domain.result import ResultFile, ResultStatus
from cockpit.domain.task import TaskFile
from cockpit.domain.taskname import TaskId
from cockpit.domain.train import CarState


class Work(StrEnum):
    """States of a task, in the words of the board, from first to last."""

    DRAFT = "draft"
    """It can't start as it is: its reason says what to mend."""
    WAITING = "waiting"
    """What it needs is not merged yet."""
    READY = "ready"
    CLAIMED = "claimed"
    """A lane is being made ready for it."""
    RUNNING = "running"
    BLOCKED = "blocked"
    """Its lane needs the commander."""
    REVIEW = "review"
    APPROVED = "approved"
    QUEUED = "queued"
    MERGING = "merging"
    MERGED = "merged"
    FAILED = "failed"
    CANCELLED = "cancelled"


OPEN = frozenset({Work.DRAFT, Work.WAITING, Work.READY})
"""No lane has it."""
UNDERWAY = frozenset(
    {Work.CLAIMED, Work.RUNNING, Work.BLOCKED, Work.REVIEW, Work.APPROVED, Work.QUEUED}
) | {Work.MERGING}
"""A lane has it."""
ENDED = frozenset({Work.MERGED, Work.CANCELLED})


MOST_STEPS = 8
"""Steps of a way that are told; one more says that there are more."""


@dataclass(frozen=True, slots=True)
class Effort:
    """What our own state remembers of a task, beside its file. Times in seconds since the
    epoch, 0 for never."""

    task: TaskId
    attempts: int = 0
    """How often a lane was started on it."""
    started: float = 0.0
    """When the last attempt began."""
    ended: float = 0.0
    """When its result was accepted, or when it failed."""
    lane: str = ""
    """The lane of the last attempt."""
    failed: str = ""
    """Why the last attempt counts as failed, a clause; empty when it doesn't."""
    cancelled: str = ""
    """Why the commander called it off, a clause; empty when they didn't."""
    agent: str = ""
    """The agent that the next attempt is to have; empty for the lane's own."""
    told: str = ""
    """sha256 of the task's text that the lane of the last attempt was told."""
    prompt: str = ""
    """The file that holds what it was told."""
    outdated: str = ""
    """sha256 of the result that an earlier attempt left: it says nothing of a new one."""


@dataclass(frozen=True, slots=True)
class Holder:
    """The lane that has a task, as it is seen now."""

    lane: LaneId
    activity: State
    approval: Standing = Standing.NONE
    queued: bool = False
    car: CarState | None = None
    """Its car in a train that runs."""
    result: ResultFile | None = None
    asks: str = ""
    """What it needs the commander for, a clause."""
    answered: frozenset[str] = frozenset()
    """Tokens of the result's questions (`domain.inbox`) that have their answer."""


_AT_WORK = frozenset({State.WORKING, State.STALLED})
_COMING = frozenset({State.PLANNED, State.SETUP, State.STARTING})
_ON_ITS_WAY = frozenset({CarState.GATING, CarState.LANDING})


def held(holder: Holder) -> tuple[Work, str]:
    """The state of a task that a lane has, and why."""
    lane = f"lane {holder.lane}"
    if holder.car in _ON_ITS_WAY:
        return Work.MERGING, f"{lane} is {holder.car}"
    if holder.asks:
        return Work.BLOCKED, f"{lane} {holder.asks}"
    if holder.activity in _AT_WORK:
        return Work.RUNNING, f"{lane} works on it"
    if holder.queued:
        return Work.QUEUED, f"{lane} waits for the train"
    if holder.approval is Standing.VALID:
        return Work.APPROVED, f"{lane} may land"
    if holder.activity in _COMING:
        return Work.CLAIMED, f"{lane} is being made ready"
    if holder.result is not None:
        return _claimed(holder.result, lane)
    if holder.activity is State.PARKED:
        return Work.BLOCKED, f"{lane} is parked"
    if holder.activity is State.UNKNOWN:
        return Work.RUNNING, f"{lane} can't be read now"
    return Work.BLOCKED, f"{lane} rests and has written no result"


def _claimed(result: ResultFile, lane: str) -> tuple[Work, str]:
    match result.status:
        case ResultStatus.DONE:
            return Work.REVIEW, f"{lane} says it is done"
        case ResultStatus.FAILED:
            return Work.FAILED, f"{lane} says it failed"
        case ResultStatus.PARTIAL:
            return Work.BLOCKED, f"{lane} says it is partly done"
        case ResultStatus.BLOCKED:
            return Work.BLOCKED, f"{lane} says it is blocked"
        case ResultStatus.QUESTION:
            said = f" ({result.said[:40]})" if result.said else ""
            return Work.BLOCKED, f"{lane}'s result{said} says neither done nor failed"


def loose(
    task: TaskFile,
    effort: Effort | None,
    *,
    waits_for: tuple[TaskId, ...] = (),
    way: tuple[TaskId, ...] = (),
    arriving: bool = False,
    hidden_by: str = "",
) -> tuple[Work, str]:
    """The state of a task that no lane has and that is not merged, and why. `way` leads to why
    it can never be ready (`Dependencies.way`), `hidden_by` is another file of its number."""
    if effort is not None and effort.cancelled:
        return Work.CANCELLED, effort.cancelled
    if hidden_by:
        return Work.DRAFT, f"{hidden_by} has the same number"
    if not task.id:
        return Work.DRAFT, "its name holds no number"
    if way:
        return Work.DRAFT, _way(way)
    if arriving:
        return Work.DRAFT, "it is being written"
    if effort is not None and effort.failed:
        return Work.FAILED, effort.failed
    if waits_for:
        return Work.WAITING, f"needs {', '.join(waits_for[:4])}{' …' if len(waits_for) > 4 else ''}"
    return Work.READY, ""


def _way(way: tuple[TaskId, ...]) -> str:
    steps = " → ".join(way)
    if len(way) > MOST_STEPS:
        return f"it waits behind what can't be: {steps} …"
    if way[-1] in way[:-1]:
        return f"it needs itself: {steps}" if way[0] == way[-1] else f"behind a circle: {steps}"
    if len(way) == 2:
        return f"it needs {way[-1]}, which is not there"
    return f"there is no {way[-1]}: {steps}"
