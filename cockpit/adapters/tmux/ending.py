"""Knowing at once that a pane's program ended: one watch a program, read by the event loop.

0.8 ms by pidfd, against 466 ms for tmux's own subscriptions; a second where there is none. What
can't be watched at all is told by the captures (`pane_dead`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

from cockpit.adapters.platform.endings import Ending
from cockpit.domain.ids import PaneId

Ended = Callable[[PaneId, int], None]


class Endings:
    """Watches programs by pid and calls `ended(pane, pid)` once for each that ends."""

    def __init__(self, ended: Ended):
        self._ended = ended
        self._watched: dict[tuple[PaneId, int], Ending] = {}

    def watch(self, panes: Mapping[PaneId, int]) -> None:
        """Watch exactly these programs from now on."""
        wanted = set(panes.items())
        for known in [known for known in self._watched if known not in wanted]:
            self._watched.pop(known).close()
        for pane, pid in wanted - self._watched.keys():
            self._watched[pane, pid] = Ending(pid, partial(self._tell, pane, pid))

    def close(self) -> None:
        self.watch({})

    def _tell(self, pane: PaneId, pid: int) -> None:
        if (pane, pid) in self._watched:
            self._ended(pane, pid)
