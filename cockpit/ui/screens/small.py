"""What a terminal that is too small shows instead of garbage."""

from __future__ import annotations

from typing import Any, ClassVar

from textual.app import App, ComposeResult
from textual.content import Content
from textual.geometry import Size
from textual.screen import Screen
from textual.widgets import Static

from cockpit.ui.actions import Scope
from cockpit.ui.screens.base import Keyed

MIN_COLUMNS = 40
MIN_ROWS = 10
LOW = 16
"""Rows below which dialogs do without gaps, and say everything in a row each."""


def follow_size(app: App[Any], size: Size) -> None:
    """Show the sentence where there is too little room, and take it away when there is."""
    if not _is_tiny(size):
        if isinstance(app.screen, SmallScreen):
            app.pop_screen()
    elif not any(isinstance(one, SmallScreen) for one in app.screen_stack):
        app.push_screen(SmallScreen())


def _is_tiny(size: Size) -> bool:
    return size.width < MIN_COLUMNS or size.height < MIN_ROWS


class SmallScreen(Keyed, Screen[None], inherit_bindings=False):
    """One sentence; leaves by itself when there is room again. Quitting works."""

    scopes: ClassVar[tuple[Scope, ...]] = ()
    DEFAULT_CSS = "SmallScreen { align: center middle; Static { text-align: center; } }"

    def on_screen_resume(self) -> None:
        """A dialog that was opened over it is closed; perhaps there is room meanwhile."""
        if not _is_tiny(self.app.size):
            self.call_later(self._leave)

    def _leave(self) -> None:
        if self.app.screen is self:
            self.dismiss()

    def compose(self) -> ComposeResult:
        yield Static(
            Content(
                f"This terminal is too small: cockpit needs {MIN_COLUMNS}×{MIN_ROWS}."
                " Make it larger, or press q to quit."
            )
        )
