"""The last line of a screen: the keys that do something here and now. Each can be clicked.

Where tcss gives a line the height `auto` (in dialogs) it takes as many rows as its text needs, up
to its `max-height`; the hints then flow over rows too, and none is left out for want of room."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from textual import events
from textual.content import Content
from textual.geometry import Size
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from cockpit.ui import present
from cockpit.ui.look import strip_of
from cockpit.ui.widgets.lines_view import LEFT


class Line(Widget):
    """One line of content, cut to the width; or, of height `auto`, wrapped."""

    DEFAULT_CSS = """
    Line { height: 1; width: 1fr; background: $surface; color: $foreground; }
    """
    ALLOW_SELECT = False
    can_focus = False

    class Clicked(Message):
        """The line was clicked, `x` cells from its left."""

        def __init__(self, line: Line, x: int) -> None:
            super().__init__()
            self.line = line
            self.x = x

        @property
        def control(self) -> Line:
            return self.line

    class Grown(Message):
        """The line takes another number of rows."""

        def can_replace(self, message: Message) -> bool:
            return isinstance(message, Line.Grown)

    def __init__(
        self, content: Content = present.EMPTY, *, id: str | None = None, classes: str | None = None
    ) -> None:
        super().__init__(id=id, classes=classes)
        self._content = content
        self._tall = 0

    @property
    def content(self) -> Content:
        return self._content

    def show(self, content: Content) -> None:
        if not content.is_same(self._content):
            self._content = content
            self._changed()

    def _changed(self) -> None:
        self.refresh(layout=self.flows)

    @property
    def flows(self) -> bool:
        """Whether it takes as many rows as it needs."""
        height = self.styles.height
        return height is not None and height.is_auto

    def rows(self, width: int) -> list[Content]:
        """What stands in each row where there are as many as are needed."""
        return self._content.wrap(width) if width > 0 else [self._content]

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        return max(1, len(self.rows(width)))

    def on_resize(self) -> None:
        self.refresh()
        if self.size.height != self._tall:
            self._tall = self.size.height
            self.post_message(self.Grown())

    def render_line(self, y: int) -> Strip:
        width, height = self.size
        rows = self.rows(width) if height > 1 else [self._content]
        if y >= len(rows):
            return Strip.blank(width, self.visual_style.rich_style)
        row = rows[y]
        if y == height - 1 and y < len(rows) - 1:  # more than there is room for
            row = Content.assemble(row.rstrip(), " ", rows[y + 1])
        return strip_of(self, row.truncate(width, ellipsis=True), width)

    def on_click(self, event: events.Click) -> None:
        if event.button == LEFT:
            self.post_message(self.Clicked(self, event.x))


class HintBar(Line):
    """`key title` of each hint, those of low rank left out where there is no room."""

    class Pressed(Message):
        """A hint was clicked. `key` as it is shown; empty beside all hints."""

        def __init__(self, key: str) -> None:
            super().__init__()
            self.key = key

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._hints: list[tuple[int, str, Content]] = []

    def hint(self, hints: Sequence[tuple[str, str]], *, kept: Collection[str] = ()) -> None:
        """Hints by falling rank; the last one and those of the keys `kept` stay to the end."""
        last = len(hints) - 1
        parts = [
            (
                0 if place == last or key in kept else place + 1,
                key,
                Content.assemble((key, "bold $accent"), (f" {title}", "$muted")),
            )
            for place, (key, title) in enumerate(hints)
        ]
        if _plain(parts) != _plain(self._hints):
            self._hints = parts
            self._changed()

    def _fitting(self) -> list[tuple[int, str, Content]]:
        """The hints that there is room for; of each the whole or nothing."""
        kept = [one for one in self._hints if one[2]]
        gap, room = present.GAP.cell_length, self.size.width - 2
        while len(kept) > 1 and sum(one[2].cell_length + gap for one in kept) - gap > room:
            kept.remove(max(reversed(kept), key=lambda one: one[0]))
        return kept

    def _flowing(self, width: int) -> list[list[tuple[int, str, Content]]]:
        """All hints in rows, as many in each as fit whole."""
        found: list[list[tuple[int, str, Content]]] = [[]]
        left, gap = width - 2, present.GAP.cell_length
        for one in self._hints:
            if found[-1] and left < one[2].cell_length:
                found.append([])
                left = width - 2
            found[-1].append(one)
            left -= one[2].cell_length + gap
        return found

    def rows(self, width: int) -> list[Content]:
        return [
            Content.assemble(" ", present.joined([content for _, _, content in row]))
            for row in self._hinted(width)
        ]

    def _hinted(self, width: int) -> list[list[tuple[int, str, Content]]]:
        return self._flowing(width) if self.flows else [self._fitting()]

    def render_line(self, y: int) -> Strip:
        width = self.size.width
        rows = self.rows(width)
        line = rows[y] if y < len(rows) else present.EMPTY
        return strip_of(self, line.truncate(max(0, width - 1), ellipsis=True), width)

    def on_click(self, event: events.Click) -> None:
        if event.button == LEFT:
            self.post_message(self.Pressed(self.key_at(event.x, event.y)))

    def key_at(self, x: int, y: int = 0) -> str:
        """The key of the hint at a cell; empty where there is none."""
        left = 1
        rows = self._hinted(self.size.width)
        for _, key, content in rows[y] if 0 <= y < len(rows) else ():
            if left <= x < left + content.cell_length:
                return key
            left += content.cell_length + present.GAP.cell_length
        return ""


def _plain(hints: Sequence[tuple[int, str, Content]]) -> list[tuple[int, str]]:
    return [(rank, content.plain) for rank, _, content in hints]
