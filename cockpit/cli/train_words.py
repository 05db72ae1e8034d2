"""The train as words for people and as the JSON of `cockpit train --json`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from cockpit.cli.shapes import landing_document
from cockpit.cli.words import Line, check_line, count, paths, short
from cockpit.domain.ids import branch_name
from cockpit.domain.train import Car, CarState, Train, car_to_json

LOOKS = {
    CarState.READY: ("●", "green"),
    CarState.GATING: ("◔", "cyan"),
    CarState.LANDING: ("▶", "cyan"),
    CarState.LANDED: ("✓", "green"),
    CarState.ASIDE: ("✗", "red"),
    CarState.STOPPED: ("■", "yellow"),
}


def train_document(train: Train) -> dict[str, Any]:
    """The whole train: notes, cars in their order, each with its preview where it was built."""
    return {
        "target": branch_name(train.target),
        "target_old": train.target_old,
        "running": train.running,
        "stopped": train.stopped,
        "may_run": train.may_run,
        "gate": list(train.gate),
        "notes": [
            {"name": check.name, "ok": check.ok, "text": check.text, "paths": list(check.paths)}
            for check in train.notes
        ],
        "cars": [car_document(car) for car in train.cars],
    }


def car_document(car: Car) -> dict[str, Any]:
    preview = landing_document(car.preview) if car.preview is not None else None
    return {**car_to_json(car), "preview": preview}


def train_lines(train: Train) -> Iterator[Line]:
    """A line a car: its place, how it stands, what is in its way, why it stands there."""
    name = branch_name(train.target)
    ready = sum(car.state is CarState.READY for car in train.cars)
    yield (
        ("train", "bold"),
        f" → {name} at {short(train.target_old)}: ",
        f"{count(ready, 'lane')} of {len(train.cars)} can land",
    )
    for check in train.notes:
        yield from check_line(check)
    for place, car in enumerate(train.cars, 1):
        yield _car_line(place, car)
        if car.preview is not None and car.state is CarState.ASIDE:
            failing = [check for check in car.preview.checks if not check.ok]
            for check in failing:
                yield from paths(check.paths, "red")
    if train.gate:
        yield ("  gate: ", "; ".join(train.gate))
    if not train.cars:
        yield ("  no lane has anything to land",)


def _car_line(place: int, car: Car) -> Line:
    glyph, style = LOOKS[car.state]
    what = car.said
    if car.state is CarState.READY and car.preview is not None:
        commits = count(len(car.preview.commits), "commit")
        what = f"{commits}, {count(len(car.preview.changes), 'path')}"
    state = str(car.aside or car.state)
    why = "" if car.state is CarState.ASIDE else f"  ({car.why_here})"
    return (f"  {place:>2} ", (f"{glyph} {state:<9}", style), (car.lane, "bold"), f"  {what}{why}")


def go_question(train: Train, riders: Sequence[Car]) -> str:
    names = ", ".join(car.lane for car in riders if car.state is CarState.READY)
    return f"Land {names} on {branch_name(train.target)}?"
