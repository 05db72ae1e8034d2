"""Every action of a scope is really performed: with the mouse alone, and by keys alone.

Scopes that are in neither list are covered by tests/ui/test_pointing.py only as far as their
actions can be reached.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
from textual.events import MouseScrollDown
from textual.widgets import Input, TextArea

from cockpit.domain.ids import LaneId
from cockpit.ui import attach, deeds
from cockpit.ui.actions import ACTIONS, BY_ID, Action, Scope
from cockpit.ui.app import CockpitApp
from cockpit.ui.screens.base import Keyed
from cockpit.ui.screens.pick import PickScreen
from cockpit.ui.selection import Selection
from cockpit.ui.train_draft import Draft
from cockpit.ui.widgets.hints import HintBar
from cockpit.ui.widgets.lane_panel import LanePanel
from tests.ui.drive import Session, opened
from tests.ui.places import ALPHA, PLACES, Place
from tests.ui.test_pointing import click_row

SIZE = (220, 60)
Performed = list[str]
Way = Callable[[Session, Action], Awaitable[None]]


@pytest.fixture
def performed(monkeypatch: pytest.MonkeyPatch) -> Performed:
    """Actions that were done: not refused, and by somebody who knows how."""
    done: Performed = []
    perform = CockpitApp.perform

    def spy(app: CockpitApp, action_id: str, key: str = "") -> None:
        knows = hasattr(app.screen, f"do_{action_id}") or action_id in deeds.DEEDS
        if knows and BY_ID[action_id].why_not(app.board.context()) is None:
            done.append(action_id)
        perform(app, action_id, key)

    async def hand_over(app: object, argv: list[str], **more: Any) -> int:
        return 0

    monkeypatch.setattr(CockpitApp, "perform", spy)
    monkeypatch.setattr(CockpitApp, "exit", lambda app: None)
    monkeypatch.setattr(attach, "hand_over", hand_over)
    monkeypatch.setattr(attach, "can_hand_over", lambda app: True)
    return done


@asynccontextmanager
async def at(place: Place) -> AsyncIterator[Session]:
    fake = place.fresh()
    async with opened(fake.fleet, supervisor=fake, size=SIZE, hosted=place.hosted) as session:
        await place.open(session)
        yield session


def can_here(session: Session, action: Action) -> bool:
    return action.why_not(session.app.board.context()) is None


# ------------------------------------------------------------------ the two ways


async def by_mouse(session: Session, action: Action) -> None:
    """The hint of the action where there is one, a click of its own, else the palette's row;
    the palette opens by a click beside the hints."""
    screen = session.app.screen
    assert isinstance(screen, Keyed)
    own = OWN_CLICKS.get(action.id) or BESIDE_ACTIONS.get(action.id)
    if own is not None:
        await own(session)
        return
    bar = screen.query_one(HintBar)
    key = session.app.keymap.key(action.id)
    x = next((x for x in range(bar.size.width) if key and bar.key_at(x) == key), None)
    if x is not None and means(session, key, action):
        await session.pilot.click(bar, offset=(x, 0))
        await session.settle()
        return
    await session.pilot.click(bar, offset=(bar.size.width - 2, 0))
    await session.settle()
    assert isinstance(session.app.screen, PickScreen), "a click beside the hints opens all"
    await click_row(session, action.id)


def means(session: Session, key: str, action: Action) -> bool:
    """Whether the hint of that key is of this action, on a screen of several scopes."""
    screen = session.app.screen
    assert isinstance(screen, Keyed)
    keymap = session.app.keymap
    return keymap.find((*screen.scopes, Scope.ANYWHERE), keymap.name_of(key)) is action


async def by_keys(session: Session, action: Action) -> None:
    keymap, screen = session.app.keymap, session.app.screen
    assert isinstance(screen, Keyed)
    writing = isinstance(session.app.focused, Input | TextArea)
    scopes = (*(screen.text_scopes if writing else screen.scopes), Scope.ANYWHERE)
    for key in keymap.keys(action):
        if keymap.find(scopes, key, writing=writing) is action:
            await session.press(key)
            return
    await session.press("ctrl+p")
    picker = session.app.screen
    assert isinstance(picker, PickScreen)
    await session.press(*(("space" if char == " " else char) for char in action.title.lower()))
    ids = [entry.id for entry in picker.shown]
    await session.press(*["down"] * ids.index(action.id), "enter")


# ------------------------------------------------------------------ clicks of their own


def panel_of(session: Session, lane: str) -> LanePanel:
    panel = session.app.board.grid.panel(LaneId(lane))
    assert panel is not None
    return panel


async def click_panel(session: Session) -> None:
    """Choosing a lane, in whatever direction it lies."""
    await session.pilot.click(panel_of(session, "beta").pane, offset=(3, 3))
    await session.settle()
    assert session.chosen() == "beta"


async def click_for_menu(session: Session) -> None:
    await session.pilot.click(panel_of(session, "alpha").pane, offset=(3, 3), button=3)
    await session.settle()


async def click_number(session: Session) -> None:
    """An answer by its row in the palette."""
    bar = session.app.screen.query_one(HintBar)
    await session.pilot.click(bar, offset=(bar.size.width - 2, 0))
    await session.settle()
    await click_row(session, "answer_choice#2")


async def click_the_wheel(session: Session) -> None:
    side, way = session.app.board.side, MouseScrollDown
    before = side.scroll_offset.y
    await session.pilot._post_mouse_events([way], side, (2, 1), button=0)
    await session.settle()
    assert side.scroll_offset.y >= before


async def click_entry(session: Session) -> None:
    await click_row(session, "help")


OWN_CLICKS: dict[str, Callable[[Session], Awaitable[None]]] = {
    "lane_menu": click_for_menu,
    "answer_choice": click_number,
    "pick_take": click_entry,
}
BESIDE_ACTIONS: dict[str, Callable[[Session], Awaitable[None]]] = {
    **dict.fromkeys(("choose", "find", "left", "right", "up", "down"), click_panel),
    **dict.fromkeys(("side_down", "side_up"), click_the_wheel),
    **dict.fromkeys(("pick_down", "pick_up", "pick_page_down", "pick_page_up"), click_entry),
}
"""What a click or the wheel does itself, and no action is performed for it."""

# ------------------------------------------------------------------ the walk


async def again(session: Session, place: Place) -> None:
    """Back on the board as it was, and from there to the place."""
    app = session.app
    while len(app.screen_stack) > 1:
        app.pop_screen()
    app.board.stop_typing()
    app.board.change(Selection(chosen=ALPHA))
    session.supervisor.fake.answers.pop("kept", None)
    app.train_memory.draft = Draft()
    app.clear_notifications()
    await session.settle()
    await place.open(session)


async def really(scope: Scope, way: Way, performed: Performed) -> list[str]:
    """Do every action of a scope; what can't be done so is named."""
    left = [action for action in ACTIONS if action.scope is scope]
    failed = []
    for place in PLACES[scope]:
        async with at(place) as session:
            for action in list(left):
                if not can_here(session, action):
                    continue
                left.remove(action)
                performed.clear()
                try:
                    await way(session, action)
                except (AssertionError, ValueError) as error:
                    failed.append(f"{action.id}: {error}")
                if action.id not in performed and not (
                    way is by_mouse and action.id in BESIDE_ACTIONS
                ):
                    failed.append(f"{action.id} was not done; on {session.app.screen}")
                await again(session, place)
    return [*failed, *(f"no place lets {action.id} be done" for action in left)]


BY_KEYS = (
    Scope.COMMENTS,
    Scope.LOG,
    Scope.GRAPH,
    Scope.GOING,
    Scope.ASSIGNING,
    Scope.RETRYING,
    Scope.PROMPT,
    Scope.CONFIRM,
    Scope.CHOOSING,
    Scope.LEAVING,
    Scope.DIGEST,
)
BY_MOUSE = (
    *BY_KEYS,
    Scope.ANYWHERE,
    Scope.LANDING,
    Scope.INBOX,
    Scope.TASK_TEXT,
    Scope.READING,
)


@pytest.mark.parametrize("scope", BY_MOUSE)
async def test_by_mouse_alone(scope: Scope, performed: Performed) -> None:
    assert await really(scope, by_mouse, performed) == []


@pytest.mark.parametrize("scope", BY_KEYS)
async def test_by_keys_alone(scope: Scope, performed: Performed) -> None:
    assert await really(scope, by_keys, performed) == []


def test_no_scope_is_left_out() -> None:
    assert set(PLACES) == set(Scope) - {Scope.PROPOSAL}
