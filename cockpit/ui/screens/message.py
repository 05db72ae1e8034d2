"""Editing the message that a car of the train lands with."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import TextArea

from cockpit.domain.ids import LaneId
from cockpit.ui import present
from cockpit.ui.actions import Scope
from cockpit.ui.screens.base import Keyed
from cockpit.ui.widgets.hints import HintBar, Line
from cockpit.ui.widgets.writing import Writing


class MessageScreen(Keyed, ModalScreen[str | None], inherit_bindings=False):
    """Dismissed with the text, or with None to leave the message as it was. An empty text
    takes the edit back: the lane lands with the message that was built."""

    scopes: ClassVar[tuple[Scope, ...]] = (Scope.PROMPT,)
    text_scopes: ClassVar[tuple[Scope, ...]] = (Scope.PROMPT,)
    CSS_PATH = "../tcss/prompt.tcss"
    DEFAULT_CSS = "MessageScreen { .box { height: 60%; min-height: 9; } TextArea { height: 1fr; } }"

    def __init__(self, lane: LaneId, message: str) -> None:
        super().__init__()
        self._lane = lane
        self._message = message

    def compose(self) -> ComposeResult:
        with Vertical(classes="box"):
            yield Line(
                Content.assemble(
                    ("Message of the landing of ", "bold"), present.text(self._lane, "bold $accent")
                )
            )
            area = Writing(self._message, tab_behavior="indent", soft_wrap=True)
            area.highlight_cursor_line = False
            yield area
            yield HintBar()

    def on_mount(self) -> None:
        self.query_one(TextArea).focus()
        self.refresh_hints()

    def hints(self) -> list[tuple[str, str]]:
        key = self.cockpit.keymap.key
        return [(key("submit"), "keep it"), (key("put_away"), "leave it as it was")]

    def do_submit(self) -> None:
        self.dismiss(self.query_one(TextArea).text)

    def do_put_away(self) -> None:
        self.dismiss(None)
