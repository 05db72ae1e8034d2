"""lanes.yaml in the app: read again when it changed and has been still for a moment.

Editors save in three ways: they write into the file, they rename a new one over it, or they
rename the old one away first. So there are moments in which it is empty, half written or gone;
what is read then may be wrong, or right and not what was meant. A hint or the cheap poll only
says when to look; it is read once it has been the same file for `STILL` seconds, and what would
be told as wrong once it has been for `STILL_WRONG`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Protocol, TypeVar

from cockpit.config.load import config_path
from cockpit.domain.events import ConfigRead, ConfigRefused, Event, Notice
from cockpit.errors import CockpitError
from cockpit.services.cockpit import LocalCockpit

T = TypeVar("T")


class Look(Protocol):
    """Runs a call in a thread."""

    def __call__(self, call: Callable[[], T]) -> Awaitable[T]: ...


STILL = 0.3
STILL_WRONG = 1.5
STEP = 0.1
"""Seconds between looks at a file that is being saved."""


class ConfigWatch:
    """Lives on the event loop; `look` runs a call in a thread."""

    def __init__(
        self,
        cockpit: LocalCockpit,
        publish: Callable[[Event], None],
        look: Look,
    ) -> None:
        self._cockpit = cockpit
        self._publish = publish
        self._look = look
        self._known: tuple[int, ...] = ()
        """Of what was read last; at first of nothing, since it may have changed since."""
        self._hinted = asyncio.Event()
        self._wrong: ConfigRefused | None = None

    def hint(self) -> None:
        """Something changed in the folder, or a second has passed."""
        if self._stamp() != self._known:
            self._hinted.set()

    async def run(self) -> None:
        """Follow hints until cancelled."""
        while True:
            await self._hinted.wait()
            self._hinted.clear()
            stamp = await self._still(STILL)
            if stamp == self._known:
                continue
            found = await self._read(tell_wrong=False)
            if isinstance(found, ConfigRefused) and await self._still(STILL_WRONG) == stamp:
                found = await self._read(tell_wrong=True)
            elif isinstance(found, ConfigRefused):
                self._hinted.set()
                continue
            self._known = stamp
            if self._stamp() != stamp:
                self._hinted.set()

    async def _still(self, seconds: float) -> tuple[int, ...]:
        """The file's stamp once it has been the same for `seconds`."""
        loop = asyncio.get_running_loop()
        stamp, since = self._stamp(), loop.time()
        while loop.time() - since < seconds:
            await asyncio.sleep(STEP)
            now = self._stamp()
            if now != stamp:
                stamp, since = now, loop.time()
        return stamp

    def _stamp(self) -> tuple[int, ...]:
        """What tells one content of the file from another without reading it; one `stat`."""
        work = self._cockpit.work
        return work.disk.stamp(config_path(work.root))

    async def _settle(self, read: ConfigRead) -> None:
        """Tell what else the board shows by the configuration, and tmux its settings."""
        for event in await self._look(self._cockpit.background_events):
            self._publish(event)
        if any(change.key.startswith("tmux.") for change in read.changes):
            await self._look(self._cockpit.work.tmux.ensure_server)

    async def _read(self, *, tell_wrong: bool) -> ConfigRead | ConfigRefused | None:
        try:
            return await self._tell(await self._look(self._cockpit.read_config), tell_wrong)
        except CockpitError as error:  # tmux, or a damaged record of what is trusted
            self._publish(Notice(f"{error.title} {error.hint}".strip(), "warning"))
            return None

    async def _tell(
        self, found: ConfigRead | ConfigRefused | None, tell_wrong: bool
    ) -> ConfigRead | ConfigRefused | None:
        if isinstance(found, ConfigRefused):
            if tell_wrong and found != self._wrong:
                self._wrong = found
                self._publish(found)
        elif isinstance(found, ConfigRead):
            self._wrong = None
            self._publish(found)
            await self._settle(found)
        elif self._wrong is not None:
            self._wrong = None
            self._publish(self._cockpit.config_now())
        return found
