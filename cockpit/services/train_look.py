"""One look at everything that a train is made of: the target, and all its lanes at once.

A train of thirteen is looked at whenever its screen is shown, so what many lanes ask for (the
records, branches, worktrees, panes) is read once, and the rest side by side.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import TypeVar

from cockpit.domain.change import CommitLine
from cockpit.domain.ids import LaneId
from cockpit.domain.lane import LaneRecord
from cockpit.errors import CockpitError
from cockpit.services import looking, panes
from cockpit.services.landing_checks import (
    LaneLook,
    TargetLook,
    glance,
    look_at_lane,
    look_at_target,
)
from cockpit.services.workplace import Workplace

AT_ONCE = 4
"""Lanes that are looked at together (`looking.AT_ONCE`)."""

LISTED = 200
"""Commits of a lane that are listed at most (`Git.commits`)."""

S = TypeVar("S")
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Rider:
    """A lane that was looked at. `commits` are those that the target lacks, newest first;
    `size` is in lines."""

    look: LaneLook
    commits: tuple[CommitLine, ...]
    size: int


@dataclass(frozen=True, slots=True)
class Sight:
    """`blind` are lanes that could not be looked at, with the reason as a clause."""

    target: TargetLook
    riders: Mapping[LaneId, Rider]
    blind: Mapping[LaneId, str]


class Records:
    """The registry as it was at one moment, for a look."""

    def __init__(self, records: Mapping[LaneId, LaneRecord]) -> None:
        self._records = dict(records)

    def lanes(self) -> dict[LaneId, LaneRecord]:
        return self._records

    def put(self, record: LaneRecord) -> None:
        raise LookWrites(record.lane)

    def drop(self, lane: LaneId) -> None:
        raise LookWrites(lane)


class LookWrites(CockpitError):
    """A look tried to change the registry: a defect of ours."""

    def __init__(self, lane: LaneId):
        super().__init__(f"A look at lane {lane} tried to change what is known of it.")


def frozen(work: Workplace) -> Workplace:
    """The same workplace, whose registry is read once."""
    return replace(work, registry=Records(work.registry.lanes()))


def look(work: Workplace, lanes: Sequence[LaneId], *, sizes: bool) -> Sight:
    """The target and these lanes. Raises `Refused` when the target is gone."""
    known = glance(work)
    target = look_at_target(work, known)
    records = work.registry.lanes()
    shown, why = panes.lanes_of_panes(work)

    def see(lane: LaneId) -> Rider | str:
        try:
            record = records.get(lane)
            activity = None
            if record is not None and not why:
                activity = looking.judge(work, record, shown.get(lane), None)
            found = look_at_lane(work, lane, activity=activity, known=known)
            commits = work.git.commits(target.tip, found.source, limit=LISTED)
            size = work.git.size_of(target.tip, found.source) if sizes else 0
            return Rider(found, tuple(commits), size)
        except CockpitError as error:
            return clause(error.title)

    found = dict(zip(lanes, _at_once(see, lanes), strict=True))
    riders = {lane: rider for lane, rider in found.items() if isinstance(rider, Rider)}
    blind = {lane: said for lane, said in found.items() if isinstance(said, str)}
    return Sight(target, riders, blind)


def _at_once(see: Callable[[S], T], things: Sequence[S]) -> list[T]:
    if len(things) < 2:
        return [see(thing) for thing in things]
    with ThreadPoolExecutor(AT_ONCE, thread_name_prefix="car") as pool:
        return list(pool.map(see, things))


def clause(title: str) -> str:
    """A sentence without its period."""
    return title.rstrip(".")
