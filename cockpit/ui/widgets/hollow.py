"""A few lines in the middle of an empty place: why nothing is here, and what to do about it."""

from __future__ import annotations

from collections.abc import Sequence

from textual.content import Content
from textual.strip import Strip
from textual.widget import Widget

from cockpit.ui.look import strip_of


class Hollow(Widget):
    """Lines of content, each centred; wrapped where they are too long."""

    DEFAULT_CSS = """
    Hollow { width: 1fr; height: 1fr; background: $background; color: $foreground; }
    """
    ALLOW_SELECT = False
    can_focus = False

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._lines: Sequence[Content] = ()

    def show(self, lines: Sequence[Content]) -> None:
        self._lines = lines
        self.refresh()

    def render_line(self, y: int) -> Strip:
        width, height = self.size
        rows = [row for line in self._lines for row in line.wrap(max(1, width - 4))]
        at = y - max(0, (height - len(rows)) // 2)
        if not 0 <= at < len(rows):
            return strip_of(self, Content(""), width)
        left = " " * ((width - rows[at].cell_length) // 2)
        return strip_of(self, Content.assemble(left, rows[at]), width)
