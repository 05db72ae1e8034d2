"""Very many rows, each drawn when it is looked at: the diff and the tree of files at its side.

`LinesView` holds a `Content` for each line, which 10,000 files or 100,000 lines of a diff can't
afford; here rows are numbers, and who has them draws one by one. Beside the text a row may
have a gutter (line numbers, a sign) that stays where it is while long text moves sideways.
Keys come from the registry through the screen, so the widget itself takes no focus.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from textual import events
from textual.content import Content
from textual.geometry import Region, Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip
from textual.style import Style

from cockpit.dataclass import dataclass
from cockpit.ui import present
from cockpit.ui.look import chosen_ground, cut, style_named, unpadded
from cockpit.ui.widgets.lines_view import LEFT

STEP = 8
"""Cells that one key moves long text sideways."""

KEPT = 3000
"""Drawn rows that are kept."""


@dataclass(frozen=True, slots=True)
class Cell:
    """A part of a row: `gutter` stays, `text` moves sideways (unless `fixed`), on `ground`."""

    text: Content
    gutter: Content = present.EMPTY
    ground: str = ""
    fixed: bool = False
    skipped: int = 0
    """Cells of a very long line that stand before `text` and were not drawn."""
    whole: int = -1
    """Cells of such a line; else those of `text`."""

    @property
    def length(self) -> int:
        return self.text.cell_length if self.whole < 0 else self.whole


Draw = Callable[[int, int], Sequence[Cell]]
"""Row number and width in cells to the row's parts, which share the width evenly."""


class RowsView(ScrollView):
    """Rows with a cursor row (-1 without rows) and a range from `mark` to it."""

    DEFAULT_CSS = """
    RowsView {
        background: $background;
        color: $foreground;
        scrollbar-size-vertical: 1;
        scrollbar-size-horizontal: 0;
    }
    """
    ALLOW_SELECT = False
    can_focus = False

    class Chosen(Message):
        """The cursor moved to a row; `clicked`: by the mouse, which may mean more."""

        def __init__(self, view: RowsView, row: int, *, clicked: bool = False) -> None:
            super().__init__()
            self.view = view
            self.row = row
            self.clicked = clicked

        @property
        def control(self) -> RowsView:
            return self.view

    class Looked(Message):
        """Other rows came into view."""

        def __init__(self, view: RowsView) -> None:
            super().__init__()
            self.view = view

        def can_replace(self, message: Message) -> bool:
            return isinstance(message, RowsView.Looked)

        @property
        def control(self) -> RowsView:
            return self.view

    class Opened(Message):
        """The chosen row was clicked, or another one twice."""

        def __init__(self, view: RowsView, row: int) -> None:
            super().__init__()
            self.view = view
            self.row = row

        @property
        def control(self) -> RowsView:
            return self.view

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self.count = 0
        self.cursor = -1
        self.mark: int | None = None
        """Where a range began."""
        self.shift = 0
        """Cells that long text is moved to the left."""
        self._draw: Draw = lambda row, width: ()
        self._drawn: dict[int, Strip] = {}

    # ------------------------------------------------------------ what is shown

    def show_rows(
        self, count: int, draw: Draw, *, cursor: int | None = None, top: int | None = None
    ) -> None:
        """Show other rows. Without `cursor` and `top` both stay where they are, as far as
        there are so many rows."""
        self.count, self._draw = count, draw
        self._drawn.clear()
        self.virtual_size = Size(self.size.width, count)
        wanted = self.cursor if cursor is None else cursor
        self.cursor = min(max(0, wanted), count - 1)
        if self.mark is not None and self.mark >= count:
            self.mark = None
        if top is not None:
            self.scroll_to(0, max(0, top), animate=False, force=True, immediate=True)
        self.refresh()

    def redraw(self, first: int = 0, last: int | None = None) -> None:
        """Draw rows anew whose number and place did not change."""
        if last is None:
            self._drawn.clear()
        else:
            for row in range(first, last):
                self._drawn.pop(row, None)
        self.refresh()

    @property
    def room(self) -> int:
        """Cells of a row: the scroll bar covers the last column."""
        bar = self.styles.scrollbar_size_vertical if self.count > self.size.height else 0
        return max(0, self.size.width - bar)

    @property
    def seen(self) -> range:
        """The rows in view."""
        top = self.scroll_offset.y
        return range(top, min(self.count, top + self.size.height))

    @property
    def chosen(self) -> range:
        """The rows of the range, or the cursor's alone."""
        first = self.cursor if self.mark is None else self.mark
        return range(min(first, self.cursor), max(first, self.cursor) + 1)

    def on_resize(self) -> None:
        self._drawn.clear()
        self.virtual_size = Size(self.size.width, self.count)
        self.post_message(self.Looked(self))

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        super().watch_scroll_y(old_value, new_value)
        self.post_message(self.Looked(self))

    def notify_style_update(self) -> None:
        self._drawn.clear()
        super().notify_style_update()

    # ------------------------------------------------------------ drawing

    def render_line(self, y: int) -> Strip:
        row, width = self.scroll_offset.y + y, self.room
        if row >= self.count:
            return Strip.blank(width, self.visual_style.rich_style)
        if row in self.chosen:
            return self._strip(row, width, chosen=True)
        strip = self._drawn.get(row)
        if strip is None:
            if len(self._drawn) > KEPT:
                self._drawn.clear()
            strip = self._drawn[row] = self._strip(row, width)
        return strip

    def _strip(self, row: int, width: int, *, chosen: bool = False) -> Strip:
        cells = self._draw(row, width)
        parts: list[Strip] = []
        left = width
        for place, cell in enumerate(cells):
            room = left // (len(cells) - place)
            left -= room
            parts.append(self._cell(cell, room, chosen=chosen))
        if parts:
            return Strip.join(parts)
        return self._cell(Cell(present.EMPTY), width, chosen=chosen)

    def _cell(self, cell: Cell, width: int, *, chosen: bool) -> Strip:
        ground = self._ground(cell, chosen)
        gutter = unpadded(self, cell.gutter, ground)
        room = max(0, width - gutter.cell_length)
        text = unpadded(self, cell.text, ground)
        left = 0 if cell.fixed else self.shift
        shown = cut(self, text, room, ground, begin=cell.skipped, left=left, length=cell.length)
        return Strip.join([gutter, shown]).adjust_cell_length(width, ground.rich_style)

    def _ground(self, cell: Cell, chosen: bool) -> Style:
        ground = self.visual_style
        if cell.ground:
            ground = ground + style_named(self, cell.ground)
        return chosen_ground(self, ground) if chosen else ground

    # ------------------------------------------------------------ moving

    def go_to(self, row: int, *, top: bool = False, clicked: bool = False) -> None:
        """The cursor to a row, which comes into view (at the upper edge with `top`)."""
        if not self.count:
            return
        old, self.cursor = self.chosen, min(max(0, row), self.count - 1)
        if top:
            self.scroll_to(0, self.cursor, animate=False, force=True, immediate=True)
        else:
            self.scroll_to_region(
                Region(0, self.cursor, 1, 1), animate=False, x_axis=False, immediate=True
            )
        first, last = min(old.start, self.chosen.start), max(old.stop, self.chosen.stop)
        self.refresh_lines(first, last - first)
        self.post_message(self.Chosen(self, self.cursor, clicked=clicked))

    def move(self, by: int) -> None:
        self.go_to(self.cursor + by)

    def page(self, by: int) -> None:
        self.move(by * max(1, self.size.height - 2))

    def sideways(self, by: int) -> None:
        shift = max(0, min(self.shift + by * STEP, self._farthest() if by > 0 else self.shift))
        if shift != self.shift:
            self.shift = shift
            self.redraw()

    def _farthest(self) -> int:
        """So far that the end of the longest text in view is seen."""
        most = self.shift
        for row in self.seen:
            cells = self._draw(row, self.room)
            for cell in cells:
                room = self.room // len(cells) - cell.gutter.cell_length
                most = max(most, 0 if cell.fixed else cell.length - room + 1)
        return most

    def show_column(self, column: int, room: int) -> None:
        """Move long text sideways so that a column of it is in view, in a part `room` wide."""
        if not self.shift + (self.shift > 0) <= column < self.shift + room - 1:
            self.shift = 0 if column < room - 1 else max(0, column - room // 3)
            self.redraw()

    def to_end(self, *, last: bool) -> None:
        self.go_to(self.count - 1 if last else 0)

    def set_mark(self, row: int | None) -> None:
        self.mark = row
        self.refresh()

    def on_click(self, event: events.Click) -> None:
        row = self.scroll_offset.y + event.y
        if event.button == LEFT and 0 <= row < self.count:
            chosen = self.cursor == row
            self.go_to(row, clicked=True)
            if chosen:
                self.post_message(self.Opened(self, row))
