"""The radar in words and as JSON (DESIGN §12)."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import Any

from cockpit.cli.output import Cell
from cockpit.domain.clash import Clash, ClashPath, Hunk, Place, Radar, gentlest_places
from cockpit.domain.fleet import Fleet
from cockpit.domain.ids import LaneId

SWORDS = "⚔"


def order_of(fleet: Fleet, radar: Radar) -> tuple[Place, ...]:
    """The gentlest order of all lanes that bring something, from the board's order."""
    taking_part = [
        lane
        for lane in dict.fromkeys((*fleet.lanes, *radar.lanes))
        if lane in radar.sides and lane not in radar.idle
    ]
    return gentlest_places(taking_part, radar)


def note(radar: Radar, lane: LaneId, target: str) -> str:
    """A lane's clashes in a few words: `⚔ beta src/api.py, 2 more`; empty without any."""
    clashes = radar.of(lane)
    if not clashes:
        return ""
    first = clashes[0]
    more = f", {len(clashes) - 1} more" if len(clashes) > 1 else ""
    rest = f" +{len(first.paths) - 1}" if len(first.paths) > 1 else ""
    return f"{SWORDS} {first.other or target} {first.paths[0].path}{rest}{more}"


def rows(clashes: Sequence[Clash], target: str) -> Iterator[list[Cell]]:
    """The table: a line for each path of each clash, names of sides on the first of them."""
    for clash in clashes:
        for number, path in enumerate(clash.paths):
            other: Cell = (target, "red") if clash.other is None else clash.other
            yield [
                (clash.lane, "bold") if number == 0 else "",
                other if number == 0 else "",
                path.words or "(git names no path)",
                (path.kind, "yellow"),
                _lines(path.hunks),
            ]


def _lines(hunks: Sequence[Hunk]) -> str:
    """`10 ↔ 8-9, 30 ↔ 28`: the lane's lines and the other side's."""
    return ", ".join(
        f"{_span(hunk.start, hunk.count)} ↔ {_span(hunk.other_start, hunk.other_count)}"
        for hunk in hunks
    )


def _span(start: int, count: int) -> str:
    if count == 0:
        return f"before {start}"
    return str(start) if count == 1 else f"{start}-{start + count - 1}"


def remarks(radar: Radar, target: str) -> Iterator[Sequence[Cell]]:
    """What was not looked at, or not wholly."""
    for lane, why in radar.unseen.items():
        yield (f"{lane}: ", "yellow"), f"not known: {why}"
    for (one, other), why in radar.unsure.items():
        yield (f"{one} and {other}: ", "yellow"), f"not known: {why}"
    for lane, left_out in radar.partly.items():
        for what in left_out:
            yield (f"{lane}: ", "yellow"), f"left out: {what}"
    if radar.target is None:
        yield (f"{target}: ", "yellow"), "there is no such branch, so nobody was held against it"


def order_lines(places: Sequence[Place], target: str) -> Iterator[Sequence[Cell]]:
    for number, place in enumerate(places, 1):
        why = place.why.replace("the target", target)
        yield f"{number:>3} ", (place.lane, "bold"), (f"  {why}", "dim")


def clashes_document(
    fleet: Fleet, radar: Radar, clashes: Sequence[Clash], places: Sequence[Place]
) -> dict[str, Any]:
    """`clashes --json`; `clashes` may be fewer than the radar's, and hold hunks."""
    return {
        "target": {"branch": fleet.target, "commit": radar.target},
        "lanes": [
            {
                "lane": lane,
                "commit": radar.sides.get(lane),
                "known": lane not in radar.unseen,
                "why": radar.unseen.get(lane),
                "brings_nothing": lane in radar.idle,
                "left_out": list(radar.partly.get(lane, ())),
            }
            for lane in radar.lanes
        ],
        "clashes": [
            {
                "lane": clash.lane,
                "other": clash.other,
                "with_target": clash.other is None,
                "paths": [_path_document(path) for path in clash.paths],
            }
            for clash in clashes
        ],
        "unsure": [
            {"lane": one, "other": other, "why": why} for (one, other), why in radar.unsure.items()
        ],
        "order": [_place_document(place) for place in places],
    }


def _place_document(place: Place) -> dict[str, Any]:
    return {
        "lane": place.lane,
        "with_target": place.with_target,
        "meets": list(place.meets),
        "paths": place.paths,
        "leaves": list(place.leaves),
        "why": place.why,
    }


def _path_document(path: ClashPath) -> dict[str, Any]:
    return {
        "path": path.path,
        "also": list(path.also),
        "kind": path.kind,
        "hunks": [
            {
                "start": hunk.start,
                "count": hunk.count,
                "lines": list(hunk.lines),
                "other_start": hunk.other_start,
                "other_count": hunk.other_count,
                "other_lines": list(hunk.other_lines),
            }
            for hunk in path.hunks
        ],
    }


def lane_clashes(radar: Radar, lane: LaneId) -> list[dict[str, Any]] | None:
    """`clashes` of one lane in `status --json`; `lane` null is the target. None when it is not
    known."""
    if lane in radar.unseen:
        return None
    return [
        {"lane": clash.other, "paths": [path.path for path in clash.paths]}
        for clash in radar.of(lane)
    ]


def wanted(radar: Radar, lanes: Collection[LaneId]) -> list[Clash]:
    """The radar's clashes, or those of `lanes` if any are named, each once, seen from them."""
    if not lanes:
        return list(radar.clashes)
    found: dict[frozenset[LaneId | None], Clash] = {}
    for lane in lanes:
        for clash in radar.of(lane):
            found.setdefault(frozenset((clash.lane, clash.other)), clash)
    return list(found.values())
