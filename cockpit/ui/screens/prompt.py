"""Writing a prompt: many lines, sent only by its own key; a draft survives Escape."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import TextArea

from cockpit.dataclass import dataclass
from cockpit.domain.activity import State
from cockpit.domain.ids import LaneId
from cockpit.ui import present
from cockpit.ui.actions import Scope
from cockpit.ui.screens.base import Keyed
from cockpit.ui.widgets.hints import HintBar, Line


@dataclass(frozen=True, slots=True)
class Prompt:
    """What was written. `force`: the commander knows that an agent is asking something."""

    text: str
    send: bool
    force: bool = False


class PromptScreen(Keyed, ModalScreen[Prompt], inherit_bindings=False):
    """Sends to one lane or to all marked ones. Where an agent is asking a question the text
    might answer it, so the send key has to be pressed a second time."""

    scopes: ClassVar[tuple[Scope, ...]] = (Scope.PROMPT,)
    text_scopes: ClassVar[tuple[Scope, ...]] = (Scope.PROMPT,)
    CSS_PATH = "../tcss/prompt.tcss"

    def __init__(self, lanes: tuple[LaneId, ...], draft: str) -> None:
        super().__init__()
        self._lanes = lanes
        self._draft = draft
        self._warned = False

    def compose(self) -> ComposeResult:
        with Vertical(classes="box"):
            yield Line(self._heading())
            yield Line(id="note")
            area = TextArea(self._draft, tab_behavior="indent", soft_wrap=True)
            area.highlight_cursor_line = False
            yield area
            yield HintBar()

    def on_mount(self) -> None:
        area = self.query_one(TextArea)
        area.move_cursor(area.document.end)
        area.focus()
        asking = self._asking()
        if asking:
            names = ", ".join(asking)
            self._note(f"{names} is asking something: this text may be taken as the answer.")
        self.refresh_hints()

    def _heading(self) -> Content:
        to = ", ".join(self._lanes)
        return Content.assemble(("Prompt to ", "bold"), present.text(to, "bold $accent"))

    def _asking(self) -> list[str]:
        fleet = self.cockpit.board.fleet
        views = [fleet.lane(lane) for lane in self._lanes]
        return [view.lane for view in views if view and view.activity.state is State.ASKING]

    def _note(self, text: str) -> None:
        self.query_one("#note", Line).show(present.text(text, "bold $warning"))

    def do_submit(self) -> None:
        text = self.query_one(TextArea).text
        if not text.strip():
            self._note("There is nothing to send yet.")
            return
        if self._asking() and not self._warned:
            self._warned = True
            key = self.cockpit.keymap.key("submit")
            self._note(f"{', '.join(self._asking())} is asking something; {key} again sends it.")
            return
        self.dismiss(Prompt(text, send=True, force=self._warned))

    def keep_draft(self) -> None:
        area = self.query_one_optional(TextArea)
        if area is not None:
            self.cockpit.drafts[self._lanes] = area.text

    def do_put_away(self) -> None:
        self.dismiss(Prompt(self.query_one(TextArea).text, send=False))
