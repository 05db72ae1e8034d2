"""What a terminal that is too small shows instead of garbage."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.content import Content
from textual.screen import Screen
from textual.widgets import Static

from cockpit.ui.actions import Scope
from cockpit.ui.screens.base import Keyed

MIN_COLUMNS = 40
MIN_ROWS = 10
LOW = 16
"""Rows below which dialogs do without gaps, and say everything in a row each."""


class SmallScreen(Keyed, Screen[None], inherit_bindings=False):
    """One sentence; leaves by itself when there is room again. Quitting works."""

    scopes: ClassVar[tuple[Scope, ...]] = ()
    DEFAULT_CSS = "SmallScreen { align: center middle; Static { text-align: center; } }"

    def compose(self) -> ComposeResult:
        yield Static(
            Content(
                f"This terminal is too small: cockpit needs {MIN_COLUMNS}×{MIN_ROWS}."
                " Make it larger, or press q to quit."
            )
        )
