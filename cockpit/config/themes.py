"""Theme files: `themes/*.yaml`, shipped or the user's own, read into `ThemeSpec`."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from pathlib import Path

from cockpit import paths
from cockpit.config.check import place_of
from cockpit.config.load import parsed, read_file
from cockpit.config.problems import ConfigError, KeyPath, Problem, Problems, nearest
from cockpit.config.yaml_events import Entries, Node, Scalar
from cockpit.domain.activity import State
from cockpit.domain.theme import (
    COLOURS,
    DEFAULTED,
    TERMINAL,
    TEXT,
    UNREADABLE,
    ThemeSpec,
    hard_to_read,
    is_name,
    why_not_colour,
)
from cockpit.errors import UsageError

_KEYS = ("name", "dark", "terminal", "contrast", "colours", "states")
_STATES = tuple(state.value for state in State)
_NAMED = (*TERMINAL, *(f"bright_{name}" for name in TERMINAL[1:]))
MAX_FILES = 100
"""Theme files that are read of one folder."""


def theme_folders() -> tuple[Path, Path]:
    """Where shipped themes lie, and the user's, which replace shipped ones of their name."""
    return paths.shipped("themes"), paths.config_home() / "themes"


def read_themes(
    good: Mapping[Path, ThemeSpec] | None = None,
) -> tuple[dict[Path, ThemeSpec], list[UsageError]]:
    """All themes that can be worn, by file, the user's last, and what is wrong with the user's
    others; of a file that was `good` before, what it was then stays. Raises `UsageError` only
    for a shipped one."""
    shipped, own = theme_folders()
    themes = {path: read_theme(path) for path in _files(shipped)}
    wrong: list[UsageError] = []
    for path in _files(own):
        try:
            themes[path] = read_theme(path)
        except UsageError as error:
            wrong.append(error)
            if good and path in good:
                themes[path] = good[path]
    return themes, wrong


def load_themes() -> dict[str, ThemeSpec]:
    """All themes by name. Raises `UsageError` for the first that is wrong."""
    themes, wrong = read_themes()
    if wrong:
        raise wrong[0]
    return {theme.name: theme for theme in themes.values()}


def read_theme(path: Path) -> ThemeSpec:
    """One theme file. Raises `ConfigError` with everything that is wrong in it, each with its
    line, `UsageError` if it can't be read."""
    problems = Problems(path.name)
    spec = _Reader(parsed(read_file(path), problems), problems).theme()
    if problems or spec is None:
        raise ThemeError(problems.found, path=path)
    return spec


class ThemeError(ConfigError):
    """A theme that can't be worn."""

    def __init__(self, problems: Iterable[Problem], *, path: Path):
        super().__init__(problems, path=path)
        self.hint = "Copy a shipped theme (themes/dark.yaml) and change the colours in it."


class _Reader:
    """Reads one file's nodes; what is wrong goes to `problems`."""

    def __init__(self, node: Node, problems: Problems) -> None:
        self._problems = problems
        self._top = self._entries(node, ())
        self._check_names(self._top, (), _KEYS)
        self._terminal = self._truth("terminal", needed=False)

    def theme(self) -> ThemeSpec | None:
        """None with problems."""
        name, dark = self._name(), self._truth("dark", needed=True)
        asked = self._contrast()
        colours = self._colours("colours", COLOURS, tuple(DEFAULTED))
        states = self._colours("states", _STATES, ())
        if self._problems:
            return None
        for key, same in DEFAULTED.items():
            colours.setdefault(key, colours[same])
        by_state = {State(key): value for key, value in states.items()}
        spec = ThemeSpec(name, dark, colours, by_state, self._terminal, asked)
        self._refuse_unreadable(spec)
        return spec

    def _refuse_unreadable(self, spec: ThemeSpec) -> None:
        for pair in hard_to_read(spec):
            if pair.has < UNREADABLE and pair.text != "border":
                path = tuple(pair.text.split(".")) if "." in pair.text else ("colours", pair.text)
                self._add(path, f"can't be read: {pair}")

    # -------------------------------------------------------- values

    def _name(self) -> str:
        found = self._scalar("name")
        if found is None or not is_name(found.text):
            self._add(("name",), "must be lower-case letters, digits and dashes")
            return ""
        return found.text

    def _truth(self, key: str, *, needed: bool) -> bool:
        found = self._scalar(key)
        if found is not None and found.plain and found.text in ("true", "false"):
            return found.text == "true"
        if found is not None or needed:
            self._add((key,), "must be true or false")
        return False

    def _contrast(self) -> float:
        found = self._scalar("contrast")
        if found is None:
            return TEXT
        if found.text not in ("4.5", "7"):
            self._add(("contrast",), "must be 4.5 or 7")
            return TEXT
        return float(found.text)

    def _colours(self, table: str, wanted: Iterable[str], more: Iterable[str]) -> dict[str, str]:
        node = self._top.get(table)
        if not isinstance(node, Entries):
            self._add((table,), "must be a table of colours")
            return {}
        self._check_names(node, (table,), (*wanted, *more))
        found = {}
        for key in (*wanted, *more):
            value = node.get(key)
            if value is None:
                if key not in more:
                    self._add((table, key), "is missing")
                continue
            text = value.text if isinstance(value, Scalar) else ""
            complaint = why_not_colour(text, terminal=self._terminal)
            if complaint:
                near = nearest(text, _NAMED) if self._terminal else ""
                self._add((table, key), complaint, near)
            found[key] = text
        return found

    # -------------------------------------------------------- nodes and places

    def _scalar(self, key: str) -> Scalar | None:
        node = self._top.get(key)
        return node if isinstance(node, Scalar) else None

    def _entries(self, node: Node, path: KeyPath) -> Entries:
        if isinstance(node, Entries):
            return node
        if not self._problems:
            self._problems.add(node.at, path, "a theme is a table (name: value)")
        return Entries((), node.at)

    def _check_names(self, table: Entries, path: KeyPath, known: Iterable[str]) -> None:
        names = list(known)
        for key, _ in table.entries:
            if key.text not in names:
                near = nearest(key.text, names)
                self._problems.add(key.at, (*path, key.text), "unknown key", nearest=near)

    def _add(self, path: KeyPath, message: str, near: str = "") -> None:
        if not self._problems.has(path):
            self._problems.add(place_of(self._top, path), path, message, nearest=near)


def _files(folder: Path) -> list[Path]:
    try:
        names = sorted(os.listdir(folder))
    except OSError:
        return []  # there is none, or none that may be looked into
    return [folder / name for name in names if name.endswith(".yaml")][:MAX_FILES]
