"""Drawing `Content` as strips, with theme variables resolved against the running app."""

from __future__ import annotations

from rich.segment import Segment
from textual.content import Content
from textual.strip import Strip
from textual.style import Style
from textual.widget import Widget

CUT = "…"
"""Stands where a text goes on beyond the edge."""


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


def cut(
    widget: Widget, line: Strip, room: int, ground: Style, *, begin: int = 0, left: int, length: int
) -> Strip:
    """The `room` cells from `left` on of a line that is `length` cells long and of which `line`
    holds those from `begin` on, with a sign at each end beyond which it goes on."""
    shown = line.crop_extend(max(0, left - begin), max(0, left - begin) + room, ground.rich_style)
    if room > 1 and length and (left or length > left + room):
        sign = unpadded(widget, Content.styled(CUT, "bold $muted"), ground)
        if left:
            shown = Strip.join([sign, shown.crop(1, room)])
        if length > left + room:
            shown = Strip.join([shown.crop(0, room - 1), sign])
    return shown.adjust_cell_length(room, ground.rich_style)


def chosen_ground(widget: Widget, ground: Style) -> Style:
    """The ground of a chosen row: a shade of its own, or turned round where the palette is the
    terminal's, which has no shades."""
    if widget.app.native_ansi_color:
        return ground + Style(reverse=True)
    return ground + style_named(widget, "on $cursor")


def style_named(widget: Widget, name: str) -> Style:
    """A style by the names that content uses (`bold $accent`)."""
    return widget.app.stylesheet.parse_style(name)
