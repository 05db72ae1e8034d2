"""When a pane is captured: at once when it speaks after a silence, then at most once an
interval; never while it is silent. No I/O: what to do is a callback.

A pane that writes much between two frames is held (tmux stops sending its output, the
program runs on) until just before its next capture, so that a flood costs little.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from cockpit.domain.ids import PaneId

NOISY = 4096
"""Bytes between two frames after which a pane is held."""

Capture = Callable[[PaneId, bool], Awaitable[None]]
"""Capture a pane; True: have its output sent again first."""


class Feed:
    """The schedule of one visible pane."""

    def __init__(
        self,
        pane: PaneId,
        interval: float,
        *,
        capture: Capture,
        hold: Callable[[PaneId], None],
        held: bool = False,
    ):
        self.pane = pane
        self.interval = interval
        self.held = held
        self._capture = capture
        self._hold = hold
        self._size = 0
        self._dirty = False
        self._due = 0.0
        self._timer: asyncio.TimerHandle | None = None
        self._task: asyncio.Task[None] | None = None
        self._asleep = False
        self._closed = False

    def output(self, size: int) -> None:
        """The pane's program wrote `size` bytes."""
        self._size += size
        self.wake()
        if self._size > NOISY and not self.held:
            self.held = True
            self._hold(self.pane)

    def paused(self) -> None:
        """tmux stopped sending this pane's output by itself, since we lagged behind."""
        if not self.held:
            self.held = True
            self.wake()

    def wake(self) -> None:
        """Something changed: capture as soon as it is due."""
        self._dirty = True
        if self._asleep or self._closed or self._task is not None or self._timer is not None:
            return
        loop = asyncio.get_running_loop()
        if loop.time() >= self._due:
            self._go()
        else:
            self._timer = loop.call_at(self._due, self._go)

    def sleep(self, asleep: bool) -> None:
        """No captures while asleep; one at once afterwards."""
        self._asleep = asleep
        if asleep:
            self._stop_timer()
        else:
            self.wake()

    def focus(self, interval: float) -> None:
        """Seconds between two captures from now on."""
        if interval < self.interval and self._timer is not None:
            self._stop_timer()
            self._due -= self.interval - interval
            self.interval = interval
            self.wake()
        self.interval = interval

    def close(self) -> None:
        self._closed = True
        self._stop_timer()
        if self._task is not None:
            self._task.cancel()

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _go(self) -> None:
        self._timer = None
        self._dirty = False
        self._size = 0
        # the next beat that all panes of this interval share: busy panes are then captured,
        # and the screen painted, together instead of one after the other
        self._due = (asyncio.get_running_loop().time() // self.interval + 1) * self.interval
        resume, self.held = self.held, False
        self._task = asyncio.create_task(self._run(resume))

    async def _run(self, resume: bool) -> None:
        try:
            await self._capture(self.pane, resume)
        finally:
            self._task = None
            if self._dirty:
                self.wake()
