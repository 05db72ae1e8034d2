"""What the app does once a second from what it knows already: nothing is asked, nothing forks."""

from __future__ import annotations

from collections.abc import Callable

from cockpit.domain.activity import State
from cockpit.domain.events import Event, Notice
from cockpit.domain.fleet import Fleet
from cockpit.domain.ids import LaneId
from cockpit.domain.intents import DeliverPrompt, Intent, Sync
from cockpit.errors import CockpitError
from cockpit.services import prompt_queue, sync_queue
from cockpit.services.cockpit import LocalCockpit
from cockpit.services.config_watch import Look
from cockpit.services.reminders import Reminders


class Beats:
    """Lives on the event loop."""

    def __init__(
        self,
        cockpit: LocalCockpit,
        *,
        fleet: Callable[[], Fleet],
        submit: Callable[[Intent], None],
        publish: Callable[[Event], None],
        look: Look,
    ) -> None:
        self._cockpit = cockpit
        self._fleet = fleet
        self._submit = submit
        self._publish = publish
        self._look = look
        self._reminders = Reminders(publish)
        self._facts = (-1, -1)
        self._tried: dict[LaneId, float] = {}
        """Since when each lane rested as a prompt was tried."""
        self.resting = False
        """Nothing is to be begun by itself."""
        self._synced: dict[LaneId, float] = {}
        """Since when each lane rested as its waiting sync was tried."""

    async def beat(self) -> None:
        await self._look_at_prompts()
        if not self.resting:
            self._sync_waiting()
            self._send_waiting()
        self._reminders.beat(self._fleet(), self._cockpit.work.clock.now())

    async def _look_at_prompts(self) -> None:
        """Which prompts wait, where something was written in the state folder since."""
        work = self._cockpit.work
        facts = work.disk.stamp(work.state_dir / "facts")
        if facts == self._facts:
            return
        self._facts = facts
        try:
            self._publish(await self._look(lambda: prompt_queue.changed(work)))
        except CockpitError as error:
            self._publish(Notice(f"Waiting prompts can't be read: {error.title}", "warning"))

    def _send_waiting(self) -> None:
        """Send the prompts that waited for the end of a turn, one in each rest."""
        now = self._cockpit.work.clock.now()
        for lane, view in self._fleet().lanes.items():
            activity, queue = view.activity, view.prompts
            rested = activity.state is State.IDLE and now - activity.since >= sync_queue.CALM
            if not queue.is_due or not rested or view.busy:
                continue
            if self._tried.get(lane) != activity.since:
                self._tried[lane] = activity.since
                self._submit(DeliverPrompt(lane))

    def _sync_waiting(self) -> None:
        """Make the syncs that waited for the end of a turn. Each is tried once in a rest: what
        is in its way stays there until the agent works again."""
        fleet = self._fleet()
        for lane in sync_queue.due(fleet, self._cockpit.work.clock.now()):
            since = fleet.lanes[lane].activity.since
            if self._synced.get(lane) != since:
                self._synced[lane] = since
                how = sync_queue.how_of(self._cockpit.work, lane)
                self._submit(Sync(lane, how, when_idle=True))
