"""The folded lanes: a line each, above the one panel that is shown whole."""

from __future__ import annotations

from collections.abc import Sequence

from textual import events
from textual.content import Content
from textual.strip import Strip as Drawn
from textual.widget import Widget

from cockpit.domain.ids import LaneId
from cockpit.ui import strip_lines
from cockpit.ui.look import strip_of
from cockpit.ui.strip_lines import Strip
from cockpit.ui.widgets.lane_panel import RIGHT, LanePanel
from cockpit.ui.widgets.lines_view import LEFT

ABOVE, BELOW = "▴", "▾"
"""More lanes stand above, or below, than there is room for."""


class LaneStrips(Widget):
    """Lines of lanes, `columns` in each; scrolls by itself so that the chosen one is seen."""

    DEFAULT_CSS = """
    LaneStrips { width: 1fr; height: 0; background: $background; color: $foreground; }
    """
    ALLOW_SELECT = False
    can_focus = False

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.columns = 1
        self.rows = 0
        self._strips: Sequence[Strip] = ()
        self._chosen: LaneId | None = None
        self._marked: frozenset[LaneId] = frozenset()
        self._typing = False
        self._rows: list[Content] = []

    def fold(self, columns: int, rows: int) -> None:
        """Take `rows` lines of `columns` lanes each; none at all with `rows` 0."""
        if (self.columns, self.rows) != (columns, rows):
            self.columns, self.rows = columns, rows
            self.styles.height = rows
            self._redraw()

    def show(
        self,
        strips: Sequence[Strip],
        *,
        chosen: LaneId | None,
        marked: frozenset[LaneId],
        typing: bool,
    ) -> None:
        self._strips, self._chosen, self._marked = strips, chosen, marked
        self._typing = typing
        self._redraw()

    def on_resize(self) -> None:
        self._redraw()

    def _redraw(self) -> None:
        if not self.size.width:  # not laid out yet
            return
        rows = strip_lines.drawn(
            self._strips,
            self.size.width,
            self.columns,
            chosen=self._chosen,
            marked=self._marked,
            typing=self._typing,
        )
        if len(rows) != len(self._rows) or not all(map(Content.is_same, rows, self._rows)):
            self._rows = rows
            self.refresh()

    @property
    def top(self) -> int:
        """The first row that is shown."""
        shown = max(1, self.size.height)
        lanes = [one.view.lane for one in self._strips]
        at = lanes.index(self._chosen) // self.columns if self._chosen in lanes else 0
        return max(0, min(at - shown // 2, len(self._rows) - shown))

    def render_line(self, y: int) -> Drawn:
        width, at = self.size.width, self.top + y
        if at >= len(self._rows):
            return strip_of(self, Content(""), width)
        row = self._rows[at]
        more = ABOVE if y == 0 and at else ""
        if y == self.size.height - 1 and at < len(self._rows) - 1:
            more = BELOW
        if more:
            row = Content.assemble(row.truncate(width - 1), (more, "$accent"))
        return strip_of(self, row, width)

    def on_click(self, event: events.Click) -> None:
        event.stop()
        if event.button not in (LEFT, RIGHT):
            return
        # column c begins at cell c * width // columns
        column = ((event.x + 1) * self.columns - 1) // self.size.width
        place = (self.top + event.y) * self.columns + column
        if event.x >= 0 and 0 <= place < len(self._strips):
            lane = self._strips[place].view.lane
            menu = event.button == RIGHT
            self.post_message(LanePanel.Clicked(lane, event.chain == 2, menu=menu))
