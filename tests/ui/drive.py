"""Driving the app in tests: keys pressed like a person's, the screen read as text."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from functools import cache

from textual.pilot import Pilot

from cockpit.config.themes import load_themes
from cockpit.domain.fleet import Fleet
from cockpit.services.looks import Look
from cockpit.ui.app import CockpitApp
from tests.ui.fake import NOW, FakeSupervisor

PATIENCE = 20.0
"""Seconds after which what did not come never will."""

known_themes = cache(load_themes)


class Session:
    """An app under test with its fake supervisor."""

    def __init__(self, app: CockpitApp, supervisor: FakeSupervisor, pilot: Pilot[None]) -> None:
        self.app = app
        self.supervisor = supervisor
        self.pilot = pilot

    async def settle(self) -> None:
        """Wait until held keys have acted, messages are handled and keys are taken again."""
        for _ in range(1000):
            await asyncio.sleep(0.002)
            desk = self.app.keydesk
            if not desk.holds and not desk.is_deaf(self.app.screen):
                break
        await self.pilot.pause()
        await self.pilot.pause()

    async def press(self, *keys: str) -> None:
        """Keys one after the other, each done with before the next."""
        for key in keys:
            await self.pilot.press(key)
            await self.settle()

    async def until_panes_sized(self) -> None:
        await self.until(lambda: bool(self.supervisor.fake_live.sizes))

    async def until(self, there: Callable[[], bool]) -> None:
        """Wait for what a timer or a thread does, however busy the machine is."""
        end = time.monotonic() + PATIENCE
        while not there():
            if time.monotonic() > end:
                raise AssertionError(f"it did not come to that:\n{self.text()}")
            await self.pilot.pause(0.01)

    def text(self) -> str:
        return screen_text(self.app)

    def toasts(self) -> list[str]:
        return [notice.message for notice in self.app._notifications]

    def chosen(self) -> str | None:
        return self.app.board.selection.chosen


def screen_text(app: CockpitApp) -> str:
    """What stands on the screen, right margin cut (the one place that reads the compositor)."""
    width, height = app.size
    update = app.screen._compositor.render_strips()
    rows = ["".join(segment.text for segment in strip) for strip in update]
    return "\n".join(row[:width].rstrip() for row in rows[:height])


@asynccontextmanager
async def opened(
    fleet: Fleet,
    *,
    size: tuple[int, int] = (120, 40),
    hosted: bool = False,
    live: bool = True,
    columns: int = 0,
    keys: Mapping[str, str] | None = None,
    supervisor: FakeSupervisor | None = None,
) -> AsyncIterator[Session]:
    """The app running headless over a fake; exceptions in handlers are raised at the end."""
    fake = supervisor or FakeSupervisor(fleet, live=live, columns=columns)
    app = CockpitApp(fake, hosted=hosted, look=Look(known_themes()), keys=keys, now=lambda: NOW)
    async with app.run_test(size=size, notifications=True) as pilot:
        session = Session(app, fake, pilot)
        await session.settle()
        yield session
