"""Knowing at once that a pane's program ended: one pidfd a program, read by the event loop.

0.8 ms, against 466 ms for tmux's own subscriptions. Where the kernel has no pidfd the
captures tell it (`pane_dead`), a little later.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Mapping

from cockpit.domain.ids import PaneId

Ended = Callable[[PaneId, int], None]


class Endings:
    """Watches programs by pid and calls `ended(pane, pid)` once for each that ends."""

    def __init__(self, ended: Ended):
        self._ended = ended
        self._watched: dict[tuple[PaneId, int], int] = {}
        """(pane, pid) → file descriptor; -1 once it has ended or can't be watched."""

    def watch(self, panes: Mapping[PaneId, int]) -> None:
        """Watch exactly these programs from now on."""
        wanted = set(panes.items())
        for known in [known for known in self._watched if known not in wanted]:
            self._forget(self._watched.pop(known))
        for pane, pid in wanted - self._watched.keys():
            self._open(pane, pid)

    def close(self) -> None:
        self.watch({})

    def _open(self, pane: PaneId, pid: int) -> None:
        self._watched[pane, pid] = -1
        opener = getattr(os, "pidfd_open", None)
        if opener is None or pid <= 0:
            return
        try:
            descriptor = opener(pid)
        except ProcessLookupError:
            asyncio.get_running_loop().call_soon(self._tell, pane, pid)
            return
        except OSError:  # no pidfd on this kernel, or no descriptor left: captures tell it
            return
        self._watched[pane, pid] = descriptor
        asyncio.get_running_loop().add_reader(descriptor, self._tell, pane, pid)

    def _tell(self, pane: PaneId, pid: int) -> None:
        if (pane, pid) not in self._watched:
            return
        self._forget(self._watched[pane, pid])
        self._watched[pane, pid] = -1
        self._ended(pane, pid)

    def _forget(self, descriptor: int) -> None:
        if descriptor >= 0:
            asyncio.get_running_loop().remove_reader(descriptor)
            os.close(descriptor)
