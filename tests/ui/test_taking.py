"""The dialogs that make commits on a lane, and the sign of an approval on its panel."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from cockpit.domain.approval import ApprovalState, Standing
from cockpit.domain.change import PathChange
from cockpit.domain.events import ApprovalChanged
from cockpit.domain.ids import LaneId
from cockpit.domain.intents import Commit, LeaveOut
from cockpit.domain.merge import Check
from cockpit.domain.taking import TakePreview
from cockpit.ui.screens.paths import PathsScreen
from tests.ui.drive import opened
from tests.ui.fake import HEAD, FakeSupervisor, fleet_of, landing, view

ALPHA = LaneId("alpha")
FLEET = fleet_of(view("alpha"))
HOSTILE = "src/[/x]\x1b]52;c;eA==\x07.py"


def supervisor(**answers: Any) -> FakeSupervisor:
    made = FakeSupervisor(FLEET)
    made.fake.answers.update(answers)
    return made


def dirty_landing() -> Any:
    checks = (Check("tree", False, "2 uncommitted path(s)", ("notes.txt",), key="C"),)
    return landing(ALPHA, checks=checks)


def outside_landing() -> Any:
    paths = (f"{HOSTILE}: outside the zone", "a: b.py: protected")
    changes = tuple(
        PathChange(path, "100644", "100644", "b" * 40, "c" * 40)
        for path in ("src/in.py", HOSTILE, "a: b.py")
    )
    checks = (Check("zone", False, "2 path(s) outside", paths, key="L"),)
    return landing(ALPHA, checks=checks, changes=changes)


def shown(fake: FakeSupervisor, paths: tuple[str, ...] = ()) -> TakePreview:
    return fake.fake.preview_commit(ALPHA, paths)


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_the_rest_is_shown_and_taken(size: tuple[int, int]) -> None:
    made = supervisor(landing=dirty_landing())
    async with opened(FLEET, supervisor=made, size=size) as session:
        await session.press("m", "C")
        text = session.text()
        assert "Take the uncommitted work of alpha" in text
        assert "▣ src/auth/token.py" in text and "notes.txt  new" in text
        await session.press("enter")
        assert made.intents == [Commit(ALPHA, "The rest", (), shown(made).token)]


async def test_only_marked_files_and_another_message() -> None:
    made = supervisor(landing=dirty_landing())
    async with opened(FLEET, supervisor=made) as session:
        await session.press("m", "C", "space", "e", *"2", "enter", "enter")
        token = shown(made, ("notes.txt",)).token
        assert made.intents == [Commit(ALPHA, "The rest2", ("notes.txt",), token)]


async def test_nothing_marked_takes_nothing_and_escape_leaves() -> None:
    made = supervisor(landing=dirty_landing())
    async with opened(FLEET, supervisor=made) as session:
        await session.press("m", "C", "a", "enter")
        assert "No file is marked" in session.text()
        await session.press("escape")
        assert not isinstance(session.app.screen, PathsScreen)
        assert made.intents == []


async def test_a_refusal_is_shown_and_enter_does_nothing() -> None:
    usual = supervisor()
    refused = replace(shown(usual), refusal="its agent is working (title: spinner)")
    made = supervisor(landing=dirty_landing(), commit=refused)
    async with opened(FLEET, supervisor=made) as session:
        await session.press("m", "C", "enter")
        assert "Not now: its agent is working" in session.text()
        assert made.intents == []


async def test_files_outside_the_zone_are_marked_to_be_left_out() -> None:
    made = supervisor(landing=outside_landing())
    async with opened(FLEET, supervisor=made) as session:
        await session.press("m", "L")
        text = session.text()
        assert "□ src/in.py" in text and "▣ a: b.py  protected" in text
        assert "\x1b" not in text and "\x07" not in text
        await session.press("enter")
        assert made.intents == [LeaveOut(ALPHA, (HOSTILE, "a: b.py"), "", HEAD)]


@pytest.mark.parametrize(
    ("standing", "sign"), [(Standing.VALID, "✓ approved"), (Standing.VOID, "✗ approval void")]
)
async def test_a_panel_shows_how_the_approval_stands(standing: Standing, sign: str) -> None:
    async with opened(FLEET, supervisor=supervisor()) as session:
        assert "approv" not in session.text().splitlines()[-3]
        session.supervisor.tell(ApprovalChanged(ALPHA, ApprovalState(standing, why="since")))
        await session.settle()
        assert sign in session.text()
