"""Laying wishes for keys over the registry's own: what is followed, and what is refused and why.

The commander's own file may move everything, as long as there stays a way out, to help and to
the palette. A repository's lanes.yaml comes from others: it may only move what looks or moves,
and only onto keys that do nothing otherwise. Else it could put a landing on the key of a diff,
or typing into an agent on an arrow.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from cockpit.dataclass import dataclass
from cockpit.domain.keys import KeyProblem, KeyWish, nearest
from cockpit.domain.text import safe
from cockpit.ui.actions import ACTIONS, BY_ID, Action, Danger, Scope, is_range
from cockpit.ui.key_names import ALIASES, key_name, meant, shown, types_text

ESSENTIAL = frozenset(
    {"quit", "help", "palette", "close", "yes", "no", "put_away", "pick_take", "pick_close"}
)
"""Actions that always have a key: without one a screen could not be left, or nothing found."""

WRITING = frozenset({Scope.PROMPT, Scope.WRITING, Scope.TASK_TEXT, Scope.RETRYING, Scope.PICKING,
                     Scope.ANYWHERE})  # fmt: skip
"""Where keys count while text is written."""

SAME_SCREEN = ({Scope.PROMPT, Scope.WRITING}, {Scope.PROMPT, Scope.TASK_TEXT})
"""Scopes whose keys count together: the first would take the other's."""

EDITING = frozenset({
    "backspace", "delete", "left", "right", "up", "down", "home", "end", "pageup", "pagedown",
    "enter", "tab", "ctrl+a", "ctrl+d", "ctrl+e", "ctrl+f", "ctrl+h", "ctrl+k", "ctrl+u",
    "ctrl+v", "ctrl+w", "ctrl+x", "ctrl+y", "ctrl+z",
})  # fmt: skip
"""Keys that change the text or move in it."""

HANDS_OVER = frozenset({"attach", "type", "inbox_attach", "editor", "shell", "edit_here",
                        "edit_task", "merge_tool", "edit_place", "in_editor"})  # fmt: skip
"""Actions after which keys go to something else than cockpit."""

RESERVED = {"ctrl+c": "pressed twice it always quits"}


@dataclass(frozen=True, slots=True)
class _Wish:
    """A wish whose action and keys exist."""

    of: KeyWish
    action: Action
    keys: tuple[str, ...]


Keys = dict[str, tuple[str, ...]]


def laid_over(wishes: Iterable[KeyWish]) -> tuple[Keys, list[KeyProblem]]:
    """The keys of every action, and what was not followed."""
    faults: list[KeyProblem] = []
    own: list[_Wish] = []
    others: list[_Wish] = []
    for wish in wishes:
        read = _read(wish, faults)
        if read is not None:
            (own if wish.own else others).append(read)
    own = _settled(own, faults)
    keys = _assigned(own)
    named = {wish.action.id for wish in own}
    guarded = {key: action for action in ACTIONS for key in (*action.keys, *keys[action.id])}
    for their in others:
        if their.action.id in named:
            continue  # the commander's own file goes before
        why = _why_not_theirs(their, guarded)
        if why:
            faults.append(KeyProblem(_shown(their.of), why))
            continue
        keys[their.action.id] = their.keys
        guarded |= dict.fromkeys(their.keys, their.action)
    return keys, faults


# ------------------------------------------------------------------ one wish by itself


def _read(wish: KeyWish, faults: list[KeyProblem]) -> _Wish | None:
    """The wish in the registry's words; None with a problem if there is no such thing."""
    action = BY_ID.get(wish.action)
    if action is None:
        near = nearest(wish.action, BY_ID)
        faults.append(KeyProblem(_shown(wish), "there is no such action", near))
        return None
    names = [key_name(text) for text in wish.keys]
    keys = tuple(dict.fromkeys(name for name in names if name))
    why, near = _why_not(action, keys), ""
    for text, name in zip(wish.keys, names, strict=True):
        if name is None:
            why, near = f"{safe(text, width=20).text} is not a key", meant(text)
    if why:
        faults.append(KeyProblem(_shown(wish), f"{why}; {_stays(action)}", near))
        return None
    return _Wish(wish, action, keys)


def _why_not(action: Action, keys: tuple[str, ...]) -> str:
    if is_range(action.keys):
        return "these keys are fixed"
    if not keys and action.id in ESSENTIAL:
        return "it needs a key, or there would be no way to it"
    for key in keys:
        if key in RESERVED:
            return f"{shown(key)} can't be given away ({RESERVED[key]})"
        if key in ALIASES:
            return f"terminals send {shown(ALIASES[key])} for {shown(key)}"
    typed = [key for key in keys if types_text(key)]
    if action.scope in WRITING and typed and len(typed) == len(keys):
        return f"{shown(typed[0])} is text where text is written; give it another key too"
    return ""


def _shown(wish: KeyWish) -> KeyWish:
    """The wish with a name that may be shown."""
    name = safe(wish.action, width=40).text
    return KeyWish(name, wish.keys, wish.own, wish.file, wish.line)


def _stays(action: Action) -> str:
    keys = " ".join(shown(key) for key in action.keys)
    return f"it keeps {keys}" if keys else "it stays without a key"


# ------------------------------------------------------------------ the commander's together


def _settled(wishes: list[_Wish], faults: list[KeyProblem]) -> list[_Wish]:
    """Those that can be followed together; later ones give way."""
    kept = {wish.action.id: wish for wish in wishes}
    while found := _clash(kept) or _shadow(kept):
        loser, why = found
        faults.append(KeyProblem(_shown(loser.of), f"{why}; {_stays(loser.action)}"))
        del kept[loser.action.id]
    return list(kept.values())


def _assigned(wishes: Iterable[_Wish]) -> Keys:
    keys = {action.id: action.keys for action in ACTIONS}
    return keys | {wish.action.id: wish.keys for wish in wishes}


def _clash(kept: Mapping[str, _Wish]) -> tuple[_Wish, str] | None:
    """A wish for a key that another action of the same place has."""
    keys = _assigned(kept.values())
    for loser in reversed(list(kept.values())):
        for other in ACTIONS:
            if other.id == loser.action.id or not _meet(other.scope, loser.action.scope):
                continue
            for key in loser.keys:
                if key in keys[other.id]:
                    return loser, f"{shown(key)} is the key of {other.id}"
    return None


def _shadow(kept: Mapping[str, _Wish]) -> tuple[_Wish, str] | None:
    """A wish that takes the last key by which a screen can be left: a screen's own actions go
    before those of every list."""
    keys = _assigned(kept.values())
    for way_out in ("close", "no", "put_away"):
        for scope in Scope:
            if scope is BY_ID[way_out].scope or scope in (Scope.BOARD, Scope.ANYWHERE):
                continue
            taken = {key for one in ACTIONS if one.scope is scope for key in keys[one.id]}
            if not set(keys[way_out]) <= taken:
                continue
            for loser in reversed(list(kept.values())):
                at_fault = loser.action.scope is scope and set(loser.keys) & set(keys[way_out])
                if at_fault or loser.action.id == way_out:
                    return loser, f"no key of {way_out} would be left"
    return None


def _meet(one: Scope, other: Scope) -> bool:
    return one is other or Scope.ANYWHERE in (one, other) or {one, other} in SAME_SCREEN


# ------------------------------------------------------------------ the repository's


def _why_not_theirs(wish: _Wish, guarded: Mapping[str, Action]) -> str:
    action = wish.action
    if action.danger is not Danger.SAFE or action.id in ESSENTIAL | HANDS_OVER:
        return "only your own config.yaml may give it another key, since it does more than look"
    for key in wish.keys:
        if key in guarded:
            return f"{shown(key)} is the key of {guarded[key].id}; {_stays(action)}"
        if action.scope in WRITING and key in EDITING:
            return f"{shown(key)} edits where text is written; {_stays(action)}"
    return ""
