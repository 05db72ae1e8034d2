"""The last line of a screen: the keys that do something here and now. Each can be clicked."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from textual import events
from textual.content import Content
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from cockpit.ui import present
from cockpit.ui.look import strip_of
from cockpit.ui.widgets.lines_view import LEFT


class Line(Widget):
    """One line of content, cut to the width."""

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

    def __init__(self, content: Content = present.EMPTY, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._content = content

    @property
    def content(self) -> Content:
        return self._content

    def show(self, content: Content) -> None:
        if not content.is_same(self._content):
            self._content = content
            self.refresh()

    def render_line(self, y: int) -> Strip:
        width = self.size.width
        if y:
            return Strip.blank(width, self.visual_style.rich_style)
        return strip_of(self, self._content.truncate(width, ellipsis=True), width)

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
            self.refresh()

    def on_resize(self) -> None:
        self.refresh()

    def _fitting(self) -> list[tuple[int, str, Content]]:
        """The hints that there is room for; of each the whole or nothing."""
        kept = [one for one in self._hints if one[2]]
        gap, room = present.GAP.cell_length, self.size.width - 2
        while len(kept) > 1 and sum(one[2].cell_length + gap for one in kept) - gap > room:
            kept.remove(max(reversed(kept), key=lambda one: one[0]))
        return kept

    def render_line(self, y: int) -> Strip:
        width = self.size.width
        line = present.joined([content for _, _, content in self._fitting()])
        line = line.truncate(max(0, width - 2), ellipsis=True)
        return strip_of(self, Content.assemble(" ", line), width)

    def on_click(self, event: events.Click) -> None:
        if event.button == LEFT:
            self.post_message(self.Pressed(self.key_at(event.x)))

    def key_at(self, x: int) -> str:
        """The key of the hint at a cell; empty where there is none."""
        left = 1
        for _, key, content in self._fitting():
            if left <= x < left + content.cell_length:
                return key
            left += content.cell_length + present.GAP.cell_length
        return ""


def _plain(hints: Sequence[tuple[int, str, Content]]) -> list[tuple[int, str]]:
    return [(rank, content.plain) for rank, _, content in hints]
