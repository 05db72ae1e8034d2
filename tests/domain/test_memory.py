"""What is remembered of tasks survives its own form, and a damaged one is no go."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cockpit.domain.memory import Go, Memory, from_json, to_json
from cockpit.domain.taskname import TaskId
from cockpit.domain.work import Effort

ONE = TaskId("task-001")


def test_it_comes_back_as_it_was() -> None:
    effort = Effort(ONE, attempts=2, started=1.5, lane="alpha", failed="red", told="0" * 64)
    memory = Memory({ONE: effort}, Go(True, True, 3.0, {"task-001.md": "d" * 64}), 7)
    assert from_json(json.loads(json.dumps(to_json(memory)))) == memory


@pytest.mark.parametrize(
    "value",
    [
        None,
        {},
        {"go": {"going": "yes", "tasks": {"a": "b"}}},
        {"go": {"going": 1}},
        {"go": ["going"]},
        {"go": {"going": None}},
    ],
)
def test_what_does_not_say_go_plainly_is_none(value: dict[str, Any] | None) -> None:
    assert not from_json(value).go.going


def test_what_has_the_wrong_form_is_left_out() -> None:
    told = {"attempts": "many", "lane": 3, "started": 1, "unknown": 1, "failed": "red"}
    found = from_json({"efforts": {ONE: told, "task-002": "?"}, "seq": "x"})
    assert found.effort(ONE) == Effort(ONE, started=1, failed="red")
    assert found.effort(TaskId("task-002")) == Effort(TaskId("task-002"))
    assert found.seq == 0


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@given(st.fixed_dictionaries({}, optional={"efforts": _JSON, "go": _JSON, "seq": _JSON}))
def test_it_never_raises(value: dict[str, Any]) -> None:
    to_json(from_json(value))
