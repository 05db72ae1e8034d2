"""The app of a repository without lanes.yaml: one screen that offers one. It runs in the
commander's own terminal, before there is a fleet or a tmux server."""

from __future__ import annotations

from collections.abc import Coroutine
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from textual import events
from textual.content import Content
from textual.screen import Screen

from cockpit.errors import CockpitError
from cockpit.services.founding import Founding
from cockpit.services.looks import Look
from cockpit.ui import present, themes
from cockpit.ui.chokepoint import Guarded
from cockpit.ui.driver import WakingDriver
from cockpit.ui.keydesk import KeyDesk
from cockpit.ui.keymap import Keymap
from cockpit.ui.screens.proposal import ProposalScreen
from cockpit.ui.screens.small import LOW, follow_size

if TYPE_CHECKING:
    from cockpit.ui.app import CockpitApp


class FoundingApp(Guarded[Path | None], inherit_bindings=False):
    """Ends with the path of the file that was written, or None."""

    CSS_PATH = Path(__file__).parent / "tcss" / "base.tcss"
    ENABLE_COMMAND_PALETTE = False
    VERTICAL_BREAKPOINTS = [(0, "-low"), (LOW, "-high")]  # noqa: RUF012 - as Textual declares it
    AUTO_FOCUS = None
    TITLE = "cockpit"

    def __init__(self, founding: Founding, *, look: Look | None = None) -> None:
        super().__init__(driver_class=WakingDriver)
        self._look = look or Look({})
        self.keymap = Keymap(self._look.keys)
        self.board = None
        """There is none yet; `KeyDesk` asks."""
        self.keydesk = KeyDesk(cast("CockpitApp", self))
        self._first = ProposalScreen(founding)
        for spec in self._look.themes.values():
            self.register_theme(themes.to_textual(spec))

    def get_theme_variable_defaults(self) -> dict[str, str]:
        return themes.DEFAULTS

    def get_default_screen(self) -> Screen[object]:
        return self._first  # type: ignore[return-value]

    def on_mount(self) -> None:
        few = self.no_color or self.console.color_system == "standard"
        usual = themes.FEW_COLOURS if few else themes.DEFAULT
        for name in (self._look.theme, usual):
            if name in self._look.themes:
                self.theme = themes.PREFIX + name
                break

    # ------------------------------------------------------------ keys and their ends

    async def on_event(self, event: events.Event) -> None:
        if not event.is_forwarded and (
            (isinstance(event, events.Key) and self.keydesk.take_key(event))
            or (isinstance(event, events.Paste) and self.keydesk.take_paste(event.text))
        ):
            return
        await super().on_event(event)

    def perform(self, action_id: str, key: str = "") -> None:
        """Do what the screen has for an action. Help and the palette are the board's."""
        deed = getattr(self.screen, f"do_{action_id}", None)
        if deed is None:
            self.toast(Content("The keys of this screen stand in its last line."))
            return
        outcome = deed()
        if isinstance(outcome, Coroutine):
            self.do(outcome)

    def do(self, work: Coroutine[Any, Any, object]) -> None:
        """Run a coroutine as a worker; a failure for people becomes a toast."""
        self.run_worker(self._guarded(work), group="deeds")

    async def _guarded(self, work: Coroutine[Any, Any, object]) -> None:
        try:
            await work
        except CockpitError as error:
            self.toast(present.failure(error), severity="error")

    def toast(self, content: Content, *, severity: Any = "information") -> None:
        self.notify(content.plain, severity=severity, markup=False)

    def on_resize(self, event: events.Resize) -> None:
        follow_size(self, event.size)
