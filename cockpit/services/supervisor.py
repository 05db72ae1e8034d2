"""The app's side of the services: one fleet, one stream of events, nothing that blocks.

Intents and looks run in small thread pools of their own (Textual and `to_thread` share the
loop's default one); events come back to the loop in order. What agents show is judged from
the frames that the live view captures anyway, so nothing forks when nothing happens.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any, TypeVar

from cockpit.domain.activity import State
from cockpit.domain.events import (
    ActivityChanged,
    ApprovalChanged,
    BackgroundChanged,
    BoardChanged,
    ConfigRead,
    Event,
    GitFactsChanged,
    LaneChanged,
    Link,
    LockChanged,
    Notice,
    OperationEnded,
    TrainChanged,
)
from cockpit.domain.fleet import Fleet, apply
from cockpit.domain.ids import LaneId, PaneId
from cockpit.domain.intents import Intent
from cockpit.errors import CockpitError
from cockpit.services import parked, shared
from cockpit.services.api import Cockpit
from cockpit.services.background_watch import BY as BACKGROUND
from cockpit.services.background_watch import BackgroundWatch
from cockpit.services.beats import Beats
from cockpit.services.cockpit import LocalCockpit
from cockpit.services.config_watch import ConfigWatch
from cockpit.services.defects import recorded
from cockpit.services.dispatcher import DispatcherLock
from cockpit.services.launching import Launches
from cockpit.services.ports import LivePanes, Watcher
from cockpit.services.radar_watch import RadarWatch
from cockpit.services.refusal import refusal
from cockpit.services.relay import SharedPanes
from cockpit.services.sight import Sight
from cockpit.services.task_watch import TaskWatch
from cockpit.services.watched import BUS, CONFIG, LOOKS, WatchedFolders

T = TypeVar("T")

TICK = 1.0
"""Seconds between looks at the journal's folder and at titles of panes (over the pipe)."""

SETTLE = 0.01
"""Seconds in which hints from the disk are gathered; the watcher has gathered them before."""

BREATHER = 0.15
"""Seconds after a look at git in which hints only wait; twice the look's own time if that is
longer, so that an agent that writes all the time costs a third of a core at most."""


class FleetSupervisor:
    """Fulfils `api.Supervisor` on a `LocalCockpit`."""

    def __init__(
        self, cockpit: LocalCockpit, live: LivePanes | None, watcher: Watcher | None
    ) -> None:
        self._local = cockpit
        self.cockpit: Cockpit = cockpit
        self.fleet: Fleet = cockpit.fleet()
        self._sight = Sight(cockpit, fleet=lambda: self.fleet, publish=self._publish)
        self.live: LivePanes | None = (
            SharedPanes(
                live,
                hear_frame=self._sight.take,
                hear_end=self._ended,
                hear_link=self._linked,
            )
            if live is not None
            else None
        )
        self._radar = RadarWatch(
            lambda lanes, since: cockpit.clashes(lanes, since=since),
            shown=lambda: self.fleet.radar,
            publish=self._publish,
        )
        self._dispatcher = DispatcherLock(cockpit, self._publish)
        self._background = BackgroundWatch(
            cockpit,
            fleet=lambda: self.fleet,
            publish=self._publish,
            carry=self._carry_by_itself,
            dispatcher=self._dispatcher,
        )
        self._bus = TaskWatch(
            cockpit,
            fleet=lambda: self.fleet,
            publish=self._publish,
            carry=self._carry_by_itself,
            dispatcher=self._dispatcher,
        )
        self.on_looks: Callable[[], None] = _nobody
        self._config = ConfigWatch(cockpit, self._publish, self._look)
        self._beats = Beats(
            cockpit,
            fleet=lambda: self.fleet,
            submit=self.submit,
            publish=self._publish,
            look=self._look,
        )
        self._watcher = watcher
        self._listeners: list[Callable[[Event, Fleet], None]] = []
        self._actions = ThreadPoolExecutor(4, thread_name_prefix="intent")
        self._looks = ThreadPoolExecutor(2, thread_name_prefix="look")
        self._loop: asyncio.AbstractEventLoop | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._waiting: tuple[LaneId, ...] = ()
        self._launches = Launches(lambda: cockpit.config.launch.stagger)
        self._hints: set[LaneId] = set()
        self._hinted = asyncio.Event()
        self._watched = WatchedFolders(lambda: cockpit.work)

    # ------------------------------------------------------------ events

    def subscribe(self, listener: Callable[[Event, Fleet], None]) -> Callable[[], None]:
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def _publish(self, event: Event) -> None:
        """On the loop only: apply, then tell."""
        before = self.fleet
        self.fleet = apply(before, event)
        if self.fleet == before and isinstance(event, _STATES):
            return
        for listener in list(self._listeners):
            listener(event, self.fleet)
        if isinstance(event, ActivityChanged):
            self._show_waiting()
        elif isinstance(event, ConfigRead):
            self._hint("")
            self._bus.hint()
        is_new = self.fleet != before or isinstance(event, OperationEnded)
        if is_new and isinstance(event, _ON_THE_BOARD):
            self._bus.hint()
        elif is_new and isinstance(event, GitFactsChanged):
            self._bus.nudge()

    def _show_waiting(self) -> None:
        """Name who waits in the lanes' status lines, when that changed."""
        waiting = tuple(
            lane for lane, view in self.fleet.lanes.items() if view.activity.state is State.ASKING
        )
        if waiting != self._waiting and self.fleet.link.up:
            self._waiting = waiting
            self._spawn(self._tell_tmux(waiting))

    async def _tell_tmux(self, waiting: tuple[LaneId, ...]) -> None:
        try:
            await self._look(lambda: self._local.work.tmux.show_waiting(waiting))
        except CockpitError as error:
            self._publish(Link(False, error.title))

    def _spawn(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _tell(self, event: Event) -> None:
        """From any thread. Nobody hears a step that goes on when the app has left."""
        if self._loop is not None:
            with suppress(RuntimeError):  # the loop is closed; no reason to stop in mid-step
                self._loop.call_soon_threadsafe(self._publish, event)

    # ------------------------------------------------------------ life

    async def run(self) -> None:
        self._loop = asyncio.get_running_loop()
        await asyncio.gather(self._recover(), self._start_live())
        await self._refresh(None)
        async with asyncio.TaskGroup() as group:
            group.create_task(self._tick())
            group.create_task(self._follow_hints())
            group.create_task(self._radar.run())
            group.create_task(self._background.run())
            group.create_task(self._bus.run())
            group.create_task(self._config.run())
            if self._watcher is not None:
                group.create_task(self._watcher.run(self._watched.now, self._hint))

    async def _recover(self) -> None:
        for sentence in await self._look(lambda: self._local.recover(self._tell)):
            self._publish(Notice(sentence, "warning"))

    async def _start_live(self) -> None:
        """Connect at once, since that is what the first frame waits for; then see that the
        server is there and as it should be."""
        if self.live is None:
            return
        try:
            await self.live.start()
            await self._look(self._local.work.tmux.ensure_server)
        except CockpitError as error:
            self._publish(Link(False, error.title))
            self._publish(Notice(f"{error.title} {error.hint}".strip(), "error"))

    async def stop(self) -> None:
        """End threads and the control client; lanes go on."""
        for task in list(self._tasks):
            task.cancel()
        await self._background.close()
        await self._bus.close()
        await self._dispatcher.close()
        if self.live is not None:
            await self.live.close()
        self._actions.shutdown(wait=False, cancel_futures=True)
        self._looks.shutdown(wait=False, cancel_futures=True)
        self._radar.close()

    # ------------------------------------------------------------ wishes and questions

    def submit(self, intent: Intent) -> None:
        self._spawn(self._carry_out(intent))

    async def _carry_out(self, intent: Intent) -> None:
        async with self._launches.turn(intent, self.fleet):
            await self._act(intent)

    async def _act(self, intent: Intent) -> None:
        loop = asyncio.get_running_loop()
        self._loop = loop
        ended: list[OperationEnded] = []

        def tell(event: Event) -> None:
            if isinstance(event, OperationEnded):
                ended.append(event)
            self._tell(event)

        lane = getattr(intent, "lane", None)
        try:
            outcome = await loop.run_in_executor(
                self._actions, lambda: self._local.carry_out(intent, tell, by="app")
            )
        except CockpitError as error:
            if not any(event.error == error.title for event in ended):
                self._publish(refusal(intent, error))
        except Exception as defect:  # noqa: BLE001 - else a defect would end a wish in silence
            self._publish(refusal(intent, recorded(self._local.work, defect)))
        else:
            if not ended:
                self._publish(Notice(outcome.summary, "information", lane))
        await self._refresh([lane] if lane is not None else None)

    async def _carry_by_itself(self, intent: Intent) -> dict[str, Any]:
        """For what nobody wished for at this moment: a start waits for its turn among all
        starts, and how it failed is for who asked."""
        async with self._launches.turn(intent, self.fleet):
            return await self._act_by_itself(intent)

    async def _act_by_itself(self, intent: Intent) -> dict[str, Any]:
        """The outcome's data. Raises `CockpitError`, for a defect too."""
        lane = getattr(intent, "lane", None)
        try:
            outcome = await asyncio.get_running_loop().run_in_executor(
                self._actions, lambda: self._local.carry_out(intent, self._tell, by=BACKGROUND)
            )
        except CockpitError:
            raise
        except Exception as defect:
            raise recorded(self._local.work, defect) from defect
        finally:
            await self._refresh([lane] if lane is not None else None)
        return outcome.data

    def wind_down(self, on: bool) -> None:
        self._dispatcher.resting = self._beats.resting = on

    def ask(self, query: Callable[[Cockpit], T]) -> Awaitable[T]:
        return self._look(lambda: query(self._local))

    def _look(self, call: Callable[[], T]) -> asyncio.Future[T]:
        return asyncio.get_running_loop().run_in_executor(self._looks, call)

    # ------------------------------------------------------------ following

    async def _refresh(self, lanes: Sequence[LaneId] | None) -> None:
        """Look at git for these lanes (and at panes over the pipe) and tell what is new."""
        begun = self._local.work.clock.monotonic()
        try:
            for event in await self._look(lambda: self._local.observe_git(lanes)):
                self._publish(event)
            await self._drop_gone()
            await self._look(self._watched.find)
        except CockpitError as error:
            self._publish(Notice(error.title, "error"))
            return
        self._radar.hint(lanes, begun)
        await self._refresh_panes()

    async def _drop_gone(self) -> None:
        """Lanes that no longer are, whoever took them away. A look tells of lanes that it found,
        and one that began before a teardown ended tells of the lane after that."""
        shown = [lane for lane, view in self.fleet.lanes.items() if view.record is not None]

        def gone() -> list[Event]:
            present = shared.records(self._local.work)
            left = [lane for lane in shown if lane not in present]
            events: list[Event] = [LaneChanged(lane, None) for lane in left]
            resting = parked.lanes(self._local.work) if left else {}
            return events + [
                ActivityChanged(lane, resting[lane].activity) for lane in left if lane in resting
            ]

        for event in await self._look(gone):
            self._publish(event)

    async def _tick(self) -> None:
        """The cheap poll behind all hints: the journal's folder and the panes' titles."""
        stamp = self._journal_stamp()
        while True:
            await asyncio.sleep(TICK)
            now = self._journal_stamp()
            if now != stamp:
                stamp = now
                await self._refresh(None)
                self._bus.hint()
            else:
                await self._refresh_panes(patient=True)
            self._config.hint()
            await self._beats.beat()
            self._bus.beat()

    def _journal_stamp(self) -> tuple[int, int]:
        return self._local.work.disk.stamp(self._local.state / "journal")

    def _hint(self, label: str) -> None:
        if label == BUS:
            self._bus.hint()
            return
        if label == LOOKS:
            self.on_looks()
            return
        if label == CONFIG:
            self._config.hint()
            return
        self._hints.update([LaneId(label)] if label else self.fleet.lanes)
        self._hinted.set()

    async def _follow_hints(self) -> None:
        """Look soon after the first hint, since the commander waits for it; then breathe."""
        loop = asyncio.get_running_loop()
        while True:
            await self._hinted.wait()
            await asyncio.sleep(SETTLE)
            self._hinted.clear()
            lanes, self._hints = list(self._hints), set()
            begun = loop.time()
            await self._refresh(lanes)
            await asyncio.sleep(max(BREATHER, 2 * (loop.time() - begun)))

    # ------------------------------------------------------------ what agents show

    async def _refresh_panes(self, *, patient: bool = False) -> None:
        if self.live is not None:
            await self._sight.look(self.live, patient=patient)
            return
        for event in await self._look(lambda: self._local.observe(None)):
            self._publish(event)

    def _ended(self, pane: PaneId, _code: int | None) -> None:
        if self._sight.lane_of(pane) is not None:
            self._spawn(self._refresh_panes())

    def _linked(self, up: bool, why: str) -> None:
        if up:
            self._publish(Link(True))
        else:
            self._sight.lose(why or "the tmux server does not answer")


def _nobody() -> None:
    """Who hears of a change when nobody listens yet."""


_ON_THE_BOARD = (
    ActivityChanged,
    LaneChanged,
    LockChanged,
    ApprovalChanged,
    TrainChanged,
    OperationEnded,
)
"""What the board of tasks is drawn from, beside the files."""

_STATES = (ActivityChanged, LaneChanged, Link, LockChanged, BackgroundChanged, BoardChanged)
"""Events that say how something is, told again at each look: no news if nothing changed."""
