"""What the board shows: the header, the folded lanes, the panels, the facts at the side, and
which panes are live. `fleet.py` has its keys and its mouse.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import ClassVar

from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.screen import Screen
from textual.widgets import Input

from cockpit.domain.fleet import Fleet, LaneView
from cockpit.domain.ids import LaneId, PaneId
from cockpit.domain.phases import held_tasks
from cockpit.ui import board_notes, board_words, clash_matrix, present, strip_lines, tiling, toasts
from cockpit.ui.actions import Action, Scope
from cockpit.ui.live import LiveDesk, Shown
from cockpit.ui.reasons import Context
from cockpit.ui.screens.base import Keyed
from cockpit.ui.selection import Selection
from cockpit.ui.widgets.grid import LaneGrid
from cockpit.ui.widgets.hints import HintBar, Line
from cockpit.ui.widgets.hollow import Hollow
from cockpit.ui.widgets.lane_panel import LanePanel
from cockpit.ui.widgets.pane_view import PaneView
from cockpit.ui.widgets.side import SidePanel
from cockpit.ui.widgets.strips import LaneStrips

SETTLE = 0.15
"""Seconds without a change of layout after which panes are resized."""
AGES = 10.0
"""Seconds between two looks at the clock for the ages of states."""
HANDS_OFF = 3.0
"""Seconds without a key after which lanes may change places (`Selection.urgent`)."""


class FleetView(Keyed, Screen[None], inherit_bindings=False):
    """The permanent screen; all others lie over it."""

    scopes: ClassVar[tuple[Scope, ...]] = (Scope.BOARD, Scope.ANYWHERE)
    field_hints: ClassVar[Mapping[str, Sequence[tuple[str, str]]]] = {
        "filter": (
            ("Enter", "keep it"),
            ("Esc", "all lanes"),
        ),
    }

    def __init__(self, fleet: Fleet, selection: Selection) -> None:
        super().__init__()
        self.fleet = fleet
        self.fresh = selection
        """The board as lanes.yaml wants it."""
        self.selection = selection.ranked_anew(fleet).settled(fleet)
        self.desk: LiveDesk | None = None
        self.key_at = -HANDS_OFF
        """When the last key was pressed here (steady clock)."""
        self.stands = asyncio.Event()
        """Set once all its widgets are there."""
        self._settling = False
        self._ranks_later = False

    def compose(self) -> ComposeResult:
        yield Line(id="header")
        yield LaneStrips(id="strips")
        with Horizontal(id="middle"):
            yield LaneGrid(self.selection.columns, id="grid")
            yield SidePanel(id="side")
            yield Hollow(id="hollow")
        yield Input(id="filter", placeholder="show lanes with …")
        yield HintBar()

    def on_mount(self) -> None:
        self.desk = LiveDesk(self.cockpit.supervisor.live, self._shown_panes)
        self.set_interval(AGES, self.refresh_panels)
        self.show_fleet(self.fleet)
        self.stands.set()

    @property
    def grid(self) -> LaneGrid:
        return self.query_one("#grid", LaneGrid)

    @property
    def strips(self) -> LaneStrips:
        return self.query_one("#strips", LaneStrips)

    @property
    def side(self) -> SidePanel:
        return self.query_one("#side", SidePanel)

    @property
    def chosen(self) -> LaneView | None:
        lane = self.selection.chosen
        return self.fleet.lane(lane) if lane is not None else None

    @property
    def is_typing(self) -> bool:
        return False

    def context(self) -> Context:
        return self.context_of(self.chosen)

    def context_of(self, view: LaneView | None, *, alone: bool = False) -> Context:
        """The context as if this lane were the chosen one; `alone`: and none were marked."""
        return Context(
            self.fleet,
            view,
            frozenset() if alone else self.selection.meant(self.fleet),
            hosted=self.cockpit.hosted,
            live=self.cockpit.supervisor.live is not None,
            can_suspend=self.cockpit.can_hand_over,
            narrowed=self.selection.stepped_back() is not None,
            zoomed=self.selection.zoomed,
        )

    # ------------------------------------------------------------ what is shown

    def show_fleet(self, fleet: Fleet) -> None:
        self.fleet = fleet
        self._rank()
        self.selection = self.selection.following(fleet)
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
        self.refresh_all()

    def reread(self) -> None:
        """lanes.yaml is another now: say anew what it says of lanes that are not started."""
        for panel in self.grid.panels():
            panel.details = self.cockpit.planned_details(panel.view)
        self.refresh_panels()

    def show_keys(self) -> None:
        self.refresh_panels()

    def _rank(self) -> None:
        """Who needs the commander goes first, but not under a hand at the keys."""
        if not self.selection.urgent:
            return
        quiet = time.monotonic() - self.key_at
        if quiet < HANDS_OFF or self.is_typing:
            if not self._ranks_later:
                self._ranks_later = True
                self.set_timer(HANDS_OFF, self._rank_later)
        else:
            self.selection = self.selection.ranked_anew(self.fleet)

    def _rank_later(self) -> None:
        self._ranks_later = False
        before = self.selection.ranked
        self._rank()
        if self.selection.ranked != before:
            self.refresh_all()

    def change(self, selection: Selection) -> None:
        """Take over a selection (marks, zoom, filter, order, columns)."""
        if selection.urgent and not self.selection.urgent:
            selection = selection.ranked_anew(self.fleet)
        if selection.wanted != self.selection.wanted:
            selection = replace(selection, held=None)
            field = self.query_one("#filter", Input)
            if not field.has_focus:  # else it may be ahead already
                field.value = selection.wanted
        self.selection = selection.settled(self.fleet)
        self.refresh_all()

    @property
    def is_folded(self) -> bool:
        """Whether all lanes but one stand as lines, since not all panels could be read."""
        count = len(self.selection.order(self.fleet))
        by_itself = not self.selection.zoomed and not self.selection.columns
        return by_itself and tiling.folds(count, self.size.width, self._rows)

    @property
    def _rows(self) -> int:
        """Lines between header and hints."""
        taken = 3 if self.query_one("#filter", Input).has_class("-open") else 2
        return max(1, self.size.height - taken)

    def refresh_all(self) -> None:
        order = self.selection.order(self.fleet)
        folded = self.is_folded
        fold = tiling.fold(len(order), self.size.width, self._rows) if folded else None
        self.strips.fold(fold.columns if fold else 1, fold.height if fold else 0)
        grid = self.grid
        grid.put_in_order(order, self.selection.columns)
        shown = set(self.selection.shown(self.fleet, folded=folded))
        changed = False
        for panel in grid.panels():
            display = panel.view.lane in shown
            changed |= panel.display != display
            panel.display = display
        self._show_side(order)
        self.refresh_panels()
        if changed:
            grid.refresh(layout=True)
        self.call_after_refresh(self.layout_changed)

    def _show_side(self, order: Sequence[LaneId]) -> None:
        """The facts beside the zoomed pane; in its place where the pane would not be whole."""
        selection = self.selection
        wanted = selection.zoomed and selection.side and bool(order)
        room = self.size.width - tiling.GOOD_WIDTH - 2
        self.side.display = wanted
        self.side.styles.width = min(SidePanel.WIDTH, room) if room >= SidePanel.LEAST else "1fr"
        self.grid.display = bool(order) and not (wanted and room < SidePanel.LEAST)
        hollow = self.query_one("#hollow", Hollow)
        hollow.display = not order
        if not order:
            hollow.show(board_words.nothing(selection, self.fleet, self.cockpit.keymap.key))
        self.side.about(self.chosen if wanted else None, self.fleet)

    def refresh_panels(self) -> None:
        now, selection = self.cockpit.now(), self.selection
        tasks = held_tasks(self.fleet.board.tasks)
        strips = []
        folded = self.strips.rows > 0
        for panel in self.grid.panels():
            view = self.fleet.lane(panel.view.lane)
            if view is None:
                continue
            chosen = view.lane == selection.chosen
            notes: list[present.Part] = [
                (0, board_notes.train_mark(self.fleet, view.lane)),
                (1, board_notes.background_mark(self.fleet, view, now)),
                (2, board_notes.cadence_mark(self.fleet, view, now)),
                (1, board_notes.unlisted_mark(view)),
                (1, board_notes.prompts_mark(view)),
            ]
            task = board_notes.task_mark(tasks.get(view.lane))
            panel.show(
                view,
                now,
                selected=chosen,
                marked=view.lane in selection.marked,
                typing=chosen and self.is_typing,
                notes=notes,
                sign=partial(clash_matrix.sign, self.fleet, view.lane),
                task=task,
            )
            if folded:
                clash = clash_matrix.sign(self.fleet, view.lane, 0)
                strips.append(strip_lines.strip(view, now, task=task, notes=[(0, clash), *notes]))
        order = selection.order(self.fleet)
        strips = sorted(
            (one for one in strips if one.view.lane in order),
            key=lambda one: order.index(one.view.lane),
        )
        self.strips.show(
            strips, chosen=selection.chosen, marked=selection.marked, typing=self.is_typing
        )
        self._refresh_header()
        self.refresh_hints()

    def _refresh_header(self) -> None:
        header = self.query_one("#header", Line)
        note = board_words.note(self.selection, self.fleet, self.cockpit.keymap.key)
        said = " · ".join(filter(None, (self.cockpit.leaving.note, note)))
        header.show(board_notes.header(self.fleet, self.size.width, note=said))

    def hinted(self) -> list[Action]:
        context = self.context()
        return [
            action
            for action in super().hinted()
            if action.why_not(context) is None and action.worth(context)
        ]

    # ------------------------------------------------------------ panes

    def layout_changed(self) -> None:
        """Panels moved or were shown: watch what is visible, and resize when it is quiet."""
        if self.desk is None:
            return
        self.desk.look()
        if not self._settling:
            self._settling = True
            self.set_timer(SETTLE, self._settle)

    def on_lane_panel_placed(self) -> None:
        self.layout_changed()

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

    def corner_for(self, lanes: Sequence[LaneId]) -> toasts.Corner:
        """Where toasts about these lanes cover none of their panels."""
        panels = [self.grid.panel(lane) for lane in lanes] if self.is_mounted else []
        regions = [panel.region for panel in panels if panel is not None and panel.display]
        return toasts.corner_for(regions, self.size)

    def on_resize(self) -> None:
        self.refresh_all()

    def on_screen_resume(self) -> None:
        self.call_after_refresh(self.layout_changed)

    def on_screen_suspend(self) -> None:
        self.layout_changed()
