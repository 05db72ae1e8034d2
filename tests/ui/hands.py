"""A person's hands: keys one after the other, and the bytes that a terminal sends for a mouse.

As `Session` drives the app, only quicker: it waits until everything was handled, not until the
machine rests, which takes a fifth of a second a key.
"""

from __future__ import annotations

import asyncio
import unicodedata
from collections.abc import Callable

from textual._xterm_parser import XTermParser
from textual.events import Key
from textual.keys import REPLACED_KEYS, _character_to_key, _get_unicode_name_from_key
from textual.widget import Widget
from textual.widgets import Input, TextArea

from cockpit.ui.actions import Action, Scope, is_range
from cockpit.ui.screens.base import Keyed
from cockpit.ui.screens.pick import PickScreen
from cockpit.ui.widgets.hints import HintBar
from tests.ui.drive import PATIENCE, Session

APART = 0.006
"""Seconds between two keys: four within 15 ms are no person's."""
TURNS = 4
"""Turns of the event loop after which what a key began has opened its screen."""
WHEEL = {1: 65, -1: 64}
"""The terminal's numbers of the wheel, down and up."""


class Hands(Session):
    """Does nothing but what keys and a mouse do."""

    async def settle(self) -> None:
        for _ in range(1000):
            await asyncio.sleep(0.001)
            if not self.app.keydesk.holds:
                break
        calm = 0
        while calm < 2:
            before = self._open()
            await self.pilot._wait_for_screen()
            for _ in range(TURNS):
                await asyncio.sleep(0)
            self.app.screen._on_timer_update()
            calm = calm + 1 if self._open() == before else 0

    def _open(self) -> tuple[object, ...]:
        """The screens, whether each can be used, and what is still being done."""
        at_work = [one for one in self.app.workers if one.is_running]
        return *((one, one.is_mounted) for one in self.app.screen_stack), *at_work

    async def until(self, there: Callable[[], bool], most: float = PATIENCE) -> bool:  # type: ignore[override]  # says whether, and raises nothing
        """Whether it comes to that within `most` seconds."""
        end = asyncio.get_running_loop().time() + most
        while not there():
            if asyncio.get_running_loop().time() > end:
                return False
            await asyncio.sleep(0.005)
            await self.settle()
        return True

    # ------------------------------------------------------------ keys

    async def press(self, *keys: str) -> None:
        for key in keys:
            self._send_key(key)
            await asyncio.sleep(APART)
            await self.settle()

    def _send_key(self, key: str) -> None:
        if len(key) == 1 and not key.isalnum():
            key = _character_to_key(key)
        char: str | None
        try:
            name = _get_unicode_name_from_key(REPLACED_KEYS.get(key, key))
            char = unicodedata.lookup(name)
        except KeyError:
            char = key if len(key) == 1 else None
        event = Key(key, char)
        event.set_sender(self.app)
        driver = self.app._driver
        assert driver is not None
        driver.send_message(event)

    async def write(self, text: str) -> None:
        """Text into a field, letter by letter."""
        for char in text:
            self._send_key("space" if char == " " else char)
            await asyncio.sleep(APART)
        await self.settle()

    # ------------------------------------------------------------ the mouse

    def feed(self, text: str) -> None:
        """What a terminal sends, through the parser and driver that a terminal's input takes."""
        driver = self.app._driver
        assert driver is not None
        for message in XTermParser(False).feed(text):
            driver.process_message(message)

    async def click(
        self, widget: Widget, x: int, y: int, *, button: int = 1, times: int = 1
    ) -> None:
        """A click on a cell of a widget's content; `button` as Textual counts them."""
        region = widget.content_region
        assert 0 <= x < region.width and 0 <= y < region.height, f"({x}, {y}) is not on {widget}"
        column, row = region.x + x + 1, region.y + y + 1
        assert widget.screen is self.app.screen, f"{widget} lies below another screen"
        found, _ = self.app.screen.get_widget_at(column - 1, row - 1)
        assert found is widget, f"{found} covers {widget}"
        number = button - 1
        self.feed(f"\x1b[<{number};{column};{row}M\x1b[<{number};{column};{row}m" * times)
        await self.settle()

    async def wheel(self, widget: Widget, turns: int) -> None:
        """So many turns of the wheel over a widget; negative ones go up."""
        region = widget.content_region
        way = WHEEL[1 if turns > 0 else -1]
        self.feed(f"\x1b[<{way};{region.x + 2};{region.y + 1}M" * abs(turns))
        await self.settle()

    # ------------------------------------------------------------ the two ways to an action

    @property
    def bar(self) -> HintBar:
        return self.app.screen.query_one(HintBar)

    def hint_of(self, action: Action) -> int | None:
        """The cell of the hint that is this action's, where it is shown."""
        screen, bar = self.app.screen, self.bar
        assert isinstance(screen, Keyed)
        keymap = self.app.keymap
        for x in range(bar.size.width):
            name = keymap.name_of(bar.key_at(x))
            if name and keymap.find((*screen.scopes, Scope.ANYWHERE), name) is action:
                return x
        return None

    async def click_hint(self, key: str) -> None:
        def found() -> int | None:
            bar = self.app.screen.query_one_optional(HintBar)
            cells = range(bar.size.width if bar is not None else 0)
            return next((x for x in cells if bar is not None and bar.key_at(x) == key), None)

        assert await self.until(lambda: found() is not None), f"no hint {key}:\n{self.text()}"
        await self.click(self.bar, found() or 0, 0)

    async def by_hint_or_palette(self, action: Action) -> None:
        """The hint of the action where there is one, else its row in the palette, which opens by
        a click beside the hints."""
        x = self.hint_of(action)
        if x is None:
            await self.open_palette()
            await self.click_row(action.id)
        else:
            await self.click(self.bar, x, 0)

    async def open_palette(self) -> None:
        bar = self.bar
        await self.click(bar, bar.size.width - 1, 0)
        assert isinstance(self.app.screen, PickScreen), "a click beside the hints opens all"

    async def click_row(self, wanted: str) -> None:
        """Click on the palette's row: chosen, then taken. The wheel brings it into view."""
        screen = self.app.screen
        assert isinstance(screen, PickScreen)
        names = [entry.id for entry in screen.shown]
        assert wanted in names, f"the palette has no {wanted}"
        at, rows = names.index(wanted), screen.rows
        for _ in range(50):
            away = at - rows.scroll_offset.y
            if 0 <= away < rows.size.height:
                break
            turns = (away - rows.size.height + 1 if away > 0 else away) / 3
            await self.wheel(rows, max(1, round(turns)) if away > 0 else min(-1, round(turns)))
        await self.click(rows, 4, at - rows.scroll_offset.y, times=1 if rows.cursor == at else 2)

    async def by_key_or_palette(self, action: Action) -> None:
        """Its key; the palette and its title where it has none that counts here."""
        keymap, screen = self.app.keymap, self.app.screen
        assert isinstance(screen, Keyed)
        writing = isinstance(self.app.focused, Input | TextArea)
        scopes = (*(screen.text_scopes if writing else screen.scopes), Scope.ANYWHERE)
        keys = keymap.keys(action)
        for key in keys[1:] if is_range(keys) else keys:  # the first lane is chosen already
            if keymap.find(scopes, key, writing=writing) is action:
                await self.press(key)
                return
        await self.press("ctrl+p")
        picker = self.app.screen
        assert isinstance(picker, PickScreen)
        await self.write(action.title.lower())
        names = [entry.id for entry in picker.shown]
        assert action.id in names, f"the palette has no {action.id}"
        await self.press(*["down"] * names.index(action.id), "enter")
