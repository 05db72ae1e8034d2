"""Whose turn it is to start an agent."""

from __future__ import annotations

import asyncio

import pytest

from cockpit.domain.fleet import Fleet
from cockpit.domain.ids import LaneId
from cockpit.domain.intents import Assign, Intent, Land, RunBackground, Start
from cockpit.errors import Refused
from cockpit.services.launching import Launches
from tests.domain.test_handing_out import fleet, idle, planned

ALPHA, BETA = LaneId("alpha"), LaneId("beta")


async def carried_out(*wishes: Intent, beside: Fleet) -> list[str]:
    """What began and ended, in order, with all of them wished for at once."""
    launches = Launches(lambda: 0.0)
    said: list[str] = []

    async def carry(wish: Intent) -> None:
        async with launches.turn(wish, beside):
            said.append(f"{type(wish).__name__} begins")
            for _ in range(5):
                await asyncio.sleep(0)
            said.append(f"{type(wish).__name__} ends")

    await asyncio.gather(*map(carry, wishes))
    return said


@pytest.mark.parametrize("wish", [Assign("task-1.md", BETA), RunBackground(BETA, "a landing")])
def test_agents_are_started_one_after_the_other(wish: Intent) -> None:
    said = asyncio.run(carried_out(Start(ALPHA), wish, beside=fleet(planned(BETA))))
    name = type(wish).__name__
    assert said == ["Start begins", "Start ends", f"{name} begins", f"{name} ends"]


@pytest.mark.parametrize("wish", [Assign("task-1.md", BETA), Land(BETA)])
def test_what_starts_no_agent_waits_for_none(wish: Intent) -> None:
    said = asyncio.run(carried_out(Start(ALPHA), wish, beside=fleet(idle(BETA))))
    assert said[:2] == ["Start begins", f"{type(wish).__name__} begins"]


def test_the_pause_is_kept_only_before_another(monkeypatch: pytest.MonkeyPatch) -> None:
    slept: list[float] = []
    turn_of_the_loop = asyncio.sleep

    async def sleep(seconds: float) -> None:
        slept.append(seconds)

    async def starts(count: int) -> None:
        launches = Launches(lambda: 7.0)

        async def one() -> None:
            async with launches.turn(Start(ALPHA), fleet()):
                await turn_of_the_loop(0)

        await asyncio.gather(*(one() for _ in range(count)))

    monkeypatch.setattr(asyncio, "sleep", sleep)
    asyncio.run(starts(1))
    assert not slept
    asyncio.run(starts(3))
    assert slept == [7.0, 7.0]


def test_a_start_that_fails_or_is_given_up_holds_nobody() -> None:
    async def work() -> None:
        launches = Launches(lambda: 3600.0)
        with pytest.raises(Refused):
            async with launches.turn(Start(ALPHA), fleet()):
                raise Refused("no")
        async with launches.turn(Start(ALPHA), fleet()):
            waiting = asyncio.create_task(_wait(launches))
            await asyncio.sleep(0)
            waiting.cancel()
            await asyncio.gather(waiting, return_exceptions=True)
        await asyncio.wait_for(_wait(launches), 10)

    asyncio.run(work())


async def _wait(launches: Launches) -> None:
    async with launches.turn(Start(BETA), fleet()):
        pass
