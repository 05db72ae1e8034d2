"""What the app wears and which keys it has: the commander's choices over the repository's.

One desk an app. Files are read by the services, off the event loop; here what they found is
worn, at the start and whenever it changes.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from textual.content import Content

from cockpit.domain.keys import KeyWish
from cockpit.domain.text import safe
from cockpit.domain.theme import ThemeSpec, hard_to_read
from cockpit.services.looks import Look, Looks
from cockpit.ui import diff_colours, present, themes
from cockpit.ui.keymap import Keymap, Wishes, listed

if TYPE_CHECKING:
    from cockpit.ui.app import CockpitApp

NAMED = 3
"""Problems that one message names."""


class LookDesk:
    """`files` is None where nothing is read or remembered (a picture, a test)."""

    def __init__(
        self,
        app: CockpitApp,
        look: Look,
        *,
        theme: str = "",
        keys: Wishes | None = None,
        files: Looks | None = None,
        few_colours: bool = False,
    ) -> None:
        self._app = app
        self._files = files
        self._look = look
        self._usual = theme
        """The theme that the repository asks for."""
        self._theirs = listed(keys)
        self._few_colours = few_colours
        self._told: tuple[str, ...] = ()
        self.keymap = Keymap([*look.keys, *self._theirs])
        self.worn = ""
        """The theme's name, which may be another than was asked for."""
        for spec in look.themes.values():
            app.register_theme(themes.to_textual(spec))

    @property
    def themes(self) -> Mapping[str, ThemeSpec]:
        return self._look.themes

    def begin(self) -> None:
        """Wear what was read, and say what is wrong in it; from now on follow the files."""
        self._settle()
        self._say_problems()
        if self._files is not None:
            self._app.supervisor.on_looks = self._changed

    # ------------------------------------------------------------ what others say

    def take_look(self, look: Look) -> None:
        """The commander's files, read anew."""
        self._look = look
        for spec in look.themes.values():
            self._app.register_theme(themes.to_textual(spec))
        self._settle(again=True)
        self._take_keys()
        self._say_problems()

    def take_theme(self, name: str) -> None:
        """The repository asks for another theme; the commander's choice goes before."""
        self._usual = name
        self._settle()

    def take_keys(self, wishes: Iterable[KeyWish]) -> None:
        """The repository asks for other keys; the commander's own go before."""
        self._theirs = list(wishes)
        self._take_keys()
        self._say_problems()

    def _take_keys(self) -> None:
        self.keymap.take([*self._look.keys, *self._theirs])
        self._app.keys_changed()

    def _changed(self) -> None:
        self._app.do(self._read_again())

    async def _read_again(self) -> None:
        if self._files is not None:
            self.take_look(await asyncio.to_thread(self._files.read))

    # ------------------------------------------------------------ themes

    def wear(self, name: str, *, again: bool = False) -> None:
        """Wear a theme now, without remembering it; `again` though it is worn already, since
        its colours are others."""
        known = self._look.themes
        if name not in known:
            name = themes.DEFAULT if themes.DEFAULT in known else next(iter(known), "")
        if not name or (name == self.worn and not again):
            return
        self.worn = name
        if again and self._app.theme == themes.PREFIX + name:
            self._app.theme = "textual-dark"  # a theme that is set again is not looked at
        self._app.theme = themes.PREFIX + name

    async def choose(self, name: str) -> None:
        """Wear a theme and remember it. Raises `CockpitError` when it can't be remembered; it
        is worn all the same."""
        self.wear(name)
        self._look = replace(self._look, theme=name)
        if self._files is not None:
            await asyncio.to_thread(self._files.remember, name)

    def wanted(self) -> str:
        """The theme that is worn when nothing is tried on. Without colours, or with few, the
        terminal's own are, unless the commander chose another for few."""
        chosen = self._look.theme
        if self._app.no_color or (self._has_few_colours() and not chosen):
            return themes.FEW_COLOURS
        return next((name for name in (chosen, self._usual) if name in self._look.themes), "")

    def _has_few_colours(self) -> bool:
        """Whether the terminal has no more than its own 16."""
        app = self._app
        return self._few_colours or (not app.is_headless and app.console.color_system == "standard")

    def _settle(self, *, again: bool = False) -> None:
        self.wear(self.wanted(), again=again)

    def why_no_choice(self) -> str | None:
        """Why choosing a theme would change nothing."""
        if self._app.no_color:
            return "NO_COLOR is set, so no theme has colours. Open cockpit without it to choose."
        return None

    # ------------------------------------------------------------ what is wrong

    def _say_problems(self) -> None:
        """All that is wrong in a message, those that were said already left out."""
        found = tuple(self._problems())
        new = [line for line in found if line not in self._told]
        self._told = found
        if new:
            more = len(new) - NAMED
            rest = [f"and {more} more: `cockpit check` names all"] if more > 0 else []
            lines = [safe(line, width=300).text for line in (*new[:NAMED], *rest)]
            self._app.toast(Content("\n".join(lines)), severity="warning")

    def _problems(self) -> Iterable[str]:
        for error in self._look.problems:
            yield error.title
        known = ", ".join(self._look.themes)
        for name in (self._look.theme, self._usual):
            if name and name not in self._look.themes:
                yield f"There is no theme {present.text(name, width=40).plain}; there are: {known}."
        yield from self.keymap.problems
        spec = self._look.themes.get(self.worn)
        hard = hard_to_read(spec, diff_colours.tints(spec)) if spec is not None else []
        if hard:
            more = f", and {len(hard) - 1} more" if len(hard) > 1 else ""
            yield f"The theme {self.worn} is hard to read: {hard[0]}{more}."
