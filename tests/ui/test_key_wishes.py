"""Wishes for keys laid over the registry's: the commander's, and a repository's, which is less."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cockpit.domain.keys import KeyWish
from cockpit.ui.actions import ACTIONS, BY_ID, Danger, Scope
from cockpit.ui.key_names import key_name
from cockpit.ui.key_wishes import ESSENTIAL, HANDS_OVER
from cockpit.ui.keymap import Keymap

KEYS = ["q", "escape", "ctrl+q", "enter", "y", "n", "d", "x", "f5", "f6", "?", ":", "ctrl+p", "f1"]
NAMES = [action.id for action in ACTIONS]


def mine(action: str, *keys: str) -> KeyWish:
    return KeyWish(action, keys, own=True, file="config.yaml", line=3)


def theirs(action: str, *keys: str) -> KeyWish:
    return KeyWish(action, keys, file="lanes.yaml", line=7)


def test_several_keys_and_none() -> None:
    keymap = Keymap([mine("diff", "f5", "y"), mine("park")])
    assert keymap.problems == []
    assert [keymap.find((Scope.BOARD,), key) for key in ("f5", "y")] == [BY_ID["diff"]] * 2
    assert keymap.find((Scope.BOARD,), "d") is None
    assert keymap.find((Scope.BOARD,), "p") is None
    assert keymap.key("park") == ""


@pytest.mark.parametrize(
    ("wishes", "said"),
    [
        ([mine("dif", "x")], "config.yaml:3: keys.dif: there is no such action; did"),
        ([mine("diff", "entr")], "entr is not a key; it keeps d; did you mean enter?"),
        ([mine("diff", "x")], "x is the key of interrupt; it keeps d"),
        ([mine("quit")], "it needs a key, or there would be no way to it; it keeps q"),
        ([mine("help")], "it needs a key"),
        ([mine("palette")], "it needs a key"),
        ([mine("help", "f2"), mine("quit", "f2")], "keys.quit: F2 is the key of help"),
        ([mine("choose", "x")], "these keys are fixed"),
        ([mine("log", "ctrl+i")], "terminals send Tab for Ctrl-I"),
        ([mine("log", "ctrl+c")], "Ctrl-C can't be given away (pressed twice it always quits)"),
        ([mine("submit", "s")], "s is text where text is written"),
        ([mine("send_later", "x")], "x is text where text is written"),
        ([mine("send_later", "ctrl+s")], "Ctrl-S is the key of submit; it keeps Ctrl-L"),
        ([theirs("in_editor", "f5")], "only your own config.yaml may"),
        ([theirs("find_sent", "delete")], "Delete edits where text is written"),
        ([theirs("find_sent", "backspace")], "Backspace edits where text is written"),
        ([mine("help", "h")], "h is text where text is written"),
        ([mine("blanks", "escape", "q", "ctrl+q")], "no key of close would be left"),
        ([mine("close", "q")], "keys.close: no key of close would be left"),
        ([theirs("approve", "f5")], "lanes.yaml:7: keys.approve: only your own config.yaml may"),
        ([theirs("quit", "f5")], "only your own config.yaml may"),
        ([theirs("attach", "f5")], "only your own config.yaml may"),
        ([theirs("log", "d")], "d is the key of "), ([theirs("log", "d")], "it keeps g"),
        ([theirs("log", "y")], "y is the key of yes"),
        ([mine("log", "f5"), theirs("graph", "f5")], "F5 is the key of log"),
        ([theirs("log", "f5"), theirs("graph", "f5")], "F5 is the key of log"),
        ([mine("\x1b[2J", "x")], "there is no such action"),
    ],
)  # fmt: skip
def test_what_is_not_followed_is_named(wishes: list[KeyWish], said: str) -> None:
    keymap = Keymap(wishes)
    assert len(keymap.problems) == 1
    assert said in keymap.problems[0]
    assert "\x1b" not in keymap.problems[0]


def test_the_commanders_file_goes_before_the_repositorys() -> None:
    keymap = Keymap([theirs("log", "f5"), mine("log", "f6"), theirs("graph", "f7")])
    assert (keymap.key("log"), keymap.key("graph"), keymap.problems) == ("F6", "F7", [])


Raw = list[tuple[str, tuple[str, ...]]]

WISHES = st.lists(
    st.builds(
        lambda action, keys: (action, tuple(keys)),
        st.sampled_from(NAMES),
        st.lists(st.sampled_from(KEYS), max_size=3),
    ),
    max_size=12,
    unique_by=lambda one: one[0],
)


@given(WISHES)
def test_no_wish_leaves_the_commander_without_a_way(
    wishes: Raw,
) -> None:
    keymap = Keymap([mine(action, *keys) for action, keys in wishes])
    for name in ESSENTIAL:
        assert keymap.keys(BY_ID[name]), name
    for scope in Scope:
        keys = [key for one in ACTIONS if one.scope is scope for key in keymap.keys(one)]
        assert len(keys) == len(set(keys)), scope
        if scope not in (Scope.READING, Scope.BOARD, Scope.ANYWHERE, Scope.CONFIRM):
            ways = keymap.keys(BY_ID["close"])
            found = [keymap.find((scope, Scope.READING), key) for key in ways]
            assert BY_ID["close"] in found, f"no way out of {scope}"


@given(WISHES)
def test_a_hostile_lanes_yaml_moves_nothing_that_does_more_than_look(
    wishes: Raw,
) -> None:
    """Whatever it asks for, each key that did something does that still or nothing, and no key
    does more than it did."""
    plain, keymap = Keymap(), Keymap([theirs(action, *keys) for action, keys in wishes])
    for action in ACTIONS:
        if action.danger is not Danger.SAFE or action.id in ESSENTIAL | HANDS_OVER:
            assert keymap.keys(action) == plain.keys(action), action.id
    names = [name for key in KEYS if (name := key_name(key))]
    for scope in Scope:
        for key in names:
            before, after = plain.find((scope,), key), keymap.find((scope,), key)
            assert after in (before, None) or before is None
            assert after is before or after is None or after.danger is Danger.SAFE
