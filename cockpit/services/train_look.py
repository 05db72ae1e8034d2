"""One look at everything that a train is made of: the target, and all its lanes at once.

A train of thirteen is looked at whenever its screen is shown, so what many lanes ask for (the
records, branches, worktrees, panes) is read once, and the rest side by side.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from cockpit.dataclass import dataclass
from cockpit.domain.change import CommitLine, Contribution
from cockpit.domain.ids import CommitId, LaneId, RefName
from cockpit.domain.lane import LaneRecord
from cockpit.errors import CockpitError
from cockpit.services import looking, panes
from cockpit.services.landing_checks import (
    Glance,
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
    chosen = [records[lane] for lane in lanes if lane in records]
    shown, why = panes.lanes_of_panes(work)
    rows = looking.rows_of(work, [shown[lane].ref.pane for lane in lanes if lane in shown])

    def see(lane: LaneId) -> LaneLook | str:
        try:
            record, pane = records.get(lane), shown.get(lane)
            activity = None
            if record is not None and not why:
                told = rows.get(pane.ref.pane) if pane is not None else None
                activity = looking.judge(work, record, pane, None, told)
            return look_at_lane(work, lane, activity=activity, known=known)
        except CockpitError as error:
            return clause(error.title)

    with ThreadPoolExecutor(AT_ONCE, thread_name_prefix="car") as pool:
        looks = pool.map(see, lanes)
        brought = _brought(work, target.tip, [record.branch for record in chosen], known, sizes)
        found = dict(zip(lanes, looks, strict=True))
    return _sight(work, target, found, brought, sizes)


def _brought(
    work: Workplace,
    tip: CommitId,
    branches: Sequence[RefName],
    known: Glance | None,
    sizes: bool,
) -> Mapping[CommitId, Contribution]:
    """What the branches bring, asked for all at once; nothing where that can't be told of one
    of them: then each is asked by itself, and says what is wrong with it."""
    refs = known.refs if known is not None else {}
    sources = [refs[branch] for branch in branches if branch in refs]
    try:
        return work.git.history.contributions(tip, sources, limit=LISTED, sizes=sizes)
    except CockpitError:
        return {}


def _sight(
    work: Workplace,
    target: TargetLook,
    found: Mapping[LaneId, LaneLook | str],
    brought: Mapping[CommitId, Contribution],
    sizes: bool,
) -> Sight:
    riders: dict[LaneId, Rider] = {}
    blind: dict[LaneId, str] = {}
    for lane, seen in found.items():
        if isinstance(seen, str):
            blind[lane] = seen
            continue
        try:
            own = brought.get(seen.source) or _alone(work, target.tip, seen.source, sizes)
            riders[lane] = Rider(seen, own.commits, own.size)
        except CockpitError as error:
            blind[lane] = clause(error.title)
    return Sight(target, riders, blind)


def _alone(work: Workplace, tip: CommitId, source: CommitId, sizes: bool) -> Contribution:
    history = work.git.history
    return history.contributions(tip, [source], limit=LISTED, sizes=sizes)[source]


def clause(title: str) -> str:
    """A sentence without its period."""
    return title.rstrip(".")
