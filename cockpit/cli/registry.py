"""Every subcommand by name, with what the overview and the README's table need, so that
listing them imports none of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import TYPE_CHECKING, Protocol, cast

from cockpit.dataclass import dataclass

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
        return cast(Command, import_module(f"cockpit.cli.commands.{self.name.replace('-', '_')}"))


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
            Spec(
                "ls",
                "[--watch]",
                "list the repositories that cockpit was used in, with what runs and needs you",
            ),
            Spec(
                "init",
                "[--print] [--agent NAME] [--lanes N] [--bare URL [DIR]] [--example]",
                "propose lanes from what is here, and write lanes.yaml",
            ),
            Spec("check", "", "say what is wrong in lanes.yaml, with line numbers"),
            Spec(
                "doctor",
                "[--quiet]",
                "check git, tmux, agents, terminal and this machine, and say how to mend them",
            ),
            Spec(
                "completion",
                "bash|zsh|fish",
                "print a script that makes bash, zsh or fish complete cockpit's command lines",
            ),
            Spec("trust", "[--show]", "show what lanes.yaml can run, and allow it", decides=True),
        ),
    ),
    (
        "Lanes",
        (
            Spec(
                "start",
                "LANE…|--all [--task N] [--prompt TEXT|-f FILE] [--with-changes] [--dry-run]",
                "make a lane's worktree, branch and pane, and run its agent",
            ),
            Spec("adopt", "LANE SOURCE", "make a lane of a branch or worktree that exists"),
            Spec(
                "park",
                "LANE…|--all [--dry-run]",
                "free a lane's slot: end its agent, keep its branch",
                decides=True,
            ),
            Spec("resume", "LANE…|--all", "take a parked lane up again on its branch"),
            Spec("rename", "LANE NEW", "give a lane another name, in lanes.yaml too", decides=True),
            Spec("move", "LANE DIR", "move a lane's worktree to another folder", decides=True),
            Spec(
                "lock",
                "LANE --reason TEXT",
                "keep a lane from being taken away, moved, given work or landed",
                decides=True,
            ),
            Spec("unlock", "LANE", "take a lane's lock off", decides=True),
            Spec("stop", "LANE…|--all", "end a lane's agent; worktree and branch stay"),
            Spec("restart", "LANE…|--all", "run a lane's agent again in its pane"),
            Spec("interrupt", "LANE…|--all", "press the agent's own stop key"),
            Spec(
                "teardown",
                "LANE…|--merged|--all [--dry-run]",
                "move a lane's worktree and branch into the trash",
                decides=True,
            ),
        ),
    ),
    (
        "Tasks",
        (
            Spec(
                "task",
                "[ls|show|new|assign|done|retry|cancel] [TASK…] [LANE] [--watch]",
                "list, show, write, assign, judge, retry and call off tasks",
            ),
            Spec(
                "plan",
                "[show|go|stop|close] [TASK…] [--follow] [--dry-run] [--watch]",
                "waves, what is ready or would start, how long it takes; go, stop, close a round",
            ),
        ),
    ),
    (
        "Look",
        (
            Spec("status", "[LANE…] [--watch]", "show every lane, its agent and its change"),
            Spec(
                "explain",
                "LANE | --agent NAME --screen FILE [--title T]",
                "show the evidence behind a lane's state",
            ),
            Spec(
                "diff",
                "LANE [--stat|--name-only] [--layer L]",
                "show a lane's whole change, uncommitted work included",
            ),
            Spec(
                "clashes",
                "[LANE…] [--watch]",
                "show which lanes would run into each other or into the target",
            ),
            Spec("capture", "LANE [--history N]", "print what a lane's pane shows"),
            Spec(
                "wait",
                "LANE|TASK… --for STATE [--timeout S]",
                "wait until lanes or tasks reach a state",
            ),
            Spec("path", "LANE", "print the folder of a lane's worktree"),
            Spec(
                "ports",
                "[LANE] [--env]",
                "show which ports each lane has, and on which of them something listens",
            ),
            Spec("ledger", "[LANE] [--csv]", "who did which task when, for a lane or for all"),
        ),
    ),
    (
        "Talk",
        (
            Spec(
                "send",
                "LANE TEXT|-f FILE [--when-idle] | --call-off",
                "give a lane's agent a prompt, and see it taken",
            ),
            Spec(
                "answer",
                "[LANE [CHOICE|TEXT]]",
                "list what agents ask, or answer it, and see the answer taken",
            ),
            Spec(
                "comment",
                "LANE [PLACE TEXT|--send]",
                "gather review comments on a lane's change, send them as one prompt",
                decides=True,
            ),
            Spec("attach", "LANE", "step into a lane's pane"),
        ),
    ),
    (
        "Land",
        (
            Spec(
                "hunk",
                "LANE [stage|unstage|discard ID]",
                "list the hunks of a lane's uncommitted work; stage, unstage or discard one",
                decides=True,
            ),
            Spec(
                "sync",
                "LANE…|--idle|--all [--merge|--rebase] [--when-idle] [--dry-run]",
                "bring the target's new commits into lanes",
            ),
            Spec("gate", "LANE", "run the gate on a lane's merge without landing", decides=True),
            Spec(
                "approve",
                "LANE [--commit ID] [--revoke] [--show] [--standing]",
                "approve exactly what the lane has committed now",
                decides=True,
            ),
            Spec(
                "background",
                "[show|go|stop] [LANE]",
                "lanes that start and land by themselves: when, what waits; stop, go on",
            ),
            Spec(
                "commit",
                "LANE [-m TEXT] [PATH…]",
                "take a lane's uncommitted work as a commit of yours",
                decides=True,
            ),
            Spec(
                "leave-out",
                "LANE PATH…",
                "keep files of a lane out of its landing",
                decides=True,
            ),
            Spec(
                "resolve",
                "LANE [--ours|--theirs PATH] [--take PLACE=SIDE] [--finish|--back]",
                "resolve a lane's conflict with the target, place by place",
                decides=True,
            ),
            Spec(
                "merge",
                "LANE [--message TEXT] [--red REASON] [--dry-run]",
                "approve, gate and land a lane on the target branch",
                decides=True,
            ),
            Spec(
                "pr",
                "LANE [--message TEXT]",
                "approve, gate and push a lane, and make a pull request of it",
                decides=True,
            ),
            Spec(
                "follow",
                "[--rebase] [--accept-address]",
                "fetch, and bring the target after its upstream",
                decides=True,
            ),
            Spec(
                "train",
                "[plan|run|add|drop|move|stop] [LANE…] [--watch]",
                "lanes in merge order: preview, queue, run, stop",
            ),
        ),
    ),
    (
        "Take back",
        (
            Spec("undo", "[N] [--dry-run]", "undo the last step, or step N", decides=True),
            Spec("trash", "ls|restore|empty", "what was torn down and can come back"),
            Spec(
                "digest",
                "[--since TIME]",
                "what happened since you looked last: landed, failed, asks, results, commits",
            ),
            Spec("log", "[-n N] [--watch]", "the journal: every step, its number, who took it"),
            Spec("graph", "[-n N]", "the history of target and lanes, with every landing"),
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
