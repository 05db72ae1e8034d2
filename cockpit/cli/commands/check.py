"""`cockpit check`: what is wrong in lanes.yaml."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from typing import Any

from cockpit.cli import words
from cockpit.cli.context import Context
from cockpit.cli.exits import error_document
from cockpit.config.problems import ConfigError, Problem

NAME = "check"
HELP = "say what is wrong in lanes.yaml, with line numbers"
DESCRIPTION = """\
Reads lanes.yaml and names every problem with its line and the nearest valid name, then ends
with code 2. If there is none, it says which lanes there are and whether you trust what the
file can run."""
EXAMPLES = (
    ("cockpit check", "in words"),
    ("cockpit check --json", "for an editor"),
)


def add_arguments(parser: ArgumentParser) -> None:
    """It takes none."""


def run(args: Namespace, context: Context) -> int:
    try:
        config = context.cockpit.config
    except ConfigError as wrong:
        return _tell_problems(context, wrong)
    trust = context.cockpit.trust()
    document = {
        "file": str(config.path),
        "ok": True,
        "problems": [],
        "target": config.target,
        "lanes": list(config.lanes),
        "trusted": trust.trusted,
    }
    lanes = f"{words.count(len(config.lanes), 'lane')} into {config.target}"
    lines = [f"{config.path.name} is valid: {lanes}."]
    lines += [f"  {name}  {lane.agent}" for name, lane in config.lanes.items()]
    if not trust.trusted:
        lines.append("What it can run is not trusted yet: see `cockpit trust`.")
    context.out.result(document, *lines)
    return 0


def _tell_problems(context: Context, wrong: ConfigError) -> int:
    if context.out.json:
        context.out.document(
            {
                "file": str(wrong.path),
                "ok": False,
                "problems": [_document(problem) for problem in wrong.problems],
                "error": error_document(wrong),
            }
        )
    for problem in wrong.problems:
        context.out.say(str(problem))
    found = words.count(len(wrong.problems), "problem")
    context.out.say(("cockpit: ", "red"), f"{found} in {wrong.path}")
    context.out.say(("  → ", "cyan"), "lanes.example.yaml shows every key.")
    return int(wrong.code)


def _document(problem: Problem) -> dict[str, Any]:
    return {
        "file": problem.file,
        "line": problem.line,
        "column": problem.column,
        "key": problem.key,
        "message": problem.message,
        "nearest": problem.nearest,
    }
