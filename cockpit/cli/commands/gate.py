"""`cockpit gate`: the test command on a lane's merge, without landing it."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace

from cockpit.cli.context import Context
from cockpit.cli.lanes import add_lane, find
from cockpit.cli.shapes import outcome_document
from cockpit.domain.intents import Gate

NAME = "gate"
HELP = "run the gate on a lane's merge without landing"
DESCRIPTION = """\
Builds the lane's merge with the target as a commit, without touching any checkout, and runs
the `gate` commands of lanes.yaml on it in a worktree of its own. Their output is shown as it
comes. Ends with code 5 when they fail, 4 when the merge conflicts. Nothing moves."""
EXAMPLES = (
    ("cockpit gate alpha", "with live output"),
    ("cockpit gate alpha --json", "for a program"),
)


def add_arguments(parser: ArgumentParser) -> None:
    add_lane(parser)


def run(args: Namespace, context: Context) -> int:
    context.offer_trust()
    lane = find(context.acting.fleet(), args.lane)
    outcome = context.carry_out(Gate(lane))
    context.out.result(outcome_document(outcome, lane), outcome.summary)
    return 0
