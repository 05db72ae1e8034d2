"""Who acts for background lanes: the one app that holds the lock `dispatcher`.

On the event loop, and nothing blocks it: what is due is decided from the fleet that the board
shows (`domain/dispatch.py`), so nothing forks when nothing is due; what is to be done runs as a
wish.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from cockpit.domain.background import Deed, Next
from cockpit.domain.dispatch import decide, fleet_print
from cockpit.domain.events import Event, Notice
from cockpit.domain.fleet import Fleet
from cockpit.domain.ids import LaneId
from cockpit.domain.intents import Intent, JudgeBackground, RunBackground
from cockpit.errors import CockpitError
from cockpit.services import background
from cockpit.services.cockpit import LocalCockpit
from cockpit.services.dispatcher import DispatcherLock

BEAT = 1.0
"""Seconds between two looks at what is due."""

PAUSE = 30.0
"""Seconds after which what could not be done just then is tried again; doubled each time."""

LONGEST_PAUSE = 900.0

BY = "background"
"""Who the journal says acted."""

Carry = Callable[[Intent], Awaitable[dict[str, Any]]]
"""Carries an intent out in a thread, looks at the lane again, and returns the outcome's data.
Raises `CockpitError`."""


class BackgroundWatch:
    """Starts what is due and has judged what is done, one lane's step at a time."""

    def __init__(
        self,
        cockpit: LocalCockpit,
        *,
        fleet: Callable[[], Fleet],
        publish: Callable[[Event], None],
        carry: Carry,
        dispatcher: DispatcherLock,
    ) -> None:
        self._cockpit = cockpit
        self._fleet = fleet
        self._publish = publish
        self._carry = carry
        self._dispatcher = dispatcher
        self._closed = False
        self._acting: set[LaneId] = set()
        self._not_before: dict[LaneId, float] = {}
        self._pauses: dict[LaneId, float] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    async def run(self) -> None:
        """Until cancelled. Where there is no background lane nothing is asked for."""
        while not self._closed:
            if background.lanes_of(self._cockpit.work) and await self._dispatcher.is_mine():
                self.beat()
            await asyncio.sleep(BEAT)

    async def close(self) -> None:
        """What is under way goes on in its thread."""
        self._closed = True
        for task in list(self._tasks):
            task.cancel()

    # ------------------------------------------------------------ acting

    def beat(self) -> None:
        """Begin what is due now."""
        fleet, now = self._fleet(), self._cockpit.work.clock.now()
        for lane, view in fleet.lanes.items():
            if view.background is None or lane in self._acting:
                continue
            if self._cockpit.work.clock.monotonic() < self._not_before.get(lane, 0.0):
                continue
            step = decide(fleet, lane, now)
            if step is not None and (step.deed in _ACTS or step.latch):
                self._acting.add(lane)
                task = asyncio.get_running_loop().create_task(self._act(lane, step, fleet))
                self._tasks.add(task)
                task.add_done_callback(self._tasks.discard)

    async def _act(self, lane: LaneId, step: Next, fleet: Fleet) -> None:
        try:
            data = await self._do(lane, step, fleet)
        except CockpitError as error:
            if lane not in self._pauses:
                said = f"{lane}: {error.title} {error.hint}".strip()
                self._publish(Notice(said, "warning", lane))
            self._wait(lane)
        else:
            if data.get("later") or (data.get("held") and _is_held(fleet, lane)):
                self._wait(lane)
            else:
                self._pauses.pop(lane, None)
                self._not_before.pop(lane, None)
        finally:
            self._acting.discard(lane)

    async def _do(self, lane: LaneId, step: Next, fleet: Fleet) -> dict[str, Any]:
        match step.deed:
            case Deed.START:
                wish = RunBackground(lane, step.why, fleet.desk.landing, fleet_print(fleet))
                return await self._carry(wish)
            case Deed.SETTLE:
                for event in await asyncio.get_running_loop().run_in_executor(
                    None, lambda: self._settled(lane)
                ):
                    self._publish(event)
                return {}
            case Deed.HOLD:
                return await self._carry(JudgeBackground(lane, step.why))
            case _:
                return await self._carry(JudgeBackground(lane))

    def _settled(self, lane: LaneId) -> list[Event]:
        """Not in the keeper's thread: its lock comes after the lane's in the order of locks."""
        background.settle(self._cockpit.work, lane)
        return self._cockpit.background_events()

    def _wait(self, lane: LaneId) -> None:
        """Not again for a while, longer each time: nothing is gained by asking for ever."""
        pause = min(2 * self._pauses.get(lane, PAUSE / 2), LONGEST_PAUSE)
        self._pauses[lane] = pause
        self._not_before[lane] = self._cockpit.work.clock.monotonic() + pause


def _is_held(fleet: Fleet, lane: LaneId) -> bool:
    view = fleet.lanes.get(lane)
    return view is not None and view.background is not None and view.background.is_held


_ACTS = frozenset({Deed.START, Deed.JUDGE, Deed.SETTLE})
