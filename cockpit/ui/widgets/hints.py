"""The last line of a screen: the keys that do something here and now."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from textual.content import Content
from textual.strip import Strip
from textual.widget import Widget

from cockpit.ui import present
from cockpit.ui.look import strip_of


class Line(Widget):
    """One line of content, cut to the width."""

    DEFAULT_CSS = """
    Line { height: 1; width: 1fr; background: $surface; color: $foreground; }
    """
    ALLOW_SELECT = False
    can_focus = False

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


class HintBar(Line):
    """`key title` of each hint, those of low rank left out where there is no room."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._hints: list[tuple[int, Content]] = []

    def hint(self, hints: Sequence[tuple[str, str]], *, kept: Collection[str] = ()) -> None:
        """Hints by falling rank; the last one and those of the keys `kept` stay to the end."""
        last = len(hints) - 1
        parts = [
            (
                0 if place == last or key in kept else place + 1,
                Content.assemble((key, "bold $accent"), (f" {title}", "$muted")),
            )
            for place, (key, title) in enumerate(hints)
        ]
        if [(rank, part.plain) for rank, part in parts] != [
            (rank, part.plain) for rank, part in self._hints
        ]:
            self._hints = parts
            self.refresh()

    def on_resize(self) -> None:
        self.refresh()

    def render_line(self, y: int) -> Strip:
        width = self.size.width
        line = present.fit(self._hints, width - 2, whole=True)
        return strip_of(self, Content.assemble(" ", line), width)
