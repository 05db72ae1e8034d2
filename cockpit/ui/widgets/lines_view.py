"""Many lines of `Content`, drawn one by one as they are looked at: diffs, logs, lists, help.

The only widget that shows long text from outside. It takes nothing but `Content`, so nothing
can be taken for markup, and draws only what is visible, so a large diff costs nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from textual import events
from textual.content import Content
from textual.geometry import Region, Size
from textual.message import Message
from textual.reactive import reactive
from textual.scroll_view import ScrollView
from textual.strip import Strip

from cockpit.ui.look import chosen_ground, cut, unpadded

LEFT = 1
"""The button of the mouse that chooses."""


_LABEL = re.compile(r" *(?:\S{1,12}(?: \S{1,12})? {2,}|[^\w\s] )(?=\S)")
"""A word or two and a gap, or a sign, before a text."""


def wrapped(line: Content, width: int) -> list[Content]:
    """The line in rows of at most `width` cells, later rows below where the text of the first
    begins: behind its label, where it has one and there is room."""
    if line.cell_length <= width:
        return [line]
    plain = line.plain
    indent = len(plain) - len(plain.lstrip(" "))
    label = _LABEL.match(plain)
    if label is not None and label.end() <= width // 3:
        indent = max(indent, label.end())
    indent = min(indent, width // 2)
    first, *rest = line.wrap(width)
    if not indent or not rest:
        return [first, *rest]
    tail = line[len(first.plain.rstrip()) :]
    tail = tail[len(tail.plain) - len(tail.plain.lstrip(" ")) :]
    return [first, *(row.pad_left(indent) for row in tail.wrap(width - indent))]


class LinesView(ScrollView):
    """Lines with an optional cursor line (`cursor` is -1 without one); `wrap` is for prose and
    goes without a cursor. Keys come from the registry through the screen, so the widget
    itself takes no focus."""

    DEFAULT_CSS = """
    LinesView {
        background: $background;
        color: $foreground;
        scrollbar-size-vertical: 1;
        scrollbar-size-horizontal: 0;
    }
    """
    ALLOW_SELECT = False
    can_focus = False

    cursor = reactive(-1, repaint=False)

    class Chosen(Message):
        """The cursor moved to a line."""

        def __init__(self, view: LinesView, line: int) -> None:
            super().__init__()
            self.view = view
            self.line = line

        @property
        def control(self) -> LinesView:
            return self.view

    class Opened(Message):
        """The chosen line was clicked, or another one twice."""

        def __init__(self, view: LinesView, line: int) -> None:
            super().__init__()
            self.view = view
            self.line = line

        @property
        def control(self) -> LinesView:
            return self.view

    class Pointed(Message):
        """A line (of those that were given) of a view without a cursor was clicked, `x` cells
        from the beginning of its row."""

        def __init__(self, view: LinesView, line: int, x: int) -> None:
            super().__init__()
            self.view = view
            self.line = line
            self.x = x

        @property
        def control(self) -> LinesView:
            return self.view

    def __init__(
        self,
        lines: Iterable[Content] = (),
        *,
        cursor: bool = False,
        wrap: bool = False,
        id: str | None = None,
        classes: str | None = None,
    ) -> None:
        super().__init__(id=id, classes=classes)
        self._source: list[Content] = list(lines)
        self._lines = self._source
        self._wrap = wrap
        self._drawn: dict[int, Strip] = {}
        self._wide = 0
        self._wrapped_to = (0, 0)
        self._folded_to = 1
        """Cells that rows of wrapped lines have."""
        self.has_cursor = cursor
        self.follow = False
        """Keep the last line in view while lines are added."""

    def on_mount(self) -> None:
        self._measure()

    def on_resize(self) -> None:
        if self._wrap and self._wrapped_to != (self.size.width, self.size.height):
            self._measure()
            self.refresh()

    @property
    def lines(self) -> Sequence[Content]:
        return self._lines

    def set_lines(self, lines: Iterable[Content], *, keep: bool = False) -> None:
        """Show other lines, from the top unless `keep`."""
        self._source = list(lines)
        self._measure()
        if self.has_cursor:
            top = max(0, self.cursor) if keep else 0
            self.cursor = min(top, len(self._lines) - 1)
        if not keep:
            self.scroll_to(0, 0, animate=False)
        self.refresh()

    def add_lines(self, lines: Iterable[Content], *, cap: int = 5000) -> None:
        """Append lines; of more than `cap` the oldest go."""
        new = list(lines)
        self._source.extend(new)
        if len(self._source) > cap:
            del self._source[: len(self._source) - cap]
            self._measure()
        else:
            self._measure_more(new)
        self.refresh()
        if self.follow:
            self.scroll_end(animate=False)

    def _measure(self) -> None:
        width, height = self._wrapped_to = (self.size.width, self.size.height)
        self._lines = self._source
        if self._wrap and width > 0:
            self._lines = self._wrapped_all(width)
            if len(self._lines) > height > 0:  # a scroll bar will cover the last column
                self._lines = self._wrapped_all(max(1, width - self.styles.scrollbar_size_vertical))
        self._drawn.clear()
        self._wide = max((line.cell_length for line in self._lines), default=0)
        self.virtual_size = Size(self._wide, len(self._lines))

    def _measure_more(self, new: Sequence[Content]) -> None:
        """The same when lines came at the end: what is there need not be wrapped again, unless
        the scroll bar comes now."""
        width, height = self._wrapped_to
        if self._wrap and not (len(self._lines) > height > 0):
            self._measure()
            return
        if self._wrap:
            narrow = max(1, width - self.styles.scrollbar_size_vertical)
            new = [row for line in new for row in wrapped(line, narrow)]
            self._lines = [*self._lines, *new]
        self._wide = max(self._wide, max((line.cell_length for line in new), default=0))
        self.virtual_size = Size(self._wide, len(self._lines))

    def _given(self, row: int) -> int:
        """The line that a row shows, or a part of it."""
        if not self._wrap:
            return row
        for number, line in enumerate(self._source):
            row -= len(wrapped(line, self._folded_to))
            if row < 0:
                return number
        return len(self._source)

    def _wrapped_all(self, width: int) -> list[Content]:
        self._folded_to = width
        return [row for line in self._source for row in wrapped(line, width)]

    def notify_style_update(self) -> None:
        self._drawn.clear()
        super().notify_style_update()

    def render_line(self, y: int) -> Strip:
        left, top = self.scroll_offset
        index, width = top + y, self.size.width
        ground = self.visual_style
        if index >= len(self._lines):
            return Strip.blank(width, ground.rich_style)
        chosen = self.has_cursor and index == self.cursor
        if chosen:
            ground = chosen_ground(self, ground)
            strip = unpadded(self, self._lines[index], ground)
        else:
            strip = self._drawn.get(index) or unpadded(self, self._lines[index], ground)
            self._drawn[index] = strip
        bar = self.styles.scrollbar_size_vertical if len(self._lines) > self.size.height else 0
        room = max(0, width - bar)
        shown = cut(self, strip, room, ground, left=left, length=strip.cell_length)
        return shown.adjust_cell_length(width, ground.rich_style)

    # ------------------------------------------------------------ moving

    def watch_cursor(self, old: int, new: int) -> None:
        if not self.is_mounted or not self.has_cursor:
            return
        self.refresh_lines(old, 1)
        self.refresh_lines(new, 1)
        self.scroll_to_region(Region(0, new, 1, 1), animate=False, x_axis=False)
        self.post_message(self.Chosen(self, new))

    def move(self, by: int) -> None:
        """The cursor (or, without one, the view) `by` lines down."""
        if self.has_cursor:
            self._go_to(self.cursor + by)
        else:
            self.scroll_relative(y=by, animate=False)

    def _go_to(self, line: int) -> None:
        self.cursor = min(max(0, line), len(self._lines) - 1)

    def page(self, by: int) -> None:
        self.move(by * max(1, self.size.height - 2))

    def sideways(self, by: int) -> None:
        self.scroll_relative(x=by * 8, animate=False, force=True)

    def to_end(self, *, last: bool) -> None:
        if self.has_cursor:
            self._go_to(len(self._lines) - 1 if last else 0)
        elif last:
            self.scroll_end(animate=False)
        else:
            self.scroll_home(animate=False)

    def on_click(self, event: events.Click) -> None:
        line = self.scroll_offset.y + event.y
        if event.button != LEFT or not 0 <= line < len(self._lines):
            return
        if not self.has_cursor:
            given = self._given(line)
            self.post_message(self.Pointed(self, given, self.scroll_offset.x + event.x))
        else:
            chosen, self.cursor = self.cursor == line, line
            if chosen:
                self.post_message(self.Opened(self, line))
