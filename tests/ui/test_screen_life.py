"""Screens that are opened and closed while something happens."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cockpit.domain.events import BoardChanged, OperationEnded
from cockpit.domain.ids import LaneId, OpId
from cockpit.domain.operation import OpKind
from cockpit.ui.messages import FleetChanged, Told
from cockpit.ui.screens.base import Keyed
from tests.ui import boards
from tests.ui.drive import opened
from tests.ui.fake import fleet_of

EMPTY = replace(boards.every_fleet(), board=type(boards.every())())


@pytest.mark.parametrize("name", ["tasks", "inbox", "clashes", "train", "land", "diff", "log"])
async def test_what_happens_while_a_screen_is_being_made_is_shown_by_it(name: str) -> None:
    fake = boards.supervisor(EMPTY)
    ended = OperationEnded(OpId("9"), OpKind.START, LaneId("alpha"), "started alpha")
    async with opened(EMPTY, supervisor=fake) as session:
        app = session.app
        app.perform(name)
        assert app.screen is not app.board and not app.screen.is_mounted
        fake.tell(BoardChanged(boards.every(), EMPTY.plan))
        app.on_fleet_changed(FleetChanged(fake.fleet))
        app.on_told(Told(ended))
        await session.settle()
        if name == "tasks":
            assert "Issue and verify tokens" in session.text()


async def test_a_screen_that_is_being_closed_is_not_open() -> None:
    async with opened(fleet_of(*boards.every_fleet().lanes.values())) as session:
        await session.press("g")
        screen = session.app.screen
        assert isinstance(screen, Keyed) and screen.is_open
        gone = screen.dismiss()
        assert screen.is_attached and not screen.is_open
        await gone
        assert not screen.is_open
