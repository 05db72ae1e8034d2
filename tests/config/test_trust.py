"""Trust: which changes ask again, which don't, and that the lines say it all."""

from __future__ import annotations

import pytest

from cockpit.config.schema import TOP
from cockpit.config.shapes import MapOf, Struct
from tests.config.test_values import parse

BASE = """\
target: main
agents: {claude: {args: ["--model", "sonnet"]}}
lanes:
  alpha: {agent: claude, env: {A: "1", B: "2"}, zone: ["src/**"]}
setup: {copy: [".env"], run: ["uv sync"]}
gate: {run: ["make test"], timeout: 10m}
"""


def digest(text: str) -> str:
    return parse(text).trust_digest


SAME = {
    "comments": "# hello\n" + BASE,
    "a harmless key": BASE + "theme: dark\nlayout: {columns: 2}\n",
    "a default written out": BASE + 'merge: {push: ""}\nteardown: {run: []}\n',
    "timeouts": BASE.replace("10m", "20m"),
    "quotes": BASE.replace('"uv sync"', "'uv sync'"),
    "order": BASE.replace('{A: "1", B: "2"}', '{B: "2", A: "1"}'),
    "block form": BASE.replace('run: ["make test"]', "run: [\n  make test\n ]"),
    "zones and titles": BASE.replace('["src/**"]', '["lib/**"], title: x, role: y, key: Q'),
    "the order of keys": "\n".join(
        [*BASE.splitlines()[4:], *BASE.splitlines()[:2], *BASE.splitlines()[2:4]]
    ),
}

OTHER = {
    "gate": BASE.replace("make test", "make test; curl evil"),
    "the order of commands": BASE.replace('"make test"', '"b", "a"'),
    "setup": BASE.replace("uv sync", "uv sync --x"),
    "copy": BASE.replace('".env"', '".env", ".ssh"'),
    "agent arguments": BASE.replace("sonnet", "opus"),
    "a lane's environment": BASE.replace('A: "1"', 'A: "3"'),
    "worktrees": BASE + "worktrees: '/tmp/{lane}'\n",
    "bus": BASE + "bus: /tmp\n",
    "push": BASE + "merge: {push: origin}\n",
    "base": BASE + "base: origin/main\n",
    "teardown": BASE + 'teardown: {run: ["rm x"]}\n',
    "notify": BASE + "notify: {command: 'x'}\n",
    "ports": BASE + "ports: {derived: {LD_PRELOAD: /tmp/x}}\n",
    "tmux": BASE + "tmux: {config: user}\n",
    "trash": BASE + "trash: {keep: 1d}\n",
    "permission": BASE.replace("agent: claude,", "agent: claude, permission: bypass,"),
    "add_dirs": BASE.replace("agent: claude,", "agent: claude, add_dirs: [/],"),
    "a lane's folder": BASE.replace("agent: claude,", "agent: claude, worktree: /tmp/x,"),
    "container": BASE + "container: {image: evil}\n",
    "what is kept out": BASE + "env_drop: [AWS_KEY]\n",
}


@pytest.mark.parametrize("what", SAME)
def test_does_not_ask_again_for(what: str) -> None:
    assert digest(SAME[what]) == digest(BASE)


@pytest.mark.parametrize("what", OTHER)
def test_asks_again_for(what: str) -> None:
    assert digest(OTHER[what]) != digest(BASE)


def test_the_lines_show_all_of_it() -> None:
    assert parse(BASE).trust_lines == (
        'agents.claude.args: ["--model", "sonnet"]',
        'gate.run: ["make test"]',
        'lanes.alpha.env.A: "1"',
        'lanes.alpha.env.B: "2"',
        'setup.copy: [".env"]',
        'setup.run: ["uv sync"]',
    )


def test_no_lines_where_nothing_needs_trust() -> None:
    config = parse('lanes: {alpha: {agent: claude, zone: ["src/**"]}}')
    assert config.trust_lines == ()
    assert len(config.trust_digest) == 64


def test_a_line_is_one_line_whatever_a_command_holds() -> None:
    config = parse('gate:\n  run:\n    - |\n      one\n      two\n    - "gate.run: x"\n')
    assert config.trust_lines == ('gate.run: ["one\\ntwo\\n", "gate.run: x"]',)


def test_every_key_that_runs_or_reaches_out_is_marked() -> None:
    marked = set(_marked(TOP, ""))
    assert {
        "agents.*.command", "agents.*.args", "agents.*.env", "agents.*.preset", "lanes.*.env",
        "lanes.*.worktree", "lanes.*.permission", "lanes.*.add_dirs", "lanes.*.args",
        "setup.copy", "setup.link", "setup.rewrite", "setup.run", "teardown.run", "gate.run",
        "worktrees", "bus",
        "container.image", "notify.command", "merge.push", "ports.vars", "ports.derived",
    } <= marked  # fmt: skip
    assert not marked & {"theme", "lanes.*.title", "lanes.*.zone", "gate.timeout", "zones.append"}


def _marked(struct: Struct, before: str) -> list[str]:
    found = []
    for key in struct.keys:
        name = before + key.name
        if isinstance(key.kind, Struct):
            found += _marked(key.kind, name + ".")
        elif isinstance(key.kind, MapOf) and isinstance(key.kind.value, Struct):
            found += _marked(key.kind.value, name + ".*.")
        elif key.trust:
            found.append(name)
    return found
