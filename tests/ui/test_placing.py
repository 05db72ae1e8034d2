"""Renaming, moving, locking and starting with changes, from the palette."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cockpit.domain.activity import Activity, State
from cockpit.domain.fleet import LaneView
from cockpit.domain.ids import LaneId
from cockpit.domain.intents import Lock, Move, Rename, Start, Unlock
from tests.ui.drive import Session, opened
from tests.ui.fake import FakeSupervisor, fleet_of, view

ALPHA, BETA = LaneId("alpha"), LaneId("beta")


def ended() -> LaneView:
    shown = view("alpha")
    assert shown.record is not None
    return replace(
        shown,
        record=replace(shown.record, pane=None),
        activity=Activity(State.EXITED, "process", "the lane has no pane", 0.0),
    )


async def palette(session: Session, words: str) -> None:
    await session.press("colon")
    await session.press(*("space" if char == " " else char for char in words))
    await session.press("enter")


async def typed(session: Session, words: str) -> None:
    await session.press("ctrl+a", "ctrl+k")
    names = {"-": "minus", " ": "space", "/": "slash", ".": "full_stop"}
    await session.press(*(names.get(char, char) for char in words))
    await session.press("ctrl+s")


@pytest.mark.parametrize("size", [(60, 20), (80, 24), (120, 40)])
async def test_rename(size: tuple[int, int]) -> None:
    fleet = fleet_of(ended(), view("beta"))
    made = FakeSupervisor(fleet)
    async with opened(fleet, supervisor=made, size=size) as session:
        await palette(session, "rename")
        assert "New name for alpha" in session.text() and "lanes.yaml" in session.text()
        await typed(session, "Beta")
        assert "Use a-z" in session.text() and made.intents == []
        await typed(session, "beta")
        assert "There is a lane beta" in session.text()
        await typed(session, "log-in")
        assert made.intents == [Rename(ALPHA, LaneId("log-in"))]


async def test_move_and_leaving_it() -> None:
    fleet = fleet_of(ended())
    made = FakeSupervisor(fleet)
    async with opened(fleet, supervisor=made) as session:
        await palette(session, "move lane")
        assert "New folder for alpha" in session.text()
        await session.press("escape")
        assert made.intents == []
        await palette(session, "move lane")
        await typed(session, "../there")
        assert made.intents == [Move(ALPHA, "../there")]


async def test_an_agent_that_runs_is_in_the_way() -> None:
    fleet = fleet_of(view("alpha"))
    made = FakeSupervisor(fleet)
    async with opened(fleet, supervisor=made) as session:
        await palette(session, "rename")
        assert "The agent of alpha runs" in session.text() and made.intents == []


async def test_lock_shows_why_on_the_panel_and_unlock() -> None:
    fleet = fleet_of(view("alpha"))
    made = FakeSupervisor(fleet)
    async with opened(fleet, supervisor=made) as session:
        await palette(session, "lock or")
        await session.press("ctrl+s")
        assert "Say why" in session.text()
        await typed(session, "keep it")
        assert made.intents == [Lock(ALPHA, "keep it")]
    locked = fleet_of(replace(view("alpha"), locked="keep [/x] it"))
    made = FakeSupervisor(locked)
    async with opened(locked, supervisor=made) as session:
        assert "locked: keep [/x] it" in session.text()
        await palette(session, "lock or")
        assert made.intents == [Unlock(ALPHA)]


async def test_start_with_changes() -> None:
    planned = replace(view("alpha"), record=None, activity=Activity(State.PLANNED, "none", "", 0.0))
    fleet = fleet_of(planned)
    made = FakeSupervisor(fleet)
    async with opened(fleet, supervisor=made) as session:
        await palette(session, "start with")
        assert made.intents == [Start(ALPHA, with_changes=True)]
