"""Every action by keyboard alone and by mouse alone; garbage from a mouse does nothing."""

from __future__ import annotations

import random

import pytest
from textual._xterm_parser import XTermParser
from textual.events import Key, MouseEvent, MouseScrollDown, MouseScrollUp

from cockpit.domain.activity import State
from cockpit.domain.ids import LaneId
from cockpit.ui.actions import ACTIONS, BY_ID, Scope
from cockpit.ui.keymap import Keymap
from cockpit.ui.palette import entries
from cockpit.ui.pointing import state_at
from cockpit.ui.screens.base import Keyed
from cockpit.ui.screens.help import HelpScreen
from cockpit.ui.screens.pick import PickScreen
from cockpit.ui.widgets.hints import HintBar
from cockpit.ui.widgets.lines_view import LinesView
from tests.ui.drive import Session, opened
from tests.ui.fake import fleet_of, fleet_of_size, view

ALPHA = LaneId("alpha")
TWO = fleet_of(view("alpha", 1, State.WORKING), view("beta", 2, State.ASKING))

BY_CLICK = {
    "choose": "a click on the panel",
    "find": "a click on the panel",
    "lane_menu": "another button on the panel, or a click on its state",
    "palette": "its hint",
    "pick_take": "a click on the row",
    "pick_close": "its hint",
    "back": "its hint, which is there while something is narrowed",
    "write_file": "its hint",
    "edit_file": "its hint",
    "answer_choice": "rows of the palette, one an answer",
}
"""Actions that the palette doesn't list, and how a mouse does them."""


class Place(Keyed):
    """A screen of one scope, as far as the palette asks."""

    def __init__(self, scope: Scope) -> None:
        self.scopes = (scope,)  # type: ignore[misc]


def hint_at(session: Session, key: str) -> tuple[HintBar, tuple[int, int]]:
    bar = session.app.screen.query_one(HintBar)
    for y in range(bar.size.height):
        for x in range(bar.size.width):
            if bar.key_at(x, y) == key:
                return bar, (x, y)
    raise AssertionError(f"no hint {key}: {session.text().splitlines()[-1]}")


def picking(session: Session) -> PickScreen:
    screen: object = session.app.screen
    assert isinstance(screen, PickScreen)
    return screen


def is_on_board(session: Session) -> bool:
    return len(session.app.screen_stack) == 1


async def click_hint(session: Session, key: str) -> None:
    bar, place = hint_at(session, key)
    await session.pilot.click(bar, offset=place)
    await session.settle()


async def click_row(session: Session, wanted: str) -> None:
    """Click on the palette's row twice: chosen, then taken. The wheel brings it into view."""
    screen = picking(session)
    at = [entry.id for entry in screen.shown].index(wanted)
    for _ in range(200):
        seen = at - screen.rows.scroll_offset.y
        if 0 <= seen < screen.rows.size.height:
            break
        await session.pilot._post_mouse_events([_wheel(seen)], screen.rows, (2, 1), button=0)
        await session.pilot.pause()
    for _ in range(2):
        if session.app.screen_stack[-1] is screen:
            offset = (4, at - screen.rows.scroll_offset.y)
            await session.pilot.click(screen.rows, offset=offset)
            await session.settle()


def _wheel(down: int) -> type[MouseEvent]:
    return MouseScrollDown if down > 0 else MouseScrollUp


# ------------------------------------------------------------------ the whole registry


async def test_every_action_of_the_registry_can_be_reached() -> None:
    """By keyboard: its key, where it counts, or the palette. By mouse: the palette of a screen
    where it counts, or a click of its own."""
    async with opened(TWO) as session:
        keymap = session.app.keymap
        for action in ACTIONS:
            place = session.app.board if action.scope is Scope.BOARD else Place(action.scope)
            listed = {entry.id.partition("#")[0] for entry in entries(session.app, place)}
            found = [keymap.find((action.scope,), key) for key in keymap.keys(action)]
            by_key = bool(found) and all(one is action for one in found)
            assert by_key or action.id in listed, f"no key leads to {action.id}"
            moves = action.scope is Scope.BOARD and action.moves
            by_mouse = action.id in listed or action.id in BY_CLICK or moves
            assert by_mouse, f"no click leads to {action.id}"


@pytest.mark.parametrize(
    ("keys", "action", "shown"),
    [
        ("", "log", "Journal"),
        ("d", "reload", "alpha"),
        ("m", "look_again", "alpha"),
        ("g", "undo_this", "Journal"),
        ("c", "clash_again", ""),
        ("t", "next_view", ""),
        ("G", "reload_graph", ""),
        ("M", "look_at_train", ""),
        ("E", "close", ""),
    ],
)
async def test_a_screens_actions_by_mouse_alone(keys: str, action: str, shown: str) -> None:
    async with opened(TWO) as session:
        if keys:
            await session.press(keys)
        here = session.app.screen
        await click_hint(session, ":")
        await click_row(session, action)
        assert not isinstance(session.app.screen, PickScreen)
        assert shown in session.text()
        left = action in ("close", "log")
        assert session.app.screen is not here if left else session.app.screen is here


async def test_the_boards_actions_from_another_screen() -> None:
    async with opened(TWO) as session:
        await session.press("g", "colon", *"diff beta", "enter")
        assert session.chosen() == "beta"
        assert [type(one).__name__ for one in session.app.screen_stack][1:] == ["DiffScreen"]


async def test_in_a_dialog_the_board_has_to_wait_and_yes_does_not_stand_first() -> None:
    async with opened(TWO) as session:
        await session.press("r", "colon")
        screen = picking(session)
        assert [entry.id for entry in screen.shown[:2]] == ["close", "no"]
        assert {one.why_not for one in screen.shown if one.group == "board"} == {
            "Answer or close this dialog first."
        }
        await click_row(session, "no")
        assert session.supervisor.intents == [] and is_on_board(session)


# ------------------------------------------------------------------ places that take clicks


async def test_each_hint_of_the_board_does_what_it_says() -> None:
    async with opened(TWO, size=(200, 50)) as session:
        for key in [key for key, _ in session.app.board.hints()]:
            action = session.app.keymap.find(session.app.board.scopes, name(session, key))
            assert action is not None, key
            if action.id in ("quit", "attach", "start_all", "type", "sync_idle"):
                continue  # leaves the board for good, types, or only says something
            await click_hint(session, key)
            if action.id == "next":
                assert session.chosen() == "beta"
                continue
            assert not is_on_board(session), action.id
            while not is_on_board(session):
                await session.press("escape")


def name(session: Session, key: str) -> str:
    return session.app.keymap.name_of(key)


async def test_panels_counts_and_menus() -> None:
    async with opened(fleet_of_size(6), size=(160, 50)) as session:
        board = session.app.board
        panel = board.grid.panel(LaneId("beta"))
        assert panel is not None
        await session.pilot.click(panel.pane, offset=(3, 3))
        assert session.chosen() == "beta"
        await session.pilot.click(panel.pane, offset=(3, 3), button=3)
        await session.settle()
        assert isinstance(session.app.screen, PickScreen) and "B beta" in session.text()
        await click_row(session, "diff@beta")
        assert type(session.app.screen).__name__ == "DiffScreen"
        await click_hint(session, "Esc")
        assert is_on_board(session)
        line = session.text().splitlines()[panel.region.y]
        await session.pilot.click(panel, offset=(line.index("● working", 60) - panel.region.x, 0))
        await session.settle()
        assert isinstance(session.app.screen, PickScreen)
        await click_hint(session, "Esc")
        header = session.text().splitlines()[0]
        await session.pilot.click("#header", offset=(header.index("exited"), 0))
        await session.settle()
        assert session.chosen() == "epsilon"


def test_counts_of_the_header_by_place() -> None:
    line = " ? 2 asking   ● 3 working  project"
    found = "".join("aw."[0 if one is State.ASKING else 1 if one else 2] for one in places(line))
    assert found == ".aaaaaaaaaa...wwwwwwwwwww........."


def places(line: str) -> list[State | None]:
    return [state_at(line, x) for x in range(len(line))]


async def test_a_click_on_the_chosen_row_opens_it_and_one_elsewhere_chooses() -> None:
    async with opened(TWO) as session:
        await session.press("colon")
        screen = picking(session)
        await session.pilot.click(screen.rows, offset=(4, 2))
        await session.settle()
        assert picking(session) is screen and screen.rows.cursor == 2
        await session.pilot.click(screen.rows, offset=(4, 2), button=3)
        await session.settle()
        assert picking(session) is screen, "another button opens nothing"


@pytest.mark.parametrize(
    ("keys", "row", "shown"),
    [
        ("g", 1, "Undo step"),
        ("G", 2, "Commit "),
        ("a", 0, "Answer"),
    ],
)
async def test_a_click_on_the_chosen_row_of_a_screen_opens_it(
    keys: str, row: int, shown: str
) -> None:
    async with opened(TWO) as session:
        await session.press(keys)
        here = session.app.screen
        rows = here.query(LinesView).first() if keys == "a" else here.query_one("#body", LinesView)
        for _ in range(2):
            if session.app.screen is here:
                await session.pilot.click(rows, offset=(6, row))
                await session.settle()
        assert session.app.screen is not here
        assert shown in session.text()
        assert session.supervisor.intents == []


async def test_help_stays_in_view_while_a_prompt_is_written_and_takes_a_click() -> None:
    async with opened(TWO, size=(60, 20)) as session:
        await session.press("o", *"hello")
        text = session.text()
        assert "Ctrl-S send" in text and "Esc put away" in text and "F1 help" in text
        await click_hint(session, "F1")
        assert isinstance(session.app.screen, HelpScreen)
        await session.press("escape")
        await click_hint(session, "Esc")
        assert session.app.drafts[(ALPHA,)] == "hello"


async def test_help_and_palette_are_not_piled_up() -> None:
    async with opened(TWO) as session:
        await session.press("colon", "f1", "ctrl+p")
        deep = len(session.app.screen_stack)
        for _ in range(5):
            await session.press("f1", "ctrl+p")
        assert len(session.app.screen_stack) == deep
        await session.press("escape", "escape", "escape")
        assert is_on_board(session)


async def test_the_hints_of_a_dialog_and_of_a_field_take_clicks() -> None:
    async with opened(TWO) as session:
        await session.press("o", *"hello")
        await click_hint(session, "Esc")
        assert is_on_board(session)
        assert session.app.drafts[(ALPHA,)] == "hello"
        await session.press("r")
        await click_hint(session, "n")
        assert session.supervisor.intents == []
        await session.press("r")
        await click_hint(session, "y")
        assert len(session.supervisor.intents) == 1


# ------------------------------------------------------------------ help, and keys anywhere


async def test_help_is_searched_by_typing_and_says_why_not() -> None:
    async with opened(fleet_of(view("alpha", 1, started=False)), size=(60, 20)) as session:
        await session.press("question_mark")
        assert isinstance(session.app.screen, HelpScreen)
        assert session.text().splitlines()[2] == "Here and now"
        await session.press(*"interrupt")
        text = session.text()
        assert "Here, but not now" in text and "✗ x" in text
        assert "One line down." not in text
        await session.press("escape", "escape")
        assert is_on_board(session)


async def test_help_says_what_a_word_and_a_sign_mean() -> None:
    async with opened(TWO, size=(60, 20)) as session:
        await session.press("question_mark", *"train")
        lines = session.text().splitlines()
        assert lines[2] == "Words" and lines[3].split()[:2] == ["train", "Lanes"], lines
        await session.press("escape", *"outside")
        assert "Signs" in session.text() and "⚠ 1 file outside" in session.text()
        await session.press("escape")
        assert session.text().splitlines()[2] == "Here and now"
        await session.press("escape")
        assert is_on_board(session)


@pytest.mark.parametrize("keys", ["d", "m", "g", "r", "o", "D", "colon", "slash", "t", "E"])
async def test_help_and_the_palette_are_everywhere(keys: str) -> None:
    async with opened(TWO) as session:
        await session.press(keys)
        here = session.app.screen
        if keys != "colon":
            await session.press("f1")
            assert isinstance(session.app.screen, HelpScreen)
            await session.press("escape")
            await session.press("ctrl+p")
            assert isinstance(session.app.screen, PickScreen)
            await session.press("escape")
        assert session.app.screen is here


# ------------------------------------------------------------------ bursts


@pytest.mark.parametrize("keys", ["", "d", "m", "g", "r", "o", "D", "colon", "question_mark", "E"])
async def test_pasted_text_without_brackets_fires_nothing(keys: str) -> None:
    """A terminal without bracketed paste sends text as keys, line ends as Enter."""
    async with opened(TWO) as session:
        if keys:
            await session.press(keys)
        depth = len(session.app.screen_stack)
        for char in "xDyes q\nA\nrm -rf\n":
            key = {"\n": "enter", " ": "space", "-": "minus"}.get(char, char)
            session.app.post_message(Key(key, "\r" if char == "\n" else char))
        await session.settle()
        assert session.supervisor.intents == []
        assert len(session.app.screen_stack) == depth


# ------------------------------------------------------------------ garbage


def feed(session: Session, text: str) -> None:
    """What a terminal sends, through the parser and driver that a terminal's input takes."""
    parser = XTermParser(False)
    driver = session.app._driver
    assert driver is not None
    for message in parser.feed(text):
        message.set_sender(session.app)
        driver.process_message(message)


@pytest.mark.parametrize(
    "garbage",
    [
        "\x1b[<0;9999;9999M\x1b[<0;9999;9999m",
        "\x1b[<0;0;0M\x1b[<0;0;0m",
        "\x1b[<0;-5;-7M\x1b[<0;-5;-7m",
        "\x1b[<3;5;5M\x1b[<66;5;5M\x1b[<130;5;5M\x1b[<255;5;5m",
        "\x1b[<99999999999999999999;1;1M",
        "\x1b[<0;5",
        "\x1b[<0;;M\x1b[<;;m\x1b[<M",
        "\x1b[M\xff\xff\xff\x1b[M   ",
        "\x1b[<0;10;10m" * 50,
        "\x1b[<1;10;10M\x1b[<1;10;10m",
    ],
)
async def test_garbage_from_a_mouse_does_nothing(garbage: str) -> None:
    async with opened(TWO) as session:
        feed(session, garbage)
        await session.settle()
        assert is_on_board(session)
        assert session.supervisor.intents == []
        await session.press("g")
        assert not is_on_board(session), "it still lives"


async def test_thousands_of_moves_and_random_clicks_change_nothing_unasked() -> None:
    rng = random.Random(7)
    async with opened(TWO, size=(100, 30)) as session:
        moves = [f"\x1b[<35;{rng.randint(-3, 300)};{rng.randint(-3, 90)}M" for _ in range(4000)]
        feed(session, "".join(moves))
        await session.settle()
        assert is_on_board(session)
        for _ in range(120):
            button, x, y = rng.choice([1, 3, 64, 65, 6, 99]), rng.randint(1, 99), rng.randint(1, 29)
            feed(session, f"\x1b[<{button};{x};{y}M\x1b[<{button};{x};{y}m")
        await session.settle()
        assert session.supervisor.intents == []


# ------------------------------------------------------------------ the keymap's own rules


def test_keys_while_text_is_written_are_no_characters() -> None:
    keymap = Keymap()
    assert keymap.find((Scope.ANYWHERE,), "question_mark", writing=True) is None
    assert keymap.find((Scope.ANYWHERE,), "f1", writing=True) is BY_ID["help"]
    assert keymap.key("help", writing=True) == "F1"
