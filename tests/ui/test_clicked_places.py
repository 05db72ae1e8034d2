"""Whatever has a place on the screen takes a click: cells, places in conflict, views, fields."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product

import pytest
from textual.widget import Widget
from textual.widgets import Input, TextArea

from cockpit.domain.ids import LaneId
from cockpit.domain.inbox import inbox
from cockpit.domain.intents import Answer
from cockpit.domain.resolution import Point
from cockpit.ui import clash_matrix, inbox_lines
from cockpit.ui.actions import Scope
from cockpit.ui.screens.clashes import ClashesScreen
from cockpit.ui.screens.conflict import ConflictScreen
from cockpit.ui.screens.inbox import InboxScreen
from cockpit.ui.screens.tasks import TasksScreen
from cockpit.ui.screens.tasks_view import View, view_at
from cockpit.ui.widgets.hints import Line
from cockpit.ui.widgets.lines_view import LinesView
from tests.ui.drive import opened
from tests.ui.effects import Outside, effect, look
from tests.ui.hands import Hands
from tests.ui.places import PLACES, Place, changed, clashing, going, pressing, tasks
from tests.ui.test_clashes import every_pair
from tests.ui.test_every_action import at, outside  # noqa: F401 - a fixture
from tests.ui.test_inbox import FIVE

BOARD = PLACES[Scope.BOARD][0]


async def open_at(hands: Hands, place: Place) -> None:
    await hands.settle()
    await place.open(hands)


# ------------------------------------------------------------------ the matrix of clashes


@pytest.mark.parametrize(("width", "height"), [(30, 6), (44, 9), (58, 12), (110, 18), (200, 30)])
@pytest.mark.parametrize("lanes", [1, 2, 7, 15])
def test_a_cell_is_where_it_is_drawn(lanes: int, width: int, height: int) -> None:
    matrix = clash_matrix.matrix_of(*(lambda fleet: (fleet, fleet.radar))(every_pair(lanes)))
    for here in product(range(len(matrix.lanes)), range(len(matrix.columns))):
        lines, top = clash_matrix.matrix_lines(matrix, here, width, height)
        number = here[0] - top + 1
        framed = lines[number].plain.index("[")

        def found(x: int, line: int = number, here: tuple[int, int] = here) -> object:
            return clash_matrix.cell_at(matrix, here, width, height, line, x)

        assert found(framed) == found(framed + 2) == here
        assert found(1) == here, "the lane's name stays in the column"
        assert found(framed, line=0) == here, "so does the column's name in the row"
        for away in (-9, -1, len(lines), 99):
            assert found(framed, line=away) is None
        assert found(width + 60) is None


@pytest.mark.parametrize("size", [(60, 20), (80, 24), (120, 40)], ids=str)
async def test_a_click_chooses_a_cell_and_one_on_it_goes_into_it(size: tuple[int, int]) -> None:
    fake = clashing()
    async with opened(fake.fleet, supervisor=fake, size=size) as session:
        hands = Hands(session.app, fake, session.pilot)
        await hands.press("c")
        screen = hands.app.screen
        assert isinstance(screen, ClashesScreen)
        view = screen.query_one("#matrix", LinesView)
        row = next(n for n, line in enumerate(view.lines) if " beta " in line.plain[:9])
        target = view.lines[1].plain.index("[1]")
        await hands.click(view, target + 1, row)
        assert (screen.row, screen.column) == (LaneId("beta"), None)
        await hands.click(view, target + 1, 1)
        assert (screen.row, screen.column) == (LaneId("alpha"), None)
        assert hands.app.screen is screen, "the click that chose it opens nothing"
        await hands.click(view, target + 2, 1)
        assert await hands.until(lambda: isinstance(hands.app.screen, ConflictScreen))


# ------------------------------------------------------------------ a conflict


async def test_a_click_on_the_lines_of_a_place_goes_there() -> None:
    place = PLACES[Scope.CONFLICT][0]
    async with at(place) as hands:
        await open_at(hands, place)
        screen = hands.app.screen
        assert isinstance(screen, ConflictScreen)
        shown = hands.text().splitlines()
        lower = next(y for y, line in enumerate(shown) if "log.info('alpha')" in line)
        body = screen.query_one("#body", LinesView)
        await hands.click(body, 20, lower - body.content_region.y)
        assert screen.here == Point(0, 1)
        upper = next(y for y, line in enumerate(hands.text().splitlines()) if "ask()" in line)
        await hands.click(body, 20, upper - body.content_region.y)
        assert screen.here == Point(0, 0)
        assert hands.supervisor.fake.answers.get("kept") is None, "looking chooses nothing"


# ------------------------------------------------------------------ the inbox


@pytest.mark.parametrize("size", [(60, 20), (80, 24), (200, 60)], ids=str)
async def test_a_click_on_a_choice_answers_with_it(size: tuple[int, int]) -> None:
    """And one on a line of the question or of the pane that looks like one does not."""
    place = PLACES[Scope.INBOX][0]
    fake = place.fresh()
    fake.fake.answers["capture alpha"] = [" 1  Yes, delete all", "what it did before"]
    async with opened(fake.fleet, supervisor=fake, size=size) as session:
        hands = Hands(session.app, fake, session.pilot)
        await hands.settle()
        await place.open(hands)
        screen = hands.app.screen
        assert isinstance(screen, InboxScreen)
        question, view = screen.chosen, screen.query_one("#body", LinesView)
        assert question is not None and len(question.choices) > 1
        second = f" 2  {question.choices[1].label}"[: view.size.width - 2]
        rows = [row for row, line in enumerate(view.lines) if line.plain.startswith(second)]
        assert len(rows) == 1
        plain = [row for row, line in enumerate(view.lines) if not line.plain[1:2].isdigit()]
        for row in plain:
            if 0 <= row - view.scroll_offset.y < view.size.height:
                await hands.click(view, 1, row - view.scroll_offset.y)
        assert hands.supervisor.intents == []
        view.scroll_to(0, rows[0], animate=False)
        await hands.settle()
        await hands.click(view, 2, rows[0] - view.scroll_offset.y)
        assert await hands.until(lambda: bool(hands.supervisor.intents))
        answer = hands.supervisor.intents[0]
        assert isinstance(answer, Answer) and answer.text == question.choices[1].key
        assert answer.asked == question.token


def test_which_choice_stands_where() -> None:
    for one in inbox(FIVE):
        lines = inbox_lines.detail(one, "claude", [one.lane], 0, ("a", "b"))
        found = [inbox_lines.digit_at(one, line) for line in range(-2, len(lines) + 3)]
        rows = [1 + bool(each.note) for each in one.choices]
        wanted = [digit for digit, count in enumerate(rows, 1) for _ in range(count)]
        assert [digit for digit in found if digit] == wanted
        for line, digit in enumerate(found, -2):
            if digit and found[line + 1] != digit:
                assert lines[line].plain.startswith(f" {digit} ")


# ------------------------------------------------------------------ the board of tasks


def test_a_view_is_where_its_name_stands() -> None:
    line = " Tasks [by state] waves  timeline   13 tasks"
    found = [view_at(line, x) for x in range(len(line))]
    assert [found.index(view) for view in View] == [7, 17, 24]
    assert {x for x, view in enumerate(found) if view is None} == {*range(7), *range(34, 44)}
    assert view_at("", 3) is None and view_at(line, -1) is None


async def test_views_rows_and_troubles_of_the_tasks() -> None:
    async with at(Place(tasks)) as hands:
        await hands.settle()
        await hands.press("t")
        screen = hands.app.screen
        assert isinstance(screen, TasksScreen)
        heading = screen.query_one("#heading", Line)
        for view in (View.TIMELINE, View.WAVES, View.STATES, View.TIMELINE):
            await hands.click(heading, heading.content.plain.index(view), 0)
            assert screen.view is view
        assert await hands.until(lambda: screen.reader.count > 0)
        for opens, row in (("Task", 1), ("Task", 3)):
            where = row if screen.view is View.STATES else 0
            if screen.reader.cursor != where:
                await hands.click(screen.reader, 9, where)
            await hands.click(screen.reader, 9, screen.reader.cursor)
            assert await hands.until(lambda: hands.app.screen is not screen)
            assert type(hands.app.screen).__name__ == f"{opens}Screen"
            await hands.click_hint("Esc")
            await hands.click(heading, heading.content.plain.index(View.STATES), 0)
        await hands.click(screen.query_one("#trouble", LinesView), 5, 0)
        assert type(hands.app.screen).__name__ == "TroubleScreen"


# ------------------------------------------------------------------ fields within a screen


@dataclass(frozen=True)
class Field:
    """A field that a screen opens: where, by which keys, and what its hints do to it."""

    place: Place
    keys: tuple[str, ...]
    name: str
    enter: str
    escape: str


FIELDS = [
    Field(BOARD, ("slash",), "filter", "leaves #filter", "changes wanted, leaves #filter, writes"),
    Field(Place(changed, pressing("d")), ("slash",), "search", "leaves #search", "leaves #search"),
    Field(Place(changed, pressing("d")), ("g",), "goto", "leaves #goto", "leaves #goto"),
    Field(PLACES[Scope.GRAPH][0], ("slash",), "search", "leaves #search", "leaves #search"),
    Field(Place(going, pressing("t")), ("slash",), "search", "leaves #search", "writes"),
    Field(PLACES[Scope.LANDING][-1], ("e",), "message", "", "leaves #message"),
    Field(PLACES[Scope.CHOOSING][0], ("e",), "message", "leaves #message", "leaves #message"),
]


@pytest.mark.parametrize("field", FIELDS, ids=lambda one: f"{one.name}-{FIELDS.index(one)}")
async def test_a_field_is_sent_and_left_by_clicks(field: Field, outside: Outside) -> None:  # noqa: F811 - the fixture
    async with at(field.place) as hands:
        await open_at(hands, field.place)
        for key, wanted in (("Enter", field.enter), ("Esc", field.escape)):
            if not wanted:
                continue
            await hands.press(*field.keys)
            assert await hands.until(lambda: writes_in(hands) == field.name)
            await hands.write("a")
            before = look(hands, outside)
            await hands.click_hint(key)
            assert await hands.until(lambda: wanted in effect(before, look(hands, outside))), (  # noqa: B023 - asked at once
                effect(before, look(hands, outside))
            )
            assert writes_in(hands) == "" and hands.app.screen is before.screens[-1]
            assert await hands.until(lambda: "Ctrl-P commands" not in hands.text()), (
                "the screen's own hints are back"
            )


@pytest.mark.parametrize("field", FIELDS, ids=lambda one: f"{one.name}-{FIELDS.index(one)}")
async def test_no_hint_writes_into_a_field(field: Field) -> None:
    """A click on `m land` while something is searched wrote an m."""
    async with at(field.place) as hands:
        await open_at(hands, field.place)
        await hands.press(*field.keys)
        assert await hands.until(lambda: writes_in(hands) == field.name)
        bar, widget = hands.bar, hands.app.focused
        assert isinstance(widget, Input | TextArea)
        keys = {bar.key_at(x) for x in range(bar.size.width)} - {""}
        assert {"Ctrl-P", "F1", "Esc"} <= keys <= {"Ctrl-P", "F1", "Esc", "Enter"}
        text = text_of(widget)
        for key in ("Ctrl-P", "F1"):
            await hands.click_hint(key)
            assert hands.app.screen is not widget.screen
            await hands.click_hint("Esc")
            assert await hands.until(lambda: hands.app.focused is widget)
        assert text_of(widget) == text


def writes_in(hands: Hands) -> str:
    focused = hands.app.focused
    return focused.id or "" if isinstance(focused, Input | TextArea) else ""


def text_of(widget: Input | TextArea) -> str:
    return widget.value if isinstance(widget, Input) else widget.text


@pytest.mark.parametrize(
    ("place", "name"),
    [(PLACES[Scope.LANDING][-1], "message"), (PLACES[Scope.CHOOSING][0], "message")],
)
async def test_a_click_goes_into_a_field(place: Place, name: str) -> None:
    async with at(place) as hands:
        await open_at(hands, place)
        assert writes_in(hands) == ""
        widget = hands.app.screen.query_one(f"#{name}", Widget)
        await hands.click(widget, 2, 0)
        assert writes_in(hands) == name


# ------------------------------------------------------------------ dialogs that are a field


@dataclass(frozen=True)
class Dialog:
    """A dialog with a field: how it opens, what is written, and what its two hints do."""

    place: Place
    keys: tuple[str, ...]
    text: str
    send: str
    sent: str
    leave: str = "Esc"


LANDED_RED = PLACES[Scope.LANDING][1]
DIALOGS = {
    "prompt": Dialog(BOARD, ("o",), "go", "Ctrl-S", "wishes Send, leaves Prompt"),
    "answer": Dialog(
        PLACES[Scope.INBOX][0], ("enter",), "yes", "Ctrl-S", "wishes Answer, leaves Answer"
    ),
    "comment": Dialog(Place(changed, pressing("d")), ("c",), "why", "Ctrl-S", "leaves Comment"),
    "message": Dialog(PLACES[Scope.TRAIN][-1], ("e",), "new", "Ctrl-S", "leaves Message"),
    "task": Dialog(
        Place(tasks, pressing("t")), ("n",), "do", "Ctrl-S", "wishes WriteTasks, leaves TaskText"
    ),
    "place": Dialog(
        PLACES[Scope.CONFLICT][0], ("e",), "new", "Ctrl-S", "keeps the choice, leaves EditPlace"
    ),
    "teardown": Dialog(BOARD, ("D",), "a", "A Enter", "wishes Teardown, leaves Teardown"),
    "call off": Dialog(
        Place(tasks, pressing("t")), ("X",), "no", "Enter", "wishes CallOff, leaves CallOff"
    ),
    "red": Dialog(LANDED_RED, ("F",), "flaky", "reason, Enter", "wishes Land, leaves Red"),
}


@pytest.mark.parametrize("name", DIALOGS)
async def test_a_dialog_is_sent_and_left_by_clicks(name: str, outside: Outside) -> None:  # noqa: F811 - the fixture
    dialog = DIALOGS[name]
    for key, wanted in ((dialog.leave, "leaves"), (dialog.send, dialog.sent)):
        async with at(dialog.place) as hands:
            await open_at(hands, dialog.place)
            below = hands.app.screen
            await hands.press(*dialog.keys)
            assert await hands.until(lambda: isinstance(hands.app.focused, Input | TextArea))
            await hands.write(dialog.text)
            before = look(hands, outside)
            await hands.click_hint(key)

            def came(hands: Hands = hands, before: object = before) -> str:
                return effect(before, look(hands, outside))  # type: ignore[arg-type]

            assert await hands.until(lambda: came().startswith(wanted)), came()  # noqa: B023 - asked at once
            if key == dialog.leave:
                assert hands.app.screen is below
                assert len(hands.supervisor.intents) == len(before.intents)


async def test_a_hint_that_asks_for_words_writes_none() -> None:
    """A click on `A Enter` is Enter: without the A it says so, and wrote none."""
    async with at(BOARD) as hands:
        await hands.settle()
        await hands.press("D")
        await hands.click_hint("A Enter")
        assert await hands.until(lambda: "Nothing happens: that is not A" in hands.text())
        assert hands.app.screen.query_one(Input).value == ""
        assert hands.supervisor.intents == []
