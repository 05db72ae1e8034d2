"""Placeholders and the order of what was sent."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from cockpit.domain.ids import LaneId
from cockpit.domain.prompt_library import SentPrompt, filled, ordered, placeholders

ALPHA, BETA = LaneId("alpha"), LaneId("beta")


def test_only_known_names_in_two_braces_are_filled_in_once() -> None:
    text = "{{lane}} on {{branch}}: f'{lane}' {{other}} {{ lane }} {{lane}}"
    assert placeholders(text) == ("lane", "branch")
    done = filled(text, {"lane": "{{branch}}", "branch": "b\\1"})
    assert done == "{{branch}} on b\\1: f'{lane}' {{other}} {{ lane }} {{branch}}"


@given(st.text())
def test_a_text_without_names_stays_as_it_is(text: str) -> None:
    if not placeholders(text):
        assert filled(text, {"lane": "x"}) == text


def test_those_to_this_lane_come_first() -> None:
    sent = (SentPrompt("b", (BETA,), 3), SentPrompt("a", (ALPHA,), 2), SentPrompt("c", (BETA,), 1))
    assert [one.text for one in ordered(sent, (ALPHA,))] == ["a", "b", "c"]
