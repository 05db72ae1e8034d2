"""`cockpit adopt`: make a lane of work that exists already."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace

from cockpit.cli.context import Context
from cockpit.cli.lanes import add_lane, find
from cockpit.cli.shapes import outcome_document
from cockpit.domain.intents import Adopt

NAME = "adopt"
HELP = "make a lane of a branch or worktree that exists"
DESCRIPTION = """\
Binds a lane of lanes.yaml to a branch, a worktree's folder or a ref that is there already,
and opens its pane. A branch without a worktree gets one. Undoing it, or tearing the lane
down, never takes an adopted branch's commits away."""
EXAMPLES = (
    ("cockpit adopt alpha feature/login", "a branch"),
    ("cockpit adopt alpha ../project-login", "the worktree in that folder"),
)


def add_arguments(parser: ArgumentParser) -> None:
    add_lane(parser)
    parser.add_argument("source", metavar="SOURCE", help="branch, folder of a worktree, or ref")


def run(args: Namespace, context: Context) -> int:
    context.offer_trust()
    lane = find(context.acting.fleet(), args.lane)
    outcome = context.carry_out(Adopt(lane, args.source))
    context.out.result(outcome_document(outcome, lane), outcome.summary)
    return 0
