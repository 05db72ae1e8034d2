"""The drawing half of the train's screen: the list of cars, the chosen car in full, the hints.

Everything is drawn anew from the stage, the draft or the train that runs, and the fleet.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.containers import Container
from textual.content import Content

from cockpit.domain.fleet import Fleet
from cockpit.domain.ids import LaneId
from cockpit.domain.train import Car, CarState, Train
from cockpit.ui import present, train_rows
from cockpit.ui.actions import TRAIN_ACTIONS, Action, Scope
from cockpit.ui.car_lines import CarLook, car_lines
from cockpit.ui.screens.base import ReadingScreen
from cockpit.ui.train_memory import TrainMemory
from cockpit.ui.train_reasons import (
    OFFERED,
    Stage,
    TrainContext,
    follow_helps,
    leaving_helps,
    left_out,
    why_not,
)
from cockpit.ui.widgets.hints import HintBar, Line
from cockpit.ui.widgets.lines_view import LinesView, wrapped

LIVE = 300
"""Lines of a running gate's output that are drawn; all that are kept once it has ended."""
LIVE_STATES = (CarState.GATING, CarState.LANDING)
WIDE = 110
"""Columns from which the chosen car stands beside the list."""


class TrainView(ReadingScreen):
    """The list of cars and the chosen car in full."""

    scopes: ClassVar[tuple[Scope, ...]] = (Scope.TRAIN, Scope.READING, Scope.ANYWHERE)
    opens = "car_diff"
    CSS_PATH = "../tcss/train.tcss"
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (WIDE, "-wide")]  # noqa: RUF012 - Textual's declaration is an instance variable

    def __init__(self) -> None:
        super().__init__()
        self.stage = Stage.LOOKING
        self.train: Train | None = None
        """The train that runs or ran; before the go it is the draft's."""
        self.chosen: LaneId | None = None
        self.roams = False
        """The commander chose a car while the train runs, so the list does not follow it."""
        self.target_moved = False
        self._said: tuple[str, str] = ("", "")
        self._shown: tuple[LaneId | None, CarState | None] = (None, None)
        self._follows = False
        """The last line of a live output is kept in view; paging up ends that."""

    def compose(self) -> ComposeResult:
        yield Line(Content.styled(" Train: building it …", "bold $accent"), id="heading")
        yield LinesView(wrap=True, id="notes")
        yield Line(id="say")
        with Container(id="halves"):
            yield LinesView(cursor=True, id="cars")
            yield LinesView(wrap=True, id="body")
        yield HintBar()

    @property
    def memory(self) -> TrainMemory:
        return self.cockpit.train_memory

    @property
    def fleet(self) -> Fleet:
        return self.cockpit.supervisor.fleet

    @property
    def car_list(self) -> LinesView:
        return self.query_one("#cars", LinesView)

    @property
    def cars(self) -> Sequence[Car]:
        if self.stage in (Stage.RUNNING, Stage.ENDED):
            return self.train.cars if self.train is not None else ()
        return self.memory.draft.cars

    @property
    def car(self) -> Car | None:
        """The chosen car."""
        return next((car for car in self.cars if car.lane == self.chosen), None)

    def context(self) -> TrainContext:
        draft = self.memory.draft
        stale = draft.stale(self.fleet) if self.stage is Stage.SHOWN else ()
        return TrainContext(self.stage, self.fleet, draft, self.car, stale, self.target_moved)

    # ------------------------------------------------------------ the lines above

    def say(self, text: str, style: str = "bold $warning") -> None:
        """What was asked for may be answered after the screen was left."""
        self._said = (text, style)
        if self.is_open:
            self._show_say()

    def _show_say(self) -> None:
        text, style = self._said
        line = present.text(f" {text}", style, width=500) if text else self._go_line()
        self.query_one("#say", Line).show(line)

    def _go_line(self) -> Content:
        keymap, context = self.cockpit.keymap, self.context()
        if self.stage is not Stage.SHOWN or not self.cars:
            return present.EMPTY
        reason = why_not("run_train", context)
        if reason is not None:
            return present.text(f" {keymap.say(reason)}", "bold $warning", width=500)
        riders = context.draft.riders
        key = keymap.key("run_train")
        return train_rows.go_line(riders, len(self.cars), key, self.size.width)

    def refresh_all(self) -> None:
        """Draw everything anew from the stage, the draft or the train, and the fleet."""
        if not self.is_open:
            return
        self._choose()
        train = self.train if self.stage in (Stage.RUNNING, Stage.ENDED) else None
        train = train or self.memory.draft.train
        if train is not None:
            riders = len(self.memory.draft.riders)
            self.query_one("#heading", Line).show(train_rows.heading(train, riders))
            notes = [*train_rows.note_lines(train), *self._left_out()]
            self.query_one("#notes", LinesView).set_lines(notes, keep=True)
        self._place()
        self._show_cars()
        self.show_car()
        self._show_say()
        self.refresh_hints()

    def _left_out(self) -> list[Content]:
        """Lanes that could be added, with the key that adds them."""
        context = self.context()
        if why_not("add_ready", context) is not None:
            return []
        lanes = ", ".join(left_out(context))
        key = self.cockpit.keymap.key("add_ready")
        return [
            Content.assemble(
                (f" {key}", "bold $accent"),
                (" adds what looks ready but is not in the train: ", "$muted"),
                present.text(lanes, "$foreground", width=200),
            )
        ]

    def _choose(self) -> None:
        """Keep a car chosen: the one whose turn it is, unless the commander looks at another."""
        cars = self.cars
        if self.stage is Stage.RUNNING and not self.roams and self.train is not None:
            now = train_rows.current(self.train)
            self.chosen = now.lane if now is not None else self.chosen
        if all(car.lane != self.chosen for car in cars):
            self.chosen = cars[0].lane if cars else None

    def _show_cars(self) -> None:
        cars, context = self.cars, self.context()
        look = train_rows.RowLook(
            self.fleet,
            running=self.stage is Stage.RUNNING,
            stale=context.stale,
            edited=self.memory.draft.messages,
            chosen=self.chosen,
        )
        width = max(20, self.car_list.size.width or self.size.width)
        rows = train_rows.car_rows(cars, look, width)
        if not rows and self.stage is not Stage.LOOKING:
            keys = {
                name: self.cockpit.keymap.key(name) for name in ("land", "send", "look_at_train")
            }
            said = train_rows.empty_lines(self.memory.draft.train, keys)
            rows = [row for line in said for row in wrapped(line, width)]
        self.car_list.has_cursor = bool(cars)
        self.car_list.set_lines(rows, keep=True)
        places = [car.lane for car in cars]
        self.car_list.cursor = places.index(self.chosen) if self.chosen in places else -1

    def show_car(self) -> None:
        car = self.car
        if car is None:
            self._shown = (None, None)
            self.reader.set_lines([])
            return
        live = car.state in LIVE_STATES
        now = (car.lane, car.state)
        same = now == self._shown
        self._shown = now
        self._follows = live and (self._follows or not same)
        self.reader.set_lines(car_lines(car, self._look_of(car, live=live)), keep=same)
        if self._follows:
            self.reader.call_after_refresh(self._to_end)

    def _to_end(self) -> None:
        """To the last line of a live output, once the lines are laid out."""
        if self._follows and self.is_open:
            self.reader.scroll_end(animate=False, immediate=True, force=True)

    def do_page_up(self) -> None:
        self._follows = False
        super().do_page_up()

    def do_page_down(self) -> None:
        super().do_page_down()
        self._follows = self._shown[1] in LIVE_STATES

    def _look_of(self, car: Car, *, live: bool) -> CarLook:
        memory, view = self.memory, self.fleet.lane(car.lane)
        last = LIVE if live else None
        output = memory.output(car.lane) if car.state is not CarState.READY else ()
        on_target = memory.output(None) if live or car.state is CarState.ASIDE else ()
        return CarLook(
            {action.id: self.cockpit.keymap.key(action.id) for action in TRAIN_ACTIONS},
            running=self.stage is Stage.RUNNING,
            stale=car.lane in self.context().stale,
            message=memory.draft.messages.get(car.lane, ""),
            output=output[-last:] if last else output,
            on_target=on_target[-last:] if last else on_target,
            size=train_rows.size_of(car, view.facts if view is not None else None),
        )

    def _place(self) -> None:
        """Heights of the notes and, where the list stands above, of the list."""
        notes = self.query_one("#notes", LinesView)
        height = self.size.height
        notes.styles.height = min(len(notes.lines), max(2, height // 4))
        wide = self.size.width >= WIDE
        rows = max(len(self.cars), 1) if self.cars else 6
        self.car_list.styles.height = "1fr" if wide else min(rows, max(3, (height - 5) // 2))

    def on_resize(self, event: events.Resize) -> None:
        self.call_after_refresh(self.refresh_all)

    def hinted(self) -> list[Action]:
        context = self.context()
        shown = []
        for action in super().hinted():
            works = why_not(action.id, context) is None
            works = works and (action.id != "follow_train" or follow_helps(context))
            works = works and (action.id != "leave_out_of_car" or leaving_helps(context))
            if action.scope is not Scope.TRAIN or works:
                shown.append(action)
        first = [action for action in shown if action.id in OFFERED]
        rest = [action for action in shown if action not in first]
        return [*first, *rest]

    def hints(self) -> list[tuple[str, str]]:
        return [self._hint(action) for action in self.hinted()]

    def _hint(self, action: Action) -> tuple[str, str]:
        """Key and words of a hint, for what the key does at this stage."""
        keymap = self.cockpit.keymap
        key, said = keymap.key(action.id), action.title.lower()
        if action.id == "car_down":
            return f"{key} {keymap.key('car_up')}", "move"
        if action.id == "drop_car":
            dropped = self.chosen is not None and self.memory.draft.is_dropped(self.chosen)
            said = "put in again" if dropped else "drop"
            said = "stop the train" if self.stage is Stage.RUNNING else said
        return key, said

    def may(self, action: str) -> bool:
        """Whether an action can run now; says why not."""
        reason = why_not(action, self.context())
        if reason is not None:
            self.say(self.cockpit.keymap.say(reason))
        return reason is None
