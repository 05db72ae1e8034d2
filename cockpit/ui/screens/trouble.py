"""Everything that is wrong on the bus, and what to do about it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content

from cockpit.ui.actions import Scope
from cockpit.ui.screens.base import BoxScreen
from cockpit.ui.widgets.hints import HintBar, Line
from cockpit.ui.widgets.lines_view import LinesView


class TroubleScreen(BoxScreen):
    scopes: ClassVar[tuple[Scope, ...]] = (Scope.READING,)
    others: ClassVar[int] = 5

    def __init__(self, lines: Sequence[Content]) -> None:
        super().__init__()
        self._lines = list(lines)

    def compose(self) -> ComposeResult:
        with Vertical(classes="box"):
            yield Line(Content.styled("What is wrong on the bus", "bold"))
            fine = Content.styled("Nothing is wrong.", "$success")
            yield LinesView(self._lines or [fine], wrap=True, id="body")
            yield HintBar()
