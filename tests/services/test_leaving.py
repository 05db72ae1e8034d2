"""While the app waits for the last turns it starts nothing by itself."""

from __future__ import annotations

from cockpit.services.dispatcher import DispatcherLock
from tests.services.conftest import Desk
from tests.services.test_supervisor import running


async def test_nothing_is_started_while_the_app_winds_down(desk: Desk) -> None:
    async with running(desk) as (supervisor, _, _events):
        dispatcher: DispatcherLock = supervisor._dispatcher
        supervisor.wind_down(True)
        assert not await dispatcher.is_mine()
        supervisor.wind_down(False)
        assert await dispatcher.is_mine()
        supervisor.wind_down(True)
        assert not await dispatcher.is_mine(), "though the lock is held"
        other = DispatcherLock(desk.cockpit(), lambda _event: None)
        assert not await other.is_mine(), "nor by another app"
        await other.close()
