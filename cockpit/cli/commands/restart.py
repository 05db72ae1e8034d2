"""`cockpit restart`: run agents again."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace

from cockpit.cli.context import Context
from cockpit.cli.lanes import add_lanes, choose, each
from cockpit.domain.intents import Restart

NAME = "restart"
HELP = "run a lane's agent again in its pane"
DESCRIPTION = """\
Runs the lane's agent again, resuming its session where the agent can. Also after the agent
ended by itself, or the tmux server died."""
EXAMPLES = (
    ("cockpit restart alpha", "one lane"),
    ("cockpit restart alpha beta", "two lanes"),
    ("cockpit restart --all", "every lane that is started"),
)


def add_arguments(parser: ArgumentParser) -> None:
    add_lanes(parser, everyone="every lane that is started")


def run(args: Namespace, context: Context) -> int:
    lanes = choose(args, context.acting.fleet(), lambda view: view.record is not None)
    return each(
        context, lanes, lambda lane: context.carry_out(Restart(lane)), nothing="No lane is started."
    )
