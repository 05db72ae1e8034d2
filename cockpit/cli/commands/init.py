"""`cockpit init`: a small lanes.yaml to start from."""

from __future__ import annotations

import json
import os
import shutil
from argparse import ArgumentParser, Namespace

from cockpit.cli.context import Context
from cockpit.errors import Refused
from cockpit.paths import shipped

NAME = "init"
HELP = "write a small lanes.yaml to start from"
DESCRIPTION = """\
Writes a commented lanes.yaml with two lanes at the root of the main checkout. The agents
are those of claude and codex that are installed, else a shell. It never overwrites a file.
With --example it writes nothing and prints a lanes.yaml with every key explained."""
EXAMPLES = (
    ("cockpit init", "here"),
    ("cockpit -C ~/project init", "in another repository"),
    ("cockpit init --example", "every key, with its meaning and default"),
)

FILE = "lanes.yaml"

_TEMPLATE = """\
# The lanes of this repository: each has its own worktree, branch and tmux pane.
# `cockpit check` explains what is wrong here; every key: `cockpit init --example`

target: {target}              # the branch that lanes land on

lanes:
  alpha:
    agent: {first}
    zone: ["**"]              # the globs that this lane may edit, e.g. ["src/auth/**"]
  beta:
    agent: {second}
    zone: ["**"]

# What must pass before a lane lands; it runs on the finished merge, in a worktree of its own.
# gate: {{run: ["make test"], timeout: 10m}}

# Ignored files that a new worktree needs, and what to run in it once.
# setup: {{copy: [".env"], run: ["npm ci"]}}
"""


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--example", action="store_true", help="print every key with its meaning, and stop"
    )


def run(args: Namespace, context: Context) -> int:
    if args.example:
        text = shipped("lanes.example.yaml").read_text(encoding="utf-8")
        context.out.result({"example": text}, *text.rstrip("\n").split("\n"))
        return 0
    from cockpit.services.wiring import locate

    root, branch = locate(context.start)
    path = root / FILE
    content = small_config(branch)
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o644)
    except FileExistsError as there:
        raise Refused(
            f"{path} exists already, and init never overwrites a file.",
            hint="`cockpit check` says what is wrong in it.",
        ) from there
    with open(descriptor, "w", encoding="utf-8") as file:
        file.write(content)
    context.out.result(
        {"file": str(path)},
        f"Wrote {path}",
        "Edit it, then: cockpit check, cockpit trust, cockpit start --all, cockpit",
    )
    return 0


def small_config(target: str) -> str:
    """The content: YAML takes JSON's quoting, so any branch name is safe in it."""
    agents = [name for name in ("claude", "codex") if shutil.which(name)] or ["shell"]
    return _TEMPLATE.format(
        target=json.dumps(target, ensure_ascii=False),
        first=agents[0],
        second=agents[-1],
    )
