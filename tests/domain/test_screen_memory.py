"""How the app looked: there and back, and what a strange file becomes."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cockpit.domain.ids import LaneId
from cockpit.domain.screen_memory import MOST_TEXT, ScreenMemory, from_json, to_json

ALPHA, BETA = LaneId("alpha"), LaneId("beta")
FULL = ScreenMemory(
    BETA, (ALPHA, BETA), True, "src", "tasks",
    {(ALPHA,): "do\nthis", (ALPHA, BETA): "both \udc80"}, {"alpha c-1": "why?"}, "A task",
)  # fmt: skip


def test_there_and_back() -> None:
    assert from_json(json.loads(json.dumps(to_json(FULL)))) == FULL


def test_what_is_empty_is_not_kept() -> None:
    assert to_json(ScreenMemory(prompts={(ALPHA,): " \n"}))["prompts"] == {}


@pytest.mark.parametrize(
    "value",
    [
        {"chosen": "../x", "marked": ["$(x)", 3, None], "zoomed": "yes", "place": "quit"},
        {"wanted": "a\x1b[2Jb", "prompts": {"../etc": "x", "alpha Beta": "y", "alpha": 7}},
        {"prompts": ["x"], "comments": 3, "task": {"task": None}, "chosen": ["alpha"]},
    ],
)
def test_what_has_another_form_is_as_if_nothing_were_known(value: dict[str, Any]) -> None:
    assert from_json(value) == ScreenMemory()


@given(st.dictionaries(st.text(max_size=8) | st.sampled_from(list(to_json(FULL))),
                       st.recursive(st.none() | st.booleans() | st.text() | st.integers(),
                                    lambda inner: st.lists(inner) | st.dictionaries(
                                        st.text(), inner))))  # fmt: skip
def test_nothing_raises(value: dict[str, Any]) -> None:
    memory = from_json(to_json(from_json(value)))
    assert from_json(to_json(memory)) == memory


def test_too_much_is_left_out_the_largest_first() -> None:
    huge = ScreenMemory(prompts={(ALPHA,): "x" * MOST_TEXT, (BETA,): "kept"})
    assert from_json(to_json(huge)).prompts == {(BETA,): "kept"}
