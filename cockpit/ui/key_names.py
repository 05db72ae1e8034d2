"""Names of keys: as people write them, as Textual knows them, as they are shown."""

from __future__ import annotations

import unicodedata

from cockpit.domain.keys import nearest
from cockpit.ui.actions import ACTIONS

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
_SIGNS = frozenset({"slash", "backslash", "at", "minus", "plus", "underscore"})
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
    if len(char) != 1:
        return None  # İ in lower case is two characters
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
        sign = unicodedata.lookup(key.replace("_", " "))
    except KeyError:
        return key.capitalize()
    return sign if sign.isprintable() else key.capitalize()  # DELETE names a control character


ALIASES = {
    "ctrl+i": "tab",
    "ctrl+m": "enter",
    "ctrl+h": "backspace",
    "ctrl+left_square_bracket": "escape",
}
"""What most terminals send the very same bytes for; the key on the left never arrives."""


def types_text(key: str) -> bool:
    """Whether the key writes a character where text is written."""
    *modifiers, last = key.split("+")
    if any(part != "shift" for part in modifiers):
        return False
    return last == "space" or last not in _WORDS or last in _SIGNS


def meant(text: str) -> str:
    """A key's name that `text` may have been meant to be; empty if none is near."""
    *modifiers, last = text.lower().replace("-", "+").split("+")
    found = nearest(last, sorted(_WORDS))
    return "+".join([*modifiers, found]) if found else ""
