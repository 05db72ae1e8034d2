"""What the commander makes of the train before the go: cars moved and dropped, messages edited.

A pure state object; the screen only draws it. Once lanes are queued, moves are kept in the
queue itself (`Queue`); while nothing is queued the order lives here, and the train is built
anew from the lanes named in it. Either way what rides is exactly what was shown.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import field, replace

from cockpit.dataclass import dataclass
from cockpit.domain.fleet import Fleet
from cockpit.domain.ids import LaneId
from cockpit.domain.intents import Queue, RunTrain
from cockpit.domain.train import Aside, Car, CarState, Train


@dataclass(frozen=True, slots=True)
class Draft:
    """`train` is what was built; `dropped` are cars taken out with the place they had, so that
    they can be put in again; `order` is empty until a car was moved."""

    train: Train | None = None
    dropped: tuple[tuple[int, Car], ...] = ()
    order: tuple[LaneId, ...] = ()
    messages: Mapping[LaneId, str] = field(default_factory=dict)

    @property
    def cars(self) -> tuple[Car, ...]:
        """The cars as they are shown, dropped ones at their old places."""
        shown = list(self.train.cars) if self.train is not None else []
        for place, car in sorted(self.dropped, key=lambda entry: entry[0]):
            shown.insert(min(place, len(shown)), car)
        return tuple(shown)

    @property
    def riders(self) -> tuple[Car, ...]:
        """The cars that ride when the commander says go."""
        if self.train is None or any(not check.ok for check in self.train.notes):
            return ()
        return tuple(car for car in self.train.cars if rides(car))

    def stale(self, fleet: Fleet) -> frozenset[LaneId]:
        """Riders whose lane is at another commit now than the one that was shown."""
        return frozenset(car.lane for car in self.riders if has_moved(car, fleet))

    def go(self) -> RunTrain | None:
        """The wish that approves exactly the riders; None if there is none."""
        riders = self.riders
        if self.train is None or not riders:
            return None
        lanes = tuple(car.lane for car in riders)
        return RunTrain(
            lanes,
            tuple((car.lane, car.preview.source) for car in riders if car.preview is not None),
            self.train.target_old,
            tuple((lane, self.messages[lane]) for lane in lanes if lane in self.messages),
            tuple((car.lane, car.preview.task_digest) for car in riders if car.preview is not None),
            tuple((car.lane, car.preview.terms) for car in riders if car.preview is not None),
        )

    # ------------------------------------------------------------ changes

    def is_dropped(self, lane: LaneId) -> bool:
        return any(car.lane == lane for _, car in self.dropped)

    def taken_out(self, lane: LaneId) -> Draft:
        """Without that car; it stays in sight."""
        place, car = next((at, car) for at, car in enumerate(self.cars) if car.lane == lane)
        gone = replace(
            car.put_aside(Aside.DROPPED, "you took it out of this train"), log="", flaky=False
        )
        return replace(self, dropped=(*self.dropped, (place, gone)), train=self._without(lane))

    def put_in(self, lane: LaneId) -> Draft:
        """With that car again, at its place; it has to be built anew before it can ride."""
        kept = tuple((at, car) for at, car in self.dropped if car.lane != lane)
        order = tuple(car.lane for car in self.cars)
        if self.train is None:
            return replace(self, dropped=kept, order=order)
        out = {car.lane for _, car in kept}
        back = [
            replace(car, said="being built again") if car.lane == lane else car
            for car in self.cars
            if car.lane not in out
        ]
        return replace(self, dropped=kept, order=order, train=replace(self.train, cars=tuple(back)))

    def moved(self, lane: LaneId, by: int) -> Draft | None:
        """With that car one place further up (-1) or down (1); None at an end. Dropped cars
        are stepped over."""
        riding = [car.lane for car in self.cars if not self.is_dropped(car.lane)]
        if lane not in riding:
            return None
        at = riding.index(lane)
        if not 0 <= at + by < len(riding):
            return None
        riding[at], riding[at + by] = riding[at + by], riding[at]
        return replace(self, order=tuple(riding))

    def queue_move(self, lane: LaneId, by: int) -> Queue | None:
        """The same move as a wish for the queue: of the two that change places, the later one
        goes before the earlier."""
        riding = [car.lane for car in self.cars if not self.is_dropped(car.lane)]
        if self.moved(lane, by) is None:
            return None
        at = riding.index(lane)
        upper, lower = (at, at + 1) if by > 0 else (at - 1, at)
        return Queue(riding[lower], before=riding[upper])

    def queue_return(self, lane: LaneId) -> Queue:
        """The wish that queues a dropped lane again, before the car that follows it here."""
        lanes = [car.lane for car in self.cars]
        after = lanes[lanes.index(lane) + 1 :]
        return Queue(lane, before=next((one for one in after if not self.is_dropped(one)), None))

    def with_message(self, lane: LaneId, message: str) -> Draft:
        """With that message; the one that was built anyway is no edit."""
        car = self.train.car(lane) if self.train is not None else None
        built = car.preview.message if car is not None and car.preview is not None else ""
        messages = {name: text for name, text in self.messages.items() if name != lane}
        if message.strip() and message.strip() != built.strip():
            messages[lane] = message
        return replace(self, messages=messages)

    def rebuilt(self, train: Train) -> Draft:
        """With a train that was built anew; lanes that are cars again are dropped no more."""
        there = {car.lane for car in train.cars}
        dropped = tuple(entry for entry in self.dropped if entry[1].lane not in there)
        return replace(self, train=train, dropped=dropped)

    def _without(self, lane: LaneId) -> Train | None:
        if self.train is None:
            return None
        cars = tuple(car for car in self.train.cars if car.lane != lane)
        return replace(self.train, cars=cars)


def rides(car: Car) -> bool:
    """Whether the car can land as it was built."""
    return car.state is CarState.READY and car.preview is not None and car.preview.may_land


def has_moved(car: Car, fleet: Fleet) -> bool:
    view = fleet.lane(car.lane)
    if view is None or car.preview is None:
        return view is None
    head = view.facts.head if view.facts is not None else None
    return view.record is None or (head is not None and head != car.preview.source)


def build(preview: Callable[[Sequence[LaneId]], Train], draft: Draft) -> Train:
    """The train for this draft: as it is by itself, then without what was dropped and in the
    commander's order (new lanes last). `preview` builds one for named lanes or for all."""
    train = preview(())
    lanes = [car.lane for car in train.cars]
    wanted = [lane for lane in draft.order if lane in lanes]
    wanted += [lane for lane in lanes if lane not in wanted]
    wanted = [lane for lane in wanted if not draft.is_dropped(lane)]
    if wanted == lanes:
        return train
    return preview(wanted) if wanted else replace(train, cars=())


def is_queued(fleet: Fleet) -> bool:
    """Whether the commander queued lanes (else the train is made of all that can ride)."""
    return fleet.train is not None and not fleet.train.running and bool(fleet.train.cars)
