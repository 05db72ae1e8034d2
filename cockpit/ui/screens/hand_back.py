"""Giving a conflict to an agent: to whom, and what the commander wants to say about it."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, TextArea

from cockpit.domain.handback import ORACLE
from cockpit.domain.ids import LaneId
from cockpit.ui import present
from cockpit.ui.actions import Scope
from cockpit.ui.screens.base import Keyed
from cockpit.ui.widgets.hints import HintBar, Line
from cockpit.ui.widgets.writing import Writing


class HandBackScreen(Keyed, ModalScreen[tuple[str, str] | None], inherit_bindings=False):
    """Dismissed with (to whom, the note), or with None."""

    scopes: ClassVar[tuple[Scope, ...]] = (Scope.PROMPT,)
    text_scopes: ClassVar[tuple[Scope, ...]] = (Scope.PROMPT,)
    CSS_PATH = "../tcss/conflict.tcss"

    def __init__(self, lane: LaneId, lanes: tuple[LaneId, ...]) -> None:
        super().__init__()
        self._lane = lane
        self._lanes = lanes

    def compose(self) -> ComposeResult:
        with Vertical(classes="box"):
            yield Line(
                Content.assemble(
                    ("Hand back the conflict of ", "bold"), present.text(self._lane, "bold $accent")
                )
            )
            others = ", ".join((*self._lanes, ORACLE))
            yield Line(present.text(f"To a lane or {ORACLE} ({others}):", "$muted"))
            yield Input(str(self._lane), id="to", select_on_focus=True)
            yield Line(present.text("What do you want to say about it? (Tab)", "$muted"), id="note")
            area = Writing(tab_behavior="focus", soft_wrap=True)
            area.highlight_cursor_line = False
            yield area
            yield HintBar()

    def on_mount(self) -> None:
        self.query_one("#to", Input).focus()
        self.refresh_hints()

    def hints(self) -> list[tuple[str, str]]:
        key = self.cockpit.keymap.key
        return [(key("submit"), "write the task and prompt"), (key("put_away"), "put away")]

    def on_key(self, event: object) -> None:
        """Tab goes from one field to the other (Textual's own binding is not inherited)."""
        if getattr(event, "key", "") == "tab":
            to, area = self.query_one("#to", Input), self.query_one(TextArea)
            (area if to.has_focus else to).focus()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        self.query_one(TextArea).focus()

    def do_submit(self) -> None:
        to = self.query_one("#to", Input).value.strip()
        if to not in self._lanes and to != ORACLE:
            note = present.text(f"There is no lane {to or '(nothing)'}.", "bold $warning")
            self.query_one("#note", Line).show(note)
            return
        self.dismiss((to, self.query_one(TextArea).text))

    def do_put_away(self) -> None:
        self.dismiss(None)
