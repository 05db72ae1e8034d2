"""Syncing, parking and resuming from the board: what is shown, asked and wished."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from cockpit.domain.activity import Activity, State
from cockpit.domain.fleet import LaneView
from cockpit.domain.ids import CommitId, LaneId
from cockpit.domain.intents import Park, Restart, Resume, Start, Sync
from cockpit.domain.landed import Merged, MergedState
from cockpit.domain.sync import SyncFlag
from cockpit.domain.teardown import Holdings
from cockpit.errors import Refused
from cockpit.ui import present
from tests.ui.drive import opened
from tests.ui.fake import NOW, FakeCockpit, FakeSupervisor, fleet_of, sync, view

ALPHA, BETA, GAMMA = LaneId("alpha"), LaneId("beta"), LaneId("gamma")
THREE = fleet_of(
    view("alpha", 1, State.IDLE), view("beta", 2, State.WORKING), view("gamma", 3, State.EXITED)
)


def fake(**answers: Any) -> FakeSupervisor:
    made = FakeSupervisor(THREE)
    made.fake.answers.update({name.replace("_", " "): found for name, found in answers.items()})
    return made


async def test_b_shows_what_comes_in_and_asks() -> None:
    async with opened(THREE, supervisor=fake()) as session:
        await session.press("b")
        text = session.text()
        assert "Bring main into alpha?" in text
        assert "1 commit, 1 path, by merge" in text and "Land beta" in text and "src/api.py" in text
        await session.press("enter")
        assert session.supervisor.intents == []
        await session.press("y")
        assert session.supervisor.intents == [Sync(ALPHA, when_idle=True)]


async def test_b_takes_all_marked_lanes_and_says_who_waits() -> None:
    waits = sync(BETA, waits="its agent is working")
    supervisor = fake(sync_beta=waits, sync_gamma=Refused("Lane gamma is gone [/x]."))
    async with opened(THREE, supervisor=supervisor) as session:
        await session.press("space", "l", "space", "l", "space", "b")
        text = session.text()
        assert "its agent is working: it waits for the end of the turn" in text
        assert "Lane gamma is gone [/x]." in text
        await session.press("y")
        assert session.supervisor.intents == [
            Sync(ALPHA, when_idle=True),
            Sync(BETA, when_idle=True),
        ]


async def test_capital_b_takes_those_that_rest() -> None:
    async with opened(THREE, supervisor=fake()) as session:
        await session.press("B")
        assert "Bring main into alpha, gamma?" in session.text()
        await session.press("y")
        assert session.supervisor.intents == [Sync(lane, when_idle=True) for lane in (ALPHA, GAMMA)]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"new": None, "conflicts": ("src/a\x1b]52;c;x\x07.py",)}, "the lane is left as it is"),
        ({"in_the_way": ("notes.txt",)}, "uncommitted work in the way"),
        ({"new": None, "why_not": "a rebase is under way in it"}, "a rebase is under way"),
        ({"new": None, "incoming": ()}, "has everything of main already"),
    ],
)
async def test_a_sync_that_can_not_be_is_only_shown(changes: dict[str, Any], said: str) -> None:
    async with opened(THREE, supervisor=fake(sync_alpha=sync(ALPHA, **changes))) as session:
        await session.press("b")
        assert said in session.text() and "\x1b" not in session.text()
        await session.press("y")
        assert session.supervisor.intents == []


async def test_nothing_rests_is_a_reason() -> None:
    async with opened(fleet_of(view("alpha", 1))) as session:
        await session.press("B")
        assert session.toasts() == ["No lane rests and is behind main."]


async def test_parking_asks_only_for_what_is_uncommitted() -> None:
    supervisor = fake()
    async with opened(THREE, supervisor=supervisor) as session:
        await session.press("p")
        text = session.text()
        assert "Park alpha?" in text and "alpha/work stays" in text and "notes.txt" in text
        await session.press("n")
        assert session.supervisor.intents == []
        clean = replace(FakeCockpit.preview_teardown(supervisor.fake, ALPHA), processes=())
        supervisor.fake.answers["teardown"] = replace(clean, holdings=Holdings())
        await session.press("p")
        assert session.supervisor.intents == [Park(ALPHA, "token-1")]


PARKED = replace(
    view("alpha", 1, started=False),
    activity=Activity(State.PARKED, "operation", "parked on alpha/work", NOW - 300),
)


async def test_a_parked_lane_says_so_and_is_taken_up_again() -> None:
    async with opened(fleet_of(PARKED)) as session:
        assert "◇ parked" in session.text() and "parked on alpha/work" in session.text()
        assert "takes it up again" in session.text()
        await session.press("r", "y")
        assert session.supervisor.intents == [Resume(ALPHA)]
        await session.press("s")
        assert session.supervisor.intents[1:] == [Start(ALPHA)]


async def test_starting_all_leaves_parked_lanes() -> None:
    fleet = fleet_of(PARKED, view("beta", 2, started=False))
    async with opened(fleet) as session:
        await session.press("S")
        assert session.supervisor.intents == [Start(BETA)]
    async with opened(fleet_of(PARKED)) as session:
        await session.press("S")
        assert session.toasts() == ["Every lane is started already, or parked."]


async def test_restart_of_a_started_lane_stays_a_restart() -> None:
    async with opened(THREE, supervisor=fake()) as session:
        await session.press("r", "y")
        assert session.supervisor.intents == [Restart(ALPHA)]


def foot(lane: LaneView) -> str:
    return " | ".join(part[1].plain for part in present.panel_foot(lane) if part[1])


@pytest.mark.parametrize(
    ("merged", "flag", "said"),
    [
        (MergedState(Merged.MERGED), SyncFlag(), "✓ merged"),
        (MergedState(Merged.PARTLY, 2), SyncFlag(), "◐ 2 commits left"),
        (MergedState(Merged.UNMERGED, 3), SyncFlag(waiting=True), "sync waits for its turn's end"),
        (MergedState(), SyncFlag(conflicts=("a", "b")), "sync conflicts in 2 files"),
    ],
)
def test_the_panel_says_how_a_lane_stands(merged: MergedState, flag: SyncFlag, said: str) -> None:
    usual = view("alpha", 1)
    assert usual.facts is not None
    lane = replace(usual, facts=replace(usual.facts, merged=merged, sync=flag))
    assert said in foot(lane)
    assert "merged" not in foot(usual) and "sync" not in foot(usual)


def test_a_preview_names_what_a_rebase_does() -> None:
    from cockpit.domain.sync import SyncHow
    from cockpit.ui.screens.syncing import sync_lines

    shown = sync(ALPHA, how=SyncHow.REBASE, rebuilt=2, dropped=1, stuck=CommitId("a" * 40))
    lines = [line.plain for line in sync_lines(ALPHA, shown)]
    assert "by rebase (2 of its own built anew, 1 left out)" in lines[0]
