"""Our palettes as Textual themes. The files are read elsewhere; here they are only worn."""

from __future__ import annotations

from textual.theme import Theme

from cockpit.domain.activity import State
from cockpit.domain.theme import ThemeSpec
from cockpit.ui import diff_colours

PREFIX = "cockpit-"
"""Our themes' names inside Textual, so that they never meet one of its own."""

DEFAULTS = {
    "muted": "#7d8794",
    "border": "#38414c",
    **{f"state-{state.value}": "#9fb0c3" for state in State},
    **diff_colours.DEFAULTS,
}
"""Variables of ours that a foreign theme lacks; a missing one would be fatal."""


def to_textual(spec: ThemeSpec) -> Theme:
    """The theme under which Textual knows `spec`."""
    colours = spec.colours
    variables = {f"state-{state.value}": colour for state, colour in spec.states.items()}
    variables |= diff_colours.diff_variables(spec)
    variables |= {
        "muted": colours["muted"],
        "border": colours["border"],
        "scrollbar": colours["border"],
        "scrollbar-hover": colours["muted"],
        "scrollbar-active": colours["accent"],
        "scrollbar-background": colours["background"],
        "scrollbar-background-hover": colours["background"],
        "scrollbar-background-active": colours["background"],
        "block-cursor-background": colours["accent"],
        "block-cursor-foreground": colours["background"],
        "input-cursor-background": colours["accent"],
    }
    return Theme(
        name=PREFIX + spec.name,
        primary=colours["accent"],
        secondary=colours["accent"],
        accent=colours["accent"],
        foreground=colours["foreground"],
        background=colours["background"],
        surface=colours["surface"],
        panel=colours["panel"],
        success=colours["success"],
        warning=colours["warning"],
        error=colours["error"],
        dark=spec.dark,
        text_alpha=1.0,
        variables=variables,
    )
