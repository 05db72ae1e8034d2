"""Writing what shall stand at a place in conflict.

A text field keeps neither control characters nor bytes that are no UTF-8, and makes all line
ends alike; `editable` says which text goes through it unharmed.
"""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import TextArea

from cockpit.domain.text import safe
from cockpit.ui import present
from cockpit.ui.actions import Scope
from cockpit.ui.screens.base import Keyed
from cockpit.ui.widgets.hints import HintBar, Line
from cockpit.ui.widgets.writing import Writing

MOST = 200_000
"""Bytes that are edited here; more is a matter for a real editor."""


def editable(text: bytes) -> bool:
    """Whether a text field gives this text back byte for byte."""
    if len(text) > MOST:
        return False
    try:
        shown = text.decode("utf-8")
    except UnicodeDecodeError:
        return False
    returns = shown.count("\r\n")
    if returns and returns != shown.count("\n"):
        return False
    rows = shown.replace("\r\n", "\n").replace("\t", "").split("\n")
    return all(safe(row, width=MOST).text == row for row in rows)


class EditPlaceScreen(Keyed, ModalScreen[bytes | None], inherit_bindings=False):
    """Dismissed with the text, or with None to leave the place as it was."""

    scopes: ClassVar[tuple[Scope, ...]] = (Scope.PROMPT,)
    text_scopes: ClassVar[tuple[Scope, ...]] = (Scope.PROMPT,)
    CSS_PATH = "../tcss/conflict.tcss"

    def __init__(self, path: str, number: int, text: bytes) -> None:
        super().__init__()
        self._path = path
        self._number = number
        self._returns = b"\r\n" in text
        self._text = text.decode("utf-8").replace("\r\n", "\n")

    def compose(self) -> ComposeResult:
        with Vertical(classes="box"):
            yield Line(
                Content.assemble(
                    (f"Place {self._number} of ", "bold"), present.text(self._path, "bold $accent")
                )
            )
            area = Writing(self._text, tab_behavior="indent", soft_wrap=False)
            area.highlight_cursor_line = False
            yield area
            yield HintBar()

    def on_mount(self) -> None:
        self.query_one(TextArea).focus()
        self.refresh_hints()

    def hints(self) -> list[tuple[str, str]]:
        key = self.cockpit.keymap.key
        return [(key("submit"), "take it"), (key("put_away"), "leave it as it was")]

    def do_submit(self) -> None:
        text = self.query_one(TextArea).text
        if self._returns:
            text = text.replace("\n", "\r\n")
        self.dismiss(text.encode("utf-8", "replace"))

    def do_put_away(self) -> None:
        self.dismiss(None)
