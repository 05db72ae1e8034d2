"""The radar: which lanes would run into each other, or into the target, as they are now.

The last picture is kept, so only pairs with a side that changed are looked at anew. What two
commits come to never changes; a lane that can't be looked at is told with its reason and
clashes with nobody, since nothing is known.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import field
from itertools import combinations

from cockpit.dataclass import dataclass
from cockpit.domain.clash import Clash, Meeting, Radar, Snapshot
from cockpit.domain.ids import CommitId, LaneId, TreeId
from cockpit.domain.lane import LaneRecord
from cockpit.errors import CockpitError
from cockpit.services import bus, target_line
from cockpit.services.looking import AT_ONCE
from cockpit.services.workplace import Workplace

ELSEWHERE = frozenset({"rebase", "bisect"})
"""Operations during which the worktree is not where the branch stands."""

Key = tuple[CommitId, CommitId]


@dataclass(frozen=True, slots=True)
class _Seen:
    """One look at all sides."""

    sides: dict[LaneId, Snapshot]
    unseen: dict[LaneId, str]
    target: Snapshot | None


@dataclass(slots=True)
class _Known:
    """What is kept between looks."""

    sides: dict[LaneId, Snapshot] = field(default_factory=dict)
    unseen: dict[LaneId, str] = field(default_factory=dict)
    meetings: dict[Key, Meeting] = field(default_factory=dict)
    target: Snapshot | None = None
    target_tree: TreeId | None = None
    heads: frozenset[CommitId] = frozenset()
    """The lanes' commits when the target was looked at."""


class RadarDesk:
    """Looks, one at a time; callable from any thread."""

    def __init__(self, work: Callable[[], Workplace]) -> None:
        self._now = work
        self._work = work()
        """What the present look began with."""
        self._known = _Known()
        self._lock = threading.Lock()

    def look(self, lanes: Collection[LaneId] | None = None, *, since: float | None = None) -> Radar:
        """The whole picture. Of lanes that were looked at before only `lanes` are looked at
        again (None: all); what was asked of git at or after `since` (monotonic seconds) will
        do. Raises `CockpitError` when git can't look at all."""
        with self._lock:
            self._work = self._now()
            seen = self._see(lanes, since)
            meetings = self._meet(seen)
            tree = self._target_tree(seen.target) if meetings else None
            return picture(seen.sides, seen.unseen, seen.target, tree, meetings)

    def clash(self, lane: LaneId, other: LaneId | None) -> Clash | None:
        """The clash of two sides with its hunks, as of the last look; None if they go
        together or one of them is not known. Raises `CockpitError`."""
        with self._lock:
            if lane not in self._known.sides:
                self._see(None, None)
            one = self._known.sides.get(lane)
            two = self._known.target if other is None else self._known.sides.get(other)
            if one is None or two is None:
                return None
            paths = self._work.git.scout.clash_paths(one, two)
            return Clash(lane, other, paths) if paths else None

    # ------------------------------------------------------------ the sides

    def _see(self, lanes: Collection[LaneId] | None, since: float | None) -> _Seen:
        known = self._known
        kept = [*known.sides.values(), *([known.target] if known.target else [])]
        if self._work.git.scout.tidy(kept):
            known.sides.clear()
            known.target = None
        records = self._records()
        wanted = [
            record
            for lane, record in records.items()
            if lanes is None or lane in lanes or lane not in known.sides
        ]
        known.sides = {lane: known.sides[lane] for lane in records if lane in known.sides}
        known.unseen = {lane: why for lane, why in known.unseen.items() if lane in records}
        for record, found in zip(wanted, self._looks(wanted, since), strict=True):
            known.sides.pop(record.lane, None)
            known.unseen.pop(record.lane, None)
            if isinstance(found, Snapshot):
                known.sides[record.lane] = found
            else:
                known.unseen[record.lane] = found
        sides = {lane: known.sides[lane] for lane in records if lane in known.sides}
        self._see_target(sides.values())
        return _Seen(sides, dict(known.unseen), known.target)

    def _records(self) -> dict[LaneId, LaneRecord]:
        """Started lanes, in the order of lanes.yaml."""
        records = self._work.registry.lanes()
        order = [lane for lane in self._work.config.lanes if lane in records]
        return {lane: records[lane] for lane in dict.fromkeys((*order, *records))}

    def _see_target(self, sides: Iterable[Snapshot]) -> None:
        """The target as it is now, holding what landed of these sides."""
        known, git = self._known, self._work.git
        tip = git.read_ref(self._work.target)
        heads = frozenset(side.head for side in sides) if tip is not None else frozenset()
        if known.target is None or known.target.head != tip:
            known.target_tree = None
        elif heads == known.heads:
            return
        known.heads = heads
        known.target = git.scout.holding(tip, self._landed(tip, heads)) if tip is not None else None

    def _landed(self, tip: CommitId, heads: Iterable[CommitId]) -> list[CommitId]:
        """Commits of the lanes whose work the target has although its history lacks them."""
        if not target_line.line_of(self._work, tip).landed:
            return []
        own = self._work.git.history.ids(tip, sorted(heads))
        return target_line.apart(target_line.held(self._work, tip, own, heads))

    def _target_tree(self, target: Snapshot | None) -> TreeId | None:
        """Only asked for when there is something to hold against it."""
        if target is not None and self._known.target_tree is None:
            self._known.target_tree = self._work.git.tree_of(target.head)
        return self._known.target_tree

    def _looks(
        self, records: Sequence[LaneRecord], since: float | None
    ) -> Iterator[Snapshot | str]:
        """For each record its snapshot, or why there is none."""

        def look(record: LaneRecord) -> Snapshot | str:
            try:
                return self._look_at(record, since)
            except CockpitError as error:
                return error.title.rstrip(".")

        if len(records) < 2:
            yield from map(look, records)
            return
        from concurrent.futures import ThreadPoolExecutor

        with ThreadPoolExecutor(AT_ONCE, thread_name_prefix="snapshot") as pool:
            yield from pool.map(look, records)

    def _look_at(self, record: LaneRecord, since: float | None) -> Snapshot | str:
        work = self._work
        if not work.disk.is_folder(record.worktree):
            return self._branch_of(record, "its folder is gone; the branch was looked at")
        operation = work.git.operation_under_way(record.worktree)
        if operation in ELSEWHERE:
            return self._branch_of(record, f"a {operation} is under way; its branch was looked at")
        taken = work.git.scout.snapshot(record.worktree, skip=bus.is_own_result, since=since)
        return taken if taken is not None else "its branch has no commit"

    def _branch_of(self, record: LaneRecord, why: str) -> Snapshot | str:
        tip = self._work.git.read_ref(record.branch)
        return Snapshot(tip, tip, (why,)) if tip is not None else "its branch is gone"

    # ------------------------------------------------------------ the pairs

    def _meet(self, seen: _Seen) -> dict[Key, Meeting]:
        """What every pair comes to; only those that are not known are asked."""
        pairs = {_key(one, two): (one, two) for one, two in _pairs(seen)}
        known = {key: found for key, found in self._known.meetings.items() if key in pairs}
        unknown = [key for key in pairs if key not in known]
        if unknown:
            found = self._work.git.scout.meetings([pairs[key] for key in unknown])
            known.update(zip(unknown, found, strict=True))
        self._known.meetings = known
        return known


def _key(one: Snapshot, two: Snapshot) -> Key:
    return one.commit, two.commit


def _pairs(seen: _Seen) -> Iterator[tuple[Snapshot, Snapshot]]:
    """All pairs that may clash: a lane that stands where the target stands can't."""
    tip = seen.target.head if seen.target is not None else None
    sides = [side for side in seen.sides.values() if side.commit != tip]
    if seen.target is not None:
        for side in sides:
            yield side, seen.target
    for one, two in combinations(sides, 2):
        if one.commit != two.commit:
            yield one, two


def picture(
    sides: dict[LaneId, Snapshot],
    unseen: dict[LaneId, str],
    target: Snapshot | None,
    target_tree: TreeId | None,
    meetings: dict[Key, Meeting],
) -> Radar:
    """The radar from what every pair comes to. Pure."""
    unseen = dict(unseen)
    idle: set[LaneId] = set()
    clashes: list[Clash] = []
    for lane, side in sides.items():
        if target is None:
            break
        met = meetings.get(_key(side, target))
        if met is not None and met.failed:
            unseen[lane] = f"it can't be merged with the target: {met.failed}"
        elif met is None or not met.brings or (not met.paths and met.tree == target_tree):
            idle.add(lane)
        elif met.paths:
            clashes.append(Clash(lane, None, met.paths))
    unsure: dict[tuple[LaneId, LaneId], str] = {}
    taking_part = [lane for lane in sides if lane not in idle and lane not in unseen]
    for one, two in combinations(taking_part, 2):
        met = meetings.get(_key(sides[one], sides[two]))
        if met is not None and met.failed:
            unsure[one, two] = met.failed
        elif met is not None and met.paths:
            clashes.append(Clash(one, two, met.paths))
    return Radar(
        clashes=tuple(clashes),
        sides={lane: side.commit for lane, side in sides.items() if lane not in unseen},
        target=target.head if target is not None else None,
        unseen=unseen,
        partly={lane: side.left_out for lane, side in sides.items() if side.left_out},
        idle=frozenset(idle),
        unsure=unsure,
    )
