"""A palette as data: what a theme file must name, and what is wrong with one that doesn't."""

from __future__ import annotations

import re
from collections.abc import Mapping

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

_COLOUR = re.compile(r"#[0-9a-fA-F]{6}")
_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")


@dataclass(frozen=True, slots=True)
class ThemeSpec:
    """One palette. Colours are `#rrggbb`; `states` holds every `State`."""

    name: str
    dark: bool
    colours: Mapping[str, str]
    states: Mapping[State, str]


def theme_problems(name: str, dark: object, colours: object, states: object) -> list[str]:
    """Sentences about everything that keeps these values from being a theme; empty if none."""
    found = []
    if not _NAME.fullmatch(name):
        found.append("name must be lower-case letters, digits and dashes")
    if not isinstance(dark, bool):
        found.append("dark must be true or false")
    found += _table_problems("colours", colours, COLOURS)
    found += _table_problems("states", states, tuple(State))
    return found


def _table_problems(table: str, given: object, wanted: tuple[str, ...]) -> list[str]:
    if not isinstance(given, Mapping):
        return [f"{table} must be a table"]
    missing = [f"{table}.{key} is missing" for key in wanted if key not in given]
    unknown = [f"{table}.{key} is not known" for key in given if key not in wanted]
    wrong = [
        f"{table}.{key} must be a colour like #1e90ff"
        for key in wanted
        if key in given and not (isinstance(given[key], str) and _COLOUR.fullmatch(str(given[key])))
    ]
    return missing + unknown + wrong
