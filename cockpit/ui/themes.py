"""Our palettes as Textual themes. The files are read elsewhere; here they are only worn."""

from __future__ import annotations

from collections.abc import Mapping

from textual.theme import Theme

from cockpit.domain.activity import State
from cockpit.domain.theme import ThemeSpec
from cockpit.ui import diff_colours

PREFIX = "cockpit-"
"""Our themes' names inside Textual, so that they never meet one of its own."""

DEFAULT = "dark"
FEW_COLOURS = "terminal"
"""What is worn where the terminal has no more than 16 colours, or none are wanted."""

DEFAULTS = {
    "muted": "#8d97a5",
    "border": "#667181",
    "ink": "#0f1216",
    "cursor": "#17304a",
    **{f"state-{state.value}": "#9fb0c3" for state in State},
    **diff_colours.DEFAULTS,
}
"""Variables of ours that a foreign theme lacks; a missing one would be fatal."""


def to_textual(spec: ThemeSpec) -> Theme:
    """The theme under which Textual knows `spec`."""
    colours = spec.colours
    variables = {f"state-{state.value}": colour for state, colour in spec.states.items()}
    variables |= diff_colours.diff_variables(spec)
    variables |= {name: colours[name] for name in ("muted", "border", "ink", "cursor")}
    variables |= {name: colours[name] for name in ("background", "surface", "panel")}
    variables |= {
        "scrollbar": colours["border"],
        "scrollbar-hover": colours["muted"],
        "scrollbar-active": colours["accent"],
        "scrollbar-background": colours["background"],
        "scrollbar-background-hover": colours["background"],
        "scrollbar-background-active": colours["background"],
        "scrollbar-corner-color": colours["background"],
        "block-cursor-background": colours["accent"],
        "block-cursor-foreground": colours["ink"],
        "input-cursor-background": colours["accent"],
        "input-cursor-foreground": colours["ink"],
        "input-cursor-text-style": "none",
    }
    if spec.terminal:
        variables |= {
            "ansi-background": colours["background"],
            "ansi-foreground": colours["foreground"],
            "scrollbar-hover": colours["accent"],
            "input-selection-background": colours["accent"],
            "input-selection-foreground": colours["ink"],
        }
        variables, colours = _of_terminal(variables), _of_terminal(colours)
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
        ansi=spec.terminal,
    )


def _of_terminal(named: Mapping[str, str]) -> dict[str, str]:
    """`red` as Textual writes the terminal's red; styles stay what they are."""
    return {
        name: colour if name.endswith("-style") else f"ansi_{colour}"
        for name, colour in named.items()
    }
