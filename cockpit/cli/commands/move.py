"""`cockpit move`: another folder for a lane's worktree."""

from __future__ import annotations

import os
from argparse import ArgumentParser, Namespace

from cockpit.cli.context import Context
from cockpit.cli.lanes import add_lane, find
from cockpit.cli.shapes import outcome_document
from cockpit.domain.intents import Move

NAME = "move"
HELP = "move a lane's worktree to another folder"
DESCRIPTION = """\
Moves the folder with everything in it and writes git's links anew, both ways. Into a folder
that is there already it goes under its own name. Not while programs run in it, not to another
file system, not with submodules checked out in it.

`cockpit undo` moves it back."""
EXAMPLES = (
    ("cockpit move alpha ../elsewhere/alpha", "to a folder, relative to where you are"),
    ("cockpit move alpha ../elsewhere", "into a folder that is there"),
)


def add_arguments(parser: ArgumentParser) -> None:
    add_lane(parser)
    parser.add_argument("folder", metavar="DIR", help="the new folder, or one to move it into")


def run(args: Namespace, context: Context) -> int:
    lane = find(context.acting.fleet(), args.lane)
    folder = os.path.abspath(context.resolve(args.folder)) if args.folder else ""
    outcome = context.carry_out(Move(lane, folder))
    context.out.result(outcome_document(outcome, lane), outcome.summary)
    return 0
