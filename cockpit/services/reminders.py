"""What the app reminds the commander of by itself: branches that live too long without landing
(`merge.cadence`), each said once."""

from __future__ import annotations

from collections.abc import Callable

from cockpit.domain.cadence import all_overdue
from cockpit.domain.events import Notice
from cockpit.domain.fleet import Fleet
from cockpit.domain.ids import LaneId


class Reminders:
    """Lives on the event loop; asked once a second."""

    def __init__(self, publish: Callable[[Notice], None]) -> None:
        self._publish = publish
        self._said: dict[LaneId, float] = {}
        """Since when each lane had lived that was named."""

    def beat(self, fleet: Fleet, now: float) -> None:
        """Name each lane that is overdue once, and again only after it has landed since."""
        for late in all_overdue(fleet, now):
            if self._said.get(late.lane) != late.since:
                self._said[late.lane] = late.since
                text = f"Lane {late.lane} has {late.words}"
                way = "land it, or bring it up to date, before it drifts further"
                self._publish(Notice(f"{text}: {way}.", "warning", late.lane))
