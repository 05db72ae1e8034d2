"""Typing into a pane from the board: keys in, in order, gathered while tmux is busy."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from textual import events

from cockpit.domain.ids import PaneId
from cockpit.errors import CockpitError
from cockpit.services.ports import LivePanes
from cockpit.ui.keyboard import Typed, gathered, tmux_key


class Typist:
    """Sends what is typed to one pane. `run` is a worker; it ends when it is cancelled."""

    def __init__(
        self, live: LivePanes, pane: PaneId, failed: Callable[[CockpitError], None]
    ) -> None:
        self._live = live
        self._pane = pane
        self._failed = failed
        self._waiting: list[Typed] = []
        self._wake = asyncio.Event()

    def key(self, event: events.Key) -> None:
        """Take one key. A key that tmux has no name for is passed over."""
        if event.is_printable and event.character is not None:
            self.text(event.character)
            return
        name = tmux_key(event.key)
        if name is not None:
            self._add(Typed(press=(name,)))

    def text(self, text: str) -> None:
        if text:
            self._add(Typed(text=text))

    def _add(self, piece: Typed) -> None:
        self._waiting.append(piece)
        self._wake.set()

    async def run(self) -> None:
        while True:
            await self._wake.wait()
            self._wake.clear()
            waiting, self._waiting = gathered(self._waiting), []
            for piece in waiting:
                try:
                    if piece.text:
                        await self._live.type_text(self._pane, piece.text)
                    else:
                        await self._live.press(self._pane, *piece.press)
                except CockpitError as error:
                    self._waiting.clear()
                    self._failed(error)
                    break
