"""The train: lanes in the order in which they land, and how far each has come.

A car is built on what the car before it makes of the target, as objects, so the whole train
can be looked at before anything moves. Each car lands by itself: its landing is a step of its
own in the journal, and is undone by itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from enum import StrEnum
from typing import Any

from cockpit.dataclass import dataclass
from cockpit.domain.ids import CommitId, LaneId, RefName
from cockpit.domain.merge import Check, LandingPreview


class CarState(StrEnum):
    """Where a car stands, in the words of the board."""

    READY = "ready"
    GATING = "gating"
    LANDING = "landing"
    LANDED = "landed"
    ASIDE = "aside"
    """It does not ride: `Car.aside` says why; the rest of the train goes on."""
    STOPPED = "stopped"
    """The train ended before its turn came; it stays queued."""


class Aside(StrEnum):
    """Why a car was put aside."""

    CHECKS = "checks"
    CONFLICT = "conflict"
    DEPENDS = "depends"
    """What its task depends on is not merged and is not ahead of it in the train."""
    RED = "red"
    MOVED = "moved"
    """The lane, its task or its approval changed after it was looked at."""
    REFUSED = "refused"
    DROPPED = "dropped"
    """The commander took it out."""


@dataclass(frozen=True, slots=True)
class Car:
    """One lane of the train. `preview.target_old` is the commit that it was built on."""

    lane: LaneId
    state: CarState
    why_here: str
    """Why it stands where it stands: `alone`, `after beta, which its task needs`, …"""
    preview: LandingPreview | None = None
    """None where the lane could not be looked at at all (`said` tells)."""
    aside: Aside | None = None
    said: str = ""
    """The reason for `aside` or the outcome, a sentence without its period."""
    log: str = ""
    """The gate's log, where it ran."""
    flaky: bool = False
    """The gate was red and then green on the same commit."""
    seq: int | None = None
    """The landing's step in the journal, which `undo` takes."""
    source: CommitId | None = None
    """The lane's commit that `said` is about, where that is not the preview's."""

    def put_aside(self, why: Aside, said: str, *, log: str = "") -> Car:
        return replace(self, state=CarState.ASIDE, aside=why, said=said, log=log or self.log)


@dataclass(frozen=True, slots=True)
class Train:
    """The train as it is built or as it runs. `notes` are checks of the target and its
    upstream; one that is not ok stops the whole train."""

    target: RefName
    target_old: CommitId
    cars: tuple[Car, ...] = ()
    notes: tuple[Check, ...] = ()
    gate: tuple[str, ...] = ()
    running: bool = False
    stopped: str = ""
    """Why the train stopped before its end: the commander, a red target, infrastructure."""

    @property
    def may_run(self) -> bool:
        return all(check.ok for check in self.notes) and any(
            car.state is CarState.READY for car in self.cars
        )

    def car(self, lane: LaneId) -> Car | None:
        return next((car for car in self.cars if car.lane == lane), None)

    def with_car(self, car: Car) -> Train:
        """The train with the car of the same lane replaced."""
        cars = tuple(car if old.lane == car.lane else old for old in self.cars)
        return replace(self, cars=cars)


def car_to_json(car: Car) -> dict[str, Any]:
    """How far a car has come, without its preview."""
    return {
        "lane": car.lane,
        "state": str(car.state),
        "why_here": car.why_here,
        "aside": str(car.aside) if car.aside is not None else None,
        "said": car.said,
        "log": car.log,
        "flaky": car.flaky,
        "seq": car.seq,
        "source": car.source or (car.preview.source if car.preview is not None else ""),
    }


def car_from_json(data: Mapping[str, Any]) -> Car | None:
    """The car that `car_to_json` wrote; None if it can't be read."""
    try:
        return Car(
            lane=LaneId(str(data["lane"])),
            state=CarState(data["state"]),
            why_here=str(data["why_here"]),
            aside=Aside(data["aside"]) if data["aside"] is not None else None,
            said=str(data["said"]),
            log=str(data["log"]),
            flaky=bool(data["flaky"]),
            seq=int(data["seq"]) if data["seq"] is not None else None,
            source=CommitId(str(data["source"])) if data.get("source") else None,
        )
    except (KeyError, ValueError, TypeError):
        return None
