"""Writing an answer in words; sent only by its own key, as a prompt is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import TextArea

from cockpit.domain.ids import LaneId
from cockpit.domain.inbox import Kind, Question
from cockpit.ui import present
from cockpit.ui.actions import Scope
from cockpit.ui.screens.base import Keyed
from cockpit.ui.widgets.hints import HintBar, Line
from cockpit.ui.widgets.writing import Writing

QUOTED = 5
"""Lines of the question that stand above the text, the last ones."""


class AnswerScreen(Keyed, ModalScreen[bool], inherit_bindings=False):
    """Dismissed with True to send; `text` is what was written either way."""

    scopes: ClassVar[tuple[Scope, ...]] = (Scope.PROMPT,)
    text_scopes: ClassVar[tuple[Scope, ...]] = (Scope.PROMPT,)
    CSS_PATH = "../tcss/inbox.tcss"

    def __init__(self, question: Question, lanes: Sequence[LaneId], draft: str) -> None:
        super().__init__()
        self._question = question
        self._lanes = lanes
        self.text = draft

    def compose(self) -> ComposeResult:
        with Vertical(classes="box"):
            to = present.text(", ".join(self._lanes), "bold $accent")
            yield Line(Content.assemble(("Answer to ", "bold"), to))
            for line in self._question.text.split("\n")[-QUOTED:]:
                yield Line(present.text(line.strip(), "$muted"), classes="-row")
            yield Line(id="note")
            area = Writing(self.text, tab_behavior="indent", soft_wrap=True)
            area.highlight_cursor_line = False
            yield area
            yield HintBar()

    def on_mount(self) -> None:
        area = self.query_one(TextArea)
        area.move_cursor(area.document.end)
        area.focus()
        if self._question.kind is Kind.SCREEN and self._question.choices:
            self._note("It offers choices: words go through only where one of them takes words.")
        self.refresh_hints()

    def hints(self) -> list[tuple[str, str]]:
        key = self.cockpit.keymap.key
        return [(key("submit"), "answer"), (key("put_away"), "put away")]

    def _note(self, text: str) -> None:
        self.query_one("#note", Line).show(Content.styled(text, "bold $warning"))

    def do_submit(self) -> None:
        self.text = self.query_one(TextArea).text
        if self.text.strip():
            self.dismiss(True)
        else:
            self._note("There is nothing to answer with yet.")

    def do_put_away(self) -> None:
        self.text = self.query_one(TextArea).text
        self.dismiss(False)
