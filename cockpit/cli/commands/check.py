"""`cockpit check`: what is wrong in lanes.yaml, and in the commander's own keys and themes."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from typing import Any

from cockpit.cli import words
from cockpit.cli.context import Context
from cockpit.cli.exits import error_document
from cockpit.config.model import Config
from cockpit.config.problems import ConfigError, Problem, nearest, quoted
from cockpit.domain.theme import hard_to_read
from cockpit.errors import Exit

NAME = "check"
HELP = "say what is wrong in lanes.yaml, with line numbers"
DESCRIPTION = """\
Reads lanes.yaml and names every problem with its line and the nearest valid name, then ends
with code 2; so it does with your own config.yaml, themes and agent presets, and with what a
lane wants of its agent that the agent has no option for. If there is none, it says which
lanes there are and whether you trust what the file can run."""
EXAMPLES = (
    ("cockpit check", "in words"),
    ("cockpit check --json", "for an editor"),
)

OWN = "config.yaml"


def add_arguments(parser: ArgumentParser) -> None:
    """It takes none."""


def run(args: Namespace, context: Context) -> int:
    try:
        config = context.cockpit.config
    except ConfigError as wrong:
        return _tell_problems(context, wrong)
    from cockpit.cli import agents

    wrong_looks, wrong_agents = _wrong_looks(config), agents.problems(config)
    if wrong_looks or wrong_agents:
        what = [
            *(["keys and themes"] if wrong_looks else []),
            *(["agents"] if wrong_agents else []),
        ]
        return _tell_rest(context, config, [*wrong_agents, *wrong_looks], " and ".join(what))
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


def _wrong_looks(config: Config) -> list[Problem]:
    """What is wrong with keys and themes, of lanes.yaml and of the commander's own files."""
    from cockpit.services.wiring import build_looks
    from cockpit.ui.keymap import Keymap

    look = build_looks().read()
    found: list[Problem] = []
    for error in look.problems:
        if isinstance(error, ConfigError):
            found += error.problems
        else:
            found.append(Problem("", 0, 0, "", error.title))
    for file, theme in ((OWN, look.theme), (config.path.name, config.theme)):
        if theme and theme not in look.themes:
            near = nearest(theme, look.themes)
            found.append(Problem(file, 1, 1, "theme", f"there is no theme {quoted(theme)}", near))
    for fault in Keymap([*look.keys, *config.keys.values()]).faults:
        wish = fault.wish
        key = f"keys.{wish.action}"
        found.append(Problem(wish.file, wish.line, 1, key, fault.message, fault.nearest))
    for spec in look.themes.values():
        for pair in hard_to_read(spec):
            found.append(Problem(f"theme {spec.name}", 1, 1, "", f"hard to read: {pair}"))
    return found


def _tell_rest(context: Context, config: Config, wrong: list[Problem], what: str) -> int:
    """The app runs all the same, with what is right."""
    if context.out.json:
        problems = [_document(problem) for problem in wrong]
        context.out.document({"file": str(config.path), "ok": False, "problems": problems})
    for problem in wrong:
        context.out.say(str(problem))
    context.out.say(("cockpit: ", "red"), f"{words.count(len(wrong), 'problem')} with {what}")
    context.out.say(("  → ", "cyan"), "`cockpit init --example` shows what they may be.")
    return int(Exit.USAGE)


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
