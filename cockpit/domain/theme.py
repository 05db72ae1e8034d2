"""A palette as data: what a theme file must name, and which of its colours can't be read.

Contrast is that of WCAG 2.1 (1 to 21): text wants 4.5, what is not needed for reading 3. A
palette of the terminal's own colours names no values, so nothing can be said of it but that
text and ground are not the same.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from cockpit.dataclass import dataclass
from cockpit.domain.activity import State

COLOURS = (
    "background",
    "surface",
    "panel",
    "foreground",
    "muted",
    "accent",
    "success",
    "warning",
    "error",
    "border",
)
"""Every colour a theme names besides one a state."""

DEFAULTED = {"ink": "background", "cursor": "panel"}
"""Colours that a theme may leave out, and which one they are then: what is written on a block
of colour, and the ground of the chosen row."""

TERMINAL = ("default", "black", "red", "green", "yellow", "blue", "magenta", "cyan", "white")
"""The terminal's own colours; all but the first have a `bright_` one too."""

TEXT = 4.5
SECONDARY = 3.0
"""What a border must have; muted text on a tint too."""
UNREADABLE = 2.0
"""Text with less can't be made out at all."""

_COLOUR = re.compile(r"#[0-9a-fA-F]{6}")
_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")


@dataclass(frozen=True, slots=True)
class ThemeSpec:
    """One palette. Colours are `#rrggbb`, or with `terminal` names of `TERMINAL`; `colours`
    holds the defaulted ones too, `states` every `State`. `contrast` is what its text shall
    have, as the file says."""

    name: str
    dark: bool
    colours: Mapping[str, str]
    states: Mapping[State, str]
    terminal: bool = False
    contrast: float = TEXT


@dataclass(frozen=True, slots=True)
class Pair:
    """Two colours of a palette that meet, with the contrast that they have and should have."""

    text: str
    ground: str
    has: float
    wants: float

    def __str__(self) -> str:
        return f"{self.text} on {self.ground} has a contrast of {self.has:.1f}, not {self.wants:g}"


def is_name(text: str) -> bool:
    return bool(_NAME.fullmatch(text))


def why_not_colour(text: str, *, terminal: bool) -> str:
    """The end of a sentence about a colour that is none; empty if it is one."""
    if not terminal:
        return "" if _COLOUR.fullmatch(text) else "must be a colour like #1e90ff"
    plain = text.removeprefix("bright_")
    if plain in TERMINAL and not (plain == "default" and plain != text):
        return ""
    return f"must be one of {', '.join(TERMINAL)}, or bright_ and one of them"


# ------------------------------------------------------------------ contrast


def luminance(colour: str) -> float:
    """Of `#rrggbb`, from 0 (black) to 1 (white)."""
    channels = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    """Of two colours `#rrggbb`: 1 (the same) to 21 (black and white)."""
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


GROUNDS = ("background", "surface", "panel", "cursor")
TEXTS = ("foreground", "muted", "accent", "success", "warning", "error")


def hard_to_read(spec: ThemeSpec, tints: Mapping[str, str] | None = None) -> list[Pair]:
    """Every text on every ground that it is painted on, where the contrast is too small.
    `tints` are further grounds of text, those of a diff."""
    if spec.terminal:
        return [
            Pair("foreground", ground, 1.0, spec.contrast)
            for ground in GROUNDS
            if spec.colours[ground] == spec.colours["foreground"] != "default"
        ]
    return [pair for pair in _pairs(spec, tints or {}) if pair.has < pair.wants]


def _pairs(spec: ThemeSpec, tints: Mapping[str, str]) -> Iterator[Pair]:
    colours = spec.colours
    states = {f"states.{state.value}": colour for state, colour in spec.states.items()}
    texts = {name: colours[name] for name in TEXTS} | states

    def pair(text: str, of: str, ground: str, at: str, wants: float) -> Pair:
        return Pair(text, ground, contrast(of, at), wants)

    for name, colour in texts.items():
        for ground in GROUNDS:
            yield pair(name, colour, ground, colours[ground], spec.contrast)
        if name not in ("foreground", "muted"):  # and as a block with text on it
            yield pair("ink", colours["ink"], name, colour, spec.contrast)
    for tint, at in tints.items():
        yield pair("foreground", colours["foreground"], tint, at, spec.contrast)
        if not tint.endswith("-word"):
            yield pair("muted", colours["muted"], tint, at, SECONDARY)
    for ground in ("background", "surface"):
        yield pair("border", colours["border"], ground, colours[ground], SECONDARY)
