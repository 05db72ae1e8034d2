"""Asking for a few words on one line: a name, a folder, a reason."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import TextArea

from cockpit.ui import present
from cockpit.ui.actions import Scope
from cockpit.ui.screens.base import Keyed
from cockpit.ui.widgets.hints import HintBar, Line
from cockpit.ui.widgets.writing import Writing


class WordsScreen(Keyed, ModalScreen[str | None], inherit_bindings=False):
    """Dismissed with the words, or None. `why_not` says what is wrong with them, a sentence;
    then the screen stays."""

    scopes: ClassVar[tuple[Scope, ...]] = (Scope.PROMPT,)
    text_scopes: ClassVar[tuple[Scope, ...]] = (Scope.PROMPT,)
    CSS_PATH = "../tcss/prompt.tcss"
    DEFAULT_CSS = """
    WordsScreen {
        .box { height: auto; }
        TextArea { height: 4; }
        &.-low TextArea { height: 2; }
    }
    """

    def __init__(
        self,
        heading: Content,
        lines: Sequence[Content],
        draft: str,
        *,
        yes: str,
        why_not: Callable[[str], str],
    ) -> None:
        super().__init__()
        self._heading = heading
        self._lines = lines
        self._draft = draft
        self._yes = yes
        self._why_not = why_not

    def compose(self) -> ComposeResult:
        with Vertical(classes="box"):
            yield Line(self._heading)
            for line in self._lines:
                yield Line(line)
            yield Line(id="note")
            area = Writing(self._draft, soft_wrap=True)
            area.highlight_cursor_line = False
            yield area
            yield HintBar()

    def on_mount(self) -> None:
        area = self.query_one(TextArea)
        area.move_cursor(area.document.end)
        area.focus()
        self.refresh_hints()

    def hints(self) -> list[tuple[str, str]]:
        key = self.cockpit.keymap.key
        return [(key("submit"), self._yes), (key("put_away"), "leave it")]

    def do_submit(self) -> None:
        words = " ".join(self.query_one(TextArea).text.split())
        why = self._why_not(words)
        if why:
            self.query_one("#note", Line).show(present.text(why, "bold $warning", width=200))
        else:
            self.dismiss(words)

    def do_put_away(self) -> None:
        self.dismiss(None)
