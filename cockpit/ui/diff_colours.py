"""Colours of a diff, mixed from a theme's ten: tints behind added and removed lines, stronger
ones behind the words that changed, and the colours of syntax.

A theme file names none of these, so each theme has a diff that fits it. Green and red mean
added and removed and nothing else here, so syntax goes without them.
"""

from __future__ import annotations

from cockpit.domain.activity import State
from cockpit.domain.theme import ThemeSpec

LINE, WORD = 0.14, 0.38
"""How much of the colour is in a line's tint, and in a changed word's."""


def mixed(ground: str, colour: str, share: float) -> str:
    """`ground` with `share` of `colour` in it; both `#rrggbb`."""
    one, other = _parts(ground), _parts(colour)
    mix = (round(a + (b - a) * share) for a, b in zip(one, other, strict=True))
    return "#" + "".join(f"{part:02x}" for part in mix)


def _parts(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def diff_variables(spec: ThemeSpec) -> dict[str, str]:
    """The variables of this palette."""
    colours, states = spec.colours, spec.states
    ground = colours["background"]
    return {
        "diff-added": mixed(ground, colours["success"], LINE),
        "diff-removed": mixed(ground, colours["error"], LINE),
        "diff-added-word": mixed(ground, colours["success"], WORD),
        "diff-removed-word": mixed(ground, colours["error"], WORD),
        "syntax-keyword": colours["accent"],
        "syntax-name": colours["warning"],
        "syntax-string": states[State.LIMITED],
        "syntax-number": states[State.EXITED],
        "syntax-type": states[State.SETUP],
        "syntax-comment": colours["muted"],
    }


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
