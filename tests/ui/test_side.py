"""The facts at a zoomed lane's side are gathered no oftener than somebody can read them."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from cockpit.domain.activity import Activity, State
from cockpit.domain.card import Card
from cockpit.domain.events import ActivityChanged
from cockpit.domain.ids import LaneId
from cockpit.services import cards
from cockpit.services.api import Cockpit
from cockpit.ui.widgets import side
from tests.ui.drive import Session, opened
from tests.ui.fake import NOW, fleet_of, view

ALPHA = LaneId("alpha")
TWO = fleet_of(view("alpha", 1), view("beta", 2))


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The lanes whose cards were gathered."""
    lanes: list[str] = []
    card = cards.card

    def counted(cockpit: Cockpit, lane: LaneId, *, shared: bool) -> Card:
        lanes.append(lane)
        return card(cockpit, lane, shared=shared)

    monkeypatch.setattr(side, "card", counted)
    return lanes


async def change(session: Session, times: int) -> None:
    for number in range(times):
        activity = Activity(State.WORKING, "screen", f"line {number}", NOW)
        session.supervisor.tell(ActivityChanged(ALPHA, activity))
        await session.settle()


async def test_many_changes_are_one_question_now_and_one_later(asked: list[str]) -> None:
    async with opened(TWO, size=(200, 50)) as session:
        session.app.board.change(replace(session.app.board.selection, zoomed=True, side=True))
        await session.settle()
        assert asked == ["alpha"]
        await change(session, 20)
        assert len(asked) <= 2
        before = len(asked)
        await asyncio.sleep(side.EVERY)
        await session.until(lambda: len(asked) > before)
        assert len(asked) <= 4


async def test_another_lane_is_asked_about_at_once(asked: list[str]) -> None:
    async with opened(TWO, size=(200, 50)) as session:
        session.app.board.change(replace(session.app.board.selection, zoomed=True, side=True))
        await session.settle()
        await session.press("l")
        assert asked == ["alpha", "beta"]
        await session.press("h")
        assert asked == ["alpha", "beta", "alpha"]


async def test_an_unchanged_lane_is_asked_about_once(
    asked: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(side, "EVERY", 0.01)
    async with opened(TWO, size=(200, 50)) as session:
        session.app.board.change(replace(session.app.board.selection, zoomed=True, side=True))
        await session.settle()
        await asyncio.sleep(0.1)
        await session.settle()
        assert asked == ["alpha"]
