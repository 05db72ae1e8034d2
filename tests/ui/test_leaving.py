"""Leaving by q: at once, now, once all turns have ended, or after every lane is parked."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cockpit.domain.activity import Activity, State
from cockpit.domain.events import ActivityChanged, OperationBegan, OperationEnded
from cockpit.domain.fleet import Fleet
from cockpit.domain.ids import LaneId, OpId
from cockpit.domain.intents import Park
from cockpit.domain.leaving import leaving
from cockpit.domain.operation import OpKind
from cockpit.domain.teardown import SweepEntry
from cockpit.ui.screens.leaving import LeavingScreen
from tests.ui.drive import Session, opened
from tests.ui.fake import NOW, fleet_of, view

ALPHA, BETA = LaneId("alpha"), LaneId("beta")


def busy_fleet() -> Fleet:
    return fleet_of(view("alpha"), view("beta", 2, State.IDLE), view("gamma", 3, started=False))


def rests(session: Session, lane: LaneId, state: State = State.IDLE) -> None:
    session.supervisor.tell(ActivityChanged(lane, Activity(state, "screen", "a rule", NOW)))


@pytest.mark.parametrize("state", [State.EXITED, State.PLANNED])
async def test_with_nothing_running_q_closes_at_once(state: State) -> None:
    one = view("alpha", state=state, started=state is not State.PLANNED)
    async with opened(fleet_of(one)) as session:
        await session.press("q")
        assert session.app._exit


async def test_the_dialog_names_what_runs_and_enter_leaves_it_running() -> None:
    async with opened(busy_fleet()) as session:
        await session.press("q")
        assert not session.app._exit
        text = session.text()
        assert "Close cockpit?" in text
        assert "alpha" in text and "● working 2m" in text and "○ idle" in text
        await session.press("escape")
        assert session.app.screen is session.app.board
        await session.press("q", "enter")
        assert session.app._exit
        assert session.supervisor.intents == []


async def test_an_operation_under_way_is_named_first() -> None:
    async with opened(busy_fleet()) as session:
        session.supervisor.tell(OperationBegan(OpId("1"), OpKind.GATE, BETA, "gate beta"))
        await session.press("q")
        text = session.text()
        assert text.index("beta: gate beta") < text.index("Agents that run")
        assert "brought to its end first" in text


async def test_finish_starts_nothing_more_and_closes_after_the_last_turn() -> None:
    async with opened(busy_fleet()) as session:
        await session.press("q", "f")
        assert session.supervisor.resting
        assert not session.app._exit
        assert "closes when all turns have ended" in session.text()
        session.supervisor.tell(OperationBegan(OpId("1"), OpKind.LAND, BETA, "land beta"))
        rests(session, ALPHA, State.ASKING)
        await session.settle()
        assert not session.app._exit, "an operation is under way"
        session.supervisor.tell(OperationEnded(OpId("1"), OpKind.LAND, BETA, "landed"))
        await session.settle()
        assert session.app._exit


async def test_finish_is_taken_back_by_the_same_key() -> None:
    async with opened(busy_fleet()) as session:
        await session.press("q", "f", "q")
        assert "at the end of: alpha" in session.text()
        await session.press("f")
        assert not session.supervisor.resting
        rests(session, ALPHA)
        await session.settle()
        assert not session.app._exit


def sweep(session: Session, *refused: str) -> None:
    fake = session.supervisor.fake
    fake.answers["sweep"] = [
        SweepEntry(lane, None, "its index is damaged")
        if lane in refused
        else SweepEntry(lane, fake.preview_teardown(lane))
        for lane in (ALPHA, BETA)
    ]


async def test_parking_all_shows_what_goes_and_closes_when_all_are_parked() -> None:
    async with opened(busy_fleet()) as session:
        sweep(session)
        await session.press("q", "p")
        text = session.text()
        assert "Park every lane" in text
        assert "2 uncommitted paths to the trash" in text and "ends claude (4711)" in text
        await session.press("y")
        assert session.supervisor.intents == [Park(ALPHA, "token-1"), Park(BETA, "token-1")]
        session.supervisor.tell(OperationEnded(OpId("1"), OpKind.PARK, ALPHA, "parked"))
        await session.settle()
        assert not session.app._exit
        session.supervisor.tell(OperationEnded(OpId("2"), OpKind.PARK, BETA, "parked"))
        await session.settle()
        assert session.app._exit


async def test_a_lane_that_refuses_is_named_and_cockpit_stays() -> None:
    async with opened(busy_fleet()) as session:
        sweep(session, "beta")
        await session.press("q", "p")
        assert "beta           stays: its index is damaged" in session.text()
        await session.press("y")
        assert session.supervisor.intents == [Park(ALPHA, "token-1")]
        session.supervisor.tell(OperationEnded(OpId(""), OpKind.PARK, ALPHA, "", "It changed."))
        await session.settle()
        assert not session.app._exit
        assert any("alpha could not be parked" in toast for toast in session.toasts())
        assert not session.supervisor.resting


async def test_the_dialog_follows_what_happens() -> None:
    async with opened(busy_fleet()) as session:
        await session.press("q")
        assert isinstance(session.app.screen, LeavingScreen)
        rests(session, ALPHA, State.ERROR)
        await session.settle()
        assert "✗ error" in session.text()


def test_nobody_knows_that_an_unknown_agent_has_ended() -> None:
    assert not leaving(fleet_of(view("alpha", state=State.UNKNOWN))).is_quiet
    gone = replace(view("alpha"), activity=Activity(State.PARKED, "operation", "", 0.0))
    assert leaving(fleet_of(gone)).is_quiet


@pytest.mark.parametrize("size", [(60, 20), (80, 24)])
async def test_the_ways_out_can_be_read_on_small_screens(size: tuple[int, int]) -> None:
    async with opened(busy_fleet(), size=size) as session:
        await session.press("q")
        assert "Esc" in session.text() and "Enter" in session.text()
