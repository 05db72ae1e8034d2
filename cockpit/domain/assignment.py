"""Which ready task goes to which free lane, and why the others wait.

Tasks in the order of their rank (`schedule.rank`); for each the lane that it names, else the
free lane that fits it most closely. Two tasks never run at once that need the same resource
for themselves or whose declared zones meet. A task that names no zone works in its lane's
zone and keeps nobody back: whom it runs into is the radar's to say.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import field

from cockpit.dataclass import dataclass
from cockpit.domain.glob_sets import covers, overlap
from cockpit.domain.globs import why_not_glob
from cockpit.domain.ids import LaneId
from cockpit.domain.task import TaskFile
from cockpit.domain.taskname import TaskId
from cockpit.domain.zone import Zone

EXACT = 1_000
"""Waiting tasks that are each compared with what runs and with every lane, once no lane is
free: the rest would wait all the same."""


@dataclass(frozen=True, slots=True)
class Offer:
    """A lane that works on tasks. `busy` says in a clause why it can't take one now."""

    lane: LaneId
    key: str = ""
    zone: Zone = field(default_factory=Zone)
    agent: str = ""
    role: str = ""
    since: float = 0.0
    """Since when it is free, in seconds since the epoch."""
    busy: str = ""
    runs: bool = False
    """Its agent runs already: a task takes no further slot."""
    takes_model: bool = True
    """Its agent can be told which model to use."""
    takes_prompts: bool = True
    """Its agent can be told anything; a shell would run the text as commands, so it is given
    a task only by being started on it."""


@dataclass(frozen=True, slots=True)
class Underway:
    """A task that a lane works on, or whose work has not landed."""

    task: TaskId
    lane: LaneId
    zone: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    """What it uses for itself alone, folded."""


@dataclass(frozen=True, slots=True)
class Assignment:
    task: TaskId
    lane: LaneId


@dataclass(frozen=True, slots=True)
class Assignments:
    """What to start now, in order, and for every other ready task why it waits (a clause)."""

    start: tuple[Assignment, ...] = ()
    waits: Mapping[TaskId, str] = field(default_factory=dict)


def underway(task: TaskFile, lane: LaneId) -> Underway:
    return Underway(task.id, lane, sound(task.zone), tuple(need.casefold() for need in task.needs))


def sound(globs: Iterable[str]) -> tuple[str, ...]:
    """The globs that can be read; a task's file is anybody's text."""
    return tuple(glob for glob in globs if not why_not_glob(glob))


def assign(
    ready: Sequence[TaskFile],
    offers: Sequence[Offer],
    running: Sequence[Underway],
    *,
    room: int,
    limit: str = "",
) -> Assignments:
    """Hand out `ready` (in the order of rank) to the free ones of `offers`, starting at most
    `room` agents; `limit` says in a clause what makes the room so small."""
    free = {offer.lane: offer for offer in offers if not offer.busy}
    held = list(running)
    start: list[Assignment] = []
    waits: dict[TaskId, str] = {}
    for task in ready:
        if offers and not free and len(waits) >= EXACT:
            waits[task.id] = "no lane is free"
            continue
        why = _why_not_beside(task, held)
        lane = None
        if not why:
            lane, why = _lane_for(task, free, offers)
        if lane is not None and not free[lane].runs:
            if not room:
                lane, why = None, limit or "no more agents may run now"
            room = max(0, room - 1)
        if lane is None:
            waits[task.id] = why
            continue
        del free[lane]
        held.append(underway(task, lane))
        start.append(Assignment(task.id, lane))
    return Assignments(tuple(start), waits)


def _why_not_beside(task: TaskFile, held: Sequence[Underway]) -> str:
    """Why `task` can't run while these do; empty if it can."""
    wanted = {need.casefold(): need for need in task.needs}
    zone = sound(task.zone)
    for other in held:
        both = next((need for need in other.needs if need in wanted), None)
        if both is not None:
            return f"it needs {wanted[both]}, which {other.task} in lane {other.lane} uses"
        if zone and other.zone and overlap(zone, other.zone):
            return f"its zone meets that of {other.task} in lane {other.lane}"
    return ""


def why_not_in(task: TaskFile, offer: Offer) -> str:
    """Why this lane is not the one for `task`, busy or not; empty if it is."""
    if task.lane and not _is_named(task.lane, offer):
        return f"it is for lane {task.lane}"
    if task.agent and task.agent.casefold() != offer.agent.casefold():
        return f"it wants the agent {task.agent}"
    if task.model and not offer.takes_model:
        return f"it wants the model {task.model}, and its agent {offer.agent} takes none"
    if task.role and offer.role and task.role.casefold() != offer.role.casefold():
        return f"it wants the role {task.role}"
    zone = sound(task.zone)
    if zone and offer.zone.include and not covers(offer.zone.include, zone):
        return "its zone lies outside the lane's"
    if zone and offer.zone.exclude and covers(offer.zone.exclude, zone):
        return "its zone is excluded from the lane's"
    return ""


def _is_named(name: str, offer: Offer) -> bool:
    """By the lane's name or its letter, as people write it (`lane B`, `beta`)."""
    plain = name.casefold().removeprefix("lane ").strip()
    return plain in (offer.lane, offer.key.casefold())


def _lane_for(
    task: TaskFile, free: Mapping[LaneId, Offer], offers: Sequence[Offer]
) -> tuple[LaneId | None, str]:
    """The free lane that fits best; else None, with the reason."""
    reasons = {offer.lane: why_not_in(task, offer) for offer in offers}
    fitting = [offer for offer in free.values() if not reasons[offer.lane]]
    if fitting:
        best = min(fitting, key=lambda offer: _looseness(task, offer))
        return best.lane, ""
    later = [offer for offer in offers if not reasons[offer.lane]]
    if not later:
        return None, _why_none_fits(task, reasons)
    if len(later) > 1:
        return None, f"the lanes that fit it are busy: {', '.join(one.lane for one in later)}"
    return None, f"lane {later[0].lane} {later[0].busy or 'takes another task first'}"


def _looseness(task: TaskFile, offer: Offer) -> tuple[bool, bool, float, str]:
    """A key that sorts lanes, the closest fit first: a lane made for such work before one that
    may do anything, then the one that is free the longest."""
    zoned = bool(task.zone and offer.zone.include)
    return (bool(task.zone) and not zoned, not (task.role and offer.role), offer.since, offer.lane)


def _why_none_fits(task: TaskFile, reasons: Mapping[LaneId, str]) -> str:
    if not reasons:
        return "there is no lane"
    if len(set(reasons.values())) == 1:
        return f"no lane fits it: {next(iter(reasons.values()))}"
    told = "; ".join(f"{lane}: {why}" for lane, why in list(reasons.items())[:4])
    return f"no lane fits it ({told})"
