"""In which order the cars of a train land, and why each stands where it stands.

What a task needs goes first; then priority, fewest predicted clashes with those that are left,
the smaller change, age. The commander's moves come on top of that, but never put a car before
one that its task needs (`facts/peers.md` B §5.4).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from cockpit.dataclass import dataclass
from cockpit.domain.ids import LaneId

UNRANKED = 1_000
"""The priority of a task that names none: after all that do."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A lane that wants to ride. `clashes` are the lanes that it is predicted to clash with,
    with the number of paths; `size` is in lines; `since` in seconds since the epoch."""

    lane: LaneId
    task: str = ""
    depends: tuple[str, ...] = ()
    priority: int | None = None
    clashes: Mapping[LaneId, int] | None = None
    size: int = 0
    since: float = 0.0


@dataclass(frozen=True, slots=True)
class Move:
    """The commander put `lane` right before another lane."""

    lane: LaneId
    before: LaneId


@dataclass(frozen=True, slots=True)
class Place:
    """Where a lane stands. `circle` names the lanes whose tasks need each other in a circle
    that this one is in; such a lane can't ride."""

    lane: LaneId
    why: str
    circle: tuple[LaneId, ...] = ()


def order(candidates: Sequence[Candidate], moves: Sequence[Move] = ()) -> tuple[Place, ...]:
    """Every candidate in its place; those in a circle (and what needs them) come last."""
    needs = needs_of(candidates)
    left = {one.lane: one for one in candidates}
    places: list[Place] = []
    while left:
        free = [one for one in left.values() if not needs[one.lane] & left.keys()]
        if not free:
            break
        best = min(free, key=lambda one: _rank(one, left))
        places.append(Place(best.lane, _why(best, free, left, places, needs)))
        del left[best.lane]
    return (*_moved(places, moves, needs), *_in_circles(left, needs))


def as_named(candidates: Sequence[Candidate]) -> tuple[Place, ...]:
    """The candidates in the order in which the commander named them; what a task needs goes
    first all the same."""
    needs = needs_of(candidates)
    named = [one.lane for one in candidates]
    places = {one.lane: Place(one.lane, "in the order you named") for one in candidates}
    if len(named) == 1:
        places = {lane: replace(place, why="alone") for lane, place in places.items()}
    sorted_out, stuck = _after_needs(named, needs)
    for at, lane in enumerate(sorted_out):
        late = [need for need in sorted_out[:at] if need in needs[lane]]
        if any(named.index(need) > named.index(lane) for need in late):
            places[lane] = Place(lane, f"after {_and(late)}, which its task needs")
    circles = _in_circles(dict.fromkeys(stuck), needs)
    return (*(places[lane] for lane in sorted_out), *circles)


def needs_of(candidates: Sequence[Candidate]) -> dict[LaneId, set[LaneId]]:
    """For each lane the other lanes of the train whose tasks its own task depends on."""
    lane_of = {one.task: one.lane for one in reversed(candidates) if one.task}
    return {
        one.lane: {lane_of[task] for task in one.depends if task in lane_of} - {one.lane}
        for one in candidates
    }


# ---------------------------------------------------------------- by rank


def _rank(one: Candidate, left: Mapping[LaneId, Candidate]) -> tuple[float, ...]:
    return (*(key for key, _ in _keys(one, left)),)


def _keys(one: Candidate, left: Mapping[LaneId, Candidate]) -> list[tuple[float, str]]:
    """What decides, strongest first, each with the words for a car that is ahead by it."""
    mine = {lane: paths for lane, paths in (one.clashes or {}).items() if lane in left}
    clashes = (
        f"clashes with only {len(mine)} of the rest" if mine else "clashes with none of the rest"
    )
    priority = UNRANKED if one.priority is None else one.priority
    return [
        (priority, f"priority {priority}"),
        (len(mine), clashes),
        (sum(mine.values()), "clashes in fewer files"),
        (one.size, f"a smaller change ({one.size} line{'' if one.size == 1 else 's'})"),
        (one.since, "waits longest"),
    ]


def _why(
    best: Candidate,
    free: Sequence[Candidate],
    left: Mapping[LaneId, Candidate],
    before: Sequence[Place],
    needs: Mapping[LaneId, set[LaneId]],
) -> str:
    if len(left) == 1 and not before:
        return "alone"
    needed = [place.lane for place in before if place.lane in needs[best.lane]]
    if needed:
        return f"after {_and(needed)}, which its task needs"
    needing = [lane for lane in left if best.lane in needs[lane]]
    if len(free) == 1:
        return f"before {_and(needing)}, whose task needs it" if needing else "the last one"
    second = min((one for one in free if one is not best), key=lambda one: _rank(one, left))
    for (mine, words), (other, _) in zip(_keys(best, left), _keys(second, left), strict=True):
        if mine < other:
            return words
    return "in the order of the lanes"


# ---------------------------------------------------------------- by the commander


def _moved(
    places: Sequence[Place], moves: Sequence[Move], needs: Mapping[LaneId, set[LaneId]]
) -> tuple[Place, ...]:
    lanes = [place.lane for place in places]
    mine: list[LaneId] = []
    for move in moves:
        if move.lane in lanes and move.before in lanes and move.lane != move.before:
            lanes.remove(move.lane)
            lanes.insert(lanes.index(move.before), move.lane)
            mine.append(move.lane)
    if not mine:
        return tuple(places)
    wanted = {lane: at for at, lane in enumerate(lanes)}
    lanes, _ = _after_needs(lanes, needs)
    found = {place.lane: place for place in places}
    moved = []
    for lane in lanes:
        late = [need for need in lanes if need in needs[lane] and wanted[need] > wanted[lane]]
        if late:
            text = f"after {_and(late)}, which its task needs"
            text = f"moved by you, but {text}" if lane in mine else text
            moved.append(Place(lane, text))
        else:
            moved.append(Place(lane, "moved by you") if lane in mine else found[lane])
    return tuple(moved)


def _after_needs(
    lanes: Sequence[LaneId], needs: Mapping[LaneId, set[LaneId]]
) -> tuple[list[LaneId], list[LaneId]]:
    """`lanes` with each one after what it needs, else in their order; and those in circles."""
    left, done = list(lanes), list[LaneId]()
    while True:
        free = next((lane for lane in left if not needs[lane] & set(left)), None)
        if free is None:
            return done, left
        left.remove(free)
        done.append(free)


def _in_circles(left: Mapping[LaneId, object], needs: Mapping[LaneId, set[LaneId]]) -> list[Place]:
    return [Place(lane, "its task waits in a circle", _circle(lane, needs, left)) for lane in left]


def _circle(
    lane: LaneId, needs: Mapping[LaneId, set[LaneId]], left: Mapping[LaneId, object]
) -> tuple[LaneId, ...]:
    """The circle that is met when one follows what `lane` needs, its first lane named twice."""
    path: list[LaneId] = []
    while lane not in path:
        path.append(lane)
        lane = min(needs[lane] & left.keys())
    return (*path[path.index(lane) :], lane)


def _and(lanes: Sequence[LaneId]) -> str:
    return lanes[0] if len(lanes) == 1 else f"{', '.join(lanes[:-1])} and {lanes[-1]}"
