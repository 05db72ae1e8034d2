"""Colours of a diff, mixed from a theme's ten: tints behind added and removed lines, stronger
ones behind the words that changed, and the colours of syntax.

A theme file names none of these, so each theme has a diff that fits it: a tint is as strong as
the text on it allows. Green and red mean added and removed and nothing else here, so syntax
goes without them. With the terminal's own colours nothing can be mixed: the signs and words in
bold say it there.
"""

from __future__ import annotations

from cockpit.domain.activity import State
from cockpit.domain.theme import SECONDARY, ThemeSpec, contrast

LINE, WORD = 0.14, 0.38
"""How much of the colour is in a line's tint, and in a changed word's, at most."""
STEP = 0.02


def mixed(ground: str, colour: str, share: float) -> str:
    """`ground` with `share` of `colour` in it; both `#rrggbb`."""
    one, other = _parts(ground), _parts(colour)
    mix = (round(a + (b - a) * share) for a, b in zip(one, other, strict=True))
    return "#" + "".join(f"{part:02x}" for part in mix)


def _parts(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def tints(spec: ThemeSpec) -> dict[str, str]:
    """The grounds of a diff's text, by variable; those of the terminal's palette are its own."""
    grounds = {"diff-added": ("success", LINE), "diff-removed": ("error", LINE)}
    grounds |= {"diff-added-word": ("success", WORD), "diff-removed-word": ("error", WORD)}
    if spec.terminal:
        return dict.fromkeys(grounds, "default")
    return {name: _tint(spec, colour, most) for name, (colour, most) in grounds.items()}


def _tint(spec: ThemeSpec, colour: str, most: float) -> str:
    """The strongest tint on which everything can be read that is written there: on a changed
    word's nothing but the foreground."""
    ground, over = spec.colours["background"], spec.colours[colour]
    wants = {spec.colours["foreground"]: spec.contrast}
    if most == LINE:
        wants |= dict.fromkeys(_syntax(spec).values(), spec.contrast)
        wants[spec.colours["muted"]] = SECONDARY
    share = most
    while share > 0:
        tint = mixed(ground, over, share)
        if all(contrast(text, tint) >= least for text, least in wants.items()):
            return tint
        share -= STEP
    return ground


def _syntax(spec: ThemeSpec) -> dict[str, str]:
    colours, states = spec.colours, spec.states
    return {
        "syntax-keyword": colours["accent"],
        "syntax-name": colours["warning"],
        "syntax-string": states[State.LIMITED],
        "syntax-number": states[State.EXITED],
        "syntax-type": states[State.SETUP],
        "syntax-comment": colours["muted"],
    }


def diff_variables(spec: ThemeSpec) -> dict[str, str]:
    """The variables of this palette. Red and green mean removed and added, so where there are
    only the terminal's colours, syntax goes without any."""
    if spec.terminal:
        return tints(spec) | dict.fromkeys(_syntax(spec), "default")
    return tints(spec) | _syntax(spec)


DEFAULTS = {
    "diff-added": "#1f2d24",
    "diff-removed": "#2f1d22",
    "diff-added-word": "#3a5741",
    "diff-removed-word": "#623238",
    "syntax-keyword": "#5fb3f3",
    "syntax-name": "#e8b04b",
    "syntax-string": "#c79bd8",
    "syntax-number": "#d98a6c",
    "syntax-type": "#8fa7c4",
    "syntax-comment": "#7d8794",
}
"""For a foreign theme: a variable that is missing would be fatal."""
