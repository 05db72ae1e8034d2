"""The board's own keys and mouse: choosing, finding, typing into a pane, the filter."""

from __future__ import annotations

import time
from dataclasses import replace

from textual import events, on
from textual.widgets import Input
from textual.worker import Worker

from cockpit.domain.fleet import Fleet
from cockpit.domain.ids import LaneId
from cockpit.ui import pointing, present, tiling
from cockpit.ui.screens.fleet_view import FleetView
from cockpit.ui.selection import Selection
from cockpit.ui.typing_in import Typist
from cockpit.ui.widgets.hints import Line
from cockpit.ui.widgets.lane_panel import LanePanel


class FleetScreen(FleetView, inherit_bindings=False):
    """The board; all other screens lie over it."""

    def __init__(self, fleet: Fleet, selection: Selection) -> None:
        super().__init__(fleet, selection)
        self._finding = False
        self._typist: Typist | None = None
        self._typing_worker: Worker[None] | None = None

    @property
    def is_typing(self) -> bool:
        return self._typist is not None

    def show_fleet(self, fleet: Fleet) -> None:
        before = self.selection.chosen
        super().show_fleet(fleet)
        if self.selection.chosen != before:
            self.stop_typing()  # its lane is gone: keys must not go where nothing shows them

    def choose(self, lane: LaneId | None) -> None:
        """Make a lane the chosen one and bring it into view."""
        if lane is not None and lane != self.selection.chosen:
            self.stop_typing()
            chosen = replace(self.selection, chosen=lane, held=None)
            self.selection = chosen.following(self.fleet)
            self.refresh_all()
            panel = self.grid.panel(lane)
            if panel is not None:
                self.grid.scroll_to_widget(panel, animate=False)

    def beside(self, dx: int, dy: int) -> None:
        """Choose the lane next to the chosen one in a direction."""
        order, chosen = self.selection.order(self.fleet), self.selection.chosen
        if chosen is None or chosen not in order:
            return
        if self.selection.zoomed:
            by = dx or dy
        elif self.is_folded:
            by = dx + dy * self.strips.columns
        else:
            self.choose(self.grid.beside(order, chosen, dx, dy))
            return
        at = order.index(chosen) + by
        if 0 <= at < len(order):
            self.choose(order[at])

    def change_columns(self, by: int) -> None:
        """One column more or fewer than there are; fewer than one is automatic again."""
        order = self.selection.order(self.fleet)
        now = tiling.tile(len(order), *self.grid.size, self.selection.columns).columns
        self.change(self.selection.with_columns(now, by))

    def hints(self) -> list[tuple[str, str]]:
        if self._typist is not None:
            return [("Ctrl-Q", "back to the board"), ("", "all other keys go to the pane")]
        if self._finding:
            keys = " ".join(view.key for view in self.fleet.lanes.values())
            return [(present.text(keys, width=60).plain, "which lane?"), ("Esc", "none")]
        return super().hints()

    # ------------------------------------------------------------ keys that are the screen's own

    def find_by_letter(self) -> None:
        self._finding = True
        self.refresh_hints()

    def take_key(self, event: events.Key) -> bool:
        self.key_at = time.monotonic()
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

    def start_typing(self) -> None:
        live, view = self.cockpit.supervisor.live, self.chosen
        if live is None or view is None or view.record is None or view.record.pane is None:
            return
        self._typist = Typist(live, view.record.pane.pane, self.cockpit.complain)
        self._typing_worker = self.run_worker(self._typist.run(), group="typing", exclusive=True)
        self.refresh_panels()

    def stop_typing(self) -> None:
        if self._typist is not None:
            self._typist = None
            if self._typing_worker is not None:
                self._typing_worker.cancel()
            self.refresh_panels()

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
        if message.menu:
            self.cockpit.perform("lane_menu")
        elif message.twice:
            self.cockpit.perform("attach")

    @on(Line.Clicked, "#header")
    def _header_clicked(self, message: Line.Clicked) -> None:
        """A click on a count goes to the next lane in that state."""
        state = pointing.state_at(message.line.content.plain, message.x)
        if state is not None:
            self.choose(pointing.next_in(self.fleet, state, self.selection.chosen))

    def on_mouse_scroll_down(self) -> None:
        self.call_after_refresh(self.layout_changed)

    def on_mouse_scroll_up(self) -> None:
        self.call_after_refresh(self.layout_changed)
