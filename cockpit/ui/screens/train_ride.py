"""The train's screen over time: built, shown, run, ended, and what it makes of the events.

The train runs in the services; this screen may be left and opened again while it does, since
what was told meanwhile lies in `TrainMemory`.
"""

from __future__ import annotations

from dataclasses import replace

from cockpit.domain.events import Event, GateOutput, OperationEnded, OperationStep, TrainChanged
from cockpit.domain.fleet import Fleet
from cockpit.domain.ids import CommitId
from cockpit.domain.operation import OpKind
from cockpit.domain.train import Car, CarState, Train
from cockpit.errors import CockpitError
from cockpit.ui import mends, present, train_rows
from cockpit.ui.screens.train_view import TrainView
from cockpit.ui.train_draft import build
from cockpit.ui.train_reasons import Stage

FLUSH = 0.1
"""Seconds in which lines of the gate's output are gathered before they are drawn."""
MOVES_TARGET = (OpKind.LAND, OpKind.UNDO, OpKind.FOLLOW)


class TrainRide(TrainView):
    """Stages: looking, shown, running, ended."""

    def __init__(self) -> None:
        super().__init__()
        self._asked = 0
        self._target_then: CommitId | None = None
        self.gathers = False
        """Lines of the gate's output wait to be drawn."""

    def on_mount(self) -> None:
        super().on_mount()
        memory = self.memory
        memory.see(self.fleet)
        if memory.under_way is not None:
            self._ride(memory.under_way)
        elif memory.ended is not None:
            self._end(memory.ended)
        else:
            self.do_look_at_train()

    # ------------------------------------------------------------ looking

    def do_look_at_train(self) -> None:
        if self.may("look_at_train"):
            self.memory.ended = None
            self.cockpit.do(self.look())

    async def look(self, failed: str = "") -> None:
        """Build the train anew; `failed` is what still must be said afterwards."""
        self._asked += 1
        mine, draft = self._asked, self.memory.draft
        self.enter(Stage.LOOKING)
        self.say("building the train …", "$accent")
        try:
            train = await self.cockpit.supervisor.ask(
                lambda cockpit: build(cockpit.preview_train, draft)
            )
        except CockpitError as error:
            if mine == self._asked and self.is_open and self.stage is Stage.LOOKING:
                self.enter(Stage.SHOWN)
                self.say(f"{error.title} {error.hint}".strip(), "bold $error")
            raise
        if mine != self._asked or not self.is_open or self.stage is not Stage.LOOKING:
            return
        self.memory.draft = self.memory.draft.rebuilt(train)
        self.target_moved = False
        self._target_then = self.fleet.radar.target
        self.say(f"✗ {failed}" if failed else "", "bold $error")
        self.enter(Stage.SHOWN)

    def show_fleet(self, fleet: Fleet) -> None:
        running = self.memory.running
        if running is not None:
            self._ride(running)
            return
        if self.stage is Stage.SHOWN:
            self._watch_target(fleet)
            if self.target_moved or self.memory.draft.stale(fleet):
                self._said = ("", "")  # the line about the go says what moved
            self.refresh_all()

    def _watch_target(self, fleet: Fleet) -> None:
        """The radar saw the target elsewhere than where this train was built on it."""
        train, now = self.memory.draft.train, fleet.radar.target
        moved = now is not None and now != self._target_then
        if train is not None and moved and now != train.target_old:
            self.target_moved = True

    def enter(self, stage: Stage) -> None:
        self.stage = stage
        self.refresh_all()

    # ------------------------------------------------------------ how it goes

    def _ride(self, train: Train) -> None:
        """Show the train as it runs."""
        if self.stage is not Stage.RUNNING:
            self.roams = False
        before = train_rows.current(self.train) if self.train is not None else None
        self.train, now = train, train_rows.current(train)
        if (before and before.lane) != (now and now.lane):
            self._said = ("", "")
        self.enter(Stage.RUNNING)

    def _end(self, train: Train) -> None:
        """Show how the train ended, at the first car that needs something."""
        self.train = train
        aside = [car for car in train.cars if car.state is CarState.ASIDE]
        if self.stage is not Stage.ENDED and not self.roams:
            self.chosen = (aside or train.cars)[0].lane if train.cars else None
        self.enter(Stage.ENDED)
        said = train_rows.summary(train)
        self.say(f"{train.stopped}: {said}" if train.stopped else f"The train has ended: {said}")

    def hear(self, event: Event) -> bool:
        """True for what this screen shows itself, so that it needs no toast."""
        if isinstance(event, TrainChanged):
            self._follow()
        elif isinstance(event, GateOutput):
            self._gather()
            return True
        elif isinstance(event, OperationStep):
            if event.kind in (OpKind.TRAIN, OpKind.GATE, OpKind.LAND) and self.is_current:
                self.say(f"{event.lane}: {event.what}" if event.lane else event.what, "$accent")
            return True
        elif isinstance(event, OperationEnded):
            return self._hear_end(event)
        return False

    def _follow(self) -> None:
        """The memory heard the event before: take over what it made of it."""
        if self.memory.running is not None:
            self._ride(self.memory.running)
        elif self.stage is Stage.RUNNING and self.memory.ended is not None:
            self._end(self.memory.ended)
        elif self.stage is Stage.ENDED and self.memory.ended is not None:
            self.train = self.memory.ended
            self.refresh_all()

    def _gather(self) -> None:
        """Draw the gate's output a few times a second, however fast it comes."""
        if not self.gathers:
            self.gathers = True
            self.set_timer(FLUSH, self._flush)

    def _flush(self) -> None:
        self.gathers = False
        if self.is_open:
            self.show_car()

    def _hear_end(self, event: OperationEnded) -> bool:
        failed = f"{event.error} {event.hint}".strip() if event.error else ""
        if event.kind is OpKind.TRAIN:
            self._train_ended(failed)
        elif event.kind is OpKind.QUEUE:
            self._queue_changed(failed)
        elif self.stage is Stage.RUNNING:
            return event.kind in (OpKind.GATE, OpKind.LAND)
        elif event.kind in (OpKind.GATE, OpKind.LAND, OpKind.UNDO):
            self._car_changed(event, failed)
        else:
            self._lane_changed(event)
            return False
        return self.is_current

    def _lane_changed(self, event: OperationEnded) -> None:
        if event.error:
            return
        anew = event.kind in mends.COMMANDERS or event.kind is OpKind.FOLLOW
        if anew and self.stage is Stage.SHOWN:
            self.cockpit.do(self.look())
        elif event.kind in MOVES_TARGET:
            self.target_moved = True

    def _train_ended(self, failed: str) -> None:
        if self.stage is Stage.RUNNING and self.memory.ended is None:
            self.cockpit.do(self.look(failed))  # refused before it began: it may show why
            return
        self._follow()
        if failed:
            self.say(f"✗ {failed}", "bold $error")

    def _queue_changed(self, failed: str) -> None:
        if self.stage in (Stage.LOOKING, Stage.SHOWN):
            self.cockpit.do(self.look())
        if failed:
            self.cockpit.toast(present.text(failed), severity="warning")

    def _car_changed(self, event: OperationEnded, failed: str) -> None:
        """A gate was run again, a car landed red, a landing was undone."""
        if failed:
            self.say(f"✗ {failed}", "bold $error")
            return
        if event.kind in MOVES_TARGET:
            self.target_moved = True
        ended, lane = self.memory.ended, event.lane
        car = ended.car(lane) if ended is not None and lane is not None else None
        if self.stage is Stage.ENDED and ended is not None and car is not None:
            self.memory.ended = self.train = ended.with_car(_after(car, event))
        self.refresh_all()
        self.say(f"✓ {event.summary}", "bold $success")


def _after(car: Car, event: OperationEnded) -> Car:
    """The car of an ended train after something was done about it."""
    if event.kind is OpKind.LAND:
        return replace(
            car, state=CarState.LANDED, aside=None, said=event.summary, seq=_seq(event.op)
        )
    if event.kind is OpKind.UNDO:
        return replace(car, seq=None, said=event.summary)
    return replace(car, said=f"{event.summary}; the train has ended, so it has not landed")


def _seq(op: str) -> int | None:
    """The number of an operation's step in the journal."""
    number = op.partition("-")[0]
    return int(number) if number.isdigit() else None
