"""The live picture of a lane's pane: `render_line` over cached strips, changed rows only.

A pane is at least 80×24 however small its panel, so the view shows the bottom left of what
is written there and follows the cursor. Redrawing one changed row costs 2 ms of CPU for a
200×50 frame against 25-40 ms for any stock widget (facts/tmux-git-live.md §3).
"""

from __future__ import annotations

from collections.abc import Sequence

from rich.segment import Segment
from rich.style import Style
from textual.content import Content
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

from cockpit.services.ports import Frame
from cockpit.ui.ansi import PLAIN, Pen, RowDecoder
from cockpit.ui.look import strip_of
from cockpit.ui.messages import FrameArrived

_CURSOR = Style(reverse=True)
_SGR_ONLY = ("", "\x1b[0m", "\x1b[39m", "\x1b[49m")


def first_row(frame: Frame, height: int) -> int:
    """The pane row that the view's first line shows: the last written row at the bottom, but
    the cursor always in view."""
    last = max((y for y, row in enumerate(frame.rows) if _is_written(row)), default=0)
    cursor = min(frame.cursor[1], len(frame.rows) - 1)
    top = max(0, max(last, cursor) - height + 1)
    return max(0, min(top, cursor))


def first_column(frame: Frame, width: int) -> int:
    """The pane column that the view's first cell shows while the commander types."""
    return max(0, frame.cursor[0] - width + 2)


def _is_written(row: str) -> bool:
    return bool(row) and row not in _SGR_ONLY and bool(row.strip())


class PaneView(Widget):
    """Shows frames, or `lines` of ours while there is no pane."""

    DEFAULT_CSS = """
    PaneView {
        background: $background;
        color: $foreground;
    }
    """
    ALLOW_SELECT = False
    can_focus = False

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.frame_shown: Frame | None = None
        self._lines: Sequence[Content] = ()
        self._overlay: Content | None = None
        self._typing = False
        self._decoder: RowDecoder | None = None
        self._top = self._left = 0
        self._pens: list[Pen] = []

    def on_frame_arrived(self, message: FrameArrived) -> None:
        self.show_frame(message.frame)

    def show_frame(self, frame: Frame) -> None:
        """Draw what differs from the frame before."""
        old, self.frame_shown = self.frame_shown, frame
        before = (self._top, self._left, self._pens)
        self._place()
        if old is None or before[:2] != (self._top, self._left) or self._lines:
            self._lines = ()
            self.refresh()
            return
        rows = self._changed(old, frame, before[2])
        if rows:
            width = self.size.width
            self.refresh(*(Region(0, y, width, 1) for y in rows))

    def show_lines(self, lines: Sequence[Content]) -> None:
        """Show text of ours instead of a pane."""
        if self.frame_shown is None and list(lines) == list(self._lines):
            return
        self.frame_shown = None
        self._lines = list(lines)
        self.refresh()

    def set_overlay(self, line: Content | None) -> None:
        """A line of ours over the last row (how a program ended)."""
        if line != self._overlay:
            self._overlay = line
            self._place()
            self.refresh()

    def set_typing(self, typing: bool) -> None:
        """Whether keys go into this pane: then the cursor is drawn and followed sideways."""
        if typing != self._typing:
            self._typing = typing
            self._place()
            self.refresh()

    def _place(self) -> None:
        frame = self.frame_shown
        if frame is None:
            return
        height = self.size.height - (self._overlay is not None)
        self._top = first_row(frame, max(1, height))
        self._left = first_column(frame, self.size.width) if self._typing else 0
        self._pens = self._carried(frame)

    def _carried(self, frame: Frame) -> list[Pen]:
        """The pen at the start of each row."""
        decoder, pen, pens = self._rows(), PLAIN, []
        for row in frame.rows:
            pens.append(pen)
            _, pen = decoder.row(row, pen)
        return pens

    def _changed(self, old: Frame, new: Frame, pens: list[Pen]) -> list[int]:
        """Lines of the view whose row, pen or cursor changed."""
        found = set()
        for y in range(self.size.height):
            index = self._top + y
            was = (old.rows[index], pens[index]) if index < len(old.rows) else None
            now = (new.rows[index], self._pens[index]) if index < len(new.rows) else None
            if was != now:
                found.add(y)
        if self._typing and old.cursor != new.cursor:
            found |= {old.cursor[1] - self._top, new.cursor[1] - self._top}
        return sorted(y for y in found if 0 <= y < self.size.height)

    def _rows(self) -> RowDecoder:
        if self._decoder is None:
            self._decoder = RowDecoder(self.visual_style.rich_style)
        return self._decoder

    def on_resize(self) -> None:
        self._place()
        self.refresh()

    def notify_style_update(self) -> None:
        self._decoder = None
        super().notify_style_update()

    def render_line(self, y: int) -> Strip:
        width, height = self.outer_size  # no border or padding; `size` walks the styles each time
        if self._overlay is not None and y == height - 1:
            return strip_of(self, self._overlay.truncate(width), width)
        frame = self.frame_shown
        if frame is None:
            line = self._lines[y] if y < len(self._lines) else Content("")
            return strip_of(self, Content(" ") + line.truncate(width - 1, ellipsis=True), width)
        return self._row_strip(frame, self._top + y, width)

    def _row_strip(self, frame: Frame, index: int, width: int) -> Strip:
        ground = self.visual_style.rich_style
        if index >= len(frame.rows) or index >= len(self._pens):
            return Strip.blank(width, ground)
        strip, _ = self._rows().row(frame.rows[index], self._pens[index])
        shown = strip.crop_extend(self._left, self._left + width, ground)
        column = frame.cursor[0] - self._left
        if self._typing and index == frame.cursor[1] and 0 <= column < width:
            shown = _with_cursor(shown, column)
        return shown


def _with_cursor(strip: Strip, column: int) -> Strip:
    """The strip with the cell at `column` reversed."""
    cells = strip.cell_length
    left, cursor, right = (
        strip.crop(0, column),
        strip.crop(column, column + 1),
        strip.crop(column + 1, cells),
    )
    lit = [Segment(text, (style or Style()) + _CURSOR) for text, style, _ in cursor]
    return Strip([*left, *lit, *right], cells)
