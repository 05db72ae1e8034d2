"""Agents are started one after the other, `launch.stagger` apart: they share rate limits.

A lane whose agent runs already takes its next task at once, whatever else is starting.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from cockpit.domain.fleet import Fleet
from cockpit.domain.handing_out import runs
from cockpit.domain.intents import Assign, Intent, RunBackground, Start


class Launches:
    """Who may start an agent now. Lives on the event loop."""

    def __init__(self, stagger: Callable[[], float]) -> None:
        self._stagger = stagger
        self._lock = asyncio.Lock()
        self._waiting = 0

    @asynccontextmanager
    async def turn(self, intent: Intent, fleet: Fleet) -> AsyncIterator[None]:
        """For the time in which `intent` is carried out: waits for its turn if it starts an
        agent, and keeps the next one `launch.stagger` seconds away."""
        if not starts_agent(intent, fleet):
            yield
            return
        self._waiting += 1
        try:
            await self._lock.acquire()
        finally:
            self._waiting -= 1
        try:
            yield
            if self._waiting:
                await asyncio.sleep(self._stagger())
        finally:
            self._lock.release()


def starts_agent(intent: Intent, fleet: Fleet) -> bool:
    if isinstance(intent, Assign):
        view = fleet.lanes.get(intent.lane)
        return view is None or not runs(view)
    return isinstance(intent, Start | RunBackground)
