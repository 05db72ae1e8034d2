"""The board: a header, one live panel a lane, and the keys that do something now."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.screen import Screen
from textual.widgets import Input
from textual.worker import Worker

from cockpit.domain.fleet import Fleet, LaneView
from cockpit.domain.ids import LaneId, PaneId
from cockpit.domain.phases import held_tasks
from cockpit.ui import board_notes, clash_matrix, present
from cockpit.ui.actions import Action, Scope
from cockpit.ui.live import LiveDesk, Shown
from cockpit.ui.reasons import Context
from cockpit.ui.screens.base import Keyed
from cockpit.ui.selection import Selection
from cockpit.ui.typing_in import Typist
from cockpit.ui.widgets.grid import LaneGrid
from cockpit.ui.widgets.hints import HintBar, Line
from cockpit.ui.widgets.lane_panel import LanePanel
from cockpit.ui.widgets.pane_view import PaneView

SETTLE = 0.15
"""Seconds without a change of layout after which panes are resized."""
AGES = 10.0
"""Seconds between two looks at the clock for the ages of states."""


class FleetScreen(Keyed, Screen[None], inherit_bindings=False):
    """The permanent screen; all others lie over it."""

    scopes: ClassVar[tuple[Scope, ...]] = (Scope.BOARD, Scope.ANYWHERE)

    def __init__(self, fleet: Fleet, columns: int) -> None:
        super().__init__()
        self.fleet = fleet
        self.selection = Selection().settled(fleet)
        self.desk: LiveDesk | None = None
        self._columns = columns
        self._finding = False
        self._typist: Typist | None = None
        self._typing_worker: Worker[None] | None = None
        self._settling = False

    def compose(self) -> ComposeResult:
        yield Line(id="header")
        yield LaneGrid(self._columns, id="grid")
        yield Input(id="filter", placeholder="show lanes with …")
        yield HintBar()

    def on_mount(self) -> None:
        self.desk = LiveDesk(self.cockpit.supervisor.live, self._shown_panes)
        self.set_interval(AGES, self._refresh_panels)
        self.show_fleet(self.fleet)

    @property
    def grid(self) -> LaneGrid:
        return self.query_one("#grid", LaneGrid)

    @property
    def chosen(self) -> LaneView | None:
        lane = self.selection.chosen
        return self.fleet.lane(lane) if lane is not None else None

    def context(self) -> Context:
        return Context(
            self.fleet,
            self.chosen,
            self.selection.marked,
            hosted=self.cockpit.hosted,
            live=self.cockpit.supervisor.live is not None,
            can_suspend=self.cockpit.can_hand_over,
        )

    # ------------------------------------------------------------ showing

    def show_fleet(self, fleet: Fleet) -> None:
        self.fleet = fleet
        self.selection = self.selection.settled(fleet)
        grid = self.grid
        there = {panel.view.lane: panel for panel in grid.panels()}
        for lane, panel in there.items():
            if lane not in fleet.lanes:
                panel.remove()
        new = [
            LanePanel(view, lambda action: self.cockpit.keymap.key(action))
            for view in fleet.lanes.values()
            if view.lane not in there
        ]
        for panel in new:
            panel.details = self.cockpit.planned_details(panel.view)
        if new:
            grid.mount_all(new)
        grid.put_in_order(list(fleet.lanes))
        self._refresh_all()

    def choose(self, lane: LaneId | None) -> None:
        """Make a lane the chosen one and bring it into view."""
        if lane is not None and lane != self.selection.chosen:
            self.stop_typing()
            self.selection = replace(self.selection, chosen=lane)
            self._refresh_all()
            panel = self.grid.panel(lane)
            if panel is not None:
                self.grid.scroll_to_widget(panel, animate=False)

    def change(self, selection: Selection) -> None:
        """Take over a selection (marks, zoom, filter)."""
        self.selection = selection.settled(self.fleet)
        self._refresh_all()

    def _refresh_all(self) -> None:
        shown = set(self.selection.shown(self.fleet))
        changed = False
        for panel in self.grid.panels():
            display = panel.view.lane in shown
            changed |= panel.display != display
            panel.display = display
        self._refresh_panels()
        if changed:
            self.grid.refresh(layout=True)
        self.call_after_refresh(self.layout_changed)

    def _refresh_panels(self) -> None:
        now, selection = self.cockpit.now(), self.selection
        tasks = held_tasks(self.fleet.board.tasks)
        for panel in self.grid.panels():
            view = self.fleet.lane(panel.view.lane)
            if view is not None:
                chosen = view.lane == selection.chosen
                panel.show(
                    view,
                    now,
                    selected=chosen,
                    marked=view.lane in selection.marked,
                    typing=chosen and self._typist is not None,
                    notes=[
                        (0, board_notes.train_mark(self.fleet, view.lane)),
                        (1, board_notes.background_mark(self.fleet, view, now)),
                        (2, board_notes.cadence_mark(self.fleet, view, now)),
                        (1, board_notes.unlisted_mark(view)),
                        (1, board_notes.prompts_mark(view)),
                    ],
                    sign=partial(clash_matrix.sign, self.fleet, view.lane),
                    task=board_notes.task_mark(tasks.get(view.lane)),
                )
        self._refresh_header()
        self.refresh_hints()

    def _refresh_header(self) -> None:
        notes = []
        if not self.fleet.link.up:
            notes.append(f"{self.cockpit.keymap.key('restart')} runs a lane's agent again")
        if self.selection.marked:
            notes.append(f"{len(self.selection.marked)} marked")
        if self.cockpit.leaving.note:
            notes.insert(0, self.cockpit.leaving.note)
        if self.selection.zoomed:
            notes.append("zoomed")
        if self.selection.wanted:
            shown = len(self.selection.order(self.fleet))
            notes.append(f"{shown} of {len(self.fleet.lanes)} shown")
        header = self.query_one("#header", Line)
        header.show(board_notes.header(self.fleet, self.size.width, note=" · ".join(notes)))

    def hinted(self) -> list[Action]:
        context = self.context()
        return [
            action
            for action in super().hinted()
            if action.why_not(context) is None and action.worth(context)
        ]

    def hints(self) -> list[tuple[str, str]]:
        if self._typist is not None:
            return [("Ctrl-Q", "back to the board"), ("", "all other keys go to the pane")]
        if self._finding:
            keys = " ".join(view.key for view in self.fleet.lanes.values())
            return [(present.text(keys, width=60).plain, "which lane?"), ("Esc", "none")]
        return super().hints()

    # ------------------------------------------------------------ panes

    def layout_changed(self) -> None:
        """Panels moved or were shown: watch what is visible, and resize when it is quiet."""
        if self.desk is None:
            return
        self.desk.look()
        if not self._settling:
            self._settling = True
            self.set_timer(SETTLE, self._settle)

    def _settle(self) -> None:
        self._settling = False
        if self.desk is not None:
            self.cockpit.do(self.desk.settle())

    def _shown_panes(self) -> tuple[Sequence[Shown], PaneId | None]:
        """What the live desk may capture: nothing while another screen hides the board."""
        top = self.app.screen
        if top is not self and not top.is_modal:
            return (), None
        shown = []
        for panel in self.grid.in_view():
            record, size = panel.view.record, panel.pane.size
            if record is not None and record.pane is not None:
                shown.append(Shown(record.pane, size.width, size.height))
        view = self.chosen
        pane = view.record.pane if view is not None and view.record is not None else None
        return shown, pane.pane if pane is not None else None

    def view_of(self, pane: PaneId) -> PaneView | None:
        for panel in self.grid.panels():
            record = panel.view.record
            if record is not None and record.pane is not None and record.pane.pane == pane:
                return panel.pane
        return None

    def on_resize(self) -> None:
        self._refresh_header()
        self.call_after_refresh(self.layout_changed)

    def on_screen_resume(self) -> None:
        self.call_after_refresh(self.layout_changed)

    def on_screen_suspend(self) -> None:
        self.layout_changed()

    # ------------------------------------------------------------ keys that are the screen's own

    def find_by_letter(self) -> None:
        self._finding = True
        self.refresh_hints()

    def take_key(self, event: events.Key) -> bool:
        if self._typist is not None:
            if event.key == "ctrl+q":
                self.stop_typing()
            else:
                self._typist.key(event)
            return True
        if self._finding:
            self._finding = False
            found = self.fleet.by_key((event.character or "").upper())
            found = found or self.fleet.by_key(event.character or "")
            self.choose(found.lane if found is not None else None)
            self.refresh_hints()
            return True
        return False

    def take_paste(self, text: str) -> bool:
        """Pasted text belongs to the pane being typed into, else to nothing on the board."""
        if self._typist is not None:
            self._typist.text(text)
            return True
        return False

    @property
    def is_typing(self) -> bool:
        """Whether keys go to a pane."""
        return self._typist is not None

    def reread(self) -> None:
        """lanes.yaml is another now: say anew what it says of lanes that are not started."""
        for panel in self.grid.panels():
            panel.details = self.cockpit.planned_details(panel.view)
        self._refresh_panels()

    def take_columns(self, columns: int) -> None:
        """Lay the panels out in so many columns; 0 for as many as fit."""
        self._columns = columns
        self.grid.take_columns(columns)
        self.call_after_refresh(self.layout_changed)

    def start_typing(self) -> None:
        live, view = self.cockpit.supervisor.live, self.chosen
        if live is None or view is None or view.record is None or view.record.pane is None:
            return
        self._typist = Typist(live, view.record.pane.pane, self.cockpit.complain)
        self._typing_worker = self.run_worker(self._typist.run(), group="typing", exclusive=True)
        self._refresh_panels()

    def stop_typing(self) -> None:
        if self._typist is not None:
            self._typist = None
            if self._typing_worker is not None:
                self._typing_worker.cancel()
            self._refresh_panels()

    # ------------------------------------------------------------ the filter, the mouse

    def open_filter(self) -> None:
        field = self.query_one("#filter", Input)
        field.add_class("-open")
        field.focus()

    def on_key(self, event: events.Key) -> None:
        field = self.query_one("#filter", Input)
        if field.has_focus and event.key in {"escape", "ctrl+q"}:
            event.stop()
            field.value = ""
            self._close_filter(field)

    @on(Input.Changed, "#filter")
    def _filter_changed(self, event: Input.Changed) -> None:
        self.change(replace(self.selection, wanted=event.value))

    @on(Input.Submitted, "#filter")
    def _filter_done(self, event: Input.Submitted) -> None:
        self._close_filter(event.input)

    def _close_filter(self, field: Input) -> None:
        field.remove_class("-open")
        self.set_focus(None)

    def on_lane_panel_clicked(self, message: LanePanel.Clicked) -> None:
        self.choose(message.lane)
        if message.twice:
            self.cockpit.perform("attach")

    def on_mouse_scroll_down(self) -> None:
        self.call_after_refresh(self.layout_changed)

    def on_mouse_scroll_up(self) -> None:
        self.call_after_refresh(self.layout_changed)
