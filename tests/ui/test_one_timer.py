"""Ordering by urgency while somebody types costs one timer."""

from __future__ import annotations

from cockpit.domain.activity import Activity, State
from cockpit.domain.events import ActivityChanged
from cockpit.domain.ids import LaneId
from tests.ui.drive import opened
from tests.ui.fake import NOW, fleet_of, view


async def test_changes_of_the_fleet_leave_no_timers_behind() -> None:
    async with opened(fleet_of(view("alpha", 1), view("beta", 2))) as session:
        await session.press("v", "i")
        before = len(session.app.board._timers)
        for second in range(50):
            works = Activity(State.WORKING, "screen", "a rule", NOW + second)
            session.supervisor.tell(ActivityChanged(LaneId("alpha"), works))
            await session.pilot.pause()
        assert len(session.app.board._timers) <= before + 5
