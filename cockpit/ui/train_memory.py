"""What the app remembers of a train while its screen is closed: how it goes, how it ended, what
the gate printed. The screen comes and goes; the train does not wait for it.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import field, replace

from cockpit.dataclass import dataclass
from cockpit.domain.events import Event, GateOutput, OperationEnded, TrainChanged
from cockpit.domain.fleet import Fleet
from cockpit.domain.ids import LaneId
from cockpit.domain.operation import OpKind
from cockpit.domain.train import CarState, Train
from cockpit.ui.train_draft import Draft

KEPT = 2000
"""Lines of a lane's gate output that are kept."""

Log = deque[str]


@dataclass(slots=True)
class TrainMemory:
    """Fed with every event and fleet by the app, in their order. The log of lane None is the
    gate's on the target itself."""

    approved: Train | None = None
    """A train that was said go to, until it is told to run (or is refused)."""
    running: Train | None = None
    ended: Train | None = None
    """The last train that came to its end, until another one is looked at."""
    draft: Draft = field(default_factory=Draft)
    logs: dict[LaneId | None, Log] = field(default_factory=dict)
    _over: set[LaneId | None] = field(default_factory=set)
    """Lanes whose gate has ended: what comes next is another run's."""

    def see(self, fleet: Fleet) -> None:
        """A train that another process runs, or that ran before the app was opened."""
        if fleet.train is not None and fleet.train.running:
            self.running, self.approved = fleet.train, None

    @property
    def under_way(self) -> Train | None:
        """The train that runs, or is about to."""
        return self.running or self.approved

    def hear(self, event: Event) -> None:
        if isinstance(event, TrainChanged):
            self._follow(event.train)
        elif isinstance(event, GateOutput):
            self._print(event.lane, event.lines)
        elif isinstance(event, OperationEnded):
            if event.kind in (OpKind.GATE, OpKind.LAND):
                self._over.add(event.lane)
            elif event.kind is OpKind.TRAIN:
                self._over_with(event)

    def output(self, lane: LaneId | None) -> Sequence[str]:
        return tuple(self.logs.get(lane, ()))

    def _follow(self, train: Train | None) -> None:
        if train is not None and train.running:
            if self.running is None:
                self.logs.pop(None, None)
            self.running, self.approved, self.ended = train, None, None
        else:
            self._end(train)

    def _over_with(self, event: OperationEnded) -> None:
        """The operation of the train ended, or was refused before it began."""
        if self.approved is not None and not event.error:
            self.running = self.approved
        self.approved = None
        self._end(None)

    def _end(self, last: Train | None) -> None:
        """The train that ran is over; `last` is its last state if it was told. What is told
        afterwards is the queue that it left behind."""
        if self.running is not None:
            told = last is not None and _went(last, self.running)
            self.ended = last if told else _broken_off(self.running)
            self.running, self.draft = None, Draft()

    def _print(self, lane: LaneId | None, lines: Sequence[str]) -> None:
        if lane in self._over or lane not in self.logs:
            self.logs[lane] = deque(maxlen=KEPT)
            self._over.discard(lane)
        self.logs[lane].extend(lines)


def _went(last: Train, before: Train) -> bool:
    """Whether `last` is how `before` ended, and not the queue that is left after it."""
    same = [car.lane for car in last.cars] == [car.lane for car in before.cars]
    return same and any(car.state is not CarState.READY for car in last.cars)


def _broken_off(train: Train) -> Train:
    """A train of which no last state was told: what had no end yet is not called landed."""
    over = (CarState.LANDED, CarState.ASIDE, CarState.STOPPED)
    cars = tuple(
        car
        if car.state in over
        else replace(car, state=CarState.STOPPED, said="the train ended before it was done")
        for car in train.cars
    )
    return replace(train, cars=cars, running=False)
