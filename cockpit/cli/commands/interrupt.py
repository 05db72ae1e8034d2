"""`cockpit interrupt`: press the agents' own stop key."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace

from cockpit.cli.context import Context
from cockpit.cli.lanes import add_lanes, choose, each
from cockpit.domain.intents import Interrupt

NAME = "interrupt"
HELP = "press the agent's own stop key"
DESCRIPTION = """\
Presses the key with which this agent stops its turn (Escape for most), and looks whether it
did. The agent itself goes on running."""
EXAMPLES = (
    ("cockpit interrupt alpha", "one lane"),
    ("cockpit interrupt alpha beta", "two lanes"),
    ("cockpit interrupt --all", "every lane that is started"),
)


def add_arguments(parser: ArgumentParser) -> None:
    add_lanes(parser, everyone="every lane that is started")


def run(args: Namespace, context: Context) -> int:
    lanes = choose(args, context.acting.fleet(), lambda view: view.record is not None)
    return each(
        context,
        lanes,
        lambda lane: context.carry_out(Interrupt(lane)),
        nothing="No lane is started.",
    )
