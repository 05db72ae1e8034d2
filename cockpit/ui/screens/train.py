"""The train: which lanes land in which order, exactly, the yes to all of them, and how it goes.

Enter approves the cars that are shown as riding and nothing else: the wish names each lane's
commit and the target's, so what moved meanwhile is put aside or refused, not landed.
"""

from __future__ import annotations

from dataclasses import replace

from textual import on

from cockpit.domain.ids import LaneId
from cockpit.domain.intents import Queue, StopTrain
from cockpit.domain.train import Aside, Car
from cockpit.errors import CockpitError
from cockpit.ui import mends
from cockpit.ui.screens.train_ride import TrainRide
from cockpit.ui.train_draft import is_queued
from cockpit.ui.train_reasons import Stage, left_out
from cockpit.ui.widgets.lines_view import LinesView


class TrainScreen(TrainRide):
    """What each key does."""

    # ------------------------------------------------------------ keys: moving about

    def do_line_down(self) -> None:
        self._step(1)

    def do_line_up(self) -> None:
        self._step(-1)

    def do_top(self) -> None:
        self._step(-len(self.cars))

    def do_bottom(self) -> None:
        self._step(len(self.cars))

    def do_scroll_left(self) -> None:
        """The lines of both halves are as wide as they are shown."""

    def do_scroll_right(self) -> None:
        """As to the left."""

    def _step(self, by: int) -> None:
        cars = [car.lane for car in self.cars]
        if cars:
            at = cars.index(self.chosen) if self.chosen in cars else 0
            self._look_at(cars[min(max(0, at + by), len(cars) - 1)])

    def _look_at(self, lane: LaneId) -> None:
        if lane != self.chosen:
            self.roams = True
            self.chosen = lane
            self._said = ("", "")
            self.refresh_all()

    @on(LinesView.Chosen, "#cars")
    def _clicked(self, message: LinesView.Chosen) -> None:
        cars = self.cars
        if 0 <= self.car_list.cursor < len(cars):
            self._look_at(cars[self.car_list.cursor].lane)

    # ------------------------------------------------------------ keys: before the go

    def do_car_down(self) -> None:
        self._move(1)

    def do_car_up(self) -> None:
        self._move(-1)

    def _move(self, by: int) -> None:
        car, draft = self.car, self.memory.draft
        if not self.may("car_down") or car is None:
            return
        moved, wish = draft.moved(car.lane, by), draft.queue_move(car.lane, by)
        if moved is None or wish is None:
            self.say(f"{car.lane} is the {'last' if by > 0 else 'first'} already.")
            return
        self.memory.draft = moved
        self._rebuild(wish if is_queued(self.fleet) else None)

    def do_drop_car(self) -> None:
        car, draft = self.car, self.memory.draft
        if self.stage is Stage.RUNNING:
            self.say("stopping the train …", "$accent")
            self.cockpit.supervisor.submit(StopTrain())
            return
        if not self.may("drop_car") or car is None:
            return
        queued = is_queued(self.fleet)
        if draft.is_dropped(car.lane):
            wish = draft.queue_return(car.lane)
            self.memory.draft = draft.put_in(car.lane)
        else:
            wish = Queue(car.lane, out=True)
            self.memory.draft = draft.taken_out(car.lane)
        self._rebuild(wish if queued else None)

    def _rebuild(self, wish: Queue | None) -> None:
        """Build the train anew: at once, or when the queue has taken the change over."""
        if wish is None:
            self.cockpit.do(self.look())
            return
        self.enter(Stage.LOOKING)
        self.cockpit.supervisor.submit(wish)

    def do_add_ready(self) -> None:
        if self.may("add_ready"):
            for lane in left_out(self.context()):
                self.cockpit.supervisor.submit(Queue(lane))

    def do_car_message(self) -> None:
        car = self.car
        if self.may("car_message") and car is not None:
            self.cockpit.do(self._edit(car))

    async def _edit(self, car: Car) -> None:
        from cockpit.ui.screens.message import MessageScreen

        built = car.preview.message if car.preview is not None else ""
        message = self.memory.draft.messages.get(car.lane, built)
        edited = await self.app.push_screen_wait(MessageScreen(car.lane, message))
        if edited is not None:
            self.memory.draft = self.memory.draft.with_message(car.lane, edited)
            self.refresh_all()

    def do_run_train(self) -> None:
        draft = self.memory.draft
        wish = draft.go()
        if not self.may("run_train") or wish is None or draft.train is None:
            return
        self.train = replace(draft.train, cars=draft.riders, running=True)
        self.memory.approved, self.memory.ended = self.train, None
        self.roams = False
        self.enter(Stage.RUNNING)
        self.say(f"approved {len(wish.lanes)}; the train starts …", "$accent")
        self.cockpit.supervisor.submit(wish)

    # ------------------------------------------------------------ keys: about the chosen car

    def do_car_diff(self) -> None:
        from cockpit.ui.screens.diff import DiffScreen

        if self.may("car_diff") and self.chosen is not None:
            self.app.push_screen(DiffScreen(self.chosen))

    def do_land_car(self) -> None:
        from cockpit.ui.screens.landing import LandingScreen

        if self.may("land_car") and self.chosen is not None:
            self.app.push_screen(LandingScreen(self.chosen))

    def do_mend_car(self) -> None:
        car = self.car
        if self.may("mend_car") and car is not None and car.preview is not None:
            error = car.said if car.aside in (Aside.RED, Aside.CONFLICT) else ""
            self.cockpit.do(
                mends.ask_agent(
                    self.cockpit,
                    car.preview,
                    error=error,
                    output=self.memory.output(car.lane),
                    log=car.log,
                )
            )

    def do_gate_car(self) -> None:
        if self.may("gate_car") and self.chosen is not None:
            self.say(f"running the gate of {self.chosen} …", "$accent")
            mends.run_gate(self.cockpit, self.chosen)

    def do_land_car_red(self) -> None:
        car = self.car
        if self.may("land_car_red") and car is not None:
            self.cockpit.do(self._land_red(car))

    async def _land_red(self, car: Car) -> None:
        message = self.memory.draft.messages.get(car.lane, "")
        self.say(f"building {car.lane} anew …", "$accent")
        try:
            wished = await mends.land_red(self.cockpit, car.lane, said=car.said, message=message)
        except CockpitError:
            self.say("")
            raise
        self.say(f"landing {car.lane} red …" if wished else "", "$accent")

    def do_follow_train(self) -> None:
        if self.may("follow_train"):
            self.cockpit.do(mends.follow(self.cockpit, lambda said: self.say(said, "$accent")))

    def do_resolve_car(self) -> None:
        if self.may("resolve_car") and self.chosen is not None:
            mends.resolve(self.cockpit, self.chosen)

    def do_take_rest_of_car(self) -> None:
        if self.may("take_rest_of_car") and self.chosen is not None:
            self.cockpit.do(mends.take_rest(self.cockpit, self.chosen))

    def do_leave_out_of_car(self) -> None:
        if self.may("leave_out_of_car") and self.chosen is not None:
            self.cockpit.do(mends.leave_out(self.cockpit, self.chosen))

    def do_undo_car(self) -> None:
        from cockpit.ui.deeds import undo_step

        car = self.car
        if self.may("undo_car") and car is not None:
            self.cockpit.do(undo_step(self.cockpit, car.seq))

    def do_close(self) -> None:
        if self.stage is Stage.ENDED:
            self.memory.ended = None
        super().do_close()
