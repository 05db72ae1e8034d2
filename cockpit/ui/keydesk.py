"""Where keys and pasted text go: to the pane being typed into, to a text field, to an action.

Keys are looked up here before Textual's own bindings see them. One desk an app.
"""

from __future__ import annotations

import time
from asyncio import TimerHandle, get_running_loop
from collections.abc import Sequence
from math import inf
from typing import TYPE_CHECKING, Any

from textual import events
from textual.content import Content
from textual.screen import Screen
from textual.widget import Widget
from textual.widgets import Input, TextArea

from cockpit.dataclass import dataclass
from cockpit.ui.actions import Action, Danger, Scope
from cockpit.ui.keyboard import HOLD, HOLD_SAFE, BurstGate, Verdict
from cockpit.ui.screens.base import BoxScreen, Keyed
from cockpit.ui.screens.small import SmallScreen

if TYPE_CHECKING:
    from cockpit.ui.app import CockpitApp

TWICE = 1.5
"""Seconds within which a second Ctrl-C quits."""

UNASKED = 0.4
"""Seconds without a key after which a dialog that opened by itself takes keys."""

IN_TEXT = ("enter", "ctrl+j", "tab")
"""Keys as which the line ends and tabs of a pasted text arrive."""


@dataclass(frozen=True, slots=True)
class Held:
    """A key that waits for its moment: what it is where it was pressed (None: nothing), and the
    screens that stood there, the upper one last."""

    key: str
    action: Action | None
    screens: Sequence[Screen[Any]]


class KeyDesk:
    """Takes what the terminal delivers; `take_*` say whether it was ours."""

    def __init__(self, app: CockpitApp) -> None:
        self._app = app
        self._gate = BurstGate()
        self._held: list[Held] = []
        self._release: TimerHandle | None = None
        self._interrupted = -TWICE
        self._unasked: BoxScreen | None = None
        self._key_at = 0.0
        self._hears_from = 0.0
        """When the dialog that opened by itself last began to take keys (steady clock)."""

    @property
    def holds(self) -> bool:
        """Whether a key waits for its moment."""
        return bool(self._held)

    def is_deaf(self, screen: object) -> bool:
        """Whether keys do nothing on this screen yet."""
        return screen is self._unasked and self._hears_from == inf

    def turn_deaf(self, screen: BoxScreen) -> None:
        """This dialog opens by itself: keys under way were meant for what stood there before, so
        it takes none, and names none, until the hand has rested."""
        self._unasked, self._hears_from = screen, inf
        self._key_at = time.monotonic()
        self._app.set_timer(UNASKED, self._listen)

    def _listen(self) -> None:
        now = time.monotonic()
        rest = self._key_at + UNASKED - now
        if rest > 0:
            self._app.set_timer(rest, self._listen)
            return
        self._hears_from = now
        if self._unasked is not None and self._unasked.is_open:
            self._unasked.refresh_hints()

    def take_key(self, event: events.Key) -> bool:
        """Text fields, the palette and Textual's own widgets get what is not ours."""
        app, screen = self._app, self._app.screen
        field = app.focused
        writing = isinstance(field, Input | TextArea)
        if not self.is_deaf(screen) and isinstance(screen, Keyed) and screen.take_key(event):
            return True
        if event.key == "ctrl+c" and not writing:
            self._interrupt(event.time)
            return True
        if self._unasked is not None and screen == self._unasked and event.time < self._hears_from:
            self._key_at = event.time
            return True
        if isinstance(screen, SmallScreen):
            if event.key in {"q", "ctrl+q"}:
                app.exit()
            return True
        if not isinstance(screen, Keyed):
            return False
        if field is not None and writing:
            return self._take_in_field(field, screen, event)
        scopes = (*screen.scopes, Scope.ANYWHERE)
        self._pass_gate(app.keymap.find(scopes, event.key), event)
        return True

    def _take_in_field(self, field: Widget, screen: Keyed, event: events.Key) -> bool:
        """Text may come in a burst, it is what a field is for; a key that acts may not, or a
        line feed in it would do what happens to be chosen."""
        keymap = self._app.keymap
        action = keymap.find((*screen.text_scopes, Scope.ANYWHERE), event.key, writing=True)
        acts = action is not None or isinstance(field, Input)
        verdict = self._gate.feed(event.key, event.time, moves=False)
        if verdict in (Verdict.BURST, Verdict.DROP) and acts and event.key in IN_TEXT:
            self._say_burst()
            return True
        if action is not None:  # after the letters before it, which wait in the field's queue
            field.call_later(self._act_in_field, screen, action, event.key)
        return action is not None

    def _act_in_field(self, screen: object, action: Action, key: str) -> None:
        """A key that was meant for another screen does nothing on this one."""
        if self._app.screen is screen:
            self._app.perform(action.id, key)

    def take_paste(self, text: str) -> bool:
        app = self._app
        if isinstance(app.focused, Input | TextArea):
            return False
        if app.screen is app.board and app.board.take_paste(text):
            return True
        if isinstance(app.screen, Keyed):
            self._say_burst()
            return True
        return False

    # ------------------------------------------------------------ one key or a burst

    def _pass_gate(self, action: Action | None, event: events.Key) -> None:
        """Let one key act: at once, after a moment, or (in a burst) not at all."""
        moves = action is not None and action.moves
        verdict = self._gate.feed(event.key, event.time, moves=moves)
        if verdict is Verdict.BURST:
            self._held.clear()
            self._say_burst()
        if verdict in (Verdict.BURST, Verdict.DROP) or (action is None and not self._held):
            return
        if action is not None and verdict is Verdict.NOW and not self._held:
            self._app.perform(action.id, event.key)
            return
        self._held.append(Held(event.key, action, self._app.screen_stack[:]))
        if self._release is not None:
            self._release.cancel()
        actions = [one.action for one in self._held if one.action is not None]
        harmless = all(one.danger is Danger.SAFE for one in actions)
        # not set_timer: one of Textual 8.2.8 that starts late, by its whole delay, never ends
        self._release = get_running_loop().call_later(
            HOLD_SAFE if harmless else HOLD, self._app.call_next, self._let_go
        )

    def _let_go(self) -> None:
        """Held keys act in order."""
        self._release = None
        held, self._held = self._held, []
        for one in held:
            action = self._meant(one)
            if action is not None:
                self._app.perform(action.id, one.key)

    def _meant(self, held: Held) -> Action | None:
        """What a held key does now. One whose screen was left meanwhile was not meant for a new
        one; on a busy machine it may stand behind the key that closed a dialog, and then it was
        meant for what lay below. There it may look and move, since nobody saw it there yet."""
        screen, action = self._app.screen, held.action
        if not isinstance(screen, Keyed):
            return None
        scopes = (*screen.scopes, Scope.ANYWHERE)
        if action is not None and action.scope in scopes:
            return action
        if screen is held.screens[-1] or screen not in held.screens:
            return None
        below = self._app.keymap.find(scopes, held.key)
        return below if below is not None and below.danger is Danger.SAFE else None

    def _say_burst(self) -> None:
        keymap = self._app.keymap
        self._app.toast(
            Content(
                "That looked like pasted text, so no key was obeyed."
                f" {keymap.key('type')} types into the pane,"
                f" {keymap.key('send')} sends a prompt."
            ),
            severity="warning",
        )

    def _interrupt(self, at: float) -> None:
        if at - self._interrupted < TWICE:
            self._app.exit()
            return
        self._interrupted = at
        key = self._app.keymap.key("quit")
        self._app.toast(Content(f"{key} (or Ctrl-C again) closes cockpit; lanes run on."))
