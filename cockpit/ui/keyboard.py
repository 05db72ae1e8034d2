"""Keys before they become actions: bursts of pasted text are caught, panes get theirs.

A terminal without bracketed paste delivers pasted text as keys. No person presses four keys
within 15 ms, so a key that does something is held for a moment to see what follows it, and
a burst is dropped whole.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import field
from enum import Enum

from cockpit.dataclass import dataclass

BURST_KEYS = 4
"""So many keys …"""
BURST_SPAN = 0.015
"""… within so many seconds are no person's."""
QUIET = 0.12
"""Seconds without a key after which a burst is over."""
HOLD_SAFE = 0.004
"""Seconds a harmless key is held; stepping into a pane has 10 ms in all."""
HOLD = 0.012
"""Seconds a key that changes something is held."""


class Verdict(Enum):
    NOW = "now"
    HOLD = "hold"
    DROP = "drop"
    BURST = "burst"
    """The key that shows the burst: what is held must be dropped, and the commander told."""


@dataclass(slots=True)
class BurstGate:
    """Tells for each key whether it may act. Times are seconds of one steady clock."""

    recent: deque[tuple[float, str]] = field(default_factory=lambda: deque(maxlen=BURST_KEYS))
    until: float = 0.0
    """Keys before this time belong to a burst."""

    def feed(self, key: str, at: float, *, moves: bool) -> Verdict:
        """`at` is when the terminal delivered the key, not when it is looked at."""
        self.recent.append((at, key))
        if at < self.until:
            self.until = at + QUIET
            return Verdict.DROP
        if self._is_burst(at, moves):
            self.until = at + QUIET
            return Verdict.BURST
        return Verdict.NOW if moves else Verdict.HOLD

    def _is_burst(self, at: float, moves: bool) -> bool:
        if len(self.recent) < BURST_KEYS or at - self.recent[0][0] > BURST_SPAN:
            return False
        repeated = moves and len({key for _, key in self.recent}) == 1
        return not repeated  # one arrow held down over a slow line arrives in heaps


_PANE_KEYS = {
    "enter": "Enter",
    "escape": "Escape",
    "tab": "Tab",
    "shift+tab": "BTab",
    "backspace": "BSpace",
    "delete": "DC",
    "insert": "IC",
    "up": "Up",
    "down": "Down",
    "left": "Left",
    "right": "Right",
    "home": "Home",
    "end": "End",
    "pageup": "PPage",
    "pagedown": "NPage",
} | {f"f{number}": f"F{number}" for number in range(1, 13)}
"""Textual's names of keys to tmux's."""

_MODIFIERS = {"ctrl": "C-", "alt": "M-", "shift": "S-"}


def tmux_key(key: str) -> str | None:
    """tmux's name for a key that is not plain text; None if tmux has no such key."""
    if key in _PANE_KEYS:
        return _PANE_KEYS[key]
    *modifiers, last = key.split("+")
    if not modifiers or any(part not in _MODIFIERS for part in modifiers):
        return None
    if last in _PANE_KEYS and last != "shift+tab":
        name = _PANE_KEYS[last]
    elif len(last) == 1 and last.isascii():
        name = last
    else:
        name = {"at": "Space", "space": "Space", "backslash": "\\", "underscore": "_"}.get(last, "")
    return "".join(_MODIFIERS[part] for part in modifiers) + name if name else None


@dataclass(frozen=True, slots=True)
class Typed:
    """What goes into a pane next: plain text, or (`press`) tmux key names."""

    text: str = ""
    press: tuple[str, ...] = ()


def gathered(waiting: Sequence[Typed]) -> list[Typed]:
    """The same input in fewer pieces: neighbouring texts joined, neighbouring keys too."""
    joined: list[Typed] = []
    for piece in waiting:
        last = joined[-1] if joined else None
        if last is not None and bool(last.text) == bool(piece.text):
            joined[-1] = Typed(last.text + piece.text, last.press + piece.press)
        else:
            joined.append(piece)
    return joined
