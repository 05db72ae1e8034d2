"""The one dialog that asks: a question, what would happen, yes or no. No is the way out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content

from cockpit.ui.actions import Scope
from cockpit.ui.screens.base import BoxScreen
from cockpit.ui.widgets.hints import HintBar
from cockpit.ui.widgets.lines_view import LinesView


class ConfirmScreen(BoxScreen):
    """Dismissed with True only by the yes key; Enter, the key that a hand hits by habit, is
    no yes. With `may` false there is nothing to say yes to (the lines say why)."""

    scopes: ClassVar[tuple[Scope, ...]] = (Scope.CONFIRM, Scope.READING)

    def __init__(
        self, question: Content, lines: Sequence[Content], *, yes: str = "yes", may: bool = True
    ) -> None:
        super().__init__()
        self._question = question
        self._lines = list(lines)
        self._yes = yes
        self._may = may

    def compose(self) -> ComposeResult:
        with Vertical(classes="box"):
            lines = [self._question.stylize("bold"), Content(""), *self._lines]
            yield LinesView(lines, wrap=True, id="body")
            yield HintBar()

    def hints(self) -> list[tuple[str, str]]:
        keymap = self.cockpit.keymap
        no = (keymap.key("no"), "no, leave it" if self._may else "close")
        return [(keymap.key("yes"), self._yes), no] if self._may else [no]

    def do_yes(self) -> None:
        if self._may:
            self.dismiss(True)

    def do_close(self) -> None:
        self.do_no()

    def do_no(self) -> None:
        self.dismiss(False)
