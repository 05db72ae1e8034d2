"""Drawing `Content` as strips, with theme variables resolved against the running app."""

from __future__ import annotations

from rich.segment import Segment
from textual.content import Content
from textual.strip import Strip
from textual.style import Style
from textual.widget import Widget


def strip_of(widget: Widget, content: Content, width: int, base: Style | None = None) -> Strip:
    """One line of content, cut or padded to `width` cells, over the widget's own style."""
    ground = base if base is not None else widget.visual_style
    strip = unpadded(widget, content, ground)
    return strip.adjust_cell_length(width, ground.rich_style)


def unpadded(widget: Widget, content: Content, ground: Style) -> Strip:
    """One line of content at its own length."""
    parse = widget.app.stylesheet.parse_style
    if ground.reverse:  # the chosen row in the terminal's own colours: all of it turned round
        content = Content(content.plain)
    parts = content.render(ground, "", parse_style=parse)
    segments = [Segment(part, style.rich_style) for part, style in parts]
    return Strip(segments, content.cell_length)


def chosen_ground(widget: Widget, ground: Style) -> Style:
    """The ground of a chosen row: a shade of its own, or turned round where the palette is the
    terminal's, which has no shades."""
    if widget.app.native_ansi_color:
        return ground + Style(reverse=True)
    return ground + style_named(widget, "on $cursor")


def style_named(widget: Widget, name: str) -> Style:
    """A style by the names that content uses (`bold $accent`)."""
    return widget.app.stylesheet.parse_style(name)
