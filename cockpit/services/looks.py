"""What the commander made of cockpit's looks: their themes, the one they chose, their keys.

Read from the config home beside what is shipped, and again when something there changes. What
can't be read keeps its last good state and is named; nothing here keeps the app from starting.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path

from cockpit.config.load import read_file
from cockpit.config.own import OwnConfig, load_own, own_path, with_theme
from cockpit.config.themes import read_themes
from cockpit.dataclass import dataclass
from cockpit.domain.keys import KeyWish
from cockpit.domain.theme import ThemeSpec
from cockpit.errors import CockpitError, UsageError

Write = Callable[[Path, bytes, int], None]
"""Replaces a file by one with this content and mode, durably. Raises `CockpitError`."""


@dataclass(frozen=True, slots=True)
class Look:
    """Everything as it was read last. `theme` is the commander's choice, empty without one."""

    themes: Mapping[str, ThemeSpec]
    theme: str = ""
    keys: tuple[KeyWish, ...] = ()
    problems: tuple[UsageError, ...] = ()


class Looks:
    """Reads and keeps the looks. Blocking: call it off the event loop."""

    def __init__(self, write: Write) -> None:
        self._write = write
        self._themes: Mapping[Path, ThemeSpec] = {}
        self._own = OwnConfig(own_path())

    def read(self) -> Look:
        """Read all of it anew. Raises `UsageError` only for a shipped theme."""
        self._themes, wrong = read_themes(self._themes)
        try:
            self._own = load_own()
        except UsageError as error:
            wrong.append(error)
        by_name = {theme.name: theme for theme in self._themes.values()}
        own = self._own
        return Look(by_name, own.theme, tuple(own.keys.values()), tuple(wrong))

    def remember(self, theme: str) -> None:
        """Write the chosen theme into the commander's file. Raises `CockpitError`, and then the
        file is as it was."""
        path = own_path()
        try:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            path = Path(os.path.realpath(path))  # a file of links to dotfiles stays one
            before = read_file(path) if path.exists() else b""
            mode = path.stat().st_mode & 0o777 if path.exists() else 0o600
        except OSError as error:
            raise CockpitError(
                f"The theme can't be remembered: {error.strerror}",
                hint=f"Write the line `theme: {theme}` into {own_path()} yourself.",
            ) from error
        after = with_theme(before, own_path(), theme)
        if after != before:
            self._write(path, after, mode)
