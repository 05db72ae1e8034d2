"""`cockpit rename`: another name for a lane."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace

from cockpit.cli.context import Context
from cockpit.cli.lanes import add_lane, find
from cockpit.cli.shapes import outcome_document
from cockpit.domain.ids import LaneId
from cockpit.domain.intents import Rename

NAME = "rename"
HELP = "give a lane another name, in lanes.yaml too"
DESCRIPTION = """\
Changes the lane's name in lanes.yaml (that one word; comments and everything else stay) and in
all that was made of it: the folder and the branch where the templates gave them the old name,
its approval, review, place in the train and tasks. What was chosen by hand, adopted or pushed
keeps its name, and that is said. The lane's agent must have ended.

Asks first, since it edits your file. `cockpit undo` takes all of it back."""
EXAMPLES = (
    ("cockpit rename alpha login", "alpha is called login from now on"),
    ("cockpit rename alpha login --yes", "without asking"),
)


def add_arguments(parser: ArgumentParser) -> None:
    add_lane(parser)
    parser.add_argument("new", metavar="NEW", help="the new name: a-z, 0-9 and -")


def run(args: Namespace, context: Context) -> int:
    cockpit = context.acting
    lane = find(cockpit.fleet(), args.lane)
    new = LaneId(args.new)
    if not context.yes and new not in cockpit.config.lanes:
        context.confirm(f"Rename {lane} to {new}, in {cockpit.config.path.name} too?")
    outcome = context.carry_out(Rename(lane, new))
    context.out.result(outcome_document(outcome, new), outcome.summary)
    return 0
