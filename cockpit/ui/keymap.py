"""Which key runs which action, with the wishes of the commander and the repository laid over."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from cockpit.domain.keys import KeyWish
from cockpit.ui.actions import BY_ID, Action, Scope
from cockpit.ui.key_names import key_name, shown, types_text
from cockpit.ui.key_wishes import laid_over

Wishes = Mapping[str, str] | Iterable[KeyWish]
"""`action: key` of the commander's, or wishes with their places."""

_NAMED = re.compile(r"\{([a-z_]+)\}")
"""An action's id in a reason."""


class Keymap:
    """Keys of every action. A wish that can't be followed changes nothing and is named in
    `problems`, so that nothing (quitting least of all) gets out of reach."""

    def __init__(self, wishes: Wishes | None = None) -> None:
        self.take(wishes)

    def take(self, wishes: Wishes | None) -> None:
        """Follow these wishes from now on."""
        self._keys, self.faults = laid_over(listed(wishes))
        self._by_key: dict[tuple[Scope, str], Action] = {}
        for action in BY_ID.values():
            for key in self._keys[action.id]:
                self._by_key.setdefault((action.scope, key), action)

    @property
    def problems(self) -> list[str]:
        """A sentence about each wish that was not followed."""
        return [str(fault) for fault in self.faults]

    def find(self, scopes: Iterable[Scope], key: str, *, writing: bool = False) -> Action | None:
        """The action of a key, the first scope that has one. While `writing`, keys that write
        a character are text."""
        if writing and types_text(key):
            return None
        for scope in scopes:
            found = self._by_key.get((scope, key))
            if found is not None:
                return found
        return None

    def keys(self, action: Action) -> tuple[str, ...]:
        return self._keys[action.id]

    def key(self, action_id: str, *, writing: bool = False) -> str:
        """The first key of an action as people write it; empty if it has none. `writing`: the
        first that counts while text is written."""
        keys = self._keys[action_id]
        if writing:
            keys = tuple(key for key in keys if not types_text(key))
        return shown(keys[0]) if keys else ""

    def name_of(self, hint: str) -> str:
        """The key that a hint means as it is shown (of several the first); empty if it names
        none."""
        names = {shown(key): key for keys in self._keys.values() for key in keys}
        for text in (hint, *hint.split(" ")[:1]):
            name = names.get(text) or (key_name(text) if text else None)
            if name:
                return name
        return ""

    def say(self, reason: str) -> str:
        """A reason with `{id}` replaced by that action's key."""
        if "{" not in reason:
            return reason
        return _NAMED.sub(lambda one: self.key(one[1]) if one[1] in BY_ID else one[0], reason)


def listed(wishes: Wishes | None) -> list[KeyWish]:
    """The wishes one by one; keys without a place are the commander's own."""
    if isinstance(wishes, Mapping):
        return [KeyWish(name, (key,), own=True) for name, key in wishes.items()]
    return list(wishes or ())
