"""Who acts by itself: one app at a time, the one that holds the lock `dispatcher`.

The lock is held by a thread of its own, since the kernel's locks here count by thread. A second
app shows that the first acts, and takes over when that one is gone.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

from cockpit.domain.events import Event
from cockpit.errors import TimedOut
from cockpit.services import background
from cockpit.services.cockpit import LocalCockpit

TRY_EVERY = 5.0
"""Seconds between two tries to become the one that acts."""


class DispatcherLock:
    """Lives on the event loop. Asked for only while there is something to act for."""

    def __init__(self, cockpit: LocalCockpit, publish: Callable[[Event], None]) -> None:
        self._cockpit = cockpit
        self._publish = publish
        self._keeper: ThreadPoolExecutor | None = None
        """The thread that holds the lock; made at the first try."""
        self._held = ExitStack()
        self._tried = -TRY_EVERY
        self.resting = False
        """Nothing is to be done by itself, here or (the lock is kept) in another app."""

    async def is_mine(self) -> bool:
        """Whether this app acts; tries to become the one now and then."""
        if self.resting:
            return False
        if self._cockpit.dispatches:
            return True
        now = self._cockpit.work.clock.monotonic()
        if now - self._tried < TRY_EVERY:
            return False
        self._tried = now
        if self._keeper is None:
            self._keeper = ThreadPoolExecutor(1, thread_name_prefix="dispatcher")
        loop = asyncio.get_running_loop()
        self._cockpit.dispatches = await loop.run_in_executor(self._keeper, self._take)
        for event in await loop.run_in_executor(self._keeper, self._cockpit.background_events):
            self._publish(event)
        return self._cockpit.dispatches

    def _take(self) -> bool:
        """In the keeper's thread: hold the lock until `close`."""
        try:
            self._held.enter_context(
                self._cockpit.work.locks.hold(
                    background.LOCK, timeout=0.0, why="act for the commander"
                )
            )
        except TimedOut:
            return False
        return True

    async def close(self) -> None:
        """Let another app act."""
        if self._keeper is not None:
            await asyncio.get_running_loop().run_in_executor(self._keeper, self._held.close)
            self._keeper.shutdown(wait=False)
            self._keeper = None
            self._cockpit.dispatches = False
