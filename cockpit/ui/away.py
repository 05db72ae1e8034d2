"""Being away and coming back: when the commander saw the app last, and what to tell then.

Hosted, the app runs on while no terminal shows it; bare, away is closed. What was seen is
written when that ends, and once a minute before (a kill takes the last minute's news twice).
"""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING

from textual.widgets import Input, TextArea

from cockpit.domain.digest import Seen, seen_now
from cockpit.domain.fleet import UNSEEN, Fleet
from cockpit.errors import CockpitError
from cockpit.ui import present

if TYPE_CHECKING:
    from cockpit.ui.app import CockpitApp

EVERY = 2.0
"""Seconds between two looks at whether a terminal shows the app."""

WRITTEN_EVERY = 60.0

PATIENCE = 6.0
"""Seconds that the first look at all lanes may take before the digest is told without it."""


class Away:
    """One an app."""

    def __init__(self, app: CockpitApp) -> None:
        self._app = app
        self._changed = asyncio.Event()
        self._left: Seen | None = None
        """What was seen when the last terminal went."""
        self._written = 0.0
        self.last: Seen | None = None
        """Since when the digest tells when it is asked for again."""

    @property
    def is_away(self) -> bool:
        """Whether no terminal shows the app."""
        return self._left is not None

    async def begin(self) -> None:
        """After the app was opened: tell what happened since it was open last."""
        app = self._app
        seen = await app.supervisor.ask(lambda cockpit: cockpit.kept_seen())
        app.set_interval(EVERY, self._beat)
        if seen is not None:
            self.last = seen
            await self._until_looked()
            await self.tell(seen, asked=False)
        else:
            self.last = seen_now(app.fleet, app.now())

    async def _until_looked(self) -> None:
        """Until every lane was looked at, so that nothing is told by guess."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(PATIENCE):
                while not _is_looked_at(self._app.fleet):
                    self._changed.clear()
                    await self._changed.wait()

    def see(self) -> None:
        """The fleet changed."""
        self._changed.set()

    def _beat(self) -> None:
        if not self._app.ends:
            self._app.do(self._look())

    async def _look(self) -> None:
        """Whether the commander can see the app now."""
        app, live = self._app, self._app.supervisor.live
        try:
            is_there = not app.hosted or live is None or await live.has_client()
        except CockpitError:
            return  # tmux is gone or hangs: the board shows that, and nobody knows who looks
        if not is_there:
            if self._left is None:
                self._left = seen_now(app.fleet, app.now())
                await self._keep(self._left)
        elif self._left is not None:
            seen, self._left = self._left, None
            await self.tell(seen, asked=False)
        elif app.now() - self._written >= WRITTEN_EVERY and _is_looked_at(app.fleet):
            await self._keep(seen_now(app.fleet, app.now()))

    async def _keep(self, seen: Seen) -> None:
        self._written = self._app.now()
        try:
            await self._app.supervisor.ask(lambda cockpit: cockpit.keep_seen(seen))
        except CockpitError as error:
            said = f"When you looked last is not kept: {error.title}"
            self._app.toast(present.text(said, width=300), severity="warning")

    def leave(self) -> None:
        """The app ends. Blocks for one small write."""
        if self._left is None and _is_looked_at(self._app.fleet):
            self._app.supervisor.cockpit.keep_seen(seen_now(self._app.fleet, self._app.now()))

    async def tell(self, seen: Seen, *, asked: bool) -> None:
        """Show what happened since then; unasked only if there is something, and not over what
        is being written or read."""
        from cockpit.ui.screens.digest import DigestScreen

        app, fleet = self._app, self._app.fleet
        self.last = seen
        found = await app.supervisor.ask(lambda cockpit: cockpit.digest(seen, fleet))
        if not found and not asked:
            return
        writing = isinstance(app.focused, Input | TextArea) or app.board.is_typing
        if asked or not (writing or app.screen.is_modal):
            screen = DigestScreen(found, app.now())
            show = app.push_screen_wait if asked else app.ask_unasked
            if await show(screen) and screen.lane is not None:
                app.board.choose(screen.lane)
        else:
            key = app.keymap.key("palette")
            said = f"Things happened while you were away: “Digest” in {key} tells them."
            app.toast(present.text(said, width=200))


def _is_looked_at(fleet: Fleet) -> bool:
    return all(view.record is None or view.activity != UNSEEN for view in fleet.lanes.values())
