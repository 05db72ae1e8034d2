"""The app comes back as it was left, drafts too."""

from __future__ import annotations

import pytest
from textual.widgets import Input, TextArea

from cockpit.domain.ids import LaneId
from cockpit.domain.screen_memory import ScreenMemory
from cockpit.errors import CockpitError
from cockpit.ui.screens.clashes import ClashesScreen
from cockpit.ui.screens.prompt import PromptScreen
from tests.ui.drive import Session, opened
from tests.ui.fake import FakeSupervisor, fleet_of_size

ALPHA, BETA, GAMMA = LaneId("alpha"), LaneId("beta"), LaneId("gamma")


def kept(session: Session) -> ScreenMemory:
    screens: list[ScreenMemory] = session.supervisor.fake.answers.get("screens", [ScreenMemory()])
    return screens[-1]


def left(memory: ScreenMemory, said: str = "", size: int = 4) -> FakeSupervisor:
    supervisor = FakeSupervisor(fleet_of_size(size))
    supervisor.fake.answers["screen"] = (memory, said)
    return supervisor


async def test_selection_marks_zoom_filter_and_screen_come_back() -> None:
    memory = ScreenMemory(BETA, (ALPHA, GAMMA), True, "a", "clashes")
    async with opened(fleet_of_size(4), supervisor=left(memory)) as session:
        await session.until(lambda: isinstance(session.app.screen, ClashesScreen))
        selection = session.app.board.selection
        assert (selection.chosen, selection.zoomed, selection.wanted) == (BETA, True, "a")
        assert selection.marked == {ALPHA, GAMMA}
        await session.press("escape", "slash")
        assert session.app.board.query_one("#filter", Input).value == "a"


async def test_lanes_that_are_gone_are_no_trouble() -> None:
    memory = ScreenMemory(LaneId("gone"), (LaneId("gone"), ALPHA), False, "nothing", "diff")
    async with opened(fleet_of_size(2), supervisor=left(memory)) as session:
        assert session.chosen() == "alpha"
        assert session.app.board.selection.marked == {ALPHA}
        assert session.app.screen is session.app.board


async def test_what_changes_is_kept_shortly_after_and_only_then() -> None:
    async with opened(fleet_of_size(4), supervisor=left(ScreenMemory(ALPHA))) as session:
        for _ in range(20):
            await session.pilot.pause(0.05)
        assert "screens" not in session.supervisor.fake.answers, "nothing changed"
        await session.press("l", "space", "z")
        await session.until(lambda: kept(session).zoomed)
        assert (kept(session).chosen, kept(session).marked) == (BETA, (BETA,))


async def test_a_prompt_is_kept_while_it_is_written() -> None:
    async with opened(fleet_of_size(2), supervisor=left(ScreenMemory(ALPHA))) as session:
        await session.press("o", "h", "i")
        assert isinstance(session.app.screen, PromptScreen)
        await session.until(lambda: kept(session).prompts == {(ALPHA,): "hi"})


async def test_a_draft_comes_back_in_its_editor() -> None:
    memory = ScreenMemory(prompts={(ALPHA,): "one\ntwo"}, task="A task")
    async with opened(fleet_of_size(2), supervisor=left(memory)) as session:
        await session.press("o")
        assert session.app.screen.query_one(TextArea).text == "one\ntwo"
        assert session.app.task_draft == "A task"


async def test_what_can_not_be_read_is_said_and_all_is_as_new() -> None:
    async with opened(
        fleet_of_size(2), supervisor=left(ScreenMemory(), "It is damaged.")
    ) as session:
        assert "It is damaged." in session.toasts()
        assert session.chosen() == "alpha"


async def test_a_full_disk_is_said_once_and_tried_again() -> None:
    supervisor = left(ScreenMemory(ALPHA))
    supervisor.fake.answers["keep"] = CockpitError("The disk is full")
    async with opened(fleet_of_size(2), supervisor=supervisor) as session:
        await session.press("z")
        await session.until(lambda: any("The disk is full" in one for one in session.toasts()))
        for _ in range(20):
            await session.pilot.pause(0.05)
        assert sum("The disk is full" in one for one in session.toasts()) == 1
        del supervisor.fake.answers["keep"]
        await session.until(lambda: kept(session).zoomed)


@pytest.mark.parametrize("place", ["quit", "land", "undo"])
async def test_nothing_but_a_place_is_opened(place: str) -> None:
    from cockpit.domain.screen_memory import from_json

    memory = from_json({"chosen": "alpha", "place": place})
    async with opened(fleet_of_size(2), supervisor=left(memory)) as session:
        assert session.app.screen is session.app.board
        assert session.supervisor.intents == []


async def test_what_changed_at_the_very_end_is_kept_too() -> None:
    async with opened(fleet_of_size(2), supervisor=left(ScreenMemory(ALPHA))) as session:
        await session.until(lambda: session.app.keeper._kept is not None)
        await session.press("z", "c")
        await session.until(lambda: kept(session).place == "clashes")
        await session.press("escape")
        session.app.exit()
        session.app.keeper.write_last()
        assert (kept(session).place, kept(session).zoomed) == ("", True)
