"""Which panes are captured, how large they are, and whether the commander is inside one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import field

from cockpit.dataclass import dataclass
from cockpit.domain.ids import PaneId, WindowId
from cockpit.domain.lane import PaneRef
from cockpit.errors import CockpitError
from cockpit.services.ports import LivePanes

MIN_COLUMNS = 80
MIN_ROWS = 24
"""A pane is never smaller: agents can't live in less (DESIGN §6)."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A pane on the screen and the cells that its view has."""

    pane: PaneRef
    width: int
    height: int


@dataclass(slots=True)
class LiveDesk:
    """Talks to the control client on behalf of the board. `shown` tells what is visible now,
    chosen lane first or not at all."""

    live: LivePanes | None
    shown: Callable[[], tuple[Sequence[Shown], PaneId | None]]
    inside: str = ""
    """The lane whose pane the commander has stepped into; empty on the board."""
    _sizes: dict[WindowId, tuple[int, int]] = field(default_factory=dict)
    _watched: tuple[dict[PaneId, int], PaneId | None] = field(default_factory=lambda: ({}, None))

    def look(self) -> None:
        """Tell the client which panes are on the screen, if that changed."""
        if self.live is None:
            return
        shown, focused = self.shown()
        panes = {each.pane.pane: each.pane.pid for each in shown}
        if self._watched != (panes, focused):
            self._watched = (panes, focused)
            self.live.watch(panes, focused=focused)

    async def settle(self) -> None:
        """Give the visible panes the size of their views; never while someone is inside."""
        if self.live is None or self.inside:
            return
        shown, _ = self.shown()
        for each in shown:
            size = (max(MIN_COLUMNS, each.width), max(MIN_ROWS, each.height))
            if self._sizes.get(each.pane.window) != size:
                self._sizes[each.pane.window] = size
                try:
                    await self.live.resize(each.pane.window, *size)
                except CockpitError:  # the pane went meanwhile; its end is told by itself
                    self._sizes.pop(each.pane.window, None)

    def step_in(self, lane: str) -> None:
        self.inside = lane
        if self.live is not None:
            self.live.pause(True)

    def came_back(self) -> None:
        """The attached client has changed the pane's size: all sizes are set anew."""
        self.inside = ""
        self._sizes.clear()
        if self.live is not None:
            self.live.pause(False)
