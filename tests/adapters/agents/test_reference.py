"""docs/agents.md says what the presets say."""

from __future__ import annotations

from pathlib import Path

import pytest

from cockpit.adapters.agents import presets
from cockpit.adapters.agents.reference import OURS, reference_markdown
from cockpit.domain.activity import State
from tests.adapters.agents.test_screens import AGENTS, EXPECTED

PAGE = Path(__file__).parents[3] / "docs" / "agents.md"
DOCUMENTED = ("agy", "amp", "copilot", "cursor", "goose")


def test_the_committed_page_is_current() -> None:
    made = "make it anew with: python -m cockpit.adapters.agents.reference > docs/agents.md"
    assert PAGE.read_text("utf-8") == reference_markdown(), made


def test_each_agent_is_either_seen_or_documented() -> None:
    assert sorted({*AGENTS, *DOCUMENTED, *OURS}) == presets.names()


@pytest.mark.parametrize("agent", AGENTS)
def test_what_counts_as_seen_was_recorded(agent: str) -> None:
    preset = presets.find(agent)
    assert preset is not None and preset.seen and preset.probe
    shown = {rule.state for rule in preset.rules.screens}
    shown |= {state for title in preset.rules.titles for state in title.states}
    recorded = {EXPECTED[name] for name in EXPECTED if name.startswith(agent)}
    assert shown == recorded - {State.UNKNOWN}


@pytest.mark.parametrize("agent", DOCUMENTED)
def test_what_is_only_documented_guesses_no_state_and_pastes_nothing_blindly(agent: str) -> None:
    preset = presets.find(agent)
    assert preset is not None
    assert (preset.seen, preset.rules.titles, preset.rules.screens) == ("", (), ())
    assert preset.ready == "(?!)"
    assert "Documented only" in preset.path.read_text("utf-8")
