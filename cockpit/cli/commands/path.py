"""`cockpit path`: where a lane's worktree lies."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace

from cockpit.cli.context import Context
from cockpit.cli.lanes import add_lane, find
from cockpit.errors import Refused

NAME = "path"
HELP = "print the folder of a lane's worktree"
DESCRIPTION = "Prints the absolute path of the lane's worktree, as it is, for a shell."
EXAMPLES = (
    ('cd "$(cockpit path alpha)"', "go there"),
    ("cockpit path alpha", "print it"),
)


def add_arguments(parser: ArgumentParser) -> None:
    add_lane(parser)


def run(args: Namespace, context: Context) -> int:
    fleet = context.cockpit.fleet()
    lane = find(fleet, args.lane)
    record = fleet.lanes[lane].record
    if record is None:
        raise Refused(
            f"Lane {lane} is not started, so it has no folder.",
            hint=f"Start it with `cockpit start {lane}`.",
        )
    if context.out.json:
        context.out.document({"lane": lane, "path": str(record.worktree)})
    else:
        context.out.raw_path(record.worktree)
    return 0
