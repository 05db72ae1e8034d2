"""The facts at a zoomed lane's side: gathered when they are looked at, and again when the lane
changed; an answer that comes late is not shown for another lane.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, cast

from cockpit.domain.card import Card
from cockpit.domain.fleet import Fleet, LaneView
from cockpit.domain.phases import held_tasks
from cockpit.domain.zone import Zone
from cockpit.errors import CockpitError
from cockpit.services.cards import card
from cockpit.ui import present
from cockpit.ui.side_lines import side_lines
from cockpit.ui.widgets.lines_view import LinesView

if TYPE_CHECKING:
    from cockpit.ui.app import CockpitApp


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

    def about(self, view: LaneView | None, fleet: Fleet) -> None:
        """Show this lane. What git and tmux know is asked for when the lane is another one, or
        differs from what was asked about."""
        before, self._view, self._fleet = self._view, view, fleet
        if view is None:
            self._card = self._asked = None
            return
        if before is None or before.lane != view.lane:
            self._card = None
        if view.record is not None and view != self._asked:
            self._asked, self._failure = view, None
            app = cast("CockpitApp", self.app)
            app.do(self._gather(view, shared=view.record.shared))
        self._redraw()

    async def _gather(self, view: LaneView, *, shared: bool) -> None:
        app = cast("CockpitApp", self.app)
        ask = partial(card, lane=view.lane, shared=shared)
        try:
            found = await app.supervisor.ask(ask)
        except CockpitError as error:
            if self._asked is view and self.is_attached:
                self._failure = error
                self._redraw()
            return
        if self._asked is view and self.is_attached:
            self._card = found
            self._redraw()

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
