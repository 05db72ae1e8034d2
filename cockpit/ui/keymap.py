"""Which key runs which action, with the commander's own keys from lanes.yaml laid over."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping

from cockpit.domain.text import safe
from cockpit.ui.actions import ACTIONS, BY_ID, Action, Scope, is_range

_NAMES = {
    "solidus": "slash",
    "reverse_solidus": "backslash",
    "commercial_at": "at",
    "hyphen_minus": "minus",
    "plus_sign": "plus",
    "low_line": "underscore",
}
"""Where Textual's name of a key is not the Unicode name of its character."""

_SHOWN = {
    "enter": "Enter",
    "escape": "Esc",
    "space": "Space",
    "tab": "Tab",
    "shift+tab": "Shift-Tab",
    "left": "←",
    "right": "→",
    "up": "↑",
    "down": "↓",
    "pageup": "PgUp",
    "pagedown": "PgDn",
    "home": "Home",
    "end": "End",
    "slash": "/",
    "backslash": "\\",
    "at": "@",
    "minus": "-",
    "plus": "+",
    "underscore": "_",
}
_WORDS = frozenset(_SHOWN) | {f"f{number}" for number in range(1, 13)} | {"backspace", "delete"}


def key_name(text: str) -> str | None:
    """Textual's name of a key as a person writes it (`D`, `?`, `ctrl+x`, `Ctrl-X`, `f5`);
    None if there is no such key."""
    if len(text) == 1:
        return _character(text)
    *modifiers, last = text.replace("-", "+").split("+")
    if not last:
        return None
    lowered = [part.lower() for part in modifiers]
    if any(part not in {"ctrl", "shift", "alt"} for part in lowered):
        return None
    key = _character(last.lower()) if len(last) == 1 else last.lower()
    if key is None or (len(last) > 1 and key not in _WORDS):
        return key if not modifiers and text in _unicode_names() else None
    return "+".join([*sorted(lowered), key])


def _unicode_names() -> frozenset[str]:
    return frozenset(key for action in ACTIONS for key in action.keys)


def _character(char: str) -> str | None:
    if char.isalnum():
        return char
    if char == " ":
        return "space"
    if not char.isprintable():
        return None
    name = unicodedata.name(char, "").lower().replace("-", "_").replace(" ", "_")
    return _NAMES.get(name, name) or None


def shown(key: str) -> str:
    """A key as people write it: `?`, `Ctrl-Q`, `↓`."""
    if key in _SHOWN:
        return _SHOWN[key]
    *modifiers, last = key.split("+")
    if modifiers:
        tail = shown(last) if len(last) > 1 else last.upper()
        return "-".join([*(part.capitalize() for part in modifiers), tail])
    if len(key) == 1 or "-" in key:
        return key
    try:
        return unicodedata.lookup(key.replace("_", " "))
    except KeyError:
        return key.capitalize()


def _pairs(overrides: Mapping[str, str] | None) -> tuple[list[str], list[str]]:
    given = dict(overrides or {})
    return list(given), list(given.values())


def _assigned(wanted: Mapping[str, str]) -> dict[str, tuple[str, ...]]:
    return {
        action.id: (wanted[action.id],) if action.id in wanted else action.keys
        for action in ACTIONS
    }


def _first_clash(wanted: Mapping[str, str]) -> tuple[str, str, str] | None:
    """A wish whose key another action of the same scope has (loser, winner, key)."""
    taken = _assigned(wanted)
    for loser in reversed(list(wanted)):
        for other in ACTIONS:
            same = other.id != loser and _meet(other.scope, BY_ID[loser].scope)
            if same and wanted[loser] in taken[other.id]:
                return loser, other.id, wanted[loser]
    return None


def _meet(one: Scope, other: Scope) -> bool:
    return one is other or Scope.ANYWHERE in (one, other)


class Keymap:
    """Keys of every action. A key of the commander that is unknown or taken changes nothing
    and is named in `problems`, so that nothing (quitting least of all) gets out of reach."""

    def __init__(self, overrides: Mapping[str, str] | None = None) -> None:
        self.problems: list[str] = []
        wanted = {name: key for name, key in map(self._wish, *_pairs(overrides)) if key}
        while clash := _first_clash(wanted):
            loser, winner, key = clash
            self.problems.append(
                f"keys: {shown(key)} is the key of {winner}; {loser} keeps its own."
            )
            del wanted[loser]
        self._keys = _assigned(wanted)
        self._by_key: dict[tuple[Scope, str], Action] = {}
        for action in ACTIONS:
            for key in self._keys[action.id]:
                self._by_key.setdefault((action.scope, key), action)

    def _wish(self, action_id: str, text: str) -> tuple[str, str]:
        """The action and the key it shall have; an empty key (and a problem) if it can't."""
        name, action = safe(action_id, width=40).text, BY_ID.get(action_id)
        key = key_name(text)
        if action is None:
            self.problems.append(f"keys: there is no action {name}.")
        elif is_range(action.keys):
            self.problems.append(f"keys: {name} has fixed keys.")
        elif key is None:
            text = safe(text, width=20).text
            self.problems.append(f"keys: {text} is not a key; {name} keeps its own.")
        else:
            return action_id, key
        return action_id, ""

    def find(self, scopes: Iterable[Scope], key: str) -> Action | None:
        """The action of a key, the first scope that has one."""
        for scope in scopes:
            found = self._by_key.get((scope, key))
            if found is not None:
                return found
        return None

    def keys(self, action: Action) -> tuple[str, ...]:
        return self._keys[action.id]

    def key(self, action_id: str) -> str:
        """The first key of an action as people write it; empty if it has none."""
        keys = self._keys[action_id]
        return shown(keys[0]) if keys else ""

    def say(self, reason: str) -> str:
        """A reason with `{id}` replaced by that action's key."""
        for action_id in BY_ID:
            if "{" + action_id + "}" in reason:
                reason = reason.replace("{" + action_id + "}", self.key(action_id))
        return reason
