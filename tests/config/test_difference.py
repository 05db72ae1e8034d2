"""What differs between two readings of lanes.yaml, when it counts, and what asks for trust."""

from __future__ import annotations

from pathlib import Path

import pytest

from cockpit.config.difference import difference
from cockpit.config.load import parse_config
from cockpit.config.model import Config
from cockpit.domain.configuration import Applies, ConfigChange, summed_up

BASE = """\
target: main
lanes:
  alpha: {agent: claude, zone: ["src/**"]}
  beta: {agent: codex}
gate: {run: ["make test"]}
"""


def parsed(text: str) -> Config:
    return parse_config(text, Path("/r/lanes.yaml"), preset_names=("claude", "codex"))


def changed(text: str, before: str = BASE) -> dict[str, ConfigChange]:
    return {change.key: change for change in difference(parsed(before), parsed(text))}


def test_form_alone_is_no_difference() -> None:
    assert changed("# said anew\n" + BASE.replace('["src/**"]', "[src/**]")) == {}


@pytest.mark.parametrize(
    ("old", "new", "key", "applies", "trust"),
    [
        ("[make test]", "[make all]", "gate.run", Applies.NOW, True),
        ('["src/**"]', '["lib/**"]', "lanes.alpha.zone.include", Applies.NOW, False),
        ("agent: codex", "agent: claude", "lanes.beta.agent", Applies.START, False),
        ("target: main", "target: trunk", "target", Applies.NOW, False),
        ("target: main", "worktrees: ../w/{lane}", "worktrees", Applies.START, True),
        ("target: main", "layout: {columns: 3}", "layout.columns", Applies.NOW, False),
        ("target: main", "tmux: {history: 9000}", "tmux.history", Applies.START, False),
        ("target: main", "tmux: {config: user}", "tmux.config", Applies.SERVER, True),
        ("target: main", "keys: {zoom: Z}", "keys.zoom", Applies.NOW, False),
        ("target: main", "setup: {run: [uv sync]}", "setup.run", Applies.NOW, True),
    ],
)
def test_one_key(old: str, new: str, key: str, applies: Applies, trust: bool) -> None:
    base = BASE.replace('["make test"]', "[make test]")
    found = changed(base.replace(old, new), base)
    assert list(found) == [key]
    assert (found[key].applies, found[key].trust) == (applies, trust)


def test_lanes_that_come_and_go_are_one_line_each() -> None:
    found = changed(
        BASE.replace("  beta: {agent: codex}", '  gamma: {agent: codex, zone: ["x/**"]}')
    )
    assert list(found) == ["lanes.gamma", "lanes.beta"]
    assert found["lanes.gamma"].after == "codex in x/**"
    assert found["lanes.beta"].before == "codex in the whole repository"
    assert summed_up(tuple(found.values())) == "lane gamma added and lane beta taken out"


def test_an_order_is_told() -> None:
    lines = BASE.splitlines()
    lines[2], lines[3] = lines[3], lines[2]
    found = changed("\n".join(lines))
    assert list(found) == ["lanes (their order)"]
    assert found["lanes (their order)"].after == "beta, alpha"


def test_a_lanes_own_template_is_told_where_the_common_one_stays() -> None:
    found = changed(BASE.replace("agent: codex", "agent: codex, branch: 'own/{lane}'"))
    assert list(found) == ["lanes.beta.branch"]


def test_many_are_summed_up() -> None:
    changes = tuple(ConfigChange(f"k{n}", "", "1", Applies.NOW) for n in range(7))
    assert summed_up(changes) == "k0, k1, k2 and 4 more"
