"""`cockpit attach`: step into a lane's pane."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace

from cockpit.cli.context import Context
from cockpit.cli.guard import refuse_nested
from cockpit.cli.lanes import add_lane, find
from cockpit.cli.terminal import become, require_terminal

NAME = "attach"
HELP = "step into a lane's pane"
DESCRIPTION = """\
Attaches this terminal to the lane's pane on cockpit's own tmux server; the agent sees what
you type. Works inside your own tmux too. The bottom line of the pane shows the key that
leads back."""
EXAMPLES = (("cockpit attach alpha", "step in"),)


def add_arguments(parser: ArgumentParser) -> None:
    add_lane(parser)


def run(args: Namespace, context: Context) -> int:
    refuse_nested(NAME)
    require_terminal(NAME, "`cockpit capture LANE` prints what the pane shows.")
    lane = find(context.cockpit.fleet(), args.lane)
    argv = context.cockpit.attach_argv(lane)
    environment = context.local.work.tmux.attach_env()
    context.close()
    become(argv, environment)
