"""Landing red: what would land although its gate failed, and the reason that must be given."""

from __future__ import annotations

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Input

from cockpit.domain.ids import branch_name
from cockpit.domain.merge import LandingPreview
from cockpit.ui import present
from cockpit.ui.actions import Scope
from cockpit.ui.landing_lines import check_lines
from cockpit.ui.screens.base import BoxScreen
from cockpit.ui.widgets.hints import HintBar, Line
from cockpit.ui.widgets.lines_view import LinesView

SHORTEST = 3
"""Characters of the shortest reason: one key hit by chance is none."""
LONGEST = 200
"""Characters of a reason; it becomes one line of the journal."""


class RedScreen(BoxScreen):
    """Dismissed with True once a reason was typed and Enter pressed; `reason` holds it."""

    scopes: ClassVar[tuple[Scope, ...]] = (Scope.READING,)
    others: ClassVar[int] = 7

    def __init__(self, preview: LandingPreview, said: str) -> None:
        super().__init__()
        self._preview = preview
        self._said = said
        self.reason = ""

    def compose(self) -> ComposeResult:
        with Vertical(classes="box -danger"):
            title = f"Land {self._preview.lane} although its gate is red?"
            yield Line(present.text(title, "bold $error"))
            yield LinesView(self._lines(), wrap=True, id="body")
            yield Line(id="note")
            if self._preview.may_land:
                yield Input(placeholder="why it may land red", max_length=LONGEST)
            yield HintBar()

    def _lines(self) -> list[Content]:
        preview = self._preview
        name = branch_name(preview.target)
        lines = [
            present.text(
                f"{preview.lane} {preview.source[:9]} would land on {name} "
                f"{preview.target_old[:9]}: {present.plural(len(preview.commits), 'commit')},"
                f" {present.plural(len(preview.changes), 'file')}."
            )
        ]
        if self._said:
            lines += [Content(""), present.text(self._said, "$error", width=1000)]
        failing = [check for check in preview.checks if not check.ok]
        if failing or preview.result is None:
            lines += [Content(""), Content.styled("It can not land, red or not:", "bold $error")]
            lines += [line for check in failing for line in check_lines(check)]
            lines += [present.text(f"  ✗ {path}", "$error") for path in preview.conflicts]
            return lines
        told = "The reason goes into the journal beside the landing; undo takes it back."
        return [*lines, Content(""), Content.styled(told, "$muted")]

    def on_mount(self) -> None:
        super().on_mount()
        if self._preview.may_land:
            self.query_one(Input).focus()

    def hints(self) -> list[tuple[str, str]]:
        leave = ("Esc", "leave it")
        return [("reason, Enter", "land it red"), leave] if self._preview.may_land else [leave]

    def on_key(self, event: object) -> None:
        key = getattr(event, "key", "")
        if key in {"escape", "ctrl+q"}:
            self.dismiss(False)
        elif key in {"down", "up", "pagedown", "pageup"}:
            self.reader.move({"down": 1, "up": -1, "pagedown": 10, "pageup": -10}[key])

    @on(Input.Submitted)
    def _typed(self, event: Input.Submitted) -> None:
        reason = " ".join(event.value.split())
        if len(reason) < SHORTEST:
            note = "Nothing lands: landing red needs a reason, in words."
            self.query_one("#note", Line).show(Content.styled(note, "bold $warning"))
            return
        self.reason = reason
        self.dismiss(True)
