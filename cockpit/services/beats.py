"""What the app does once a second from what it knows already: nothing is asked, nothing forks."""

from __future__ import annotations

from collections.abc import Callable

from cockpit.domain.events import Notice
from cockpit.domain.fleet import Fleet
from cockpit.domain.ids import LaneId
from cockpit.domain.intents import Intent, Sync
from cockpit.services import sync_queue
from cockpit.services.cockpit import LocalCockpit
from cockpit.services.reminders import Reminders


class Beats:
    """Lives on the event loop."""

    def __init__(
        self,
        cockpit: LocalCockpit,
        *,
        fleet: Callable[[], Fleet],
        submit: Callable[[Intent], None],
        publish: Callable[[Notice], None],
    ) -> None:
        self._cockpit = cockpit
        self._fleet = fleet
        self._submit = submit
        self._reminders = Reminders(publish)
        self.resting = False
        """Nothing is to be begun by itself."""
        self._synced: dict[LaneId, float] = {}
        """Since when each lane rested as its waiting sync was tried."""

    def beat(self) -> None:
        if not self.resting:
            self._sync_waiting()
        self._reminders.beat(self._fleet(), self._cockpit.work.clock.now())

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
