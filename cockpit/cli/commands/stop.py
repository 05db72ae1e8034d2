"""`cockpit stop`: end agents."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace

from cockpit.cli.context import Context
from cockpit.cli.lanes import add_lanes, choose, each
from cockpit.domain.intents import Stop

NAME = "stop"
HELP = "end a lane's agent; worktree and branch stay"
DESCRIPTION = """\
Ends the program in the lane's pane and closes the pane. The worktree, the branch and every
file stay as they are; `cockpit restart` runs the agent again."""
EXAMPLES = (
    ("cockpit stop alpha", "one lane"),
    ("cockpit stop alpha beta", "two lanes"),
    ("cockpit stop --all", "every lane that is started"),
)


def add_arguments(parser: ArgumentParser) -> None:
    add_lanes(parser, everyone="every lane that is started")


def run(args: Namespace, context: Context) -> int:
    lanes = choose(args, context.acting.fleet(), lambda view: view.record is not None)
    return each(
        context, lanes, lambda lane: context.carry_out(Stop(lane)), nothing="No lane is started."
    )
