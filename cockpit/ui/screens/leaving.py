"""The dialog of leaving: what goes on, and three ways to go."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content

from cockpit.domain.fleet import Fleet
from cockpit.domain.leaving import leaving
from cockpit.ui.actions import Scope
from cockpit.ui.leaving import leaving_lines, parking_lines
from cockpit.ui.screens.base import BoxScreen
from cockpit.ui.screens.confirm import ConfirmScreen
from cockpit.ui.widgets.hints import HintBar, Line
from cockpit.ui.widgets.lines_view import LinesView

if TYPE_CHECKING:
    from cockpit.ui.app import CockpitApp


class Way(StrEnum):
    """How to go."""

    NOW = "now"
    FINISH = "finish"
    PARK = "park"


async def ask_leave(app: CockpitApp) -> None:
    """At once where no agent runs and nothing is under way; else ask."""
    if leaving(app.fleet).is_quiet:
        app.exit()
        return
    screen = LeavingScreen(app)
    await app.push_screen_wait(screen)
    if screen.way is Way.NOW:
        app.exit()
    elif screen.way is Way.FINISH:
        app.leaving.finish(not app.leaving.finishing)
    elif screen.way is Way.PARK:
        await _park_all(app)


async def _park_all(app: CockpitApp) -> None:
    """Show what it does to each lane; those that can't be parked are named and stay."""
    entries = await app.ask_here(lambda cockpit: cockpit.preview_sweep(merged_only=False))
    if entries is None:
        return
    known = {entry.lane for entry in entries}
    others = [str(view.lane) for view in leaving(app.fleet).running if view.lane not in known]
    going = [entry.preview for entry in entries if entry.preview is not None and not entry.why_not]
    screen = ConfirmScreen(
        Content("Park every lane and close cockpit?"),
        parking_lines(entries, others),
        yes="yes, park them",
        may=bool(going),
    )
    if await app.push_screen_wait(screen):
        app.leaving.park(going)


class LeavingScreen(BoxScreen):
    """Dismissed with `way` set; Esc leaves it None and stays."""

    scopes: ClassVar[tuple[Scope, ...]] = (Scope.LEAVING, Scope.READING)
    others: ClassVar[int] = 5

    def __init__(self, app: CockpitApp) -> None:
        super().__init__()
        self.way: Way | None = None
        self._hosted = app.hosted
        self._finishing = app.leaving.finishing

    def compose(self) -> ComposeResult:
        with Vertical(classes="box"):
            yield Line(Content.styled("Close cockpit?", "bold"))
            yield LinesView([], wrap=True, id="body")
            yield HintBar()

    def on_mount(self) -> None:
        super().on_mount()
        self.show_fleet(self.cockpit.fleet)

    def show_fleet(self, fleet: Fleet) -> None:
        lines = leaving_lines(
            leaving(fleet), self.cockpit.now(), hosted=self._hosted, finishing=self._finishing
        )
        self.reader.set_lines([*lines, Content(""), *self._ways()], keep=True)

    def _ways(self) -> list[Content]:
        key = self.cockpit.keymap.key
        finish = "starts nothing more, and closes when all turns have ended"
        ways = (
            ("leave_running", "closes cockpit; every lane runs on as it is"),
            ("leave_finished", "goes on as before" if self._finishing else finish),
            ("leave_parked", "parks every lane, after showing what that does"),
        )
        return [
            Content.assemble((f"{key(action):<6}", "bold $accent"), (said, "$foreground"))
            for action, said in ways
        ]

    def hints(self) -> list[tuple[str, str]]:
        key = self.cockpit.keymap.key
        finish = "go on" if self._finishing else "finish first"
        return [
            (key("leave_running"), "close"),
            (key("leave_finished"), finish),
            (key("leave_parked"), "park all"),
            ("Esc", "stay"),
        ]

    def _go(self, way: Way) -> None:
        self.way = way
        self.dismiss(True)

    def do_leave_running(self) -> None:
        self._go(Way.NOW)

    def do_leave_finished(self) -> None:
        self._go(Way.FINISH)

    def do_leave_parked(self) -> None:
        self._go(Way.PARK)
