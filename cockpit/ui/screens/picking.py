"""Choosing one of a list by typing a part of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Input

from cockpit.dataclass import dataclass
from cockpit.ui.actions import Scope
from cockpit.ui.screens.base import BoxScreen
from cockpit.ui.widgets.hints import HintBar, Line
from cockpit.ui.widgets.lines_view import LinesView

_MOVES = {"down": 1, "up": -1, "pagedown": 10, "pageup": -10, "ctrl+n": 1, "ctrl+p": -1,
          "ctrl+r": 1}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Choice:
    """`words` is what is searched, `value` what is given back."""

    line: Content
    words: str
    value: str


class PickScreen(BoxScreen):
    """Dismissed with True when one was chosen; `value` is it."""

    scopes: ClassVar[tuple[Scope, ...]] = (Scope.READING,)
    others: ClassVar[int] = 6

    def __init__(self, title: str, choices: Sequence[Choice], *, empty: str) -> None:
        super().__init__()
        self._title = title
        self._choices = list(choices)
        self._shown = self._choices
        self._empty = empty
        self.value = ""

    def compose(self) -> ComposeResult:
        with Vertical(classes="box"):
            yield Line(Content.styled(self._title, "bold"))
            yield Input(placeholder="type a part of it")
            yield LinesView([], cursor=True, id="body")
            yield HintBar()

    def on_mount(self) -> None:
        super().on_mount()
        self.query_one(Input).focus()
        self._show()

    def hints(self) -> list[tuple[str, str]]:
        return [("Enter", "take it"), ("↑ ↓", "move"), ("Esc", "none")]

    @on(Input.Changed)
    def _show(self) -> None:
        words = self.query_one(Input).value.casefold().split()
        self._shown = [
            one for one in self._choices if all(word in one.words.casefold() for word in words)
        ]
        nothing = self._empty if not self._choices else "Nothing like that."
        lines = [one.line for one in self._shown] or [Content.styled(nothing, "$muted")]
        self.reader.set_lines(lines)
        self.reader.cursor = 0

    def take_key(self, event: events.Key) -> bool:
        if event.key in {"escape", "ctrl+q"}:
            self.dismiss(False)
        elif event.key in _MOVES:
            self.reader.move(_MOVES[event.key])
        else:
            return False
        return True

    @on(LinesView.Opened, "#body")
    @on(Input.Submitted)
    def _take(self) -> None:
        if 0 <= self.reader.cursor < len(self._shown):
            self.value = self._shown[self.reader.cursor].value
            self.dismiss(True)
