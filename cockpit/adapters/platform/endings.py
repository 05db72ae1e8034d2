"""Knowing in an event loop that a process ended: at once by pidfd, else by a cheap poll."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable

from cockpit.adapters.platform import traits

POLL = 1.0
"""Seconds between two looks (one system call each) where there is no pidfd."""


class Ending:
    """Calls `tell` once, from the loop, when the process `pid` is gone. Where it can't be
    watched at all nothing is ever told."""

    def __init__(self, pid: int, tell: Callable[[], None]) -> None:
        self._pid = pid
        self._tell = tell
        self._loop = asyncio.get_running_loop()
        self._descriptor = -1
        self._timer: asyncio.Handle | None = None
        if pid > 0:
            self._begin()

    def _begin(self) -> None:
        if not traits.current.pidfd:
            self._timer = self._loop.call_soon(self._look)
            return
        try:
            self._descriptor = os.pidfd_open(self._pid)
        except ProcessLookupError:
            self._timer = self._loop.call_soon(self._ended)
        except OSError:  # a sandbox without pidfds, or no descriptor left
            self._timer = self._loop.call_soon(self._look)
        else:
            self._loop.add_reader(self._descriptor, self._ended)

    def _look(self) -> None:
        try:
            os.kill(self._pid, 0)
        except ProcessLookupError:
            self._ended()
            return
        except OSError:
            pass  # it is there, but another user's
        self._timer = self._loop.call_later(POLL, self._look)

    def _ended(self) -> None:
        self.close()
        self._tell()

    def close(self) -> None:
        """Watch it no longer; may be called twice."""
        descriptor, self._descriptor = self._descriptor, -1
        timer, self._timer = self._timer, None
        if timer is not None:
            timer.cancel()
        if descriptor >= 0:
            self._loop.remove_reader(descriptor)
            os.close(descriptor)
