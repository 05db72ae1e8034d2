"""Every action of the registry by the mouse alone and by keys alone, and what came of it.

`every_action.txt` says of each action what it does; both ways have to do exactly that.
`UPDATE_GOLDENS=1 pytest …` records it anew.
"""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any, cast

import pytest
from textual.widget import Widget

from cockpit.domain.ids import LaneId
from cockpit.ui import attach
from cockpit.ui.actions import ACTIONS, BY_ID, Action, Scope
from cockpit.ui.app import CockpitApp
from cockpit.ui.leaving import LeavingDesk
from cockpit.ui.selection import Selection
from cockpit.ui.train_memory import TrainMemory
from cockpit.ui.widgets.hints import HintBar
from cockpit.ui.widgets.lines_view import LinesView
from tests.ui.drive import opened
from tests.ui.effects import Look, Outside, effect, look
from tests.ui.fake import FakeSupervisor, fleet_of
from tests.ui.hands import Hands
from tests.ui.places import FIRST, PLACES, Place
from tests.ui.test_proposal import Visit, replaced, visiting

RECORDED = Path(__file__).with_name("every_action.txt")
UPDATES = bool(os.environ.get("UPDATE_GOLDENS"))
SIZE = (110, 32)
Way = Callable[[Hands, Action], Awaitable[None]]


@pytest.fixture
def outside(monkeypatch: pytest.MonkeyPatch) -> Outside:
    """What goes beyond the app, counted instead of done."""
    done = Outside()

    async def hand_over(app: object, argv: list[str], **more: Any) -> int:
        done.ran.append(Path(argv[0]).name)
        return 0

    def leave(app: object) -> None:
        done.closed += 1

    monkeypatch.setenv("VISUAL", "an-editor")
    monkeypatch.setenv("SHELL", "/bin/a-shell")
    monkeypatch.setattr(CockpitApp, "exit", leave)
    monkeypatch.setattr(attach, "hand_over", hand_over)
    monkeypatch.setattr(attach, "can_hand_over", lambda app: True)
    return done


@asynccontextmanager
async def at(place: Place) -> AsyncIterator[Hands]:
    fake = place.fresh()
    size = place.size or SIZE
    async with opened(fake.fleet, supervisor=fake, size=size, hosted=place.hosted) as session:
        hands = Hands(session.app, fake, session.pilot)
        yield hands
        await again(hands)  # what still reads must not outlive its screen


async def again(hands: Hands) -> None:
    """Back on the board as it was."""
    app, fake = hands.app, hands.supervisor
    while len(app.screen_stack) > 1:
        app.pop_screen()
    app.board.stop_typing()
    app.board.set_focus(None)
    app.board.change(Selection(chosen=LaneId(next(iter(fake.fleet.lanes)))))
    for name in ("kept", "review"):
        fake.fake.answers.pop(name, None)
    app.train_memory, app.leaving = TrainMemory(), LeavingDesk(app)
    app.drafts.clear()
    app.clear_notifications()
    await hands.settle()


def record(found: dict[str, str]) -> None:
    names = {f"{action.scope} {action.id}": n for n, action in enumerate(ACTIONS)}
    both = {name: said for name, said in {**recorded(), **found}.items() if name in names}
    lines = [f"{name}: {both[name]}" for name in sorted(both, key=lambda name: names[name])]
    RECORDED.write_text("\n".join(lines) + "\n")


def recorded() -> dict[str, str]:
    lines = RECORDED.read_text().splitlines() if RECORDED.exists() else []
    return dict(line.split(": ", 1) for line in lines)


def is_as_before(then: Look, now: Look) -> bool:
    """Whether nothing but words and screens on top came since."""
    there = now.screens[: len(then.screens)] == then.screens
    if now.screens != then.screens:
        return there and now.selection == then.selection and now.intents == then.intents
    changed = ("screens", "selection", "places", "written", "focus", "typing", "intents", "text")
    return there and all(getattr(then, name) == getattr(now, name) for name in changed)


class Walk:
    """Through the actions of a scope, in a few apps."""

    def __init__(self, scope: Scope, way: Way, outside: Outside) -> None:
        self.scope = scope
        self.way = way
        self.outside = outside
        self.left = [action for action in ACTIONS if action.scope is scope]
        self.found: dict[str, str] = {}
        self.wanted = recorded()

    async def all(self) -> dict[str, str]:
        """What each action does, at the first place that lets it be done."""
        for place in PLACES[self.scope]:
            mine = [action for action in self.left if not place.only or action.id in place.only]
            if mine:
                async with at(place) as hands:
                    await self._at(hands, place, mine)
        return {**self.found, **{f"{self.scope} {one.id}": "no place" for one in self.left}}

    async def _at(self, hands: Hands, place: Place, actions: Iterable[Action]) -> None:
        there: Look | None = None
        for action in actions:
            there = await self._back(hands, place, there, action)
            if action.why_not(hands.app.board.context()) is None:
                self.left.remove(action)
                name = f"{self.scope} {action.id}"
                try:
                    self.found[name] = await self._do(hands, action, there)
                except (AssertionError, ValueError) as error:
                    self.found[name] = f"can't be reached: {error}"

    async def _back(self, hands: Hands, place: Place, there: Look | None, action: Action) -> Look:
        """At the place, as it is before the action; anew only if need be."""
        first = FIRST.get(action.id, ())
        if there is not None and not first and is_as_before(there, look(hands, self.outside)):
            while hands.app.screen is not there.screens[-1]:
                hands.app.pop_screen()
            hands.app.clear_notifications()
            await hands.settle()
        else:
            await again(hands)
            await place.open(hands)
            await hands.press(*first)
        return look(hands, self.outside)

    async def _do(self, hands: Hands, action: Action, before: Look) -> str:
        wanted = self.wanted.get(f"{self.scope} {action.id}", "")
        await self.way(hands, action)

        def came() -> str:
            return effect(before, look(hands, self.outside))

        if UPDATES:
            await hands.until(lambda: bool(came()), most=1.0)
            await hands.until(lambda: False, most=0.1)
        else:
            await hands.until(lambda: came() == wanted)
        return came()


# ------------------------------------------------------------------ the two ways


async def click_panel(hands: Hands, lane: str, *, button: int = 1) -> None:
    panel = hands.app.board.grid.panel(LaneId(lane))
    assert panel is not None
    await hands.click(panel.pane, 3, 3, button=button)


def panel(lane: str, *, button: int = 1) -> Callable[[Hands], Awaitable[None]]:
    return partial(click_panel, lane=lane, button=button)


def wheel(find: Callable[[Hands], Widget], turns: int) -> Callable[[Hands], Awaitable[None]]:
    async def turn(hands: Hands) -> None:
        await hands.wheel(find(hands), turns)

    return turn


async def click_answer(hands: Hands) -> None:
    await click_text(hands, hands.app.screen.query_one("#body", LinesView), " 1  ")


async def click_text(hands: Hands, view: LinesView, words: str) -> None:
    row = next(row for row, line in enumerate(view.lines) if words in line.plain)
    await hands.click(view, view.lines[row].plain.index(words) + 1, row - view.scroll_offset.y)


def side_of(hands: Hands) -> Widget:
    return hands.app.board.side


def row(find: Callable[[LinesView], int]) -> Callable[[Hands], Awaitable[None]]:
    """A click on a row of the palette."""

    async def click(hands: Hands) -> None:
        rows = hands.app.screen.query_one("#body", LinesView)
        await hands.click(rows, 4, find(rows) - rows.scroll_offset.y)

    return click


OWN_CLICKS: dict[str, Callable[[Hands], Awaitable[None]]] = {
    "left": panel("alpha"),
    "up": panel("alpha"),
    "right": panel("beta"),
    "down": panel("gamma"),
    "choose": panel("delta"),
    "find": panel("beta"),
    "lane_menu": panel("alpha", button=3),
    "side_down": wheel(side_of, 2),
    "side_up": wheel(side_of, -2),
    "answer_choice": click_answer,
    "pick_down": row(lambda rows: rows.cursor + 1),
    "pick_up": row(lambda rows: rows.cursor - 1),
    "pick_page_down": row(lambda rows: rows.cursor + rows.size.height - 2),
    "pick_page_up": row(lambda rows: rows.cursor - rows.size.height + 2),
    "pick_take": row(lambda rows: rows.cursor),
}
"""What has no hint and no row in the palette, since the mouse does it itself."""
MORE_KEYS = {"find": ("b",)}
"""Keys that an action waits for."""


async def by_mouse(hands: Hands, action: Action) -> None:
    own = OWN_CLICKS.get(action.id)
    await (own(hands) if own is not None else hands.by_hint_or_palette(action))


async def by_keys(hands: Hands, action: Action) -> None:
    await hands.by_key_or_palette(action)
    await hands.press(*MORE_KEYS.get(action.id, ()))


WAYS: dict[str, Way] = {"mouse": by_mouse, "keys": by_keys}
SCOPES = [scope for scope in Scope if scope is not Scope.PROPOSAL]


@pytest.mark.parametrize("scope", SCOPES, ids=str)
@pytest.mark.parametrize("way", WAYS)
async def test_every_action_does_what_it_is_for(way: str, scope: Scope, outside: Outside) -> None:
    found = await Walk(scope, WAYS[way], outside).all()
    if UPDATES:
        record(found)
    wanted = recorded()
    assert found == {name: wanted.get(name, "it is not recorded") for name in found}
    assert all(found.values()), "nothing came of an action"


# ------------------------------------------------------------------ before there is a fleet


async def clicked_first(visit: Visit, action: str) -> None:
    app = cast(CockpitApp, visit.app)
    hands = Hands(app, FakeSupervisor(fleet_of()), visit.pilot)
    await hands.click_hint(app.keymap.key(action))


async def pressed_first(visit: Visit, action: str) -> None:
    await visit.press(visit.app.keymap.keys(BY_ID[action])[0])


FOUNDING: dict[str, Callable[[Visit], bool]] = {
    "write_file": lambda visit: visit.app.return_value is not None,
    "edit_file": lambda visit: "the lane one" in visit.text(),
}
"""What shows that an action of the proposal was done."""


@pytest.mark.parametrize("reach", [clicked_first, pressed_first])
@pytest.mark.parametrize("action", FOUNDING)
async def test_the_proposal(
    action: str,
    reach: Callable[[Visit, str], Awaitable[None]],
    repo: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def edit(app: object, argv: list[str], *, cwd: Path | None = None) -> int:
        replaced(argv[-1], "lanes: {one: {agent: shell}}\n")
        return 0

    monkeypatch.setattr(attach, "hand_over", edit)
    async with visiting(repo) as visit:
        await visit.until_shows("the lanes alpha, beta.")
        await reach(visit, action)
        await visit.until(lambda: FOUNDING[action](visit))


async def test_beside_the_hints_of_the_proposal_it_is_said_where_its_keys_stand(
    repo: Path,
) -> None:
    """There is no palette before there is a fleet."""
    async with visiting(repo) as visit:
        await visit.until_shows("the lanes alpha, beta.")
        bar = visit.app.screen.query_one(HintBar)
        await visit.pilot.click(bar, offset=(bar.size.width - 1, 0))
        await visit.until_shows("The keys of this screen stand in its last line.")


def test_no_action_is_left_out() -> None:
    """An action that is added is in neither way until it is recorded what it does."""
    walked = {f"{one.scope} {one.id}" for one in ACTIONS if one.scope is not Scope.PROPOSAL}
    assert set(recorded()) == walked
    assert {one.id for one in ACTIONS if one.scope is Scope.PROPOSAL} == set(FOUNDING)
