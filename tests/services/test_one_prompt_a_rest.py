"""Of several prompts that wait, one is sent in each rest of the agent."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TypeVar

from cockpit.domain.activity import Activity, State
from cockpit.domain.fleet import Fleet, LaneView
from cockpit.domain.ids import LaneId
from cockpit.domain.intents import DeliverPrompt, Intent
from cockpit.domain.prompt_queue import PromptQueue, Waiting
from cockpit.services.beats import Beats
from tests.services.conftest import Desk

T = TypeVar("T")
ALPHA = LaneId("alpha")


async def test_the_second_waits_for_the_next_rest(desk: Desk) -> None:
    cockpit = desk.cockpit()
    now = cockpit.work.clock.now()
    one, two = Waiting("a", "first", 1.0), Waiting("b", "second", 2.0)
    rest = Activity(State.IDLE, "screen", "prompt box", since=now - 30)
    view = LaneView(ALPHA, "A", "", "sh", activity=rest, prompts=PromptQueue((one, two)))
    shown = view
    wishes: list[Intent] = []

    async def look(call: Callable[[], T]) -> T:
        return call()

    beats = Beats(
        cockpit,
        fleet=lambda: Fleet("r", "main", {ALPHA: shown}),
        submit=wishes.append,
        publish=lambda _event: None,
        look=look,
    )
    await beats.beat()
    shown = replace(view, prompts=PromptQueue((two,)))  # sent; the screen says no news yet
    await beats.beat()
    assert wishes == [DeliverPrompt(ALPHA)]
    shown = replace(shown, activity=replace(rest, since=now - 5))
    await beats.beat()
    assert wishes == [DeliverPrompt(ALPHA)] * 2
