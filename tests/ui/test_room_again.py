"""The terminal was too small while a dialog came."""

from __future__ import annotations

from cockpit.domain.digest import Digest, Line, News, Seen
from cockpit.domain.ids import LaneId
from tests.ui.drive import opened
from tests.ui.fake import NOW, fleet_of, view


async def test_the_board_is_back_when_there_is_room_again() -> None:
    async with opened(fleet_of(view("alpha", 1))) as session:
        await session.pilot.resize_terminal(30, 8)
        await session.settle()
        line = Line(News.LANDED, LaneId("alpha"), "land alpha", NOW - 50)
        session.supervisor.fake.answers["digest"] = Digest(NOW - 100, (line,))
        session.app.do(session.app.away.tell(Seen(NOW - 100), asked=False))
        await session.settle()
        await session.pilot.resize_terminal(120, 40)
        await session.settle()
        await session.press("escape")
        assert session.app.screen is session.app.board, session.text()
