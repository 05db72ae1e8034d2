"""`cockpit capture`: what a lane's pane shows."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace

from cockpit.cli.context import Context
from cockpit.cli.lanes import add_lane, find

NAME = "capture"
HELP = "print what a lane's pane shows"
DESCRIPTION = """\
Prints the visible rows of the lane's pane as plain text, and with --history rows above
them. Blank rows at the end are left out."""
EXAMPLES = (
    ("cockpit capture alpha", "the screen"),
    ("cockpit capture alpha --history 200", "and 200 rows above it"),
    ("cockpit capture alpha --json", "for a program"),
)


def add_arguments(parser: ArgumentParser) -> None:
    add_lane(parser)
    parser.add_argument(
        "--history", metavar="N", type=int, default=0, help="rows above the screen as well"
    )


def run(args: Namespace, context: Context) -> int:
    lane = find(context.cockpit.fleet(), args.lane)
    rows = context.cockpit.capture(lane, history=max(0, args.history))
    while rows and not rows[-1].strip():
        rows = rows[:-1]
    context.out.result({"lane": lane, "rows": rows}, *rows)
    return 0
