"""`cockpit leave-out`: land a lane without chosen files."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace

from cockpit.cli.context import Context
from cockpit.cli.lanes import add_lane, find
from cockpit.cli.shapes import outcome_document
from cockpit.domain.intents import LeaveOut

NAME = "leave-out"
HELP = "keep files of a lane out of its landing"
DESCRIPTION = """\
Makes a commit on the lane that gives the named files (or all below the named folders) back
what they held when the lane left the target, so that landing the lane does not touch them.
What the lane made of them stays in its history. The lane's folder follows file by file; a
file with uncommitted work refuses the whole and is named.

The new commit is what you then approve. `cockpit undo` takes it back."""
EXAMPLES = (
    ("cockpit leave-out alpha package-lock.json", "land alpha without this file"),
    ("cockpit leave-out alpha docs src/api.py", "a folder and a file"),
)


def add_arguments(parser: ArgumentParser) -> None:
    add_lane(parser)
    parser.add_argument("paths", metavar="PATH", nargs="+", help="files or folders of the lane")
    parser.add_argument("-m", "--message", metavar="TEXT", default="", help="the commit's message")


def run(args: Namespace, context: Context) -> int:
    lane = find(context.acting.fleet(), args.lane)
    outcome = context.carry_out(LeaveOut(lane, tuple(args.paths), args.message))
    context.out.result(outcome_document(outcome, lane), outcome.summary)
    return 0
