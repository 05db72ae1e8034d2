"""The facts at a zoomed lane's side: gathered when they are looked at, and again when the lane
changed; an answer that comes late is not shown for another lane.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, cast

from textual.timer import Timer

from cockpit.domain.card import Card
from cockpit.domain.fleet import Fleet, LaneView
from cockpit.domain.ids import LaneId
from cockpit.domain.phases import held_tasks
from cockpit.domain.zone import Zone
from cockpit.errors import CockpitError
from cockpit.services.cards import card
from cockpit.ui import present
from cockpit.ui.side_lines import side_lines
from cockpit.ui.widgets.lines_view import LinesView

if TYPE_CHECKING:
    from cockpit.ui.app import CockpitApp


EVERY = 1.0
"""Seconds from one answer about a lane to the next question about it."""


class SidePanel(LinesView):
    """About one lane, or (`about(None)`) nothing."""

    WIDTH = 52
    """Cells that it takes where there is room for them …"""
    LEAST = 32
    """… and below which it stands in the pane's place instead."""

    DEFAULT_CSS = """
    SidePanel { width: 52; padding: 0 1; background: $surface; display: none; }
    """

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._view: LaneView | None = None
        self._fleet: Fleet | None = None
        self._card: Card | None = None
        self._asked: LaneView | None = None
        self._failure: CockpitError | None = None
        self._gathering = False
        self._rest: Timer | None = None
        """Until the same lane may be asked about again."""

    def about(self, view: LaneView | None, fleet: Fleet) -> None:
        """Show this lane. What git and tmux know is asked for when the lane is another one, or
        differs from what was asked about."""
        before, self._view, self._fleet = self._view, view, fleet
        if view is None:
            self._card = self._asked = None
            return
        if before is None or before.lane != view.lane:
            self._card = None
        resting = self._gathering or self._rest is not None
        if not resting or self._asked_lane != view.lane:
            self._ask()
        self._redraw()

    @property
    def _asked_lane(self) -> LaneId | None:
        return self._asked.lane if self._asked is not None else None

    def _ask(self) -> None:
        """Gather for the view that is shown now, unless that was done: one at a time, and the
        next about the same lane a while later, however often it changed until then."""
        if self._rest is not None:
            self._rest.stop()
            self._rest = None
        view = self._view
        if view is not None and view.record is not None and view != self._asked:
            self._asked, self._failure, self._gathering = view, None, True
            app = cast("CockpitApp", self.app)
            app.do(self._gather_once(app, view, shared=view.record.shared))

    async def _gather_once(self, app: CockpitApp, view: LaneView, *, shared: bool) -> None:
        try:
            await self._gather(view, shared=shared)
        finally:
            if self._asked is view:
                self._gathering = False
            if self._asked is view and app.board.is_open and not app.ends:
                self._rest = self.set_timer(EVERY, self._ask)

    async def _gather(self, view: LaneView, *, shared: bool) -> None:
        app = cast("CockpitApp", self.app)
        ask = partial(card, lane=view.lane, shared=shared)
        try:
            found = await app.supervisor.ask(ask)
        except CockpitError as error:
            if self._is_about(view):
                self._failure = error
                self._redraw()
            return
        if self._is_about(view):
            self._card = found
            self._redraw()

    def _is_about(self, view: LaneView) -> bool:
        """Whether the answer for this view is for what is shown."""
        shown = self._view
        app = cast("CockpitApp", self.app)
        same = shown is not None and shown.lane == view.lane
        return same and self._asked is view and app.board.is_open

    def on_resize(self) -> None:
        super().on_resize()
        self._redraw()

    def _redraw(self) -> None:
        view, fleet = self._view, self._fleet
        width, height = self.size
        if view is None or fleet is None or width < 4:
            return
        app = cast("CockpitApp", self.app)
        config = app.supervisor.cockpit.config.lanes.get(view.lane)
        zone = Zone(config.zone.include, config.zone.exclude) if config is not None else None
        task = held_tasks(fleet.board.tasks).get(view.lane)
        looking = view.record is not None and self._card is None and self._failure is None
        shown = side_lines(
            view, zone, task, self._card, app.now(), width=width, height=height, looking=looking
        )
        if self._failure is not None:
            shown += [present.EMPTY, present.text(self._failure.title, "$warning")]
            shown += present.text(self._failure.hint).wrap(width)
        self.set_lines(shown, keep=True)
