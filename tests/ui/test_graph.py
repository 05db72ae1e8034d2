"""The audit trail on its screen."""

from __future__ import annotations

import pytest

from cockpit.domain.intents import Undo
from cockpit.domain.operation import OpKind
from cockpit.services.api import UndoPreview
from cockpit.ui.graph_lines import found
from cockpit.ui.screens.graph import CommitScreen, GraphScreen
from tests.audits import sample
from tests.ui.drive import Session, opened
from tests.ui.fake import FakeSupervisor, fleet_of, operation, view

ONE = fleet_of(view("alpha", 1))


async def graph(session: Session) -> GraphScreen:
    await session.press("G")
    screen = session.app.screen
    assert isinstance(screen, GraphScreen)
    return screen


@pytest.mark.parametrize("size", [(80, 24), (120, 40), (200, 60), (45, 12)])
async def test_the_graph_shows_landings_with_what_the_journal_knows(size: tuple[int, int]) -> None:
    async with opened(ONE, size=size) as session:
        await graph(session)
        text = session.text()
        assert "◆─╮" in text
        assert "step 8 landed beta" in text
        if size[0] >= 120:
            for said in ("after a retry", "task-002", "approved bbbbbbbb in step 7", "[main]"):
                assert said in text
            assert "undone by step 9" in text
            assert "step 9 takes back step 5" in text


async def test_enter_shows_the_commit_with_its_landing_and_files() -> None:
    async with opened(ONE, size=(100, 40)) as session:
        await graph(session)
        await session.press("j", "enter")
        assert isinstance(session.app.screen, CommitScreen)
        text = session.text()
        for said in ("8, by merge", "bbbbbbbb", "gate green", "src/api.py", "A src/new.py"):
            assert said in text
        await session.press("q")
        assert isinstance(session.app.screen, GraphScreen)


async def test_undo_in_the_graph_is_that_of_the_landing() -> None:
    fake = FakeSupervisor(ONE)
    step = operation(8, OpKind.LAND, summary="land beta")
    fake.fake.answers["undo"] = UndoPreview(step, ("main goes back",), ())
    async with opened(ONE, supervisor=fake) as session:
        await graph(session)
        await session.press("j", "u")
        assert "Undo step 8" in session.text()
        await session.press("y")
        assert session.supervisor.intents == [Undo(8)]


async def test_commits_without_a_step_say_why_they_can_not_be_undone() -> None:
    async with opened(ONE) as session:
        await graph(session)
        await session.press("j", "j", "u", "j", "u")
        said = " ".join(session.toasts())
        assert "knows of no landing" in said
        assert "undone already, by step 9" in said
        assert session.supervisor.intents == []


async def test_search_goes_around_and_says_when_nothing_is_found() -> None:
    async with opened(ONE, size=(100, 20)) as session:
        screen = await graph(session)
        await session.press("slash", *"merge", "enter")
        assert screen.reader.cursor == 1
        assert "match 1/2" in session.text()
        await session.press("n")
        assert screen.reader.cursor == 3
        await session.press("n")
        assert screen.reader.cursor == 1
        await session.press("N")
        assert screen.reader.cursor == 3
        await session.press("slash", "z", "z", "enter")
        assert "no match" in session.text()
        await session.press("slash", "escape")
        assert isinstance(session.app.screen, GraphScreen)
        await session.press("escape")
        assert not isinstance(session.app.screen, GraphScreen)


def test_search_looks_at_what_is_known_too() -> None:
    rows = sample().rows
    assert found(rows, "TASK-002") == [1]
    assert found(rows, "undone by") == [3]
    assert found(rows, "beta/work") == [2]


async def test_hostile_text_stays_text() -> None:
    fake = FakeSupervisor(ONE)
    fake.fake.answers["audit"] = sample("[/x][@click=app.exit()]\x1b]52;c;aGk=\x07\u202eevil")
    async with opened(ONE, supervisor=fake, size=(200, 20)) as session:
        await graph(session)
        text = session.text()
        assert "[/x][@click=app.exit()]" in text
        assert "\x1b" not in text
        assert "\u202e" not in text
