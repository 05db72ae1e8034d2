"""Theme files: `themes/*.yaml`, shipped or the user's own, read into `ThemeSpec`."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from cockpit import paths
from cockpit.config.problems import ConfigError, Problems
from cockpit.config.yaml_events import MAX_BYTES, Entries, Node, Scalar, read_yaml
from cockpit.domain.activity import State
from cockpit.domain.theme import ThemeSpec, theme_problems
from cockpit.errors import UsageError

DEFAULT_THEME = "dark"
_KEYS = ("name", "dark", "colours", "states")


def load_themes() -> dict[str, ThemeSpec]:
    """Shipped themes, then the user's, by name; the user's replace shipped ones of that name.

    Raises `UsageError` naming the file and everything that is wrong in it.
    """
    folders = (paths.shipped("themes"), paths.config_home() / "themes")
    return {theme.name: theme for theme in map(read_theme, _files(folders))}


def read_theme(path: Path) -> ThemeSpec:
    """One theme file. Raises `UsageError`."""
    try:
        with path.open("rb") as file:
            raw = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise UsageError(
            f"The theme {path.name} can not be read.", detail=f"{path}: {error.strerror}"
        ) from error
    problems = Problems(path.name)
    node = read_yaml(raw.decode("utf-8", "surrogateescape"), problems)
    if problems:
        raise ConfigError(problems.found, path=path)
    return _checked(path, node)


def _checked(path: Path, node: Node | None) -> ThemeSpec:
    table = _plain(node)
    table = table if isinstance(table, dict) else {}
    found = [f"{key} is not known" for key in sorted(set(table) - set(_KEYS))]
    name, dark = table.get("name", ""), table.get("dark")
    colours, states = table.get("colours"), table.get("states")
    found += theme_problems(str(name), dark, colours, states)
    if found or not isinstance(colours, dict) or not isinstance(states, dict):
        raise UsageError(
            f"The theme {path.name} is not valid.",
            detail="\n".join(found),
            hint="Copy themes/dark.yaml and change the colours in it.",
        )
    return ThemeSpec(
        name=str(name),
        dark=dark is True,
        colours={key: str(value) for key, value in colours.items()},
        states={State(key): str(value) for key, value in states.items()},
    )


def _plain(node: Node | None) -> object:
    """The node as Python values: text, tables, `true` and `false`; a list as None (no theme
    has one)."""
    if isinstance(node, Entries):
        return {key.text: _plain(value) for key, value in node.entries}
    if isinstance(node, Scalar):
        if node.plain and node.text in {"true", "false"}:
            return node.text == "true"
        return node.text
    return None


def _files(folders: Iterable[Path]) -> list[Path]:
    found: list[Path] = []
    for folder in folders:
        try:
            names = sorted(os.listdir(folder))
        except FileNotFoundError:
            continue
        found += [folder / name for name in names if name.endswith(".yaml")]
    return found
