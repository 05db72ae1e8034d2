"""Every subcommand by name, with what the overview and the README's table need, so that
listing them imports none of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Protocol, cast

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

    from cockpit.cli.context import Context

DEFAULT = "up"
"""What `cockpit` alone does."""


class Command(Protocol):
    """What a module in `commands/` offers."""

    NAME: str
    HELP: str
    """One line, a clause without a period; the same as in the registry."""
    DESCRIPTION: str
    EXAMPLES: tuple[tuple[str, str], ...]
    """Command lines that parse, each with what it does."""

    def add_arguments(self, parser: ArgumentParser) -> None: ...

    def run(self, args: Namespace, context: Context) -> int:
        """Do it; returns the exit code, raises `CockpitError`."""
        ...


@dataclass(frozen=True, slots=True)
class Spec:
    """One line of the overview. `decides`: refused from inside a lane's pane."""

    name: str
    usage: str
    help: str
    decides: bool = False

    @property
    def line(self) -> str:
        return f"{self.name} {self.usage}".strip()

    def load(self) -> Command:
        """Import the module that carries the command out."""
        return cast(Command, import_module(f"cockpit.cli.commands.{self.name}"))


GROUPS: tuple[tuple[str, tuple[Spec, ...]], ...] = (
    (
        "Open",
        (
            Spec("up", "[--bare]", "open the cockpit (the default command)"),
            Spec(
                "demo",
                "[--keep DIR] [--headless [--json]]",
                "try everything on a throw-away repository with scripted agents",
            ),
            Spec("init", "[--example]", "write a small lanes.yaml to start from"),
            Spec("check", "", "say what is wrong in lanes.yaml, with line numbers"),
            Spec("trust", "[--show]", "show what lanes.yaml can run, and allow it", decides=True),
        ),
    ),
    (
        "Lanes",
        (
            Spec(
                "start",
                "LANE…|--all [--prompt TEXT|-f FILE]",
                "make a lane's worktree, branch and pane, and run its agent",
            ),
            Spec("adopt", "LANE SOURCE", "make a lane of a branch or worktree that exists"),
            Spec("stop", "LANE…|--all", "end a lane's agent; worktree and branch stay"),
            Spec("restart", "LANE…|--all", "run a lane's agent again in its pane"),
            Spec("interrupt", "LANE…|--all", "press the agent's own stop key"),
            Spec(
                "teardown",
                "LANE…|--all [--dry-run]",
                "move a lane's worktree and branch into the trash",
                decides=True,
            ),
        ),
    ),
    (
        "Look",
        (
            Spec("status", "[LANE…] [--watch]", "show every lane, its agent and its change"),
            Spec("explain", "LANE", "show the evidence behind a lane's state"),
            Spec("diff", "LANE [--stat]", "show a lane's whole change, uncommitted work included"),
            Spec("capture", "LANE [--history N]", "print what a lane's pane shows"),
            Spec("wait", "LANE… --for STATE [--timeout S]", "wait until lanes reach a state"),
            Spec("path", "LANE", "print the folder of a lane's worktree"),
        ),
    ),
    (
        "Talk",
        (
            Spec("send", "LANE TEXT|-f FILE", "give a lane's agent a prompt, and see it taken"),
            Spec("attach", "LANE", "step into a lane's pane"),
        ),
    ),
    (
        "Land",
        (
            Spec("gate", "LANE", "run the gate on a lane's merge without landing", decides=True),
            Spec(
                "approve",
                "LANE [--commit ID] [--revoke]",
                "approve exactly what the lane has committed now",
                decides=True,
            ),
            Spec(
                "merge",
                "LANE [--message TEXT] [--dry-run]",
                "approve, gate and land a lane on the target branch",
                decides=True,
            ),
        ),
    ),
    (
        "Take back",
        (
            Spec("undo", "[N] [--dry-run]", "undo the last step, or step N", decides=True),
            Spec("trash", "ls|restore|empty", "what was torn down and can come back"),
            Spec("log", "[-n N]", "the journal: every step, its number, who took it"),
            Spec("recover", "", "finish or abandon what a killed cockpit left"),
        ),
    ),
)

COMMANDS: Mapping[str, Spec] = {spec.name: spec for _, specs in GROUPS for spec in specs}


def commands_table_markdown() -> str:
    """The table of commands as it stands in the README."""
    rows = ["| command | what it does |", "| --- | --- |"]
    for spec in COMMANDS.values():
        cell = f"cockpit {spec.line}".replace("|", "\\|")
        rows.append(f"| `{cell}` | {spec.help} |")
    return "\n".join(rows)
