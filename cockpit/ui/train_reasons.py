"""Why a key of the train screen can not act now: pure, so that hints and refusals are one.

In a sentence `{id}` stands for the key of that action, whatever the commander made it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from enum import Enum

from cockpit.dataclass import dataclass
from cockpit.domain.fleet import Fleet
from cockpit.domain.ids import LaneId
from cockpit.domain.merge import UPSTREAM
from cockpit.domain.train import Aside, Car, CarState
from cockpit.ui.reasons import Reason, looks_landable
from cockpit.ui.train_draft import Draft, rides
from cockpit.ui.train_rows import failing_checks, train_stopper


class Stage(Enum):
    LOOKING = "looking"
    """The train is being built; nothing can be approved."""
    SHOWN = "shown"
    RUNNING = "running"
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class TrainContext:
    """What the keys may look at: the stage, the chosen car, and what moved since it was shown."""

    stage: Stage
    fleet: Fleet
    draft: Draft
    car: Car | None = None
    stale: Collection[LaneId] = ()
    target_moved: bool = False


def why_not(action: str, context: TrainContext) -> Reason:
    """The reason, or None if the action can run (or is none of the train's)."""
    rule = RULES.get(action)
    return rule(context) if rule is not None else None


def _run(context: TrainContext) -> Reason:
    stage, draft = context.stage, context.draft
    if stage is Stage.RUNNING:
        return "The train runs already; {drop_car} stops it."
    if stage is Stage.LOOKING:
        return "The train is still being built."
    if stage is Stage.ENDED:
        return "That train has ended; {look_at_train} looks again."
    stopper = train_stopper(draft.train) if draft.train is not None else None
    if stopper is not None:
        if stopper.name == UPSTREAM:  # the note above says how the two stand to each other
            return "No train can run before the target has followed; {follow_train} shows that."
        return f"No train can run: {stopper.text}."
    if not draft.riders:
        return "Nothing can land: each row says what is in the way."
    if context.target_moved:
        return "The target moved after this train was built; {look_at_train} looks again."
    if context.stale:
        names = ", ".join(sorted(context.stale)[:4])
        return f"Changed after it was shown: {names}. {{look_at_train}} looks again."
    return None


def _before_the_go(context: TrainContext) -> Reason:
    if context.stage is Stage.RUNNING:
        return "The train runs; {drop_car} stops it."
    if context.stage is Stage.ENDED:
        return "That train has ended; {look_at_train} looks again."
    if context.stage is Stage.LOOKING:
        return "The train is still being built."
    return None if context.car is not None else "There is no car."


def _move(context: TrainContext) -> Reason:
    reason = _before_the_go(context)
    if reason is None and context.car is not None and context.draft.is_dropped(context.car.lane):
        return "That car was dropped; {drop_car} puts it in again."
    return reason


def _drop(context: TrainContext) -> Reason:
    return None if context.stage is Stage.RUNNING else _before_the_go(context)


def _message(context: TrainContext) -> Reason:
    reason = _before_the_go(context)
    if reason is None and context.car is not None and not rides(context.car):
        return f"{context.car.lane} does not ride, so there is no message to edit."
    return reason


def _car(context: TrainContext) -> Reason:
    return None if context.car is not None else "There is no car."


def left_out(context: TrainContext) -> tuple[LaneId, ...]:
    """Lanes that look as if they could land but are no cars: a queue names its lanes, so what
    got ready since is not in it."""
    cars = {car.lane for car in context.draft.cars}
    views = context.fleet.lanes.values()
    return tuple(
        view.lane for view in views if view.lane not in cars and looks_landable(context.fleet, view)
    )


def _add(context: TrainContext) -> Reason:
    if context.stage is not Stage.SHOWN:
        return _look(context) or "The train is still being built or has ended."
    return None if left_out(context) else "No other lane looks as if it could land."


def _look(context: TrainContext) -> Reason:
    if context.stage is Stage.RUNNING:
        return "The train runs; {drop_car} stops it."
    return None


def _mend(context: TrainContext) -> Reason:
    car = context.car
    if car is None:
        return "There is no car."
    if car.aside not in (Aside.CHECKS, Aside.CONFLICT, Aside.RED) or car.preview is None:
        return f"Nothing is known that the agent of {car.lane} could mend."
    view = context.fleet.lane(car.lane)
    if view is None or view.record is None or view.record.pane is None:
        return f"{car.lane} has no pane; {{restart}} on the board runs its agent again."
    return None


def _gate(context: TrainContext) -> Reason:
    reason = _look(context) or _car(context)
    if reason is not None:
        return "The train runs its gates itself; wait, or {drop_car} stops it."
    car = context.car
    if car is not None and (car.preview is None or car.state is CarState.LANDED):
        return f"There is nothing of {car.lane} to run the gate on."
    return None


def _red(context: TrainContext) -> Reason:
    car = context.car
    if context.stage is Stage.RUNNING:
        return "Only when the train has ended can a car land red; {drop_car} stops it."
    if car is None or car.aside is not Aside.RED:
        return "Only a car whose gate was red can land red."
    return None


def _take(context: TrainContext) -> Reason:
    reason = _before_the_go(context)
    if reason is None and context.car is not None and "tree" not in failing_names(context.car):
        return "There is nothing uncommitted to take."
    return reason


def _leave(context: TrainContext) -> Reason:
    reason = _before_the_go(context)
    car = context.car
    if reason is None and (car is None or car.preview is None or not car.preview.changes):
        return "There is no file that could be left out."
    return reason


def failing_names(car: Car) -> set[str]:
    """The names of the checks that keep the car from landing."""
    return {check.name for check in failing_checks(car)}


def _resolve(context: TrainContext) -> Reason:
    car = context.car
    if car is None or car.aside is not Aside.CONFLICT:
        return "This car has no conflict."
    return None


def _follow(context: TrainContext) -> Reason:
    if context.stage in (Stage.RUNNING, Stage.LOOKING):
        return _look(context) or "The train is still being built."
    train = context.draft.train
    if train is not None and all(check.name != UPSTREAM for check in train.notes):
        return "The target follows no branch of a remote."
    return None


def leaving_helps(context: TrainContext) -> bool:
    """Whether leaving files out would mend the car: worth a hint."""
    car = context.car
    return car is not None and not failing_names(car).isdisjoint({"zone", "markers"})


def follow_helps(context: TrainContext) -> bool:
    """Whether it is the upstream that stops the train: worth a hint."""
    stopper = train_stopper(context.draft.train) if context.draft.train is not None else None
    return stopper is not None and stopper.name == UPSTREAM


def _undo(context: TrainContext) -> Reason:
    car = context.car
    if car is None or car.state is not CarState.LANDED or car.seq is None:
        return "Only a car that landed in this train can be undone here; {log} has all steps."
    if context.stage is Stage.RUNNING:
        return "While the train runs nothing is undone; {drop_car} stops it."
    return None


RULES: dict[str, Callable[[TrainContext], Reason]] = {
    "run_train": _run,
    "car_down": _move,
    "car_up": _move,
    "drop_car": _drop,
    "car_message": _message,
    "add_ready": _add,
    "car_diff": _car,
    "land_car": _car,
    "look_at_train": _look,
    "mend_car": _mend,
    "gate_car": _gate,
    "land_car_red": _red,
    "resolve_car": _resolve,
    "follow_train": _follow,
    "take_rest_of_car": _take,
    "leave_out_of_car": _leave,
    "undo_car": _undo,
}

OFFERED = frozenset(
    {
        "mend_car",
        "resolve_car",
        "land_car_red",
        "undo_car",
        "take_rest_of_car",
        "leave_out_of_car",
        "follow_train",
    }
)
"""Keys that are about how the chosen car stands: hinted first while they work."""
