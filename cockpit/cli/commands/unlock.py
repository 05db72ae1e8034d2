"""`cockpit unlock`: take a lane's lock off."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace

from cockpit.cli.context import Context
from cockpit.cli.lanes import add_lane, find
from cockpit.cli.shapes import outcome_document
from cockpit.domain.intents import Unlock

NAME = "unlock"
HELP = "take a lane's lock off"
DESCRIPTION = """\
The lane can be torn down, parked, renamed, moved, given work and landed again."""
EXAMPLES = (("cockpit unlock alpha", "take the lock off"),)


def add_arguments(parser: ArgumentParser) -> None:
    add_lane(parser)


def run(args: Namespace, context: Context) -> int:
    lane = find(context.acting.fleet(), args.lane)
    outcome = context.carry_out(Unlock(lane))
    context.out.result(outcome_document(outcome, lane), outcome.summary)
    return 0
