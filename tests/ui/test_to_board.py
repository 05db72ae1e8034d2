"""What the palette offers of the board is done from every screen."""

from __future__ import annotations

import pytest

from cockpit.domain.activity import State
from cockpit.domain.change import LaneDiff, Layer
from cockpit.domain.ids import LaneId
from cockpit.domain.intents import Interrupt
from cockpit.ui.screens.diff import DiffScreen
from tests.ui import boards
from tests.ui.changes import file
from tests.ui.drive import opened
from tests.ui.fake import BASE, HEAD, FakeSupervisor, fleet_of, view

CHANGE = LaneDiff(
    BASE, HEAD, (), (file("a.py", Layer.COMMITTED, "@@ -1 +1 @@\n-old\n+new words\n"),)
)


@pytest.mark.parametrize("keys", [("slash", *"new", "enter"), ("j", "V")])
async def test_a_diff_with_a_search_or_a_range(keys: tuple[str, ...]) -> None:
    supervisor = FakeSupervisor(fleet_of(view("alpha", 1, State.WORKING)))
    supervisor.fake.answers["diff"] = CHANGE
    async with opened(supervisor.fleet, supervisor=supervisor) as session:
        await session.press("d", *keys)
        screen = session.app.screen
        assert isinstance(screen, DiffScreen)
        assert screen.search.wanted or screen.body_rows.mark is not None
        await session.press("ctrl+p", *"interrupt alpha", "enter")
        assert session.app.screen is session.app.board
        assert supervisor.intents == [Interrupt(LaneId("alpha"))]


async def test_a_board_of_tasks_with_a_search() -> None:
    async with opened(boards.every_fleet()) as session:
        await session.press("t", "slash", *"mail", "enter")
        await session.press("ctrl+p", *"go to beta", "enter")
        assert session.app.screen is session.app.board and session.chosen() == "beta"
