"""What only several keys together show: clashes of lanes, keys, ports; unknown agents."""

from __future__ import annotations

import string
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cockpit.config.build import lane_keys
from tests.config.test_values import parse, problems

CONTRADICTIONS = [
    ("lanes: {a: {agent: clade}}",
     'lanes.a.agent: there is no agent "clade"; did you mean claude?'),
    ("agents: {bot: {command: [x]}}\nlanes: {a: {agent: bto}}",
     'lanes.a.agent: there is no agent "bto"; did you mean bot?'),
    ("agents: {mybot: {args: [x]}}",
     "agents.mybot: is not a shipped preset, so it needs a command (or a preset)"),
    ("agents: {claud: {}}", "did you mean claude?"),
    ("agents: {mybot: {preset: cluade}}",
     'agents.mybot.preset: there is no preset "cluade"; did you mean claude?'),
    ("lanes: {a: {key: X}, b: {key: x}}", "lanes.b.key: X is already the key of a"),
    ("branch: work\nlanes: {a: {}, b: {}}",
     'branch: lanes a and b would have the same branch: "work"'),
    ("lanes: {a: {branch: x}, b: {branch: x/y}}",
     'lanes.b.branch: lanes a and b would have branches that git can\'t both hold: "x", "x/y"'),
    ("lanes: {a: {branch: main}}",
     'lanes.a.branch: lane a would have the branch "main", which is the target'),
    ("lanes: {main: {}}", 'branch: lane main would have the branch "main/work", which git can\'t'),
    ("target: a\nlanes: {b: {branch: 'a/{lane}'}}", "which git can't hold beside the target"),
    ("branch: '{role}'\nlanes: {a: {role: x}, b: {role: X}}", "branches that git can't both hold"),
    ("worktrees: ../trees\nlanes: {a: {}, b: {}}",
     "worktrees: lanes a and b would have the same folder /home/me/trees"),
    ("lanes: {a: {worktree: ../t}, b: {worktree: ../t/b}}",
     "lanes.b.worktree: the folders of lanes a and b would lie in one another"),
    ("worktrees: .\nlanes: {a: {}}", "is the main checkout itself or holds it"),
    ("worktrees: ../..\nlanes: {a: {}}", "is the main checkout itself or holds it"),
    ("branch: '{lane}..x'\nlanes: {a: {}}", "can't name a branch"),
    ("lanes: {a: {mode: remote}}", "lanes.a.mode: a remote lane needs ref:"),
    ("lanes: {a: {ref: origin/x}}", "lanes.a.ref: is only for lanes with mode: remote"),
    ("lanes: {a: {mode: shared, branch: x}}",
     "lanes.a.branch: a shared lane works in the main checkout"),
    ("lanes: {a: {mode: shared, isolation: container}}",
     "lanes.a.isolation: is only for lanes with mode: worktree"),
    ("ports: {vars: {A: 9100, B: 9105}}", "ports.vars.B: would meet A at port 9105 in some slot"),
    ("ports: {vars: {A: 65530}}", "the gate's port, a slot after the last, would be 65545"),
    ("ports: {derived: {U: 'http://{HOST}'}}", "ports.derived.U: has the placeholder {HOST}"),
    ("ports: {vars: {A: 1}, derived: {A: x}}", "ports.derived.A: is among vars already"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "sentence"), CONTRADICTIONS)
def test_contradictions(text: str, sentence: str) -> None:
    found = problems(text)
    assert len(found) == 1
    assert sentence in found[0]


def test_the_line_is_that_of_the_key_at_fault() -> None:
    text = "lanes:\n  a: {}\n  b:\n    key: A\n    agent: nope\n  c:\n    key: A\n"
    assert [line.split(": ")[0] for line in problems(text)] == ["lanes.yaml:5", "lanes.yaml:7"]


def test_the_place_is_that_of_the_key_not_of_its_value() -> None:
    assert problems("lanes:\n  a:\n    agent:\n      nope\n")[0].startswith("lanes.yaml:3: ")


def test_what_is_wrong_already_is_not_told_twice() -> None:
    assert len(problems("lanes: {a: {branch: 'a b'}, b: {branch: 'a b'}}")) == 2
    assert len(problems("branch: '{nope}'\nlanes: {a: {}}")) == 1


def test_lanes_that_fit_together() -> None:
    parse(
        "branch: '{user}/{slug}'\nworktrees: '../{repo}-worktrees/{task}'\n"
        "lanes: {a: {}, b: {}, c: {mode: shared}, d: {mode: remote, ref: origin/claude/x}}\n"
        "ports: {vars: {A: 9100, B: 9101}, stride: 2, derived: {U: 'x:{A}/{lane}/{slot}'}}\n"
        "agents: {mybot: {command: [bash]}, quick: {preset: claude, args: [-x]}}\n"
    )


def test_presets_of_agents() -> None:
    agents = parse(
        "agents: {claude: {command: [my-claude]}, bot: {command: [x]}, "
        "q: {preset: codex}, codex: {args: [x]}}"
    ).agents
    presets = {name: agent.preset for name, agent in agents.items()}
    assert presets == {"claude": "claude", "bot": "shell", "q": "codex", "codex": "codex"}


def test_too_many_lanes() -> None:
    lanes = "".join(f"  l{i}: {{}}\n" for i in range(201))
    assert problems(f"lanes:\n{lanes}")[0].endswith("has more than 200 lanes")


def test_letters_come_from_names() -> None:
    names = ("alpha", "auth", "a", "beta", "42")
    keys = lane_keys({name: {"key": ""} for name in names} | {"zeta": {"key": "b"}})
    assert keys == {"alpha": "A", "auth": "U", "a": "C", "beta": "E", "42": "D", "zeta": "B"}


LANES = st.dictionaries(
    st.from_regex(r"[a-z0-9][a-z0-9-]{0,4}", fullmatch=True),
    st.sampled_from(["", "", "A", "b", "7"]).map(lambda key: {"key": key}),
    max_size=60,
)


@given(LANES)
def test_letters_are_unique_while_there_are_any(lanes: dict[str, dict[str, str]]) -> None:
    keys = lane_keys(lanes)
    assert list(keys) == list(lanes)
    given_out = [key for key in keys.values() if key]
    assert len(set(given_out)) == len(given_out) == min(len(lanes), 36)
    assert set(given_out) <= set(string.ascii_uppercase + string.digits)


def test_relative_paths_are_fine_too(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    from cockpit.config.load import parse_config

    monkeypatch.chdir(tmp_path)
    assert parse_config("lanes: {a: {}}", Path("lanes.yaml")).lanes
