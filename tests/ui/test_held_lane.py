"""The filter lets the chosen lane go while a hand is on the keys."""

from __future__ import annotations

from cockpit.domain.activity import Activity, State
from cockpit.domain.events import ActivityChanged
from cockpit.domain.ids import LaneId
from cockpit.domain.intents import Interrupt
from tests.ui.drive import opened
from tests.ui.fake import NOW, fleet_of, view

ALPHA, BETA = LaneId("alpha"), LaneId("beta")
WORKS = ActivityChanged(ALPHA, Activity(State.WORKING, "screen", "a rule", NOW))


def asking() -> object:
    return fleet_of(view("alpha", 1, State.ASKING), view("beta", 2, State.ASKING))


async def test_a_key_is_for_the_lane_that_was_chosen() -> None:
    async with opened(asking()) as session:  # type: ignore[arg-type]
        await session.press("slash", *"asking", "enter")
        session.supervisor.tell(WORKS)
        await session.settle()
        await session.press("x")
        assert session.supervisor.intents == [Interrupt(ALPHA)]


async def test_typing_is_shown_where_it_goes() -> None:
    async with opened(asking()) as session:  # type: ignore[arg-type]
        await session.press("slash", *"asking", "enter", "i")
        session.supervisor.tell(WORKS)
        await session.settle()
        await session.press("y")
        assert session.chosen() == ALPHA
        assert session.supervisor.fake_live.typed == [("%1", "y")]


async def test_it_goes_once_another_is_chosen_or_the_filter_changes() -> None:
    async with opened(asking()) as session:  # type: ignore[arg-type]
        await session.press("slash", *"asking", "enter")
        session.supervisor.tell(WORKS)
        await session.settle()
        await session.press("l")
        assert session.chosen() == BETA
        assert session.app.board.selection.order(session.app.fleet) == [BETA]
