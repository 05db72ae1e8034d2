"""All keys, from the registry: those of the screen below first, what can't be done now with the
reason; and what words and signs mean. What is typed leaves the lines that match."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from textwrap import wrap
from typing import ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.content import Content
from textual.widgets import Input

from cockpit.dataclass import dataclass
from cockpit.domain import glossary
from cockpit.ui import present
from cockpit.ui.actions import ACTIONS, Action, Scope
from cockpit.ui.keymap import Keymap
from cockpit.ui.keys_page import TITLES, about, named
from cockpit.ui.reasons import Context
from cockpit.ui.screens.base import Keyed, ReadingScreen
from cockpit.ui.widgets.hints import HintBar, Line

KEYS = 20
"""Cells of the column that holds the keys."""
NARROW = 13
"""The same where the screen has less than `WIDE`."""
WIDE = 76


@dataclass(frozen=True, slots=True)
class Row:
    """One action as help tells it. `why_not`: it can't be done here and now."""

    keys: str
    title: str
    about: str
    why_not: str = ""

    def has(self, words: Sequence[str]) -> bool:
        whole = f"{self.keys} {self.title} {self.about} {self.why_not}".casefold()
        return all(word in whole for word in words)


def groups(
    keymap: Keymap, context: Context, scopes: Sequence[Scope]
) -> Iterator[tuple[str, list[Row]]]:
    """Titles with their rows: what can be done where the commander is, what can't and why, and
    then all other places."""
    mine = [(action, _reason(action, context, keymap)) for action in _of(scopes)]
    yield "Here and now", [_row(action, keymap) for action, why in mine if not why]
    yield "Here, but not now", [_row(action, keymap, why) for action, why in mine if why]
    for scope, title in TITLES.items():
        if scope not in scopes:
            yield title, [_row(action, keymap) for action in _of((scope,))]
    yield "Inside a pane", [Row("Ctrl-Q", "Back", "Back to the board.")]


def meanings() -> Iterator[tuple[str, list[Row]]]:
    """Titles with their rows: what words and signs mean."""
    yield "Words", [Row(word, "", meaning) for word, meaning in glossary.WORDS]
    yield "Signs", [Row(sign, "", meaning) for sign, meaning in glossary.SIGNS]


def _in_order(
    keys: Iterable[tuple[str, list[Row]]], words: Sequence[str]
) -> Iterator[tuple[str, list[Row]]]:
    """Keys, then words; but what is searched for by its own name stands first."""
    means = list(meanings())
    named = [
        (title, [row for row in rows if words and all(w in row.keys.casefold() for w in words)])
        for title, rows in means
    ]
    yield from named
    yield from keys
    first = [row for _, rows in named for row in rows]
    for title, rows in means:
        yield title, [row for row in rows if row not in first]


def _of(scopes: Sequence[Scope]) -> Iterator[Action]:
    for scope in scopes:
        for action in ACTIONS:
            if action.scope is scope:
                yield action


def _reason(action: Action, context: Context, keymap: Keymap) -> str:
    reason = action.why_not(context)
    return keymap.say(reason) if reason else ""


def _row(action: Action, keymap: Keymap, why_not: str = "") -> Row:
    keys = named(keymap.keys(action)) or f"{keymap.key('palette')} {action.title}"
    return Row(keys, action.title, about(action), why_not)


def help_lines(
    keymap: Keymap, context: Context, scopes: Sequence[Scope], width: int, query: str = ""
) -> list[Content]:
    """The lines that match, wrapped to `width` cells."""
    words = query.casefold().split()
    lines: list[Content] = []
    for title, rows in _in_order(groups(keymap, context, scopes), words):
        found = [row for row in rows if row.has(words)]
        if found:
            lines += (
                [Content(""), Content.styled(title, "bold $accent")]
                if lines
                else [Content.styled(title, "bold $accent")]
            )
            for row in found:
                lines += _entry(row, width)
    if not lines:
        return [present.text(f"Nothing here has to do with “{query}”.", "$muted")]
    return lines


def _entry(row: Row, width: int) -> list[Content]:
    """Keys and what they do; keys too long for their column stand on a line of their own."""
    column = KEYS if width >= WIDE else NARROW
    about = wrap(row.about, max(16, width - column)) or [""]
    style = "$muted" if row.why_not else "bold $foreground"
    head = f"{'✗' if row.why_not else ' '} {row.keys}"
    lines = []
    if len(head) < column:
        first = Content.assemble((f"{head:<{column}}", style), (about[0], _dim(row)))
        lines, about = [first], about[1:]
    else:
        lines = [Content.styled(head, style)]
    lines += [Content.styled(" " * column + text, _dim(row)) for text in about]
    for text in wrap(row.why_not, max(16, width - column)):
        lines.append(Content.styled(" " * column + text, "$warning"))
    return lines


def _dim(row: Row) -> str:
    return "$muted" if row.why_not else "$foreground"


class HelpScreen(ReadingScreen):
    """Over the screen that it is about."""

    scopes: ClassVar[tuple[Scope, ...]] = (Scope.PICKING, Scope.READING, Scope.ANYWHERE)
    text_scopes: ClassVar[tuple[Scope, ...]] = (Scope.PICKING, Scope.ANYWHERE)

    helps: ClassVar[bool] = False
    CSS_PATH = "../tcss/pick.tcss"

    def __init__(self, about: object) -> None:
        super().__init__()
        self._scopes = about.scopes if isinstance(about, Keyed) else ()

    def compose(self) -> ComposeResult:
        yield Line(Content.styled(" Keys, words and signs", "bold $accent"), id="heading")
        yield Input(placeholder="type to search", id="search", classes="-open")
        yield self.body()
        yield HintBar()

    def on_mount(self) -> None:
        super().on_mount()
        self.query_one(Input).focus()

    def hints(self) -> list[tuple[str, str]]:
        key = self.cockpit.keymap.key
        move = f"{key('pick_up')} {key('pick_down')}"
        return [
            (key("pick_close"), "back"),
            (move, "scroll"),
            (key("palette", writing=True), "commands"),
        ]

    def writing_hints(self) -> list[tuple[str, str]]:
        return self.hints()

    def take_key(self, event: events.Key) -> bool:
        """The key that opened it closes it, as long as nothing is searched."""
        keymap = self.cockpit.keymap
        action = keymap.find((Scope.ANYWHERE,), event.key)
        if action is not None and action.id == "help" and not self.query_one(Input).value:
            self.dismiss()
            return True
        return False

    @on(Input.Changed)
    def _searched(self) -> None:
        self._show(keep=False)

    def on_resize(self, event: events.Resize) -> None:
        self._show(keep=True)

    def show_keys(self) -> None:
        super().show_keys()
        self._show(keep=True)

    def _show(self, *, keep: bool) -> None:
        lines = help_lines(
            self.cockpit.keymap,
            self.cockpit.board.context(),
            self._scopes,
            self.app.size.width - 2,
            self.query_one(Input).value,
        )
        self.reader.set_lines(lines, keep=keep)

    def do_help(self) -> None:
        self.dismiss()

    def do_pick_down(self) -> None:
        self.do_line_down()

    def do_pick_up(self) -> None:
        self.do_line_up()

    def do_pick_page_down(self) -> None:
        self.do_page_down()

    def do_pick_page_up(self) -> None:
        self.do_page_up()

    def do_pick_take(self) -> None:
        self.do_page_down()

    def do_pick_close(self) -> None:
        """First out of the search, then out of help."""
        field = self.query_one(Input)
        if field.value:
            field.value = ""
        else:
            self.dismiss()
