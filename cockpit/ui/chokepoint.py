"""The last line: no escape that is not ours passes where strips are rendered.

Textual 8.2.8 strips only a few control characters from what widgets show: OSC 52, window
titles, OSC 8, screen clearing and C1 reach the terminal from every widget. Outside text is
made `Safe` at the edge; this module stands behind that, in the one function through which
every painted cell passes, and refuses to run when a release paints in another way.
"""

from __future__ import annotations

import os
import re
from functools import lru_cache

from rich.color import ColorSystem
from rich.console import Console
from rich.segment import Segment
from rich.style import Style
from textual._compositor import ChopsUpdate, LayoutUpdate
from textual.app import App, ReturnType
from textual.driver import Driver
from textual.filter import Monochrome, NoColor
from textual.geometry import Region
from textual.strip import Strip

from cockpit.errors import Unavailable

_FOREIGN = re.compile(
    "[\x00-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff"
    "\U000e0000-\U000e007f]"
)
"""Control, bidirectional and invisible characters; all have no width, so dropping them keeps
the layout. ZWJ and ZWNJ stay: they join emoji and letters and can't reorder."""

_SURROGATE = re.compile("[\ud800-\udfff]")
_OURS = re.compile(r"\x1b\[[0-9;]*[mHABCDG]")
_LINES_AND_COLOURS = re.compile(r"\x1b\[[0-9;]*m|\n")
_HOSTILE = (
    "a\x1b]52;c;eA==\x07b\x1b]0;t\x07c\x1b[2Jd\x9b2Je\x1b]8;;file:///x\x1b\\f\u202eg\r\nh\x00"
)


def clean(text: str) -> str:
    """`text` with everything that a terminal could obey removed."""
    if text.isascii() and text.isprintable():
        return text
    return _SURROGATE.sub("\N{REPLACEMENT CHARACTER}", _FOREIGN.sub("", text))


def clean_lines(text: str) -> str:
    """Text for a plain terminal (a traceback after a crash): lines and colours stay, all else
    that could be obeyed goes."""
    kept = []
    at = 0
    for ours in _LINES_AND_COLOURS.finditer(text):
        kept += [clean(text[at : ours.start()]), ours[0]]
        at = ours.end()
    return "".join([*kept, clean(text[at:])])


class Guarded(App[ReturnType]):
    """An app whose colours and whose last words are the filter's: NO_COLOR takes the colours out
    there (Textual makes greys of them, even if it is empty), and a traceback passes it too."""

    def __init__(self, driver_class: type[Driver]) -> None:
        super().__init__(driver_class=driver_class)
        self.no_color = bool(os.environ.get("NO_COLOR"))
        self._filters = [one for one in self._filters if not isinstance(one, Monochrome | NoColor)]

    def _print_error_renderables(self) -> None:
        """A traceback may hold outside text."""
        with self.error_console.capture() as printed:
            super()._print_error_renderables()
        text = clean_lines(printed.get())
        if text:
            self.error_console.file.write(text)


@lru_cache(maxsize=4096)
def colourless(style: Style) -> Style:
    """The style without colours: text on a ground of its own is turned round, so that blocks
    and chosen rows are still seen. What is only a shade goes."""
    block = style.bgcolor is not None and not style.bgcolor.is_default
    return Style(
        bold=style.bold,
        italic=style.italic,
        underline=style.underline,
        strike=style.strike,
        reverse=bool(style.reverse) != block,
    )


def _render_style(cls: type[Strip], style: Style, text: str, color_system: ColorSystem) -> str:
    """Cleaned text in its colours; never a hyperlink (OSC 8 hides where it leads)."""
    if not _wants_colours:
        style = colourless(style)
    codes = style._ansi
    if codes is None:
        codes = cls.render_ansi(style, color_system)
    text = clean(text)
    return f"\x1b[{codes}m{text}\x1b[0m" if codes else text


def _render(strip: Strip, console: Console) -> str:
    """What `Strip.render` does, with every text cleaned, styled or not."""
    if strip._render_cache is None:
        system = console._color_system or ColorSystem.TRUECOLOR
        strip._render_cache = "".join(
            clean(text) if style is None else _render_style(Strip, style, text, system)
            for text, style, _ in strip._segments
        )
    return strip._render_cache


_wants_colours = True


def install(*, colourless: bool = False) -> None:
    """Put the filter in place, once for the process. `colourless`: nothing is painted in any
    colour (NO_COLOR)."""
    global _wants_colours
    _wants_colours = not colourless
    Strip.render_style = classmethod(_render_style)  # type: ignore[method-assign, assignment]
    Strip.render = _render  # type: ignore[method-assign, assignment]


def self_test() -> None:
    """Paint hostile text through the updates that the compositor writes to the terminal.

    Raises `Unavailable` if any of it comes out: a Textual that paints in another way must
    not be run with agents' output in it.
    """
    console = Console(force_terminal=True, color_system="truecolor", _environ={})
    styled = Style(color="red", link="https://example.org/\x1b]0;t\x07")
    strip = Strip([Segment(_HOSTILE, styled), Segment(_HOSTILE), Segment(_HOSTILE, Style())])
    width = strip.cell_length
    region = Region(0, 0, width, 1)
    painted = [
        LayoutUpdate([[strip]], region).render_segments(console),
        ChopsUpdate([{0: strip}], [(0, 0, width)], [[width]]).render_segments(console),
    ]
    for written in painted:
        rest = _OURS.sub("", written)
        if clean(rest) != rest or "https:" in rest:
            raise Unavailable(
                "This release of Textual paints past cockpit's filter for escape codes.",
                detail="Text from agents could reach the terminal as commands.",
                hint="Install the release that cockpit was made with: pip install textual==8.2.8",
            )
