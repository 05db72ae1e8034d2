"""The radar in the app: it looks after a look at git was asked for, and only then.

One look at a time, in a thread of its own; hints that come meanwhile are gathered, so the
next look answers all of them. Between two looks it rests, so that an agent that writes all
the time costs little, and where nothing happens nothing is forked.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection
from concurrent.futures import ThreadPoolExecutor

from cockpit.domain.clash import Radar
from cockpit.domain.events import Event, Notice, RadarChanged
from cockpit.domain.ids import LaneId
from cockpit.errors import CockpitError

SETTLE = 0.2
"""Seconds after a hint in which more of them are gathered."""

FIRST = 1.0
"""Seconds that the first look waits, while the first frame is made."""

REST = 0.5
"""Seconds between two looks; four times the look's own time if that is longer, so that it
takes a fifth of a core at most."""
_SHARE = 4

Look = Callable[[Collection[LaneId] | None, float | None], Radar]


class RadarWatch:
    """Lives on the event loop; `look` runs in its thread."""

    def __init__(
        self, look: Look, *, shown: Callable[[], Radar], publish: Callable[[Event], None]
    ) -> None:
        self._look = look
        self._shown = shown
        self._publish = publish
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="radar")
        self._lanes: set[LaneId] = set()
        self._all = False
        self._since: float | None = None
        self._hinted = asyncio.Event()
        self._said = ""

    def hint(self, lanes: Collection[LaneId] | None, since: float) -> None:
        """Something changed in these lanes (None: anywhere); git was asked about them at or
        after `since` (monotonic seconds)."""
        if lanes is None:
            self._all = True
        else:
            self._lanes.update(lanes)
        # what was asked for an earlier hint may be older than this one
        self._since = since if self._since is None else max(self._since, since)
        self._hinted.set()

    async def run(self) -> None:
        """Follow hints until cancelled."""
        loop = asyncio.get_running_loop()
        await self._hinted.wait()
        await asyncio.sleep(FIRST)
        while True:
            await self._hinted.wait()
            await asyncio.sleep(SETTLE)
            begun = loop.time()
            await self._look_once(loop)
            await asyncio.sleep(max(REST, _SHARE * (loop.time() - begun)))

    async def _look_once(self, loop: asyncio.AbstractEventLoop) -> None:
        self._hinted.clear()
        lanes = None if self._all else frozenset(self._lanes)
        since, self._since = self._since, None
        self._all, self._lanes = False, set()
        try:
            radar = await loop.run_in_executor(self._thread, self._look, lanes, since)
        except CockpitError as error:
            self._complain(f"The radar can't look: {error.title}")
            return
        self._said = ""
        if radar != self._shown():
            self._publish(RadarChanged(radar))

    def _complain(self, text: str) -> None:
        """Once, until it has gone well again."""
        if text != self._said:
            self._said = text
            self._publish(Notice(text, "warning"))

    def close(self) -> None:
        self._thread.shutdown(wait=False, cancel_futures=True)
