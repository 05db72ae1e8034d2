"""Values: what each kind takes, and the sentence for what it does not."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from cockpit.config.load import parse_config
from cockpit.config.model import (
    AfterLanding,
    Config,
    How,
    Isolation,
    LaneMode,
    Outside,
    RunAs,
    ZoneConfig,
)
from cockpit.config.problems import ConfigError
from cockpit.config.schema import TOP
from cockpit.config.shapes import MapOf, Struct, default_of

PATH = Path("/home/me/project/lanes.yaml")
PRESETS = ("claude", "codex", "shell")


def parse(text: str) -> Config:
    return parse_config(text, PATH, preset_names=PRESETS)


def problems(text: str) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        parse(text)
    return [str(problem) for problem in caught.value.problems]


def lane(text: str) -> Any:
    return parse(f"lanes:\n  alpha: {{{text}}}\n").lanes["alpha"]  # type: ignore[index]


def test_the_small_file_of_the_design() -> None:
    config = parse(
        "target: main\nlanes:\n"
        '  alpha: {agent: claude, zone: ["src/auth/**"]}\n'
        '  beta:  {agent: codex,  zone: ["src/api/**"]}\n'
    )
    assert list(config.lanes) == ["alpha", "beta"]
    alpha, beta = config.lanes.values()
    assert (alpha.agent, alpha.zone, alpha.key) == ("claude", ZoneConfig(("src/auth/**",)), "A")
    assert (beta.branch, beta.worktree) == ("{lane}/work", "../{repo}-{lane}")
    assert (config.gate.timeout, config.gate.retry, config.launch.stagger) == (600.0, 1, 2.0)
    assert (config.trash.keep, config.trash.warn) == (None, 5 << 30)
    assert (config.columns, config.ports.slots, config.tmux.return_key) == (0, 15, "C-q")
    assert config.zones.outside is Outside.BLOCK


@pytest.mark.parametrize("text", ["", "# nothing\n", "lanes:\n", "lanes: {}\n", "lanes: ~\n"])
def test_an_empty_file_is_all_defaults(text: str) -> None:
    config = parse(text)
    assert (config.target, config.lanes) == ("main", {})


def test_every_default_is_read_by_its_own_kind() -> None:
    def walk(struct: Struct) -> int:
        count = 0
        for key in struct.keys:
            default_of(key)
            inner = key.kind.value if isinstance(key.kind, MapOf) else key.kind
            count += 1 + (walk(inner) if isinstance(inner, Struct) else 0)
        return count

    assert walk(TOP) > 80


def test_surprises_of_yaml_stay_text_where_text_is_wanted() -> None:
    found = lane("title: no, role: 1.10, model: 012, session: 2024-01-02")
    assert (found.title, found.role, found.model) == ("no", "1.10", "012")
    assert found.session == "2024-01-02"


def test_all_words_of_a_lane() -> None:
    found = lane(
        "key: q, mode: worktree, isolation: clone, permission: plan, owner: '@org/team a@b.io', "
        "add_dirs: [/srv/docs, ../other], run: interactive, args: [--x, 'a b'], "
        "env_drop: [AWS_KEY], "
        "merge: squash, after_landing: park, env: {A: '1', B: ''}, worktree: 'trees/{lane}', "
        "branch: 'ws/{lane}', base: origin/main, ledger: ledgers/a.csv, session: s1"
    )
    assert (found.key, found.mode, found.isolation) == ("Q", LaneMode.WORKTREE, Isolation.CLONE)
    assert (found.run, found.merge, found.after_landing) == (
        RunAs.INTERACTIVE, How.SQUASH, AfterLanding.PARK,
    )  # fmt: skip
    assert found.env == {"A": "1", "B": ""}
    assert found.add_dirs == ("/srv/docs", "../other")
    assert found.args == ("--x", "a b")


def test_zones_have_two_forms() -> None:
    assert lane('zone: ["a/**", b]').zone == ZoneConfig(("a/**", "b"))
    assert lane("zone: {include: [a], exclude: [a/b]}").zone == ZoneConfig(("a",), ("a/b",))
    assert lane("zone: []").zone == ZoneConfig()


def test_home_is_written_out(isolated: Path) -> None:
    config = parse("worktrees: '~/trees/{lane}'\nbus: ~/bus\n")
    assert (config.worktrees, config.bus) == (f"{isolated}/trees/{{lane}}", f"{isolated}/bus")


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("500ms", 0.5), ("1h30m", 5400.0), ("0", 0.0), ("2d", 172800.0), ("90s", 90.0)],
)
def test_durations(text: str, seconds: float) -> None:
    assert parse(f"merge: {{cadence: {text}}}").merge.cadence == seconds


@pytest.mark.parametrize(
    ("text", "bytes_"), [("500M", 500 << 20), ("0", 0), ("1T", 1 << 40), ("7B", 7)]
)
def test_sizes(text: str, bytes_: int) -> None:
    assert parse(f"trash: {{warn: {text}}}").trash.warn == bytes_


WRONG = [
    ("lanes: {alpha: {account: work}}",
     "lanes.alpha.account: does nothing yet; set the agent's own variable in env"),
    ("lanes: {alpha: {run: headless}}",
     "lanes.alpha.run: headless does nothing yet; an agent runs in its pane"),
    ("targt: main", "targt: unknown key; did you mean target?"),
    ("lane: {}", "lane: unknown key; did you mean lanes?"),
    ("maxRunning: 1", "maxRunning: unknown key"),
    ("lanes: {alpha: {agnet: claude}}", "lanes.alpha.agnet: unknown key; did you mean agent?"),
    ("lanes: {alpha: {add-dirs: []}}",
     "lanes.alpha.add-dirs: unknown key; did you mean add_dirs?"),
    ("lanes: [alpha]", "lanes: must be a mapping (name: value), not a list"),
    ("lanes: {alpha: claude}", 'lanes.alpha: must be a mapping (name: value), not "claude"'),
    ("[a, b]", "must be a mapping (name: value), not a list"),
    ("just text", 'must be a mapping (name: value), not "just text"'),
    ("target: [main]", "target: must be text, not a list"),
    ("target: a..b", 'target: "a..b" can\'t name a branch'),
    ("target: -x", 'target: "-x" can\'t name a branch'),
    ("zones: {commit_check: yes}",
     'zones.commit_check: must be true or false, not "yes"; did you mean true?'),
    ("zones: {commit_check: off}",
     'zones.commit_check: must be true or false, not "off"; did you mean false?'),
    ("zones: {commit_check: 'true'}",
     'zones.commit_check: must be true or false, not "true"; did you mean true?'),
    ("zones: {commit_check: True}",
     'zones.commit_check: must be true or false, not "True"; did you mean true?'),
    ("gate: {retry: 012}", 'gate.retry: must be a whole number 0-5, not "012"'),
    ("gate: {retry: 03}", 'gate.retry: must be a whole number 0-5, not "03"; did you mean 3?'),
    ("gate: {retry: 1.10}", 'gate.retry: must be a whole number 0-5, not "1.10"'),
    ("gate: {retry: no}", 'gate.retry: must be a whole number 0-5, not "no"'),
    ("gate: {retry: 0x1}", 'gate.retry: must be a whole number 0-5, not "0x1"'),
    ("gate: {retry: ٣}", 'gate.retry: must be a whole number 0-5, not "٣"'),
    ("gate: {retry: '1'}", 'gate.retry: must be a number without quotes, not "1"'),
    ("gate: {retry: 6}", "gate.retry: must be 0 to 5, not 6"),
    ("gate: {retry: -1}", "gate.retry: must be 0 to 5, not -1"),
    ("gate: {retry: " + "9" * 5000 + "}", "gate.retry: must be a whole number 0-5"),
    ("gate: {timeout: 10}", 'gate.timeout: needs a unit, not "10"; did you mean 10s?'),
    ("gate: {timeout: 10 m}", "gate.timeout: must be a duration"),
    ("gate: {timeout: forever}", "gate.timeout: must be a duration"),
    ("gate: {timeout: 0}", 'gate.timeout: must be 1s to 1d, not "0"'),
    ("gate: {run: make test}",
     'gate.run: must be a list, not "make test"; write ["make test"]'),
    ("gate: {run: ['']}", 'gate.run[0]: "" is empty'),
    ("gate: {run: [[a]]}", "gate.run[0]: must be text, not a list"),
    ("agents: {x: {command: bash --norc}}",
     'agents.x.command: must be a list, not "bash --norc"; write ["bash", "--norc"]'),
    ("agents: {--x: {command: [a]}}", "agents.--x: must be 1 to 40 letters"),
    ("trash: {warn: 5}", 'trash.warn: must be a size (500M, 5G), not "5"'),
    ("trash: {keep: 1s}", "trash.keep: must be 1h to"),
    ("merge: {how: sqash}", "did you mean squash?"),
    ("merge: {message: '{lane} {subject}'}", "has the placeholder {subject}, but only {lane}"),
    ("merge: {push: '--mirror'}", "is not the name of a remote"),
    ("branch: '{lane}/{nope}'", "has the placeholder {nope}, but only {repo}, {lane}"),
    ("worktrees: '../{lane'", "has a brace without its pair"),
    ("worktrees: .git/{lane}", "lies in a git folder"),
    ("worktrees: ~you/{lane}", "begins with ~; write the folder out"),
    ("layout: {columns: wide}", "layout.columns: must be auto or a whole number 1-10"),
    ("tmux: {return_key: q}", "must be a key with Ctrl or Alt"),
    ("tmux: {return_key: 'C-q #(id)'}", "must be a key with Ctrl or Alt"),
    ("tmux: {config: mine}", "tmux.config: must be one of own, user"),
    ("setup: {copy: [/etc/passwd]}", "is not inside the repository"),
    ("setup: {copy: [../x]}", "leaves the repository"),
    ("setup: {link: [.git/hooks]}", "lies in git's own folder"),
    ("setup: {rewrite: [a//b]}", "is not a plain path"),
    ("zones: {protected: ['/canon']}", "begins with /; globs are relative"),
    ("zones: {append: canon}", 'not "canon"; write ["canon"]'),
    ("lanes: {a: {zone: src}}", 'lanes.a.zone: must be a list, not "src"; write ["src"]'),
    ("lanes: {a: {zone: {includes: []}}}", "did you mean include?"),
    ("lanes: {a: {zone: ['!x']}}", "use exclude for what is not in the zone"),
    ("lanes: {a: {env: {1A: x}}}", "lanes.a.env.1A: is not a variable's name"),
    ("lanes: {a: {env: {COCKPIT_LANE: x}}}", "is a variable that cockpit sets itself"),
    ("lanes: {a: {env: {GIT_DIR: x}}}", "point the lane's git at another repository"),
    ("lanes: {a: {env: {A: [x]}}}", "lanes.a.env.A: must be text, not a list"),
    ("lanes: {a: {key: AB}}", "must be one letter A-Z or one digit"),
    ("lanes: {a: {owner: team}}", "must be owners as CODEOWNERS has them"),
    ("lanes: {a: {model: '--danger'}}", "which the agent would read as an option"),
    ("lanes: {a: {title: \"a\\nb\"}}", "must be one line without tabs"),
    ("lanes: {a: {title: " + "x" * 101 + "}}", "is longer than 100 characters"),
    ("notify: {quiet: 22-7}", "must be a span of the day"),
    ("budget: {day: lots}", "must be an amount of money"),
    ("ports: {vars: {A: 70000}}", "ports.vars.A: must be 1 to 65535, not 70000"),
    ("keys: {Start Now: x}", "is not an action's name"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "sentence"), WRONG)
def test_wrong_values_have_one_clear_sentence(text: str, sentence: str) -> None:
    found = problems(text)
    assert len(found) == 1
    assert found[0].startswith("lanes.yaml:1: ")
    assert sentence in found[0]
    assert len(found[0]) < 400


@pytest.mark.parametrize(
    "name",
    ["a/b", "..", "a b", "-a", "#(touch x)", "x" * 300, "Alpha", "a.b", "a_b", "ä", "a:b",
     "${HOME}", "a\\", "%1", "=a"],
)  # fmt: skip
def test_lane_names_that_tmux_git_or_a_shell_would_read_otherwise(name: str) -> None:
    (found,) = problems(f"lanes:\n  beta: {{}}\n  '{name}': {{}}\n")
    assert found.startswith("lanes.yaml:3: lanes.")
    assert "can't name a lane: a lane's name is 1 to 40 of a-z, 0-9 and -" in found
    assert len(found) < 300


def test_a_lane_name_with_capitals_gets_a_suggestion() -> None:
    assert problems("lanes: {My Lane_2: {}}")[0].endswith("did you mean my-lane-2?")


def test_hostile_text_is_made_showable() -> None:
    (found,) = problems("lanes: {alpha: {agent: '[/x][@click=app.quit]" + "y" * 500 + "'}}")
    assert len(found) < 300
    assert found.isprintable()


def test_all_problems_are_told_in_order_of_lines() -> None:
    found = problems("gate: {retry: x}\nlanes:\n  a: {agnet: x, key: 11}\ntarget: ..\n")
    assert [text.split(":")[1] for text in found] == ["1", "3", "3", "4"]
