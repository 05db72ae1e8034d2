"""Keys that are handled together, as on a machine that was busy when they were pressed."""

from __future__ import annotations

from textual.events import Key

from cockpit.domain.activity import State
from cockpit.domain.intents import Restart
from cockpit.ui.actions import BY_ID
from cockpit.ui.keydesk import Held
from cockpit.ui.screens.confirm import ConfirmScreen
from cockpit.ui.screens.leaving import LeavingScreen
from tests.ui.drive import Session, opened
from tests.ui.fake import fleet_of, view

FLEET = fleet_of(view("alpha", 1, State.IDLE), view("beta", 2))


async def together(session: Session, *keys: str) -> None:
    """All are in the queue before one of them is looked at."""
    driver = session.app._driver
    assert driver is not None
    for key in keys:
        event = Key(key, key)
        event.set_sender(session.app)
        driver.send_message(event)
    await session.settle()


async def asked(session: Session) -> None:
    await session.press("r")
    await session.until(lambda: isinstance(session.app.screen, ConfirmScreen))


async def test_a_key_behind_the_one_that_closes_a_dialog_is_meant_for_what_lies_below() -> None:
    async with opened(FLEET) as session:
        await asked(session)
        await together(session, "n", "q")
        await session.until(lambda: isinstance(session.app.screen, LeavingScreen))
        assert session.supervisor.intents == []


async def test_also_one_that_is_nothing_in_the_dialog() -> None:
    async with opened(FLEET) as session:
        await asked(session)
        await together(session, "y", "G")
        await session.until(lambda: type(session.app.screen).__name__ == "GraphScreen")
        assert [type(intent) for intent in session.supervisor.intents] == [Restart]


async def test_below_it_changes_nothing() -> None:
    """x interrupts at once, b and D would open a screen of theirs."""
    for key in ("x", "b", "D"):
        async with opened(FLEET) as session:
            await asked(session)
            await together(session, "n", key)
            await session.until(lambda: session.app.screen is session.app.board)
            await session.settle()
            assert session.app.screen is session.app.board
            assert session.supervisor.intents == []


async def test_a_second_yes_answers_nothing_else() -> None:
    async with opened(FLEET) as session:
        await asked(session)
        await together(session, "y", "y")
        await session.until(lambda: session.app.screen is session.app.board)
        await session.settle()
        assert len(session.supervisor.intents) == 1


async def test_a_key_of_a_screen_that_was_left_is_none_of_a_new_one() -> None:
    """It was not there when the key was pressed; nor is a yes one for the board."""
    async with opened(FLEET) as session:
        await asked(session)
        first = session.app.screen
        await session.press("n")
        late = Held("s", BY_ID["start"], (session.app.board,))
        await session.press("question_mark")
        assert session.app.keydesk._meant(late) is None
        late = Held("y", BY_ID["yes"], (session.app.board, first))
        await session.press("escape")
        assert session.app.keydesk._meant(late) is None
