"""Clashes: what lanes would run into if they were merged as they are now, and in which order
that hurts least. Uncommitted and untracked work counts.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import field, replace

from cockpit.dataclass import dataclass
from cockpit.domain.ids import CommitId, LaneId, TreeId


@dataclass(frozen=True, slots=True)
class Hunk:
    """Lines `start` to `start + count - 1` (from 1) of the conflicting region, as the first
    side has them; `count` may be 0 (an insertion before line `start`). The same of the other
    side, and both sides' lines, raw from outside and capped."""

    start: int
    count: int
    other_start: int = 0
    other_count: int = 0
    lines: tuple[str, ...] = ()
    other_lines: tuple[str, ...] = ()

    def turned(self) -> Hunk:
        """The same seen from the other side."""
        return Hunk(
            self.other_start,
            self.other_count,
            self.start,
            self.count,
            self.other_lines,
            self.lines,
        )


@dataclass(frozen=True, slots=True)
class ClashPath:
    """One path that would conflict, raw from outside. `kind` is in git's words (`content`,
    `add/add`, `modify/delete`, `rename/rename`, `binary`, `file/directory`, …)."""

    path: str
    kind: str = "content"
    hunks: tuple[Hunk, ...] = ()
    """Empty when there are none to speak of, or when they were not looked at."""
    also: tuple[str, ...] = ()
    """Further paths of the same conflict: what a rename or a moved folder made of it."""

    @property
    def words(self) -> str:
        """The path with the others of its conflict, raw: `a → b, c` where both sides renamed
        it, else `b (was a)`."""
        others = ", ".join(self.also)
        if not others:
            return self.path
        both = self.kind == "rename/rename"
        return f"{self.path} → {others}" if both else f"{self.path} (was {others})"

    def turned(self) -> ClashPath:
        return replace(self, hunks=tuple(hunk.turned() for hunk in self.hunks))


@dataclass(frozen=True, slots=True)
class Clash:
    """Two sides that would conflict. `other` None is the target."""

    lane: LaneId
    other: LaneId | None
    paths: tuple[ClashPath, ...]

    def turned(self) -> Clash:
        """The same seen from the other lane; one with the target has no other view."""
        if self.other is None:
            return self
        return Clash(self.other, self.lane, tuple(path.turned() for path in self.paths))


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A side as it was looked at: `commit` holds `head` and everything uncommitted on top of
    it (it is `head` where nothing is). It may lie in a private folder of the looking process.
    `left_out` says what of the uncommitted work is not in it, a sentence without its period
    each."""

    head: CommitId
    commit: CommitId
    left_out: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Meeting:
    """What merging two sides would come to. No paths: they go together."""

    paths: tuple[ClashPath, ...] = ()
    tree: TreeId | None = None
    """The merged tree; None where no merge was needed to know."""
    brings: bool = True
    """Whether the first side changed anything since their merge base, as far as is known."""
    failed: str = ""
    """Why nothing is known: a sentence without its period."""


@dataclass(frozen=True, slots=True)
class Radar:
    """The whole picture. `sides` says at which snapshot each side was looked at; a lane that
    could not be looked at stands in `unseen` with the reason and in no clash."""

    clashes: tuple[Clash, ...] = ()
    sides: Mapping[LaneId, CommitId] = field(default_factory=dict)
    target: CommitId | None = None
    unseen: Mapping[LaneId, str] = field(default_factory=dict)
    partly: Mapping[LaneId, tuple[str, ...]] = field(default_factory=dict)
    """Lanes of which some uncommitted work was left out, and what."""
    idle: frozenset[LaneId] = frozenset()
    """Lanes that bring nothing to the target (merged, or nothing done yet): in no clash."""
    unsure: Mapping[tuple[LaneId, LaneId], str] = field(default_factory=dict)
    """Pairs, in either order, of which git could not say whether they clash, and why."""

    def of(self, lane: LaneId) -> tuple[Clash, ...]:
        """The lane's clashes, each seen from it (`lane` is it), the target first."""
        mine = [
            clash if clash.lane == lane else clash.turned()
            for clash in self.clashes
            if lane in (clash.lane, clash.other)
        ]
        return tuple(sorted(mine, key=lambda clash: (clash.other is not None, clash.other or "")))

    def between(self, one: LaneId, other: LaneId | None) -> Clash | None:
        """The clash of two sides, seen from `one`; None if they go together."""
        return next((clash for clash in self.of(one) if clash.other == other), None)

    def why_unknown(self, one: LaneId, other: LaneId | None) -> str:
        """Why it is not known whether these two clash; empty when it is."""
        for lane in (one, other):
            if lane is not None and lane in self.unseen:
                return f"{lane}: {self.unseen[lane]}"
        if other is None:
            return ""
        return self.unsure.get((one, other), "") or self.unsure.get((other, one), "")

    @property
    def lanes(self) -> tuple[LaneId, ...]:
        """Lanes that were looked at or should have been."""
        return (*self.sides, *(lane for lane in self.unseen if lane not in self.sides))


@dataclass(frozen=True, slots=True)
class Place:
    """One lane in an order of landing. `meets` are lanes ahead of it with which it conflicts in
    `paths` paths, `leaves` those behind it that will conflict with it; `with_target`: it
    conflicts with the target as that is now."""

    lane: LaneId
    meets: tuple[LaneId, ...] = ()
    paths: int = 0
    leaves: tuple[LaneId, ...] = ()
    with_target: bool = False

    @property
    def why(self) -> str:
        """What landing it here comes to, a clause for people."""
        said: list[str] = []
        if self.with_target:
            said.append("conflicts with the target already")
        if self.meets:
            count = "1 path" if self.paths == 1 else f"{self.paths} paths"
            said.append(f"has {count} to resolve with {', '.join(self.meets)}")
        if not said:
            said.append("lands as it is")
        if self.leaves:
            said.append(f"{', '.join(self.leaves)} will have to resolve")
        elif not self.meets and not self.with_target:
            said.append("in nobody's way")
        return "; ".join(said)


def gentlest_order(lanes: Sequence[LaneId], radar: Radar) -> tuple[LaneId, ...]:
    """The order of landing that hurts least: again and again the lane that clashes with the
    fewest of those that are left (then the fewest paths, then the order given). A lane that
    conflicts with the target comes after those that don't."""
    return tuple(place.lane for place in gentlest_places(lanes, radar))


def gentlest_places(lanes: Sequence[LaneId], radar: Radar) -> tuple[Place, ...]:
    """`gentlest_order` with the reason for each place."""
    stuck = {clash.lane for clash in radar.clashes if clash.other is None}
    clashes = {lane: radar.of(lane) for lane in lanes}
    left = list(lanes)
    places: list[Place] = []
    while left:
        best = min(
            left, key=lambda lane: (lane in stuck, *_pain(clashes[lane], left), left.index(lane))
        )
        left.remove(best)
        ahead = [place.lane for place in places]
        meets = tuple(clash.other for clash in clashes[best] if clash.other in ahead)
        leaves = tuple(clash.other for clash in clashes[best] if clash.other in left)
        _, paths = _pain(clashes[best], ahead)
        places.append(Place(best, _lanes(meets), paths, _lanes(leaves), best in stuck))
    return tuple(places)


def _lanes(sides: Sequence[LaneId | None]) -> tuple[LaneId, ...]:
    return tuple(side for side in sides if side is not None)


def _pain(clashes: Sequence[Clash], among: Collection[LaneId]) -> tuple[int, int]:
    """How many of `among` a lane with these clashes would hurt, and in how many paths."""
    mine = [clash for clash in clashes if clash.other in among]
    return len(mine), sum(len(clash.paths) for clash in mine)
