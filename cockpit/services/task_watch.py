"""Tasks in the app: the board is drawn when a file or a lane changed, and what the go covers is
started by the one app that holds the lock `dispatcher`.

On the event loop, and nothing blocks it: looks run in a thread of their own. Nothing is looked
at when nothing changes, except that files which are still being written are looked at again.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from cockpit.domain.assignment import Assignment
from cockpit.domain.background import Dispatcher
from cockpit.domain.events import Event, Notice
from cockpit.domain.fleet import Fleet
from cockpit.domain.handing_out import hand_out
from cockpit.domain.ids import LaneId
from cockpit.domain.intents import Assign, Collect, Intent, TellNote
from cockpit.domain.taskname import TaskId
from cockpit.errors import CockpitError, DeliveryUnknown
from cockpit.services import master_plan, tasks
from cockpit.services.cockpit import LocalCockpit
from cockpit.services.dispatcher import DispatcherLock

SETTLE = 0.01
"""Seconds in which hints are gathered; the watcher has gathered them before."""

REST = 1
"""Times a look's own length that passes before the next one, so that a folder of ten thousand
files that changes all the time takes half a core at most."""

PAUSE = 30.0
"""Seconds after which an assignment that was refused is tried again; doubled each time."""

LONGEST_PAUSE = 900.0

PAPERS_EVERY = 1.0
"""Seconds between two writes of the ledgers and the plan's table."""

PAPERS_AGAIN = 10.0
"""Seconds after which one that could not be written is tried again."""

Carry = Callable[[Intent], Awaitable[dict[str, Any]]]


class TaskWatch:
    """Lives on the event loop."""

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
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="tasks")
        self._hinted = asyncio.Event()
        self._is_stale = True
        self._tell: tuple[tuple[LaneId, str], ...] = ()
        """Notes of the last look that are to be told."""
        self._acting: set[str] = set()
        """Tasks and lanes for which something is under way."""
        self._not_before: dict[str, float] = {}
        self._pauses: dict[str, float] = {}
        self._jobs: set[asyncio.Task[None]] = set()
        self._said = ""
        self._papers_due: float | None = None
        self._papers_written = -PAPERS_EVERY
        self._plan_seen = (0, 0)

    def hint(self) -> None:
        """A file on the bus changed, or something that the board is drawn from."""
        self._is_stale = True
        self._hinted.set()

    def nudge(self) -> None:
        """A lane may have become free, with the board as it is."""
        if self._fleet().plan.going:
            self._hinted.set()

    async def run(self) -> None:
        """Follow hints until cancelled."""
        loop = asyncio.get_running_loop()
        due: float | None = 0.0
        while True:
            await self._wait(due)
            await asyncio.sleep(SETTLE)
            nudged = self._hinted.is_set() and not self._is_stale
            self._hinted.clear()
            if nudged:
                await self._act_on_go()
                continue
            begun = loop.time()
            self._is_stale = False
            due = await self._look(loop)
            await self._act_on_go()
            due = min(filter(None, (due, await self._write_papers(loop))), default=None)
            await asyncio.sleep(min(REST * (loop.time() - begun), 1.0))

    async def _wait(self, due: float | None) -> None:
        """Until a hint comes, or a file that is being written may be whole."""
        if due is None:
            await self._hinted.wait()
            return
        left = due - self._cockpit.work.clock.monotonic()
        try:
            async with asyncio.timeout(max(left, 0.0)):
                await self._hinted.wait()
        except TimeoutError:
            return

    async def _look(self, loop: asyncio.AbstractEventLoop) -> float | None:
        fleet = self._fleet()
        try:
            look, loose = await loop.run_in_executor(
                self._thread, lambda: self._cockpit.look_at_tasks(fleet)
            )
        except CockpitError as error:
            self._complain(f"The tasks can't be read: {error.title}")
            return None
        self._said = ""
        self._tell = look.tell
        before = self._fleet()
        if (look.event.board, look.event.plan) != (before.board, before.plan):
            self._publish(look.event)
            self._papers_due = self._papers_due or self._cockpit.work.clock.monotonic()
        for lane in loose:
            self._begin(f"collect {lane}", Collect(lane))
        return look.due

    async def _write_papers(self, loop: asyncio.AbstractEventLoop) -> float | None:
        """Bring the ledgers and the plan's table after the board, once a second at most; when
        to do it next."""
        cockpit, fleet = self._cockpit, self._fleet()
        now = cockpit.work.clock.monotonic()
        plan = await loop.run_in_executor(self._thread, self._plan_stamp)
        due = now if plan != self._plan_seen else self._papers_due
        if due is None or max(due, self._papers_written + PAPERS_EVERY) > now:
            self._papers_due = due and max(due, self._papers_written + PAPERS_EVERY)
            return self._papers_due
        done = await loop.run_in_executor(self._thread, lambda: cockpit.write_papers(fleet))
        self._plan_seen = await loop.run_in_executor(self._thread, self._plan_stamp)
        self._papers_written = cockpit.work.clock.monotonic()
        again = PAPERS_EVERY if not done.is_whole else PAPERS_AGAIN if done.problems else None
        self._papers_due = again and self._papers_written + again
        if done.is_news:
            self.hint()
        return self._papers_due

    def _plan_stamp(self) -> tuple[int, int]:
        work = self._cockpit.work
        return work.disk.stamp(tasks.root_of(work) / master_plan.FILE)

    def _complain(self, text: str) -> None:
        """Once, until it has gone well again."""
        if text != self._said:
            self._said = text
            self._publish(Notice(text, "warning"))

    # ------------------------------------------------------------ acting

    def beat(self) -> None:
        """Once a second: what was refused a while ago may go well now, and another app that
        acted may be gone."""
        plan = self._fleet().plan
        if self._not_before or (plan.going and plan.dispatcher is not Dispatcher.HERE):
            self.hint()

    async def _act_on_go(self) -> None:
        """Begin what the go covers and what can begin now."""
        fleet = self._fleet()
        tell, self._tell = self._tell, ()
        if not fleet.plan.going or not fleet.link.up or not await self._dispatcher.is_mine():
            return
        for lane, name in tell:
            self._begin(f"tell {name}", TellNote(lane, name), lane=lane)
        for one in hand_out(fleet, fleet.board, fleet.plan).start:
            view = fleet.board.named(one.task)
            if view is not None and one.lane not in self._acting:
                wish = Assign(view.task.name, one.lane, digest=view.task.digest)
                self._begin(_key(one), wish, lane=one.lane)

    def _begin(self, key: str, wish: Intent, *, lane: LaneId | None = None) -> None:
        now = self._cockpit.work.clock.monotonic()
        if key in self._acting or now < self._not_before.get(key, 0.0):
            return
        mine = {key, str(lane)} if lane is not None else {key}
        self._acting |= mine
        job = asyncio.get_running_loop().create_task(self._act(key, wish, mine))
        self._jobs.add(job)
        job.add_done_callback(self._jobs.discard)

    async def _act(self, key: str, wish: Intent, mine: set[str]) -> None:
        try:
            await self._carry(wish)
        except DeliveryUnknown as error:
            self._publish(Notice(f"{error.title} {error.hint}".strip(), "warning"))
        except CockpitError as error:
            if key not in self._pauses:
                self._publish(Notice(f"{error.title} {error.hint}".strip(), "warning"))
            self._pause(key)
        else:
            self._pauses.pop(key, None)
            self._not_before.pop(key, None)
        finally:
            self._acting -= mine
            self.hint()

    def _pause(self, key: str) -> None:
        """Not again for a while, longer each time: nothing is gained by asking for ever."""
        pause = min(2 * self._pauses.get(key, PAUSE / 2), LONGEST_PAUSE)
        self._pauses[key] = pause
        self._not_before[key] = self._cockpit.work.clock.monotonic() + pause

    async def close(self) -> None:
        """What is under way goes on in its thread."""
        for job in list(self._jobs):
            job.cancel()
        self._thread.shutdown(wait=False, cancel_futures=True)


def _key(one: Assignment) -> str:
    task: TaskId = one.task
    return f"{task} → {one.lane}"
