"""`cockpit lock`: keep a lane as it is."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace

from cockpit.cli.context import Context
from cockpit.cli.lanes import add_lane, find
from cockpit.cli.shapes import outcome_document
from cockpit.domain.intents import Lock

NAME = "lock"
HELP = "keep a lane from being taken away, moved, given work or landed"
DESCRIPTION = """\
A locked lane is not torn down, parked, renamed, moved, swept, synced, resolved, committed to,
given a task, started in the background, queued or landed, by you or by anything that happens by
itself; the reason is shown on its panel, by `status` and wherever something is refused. It can
still be looked at, stepped into, prompted, started and stopped.

`cockpit unlock` takes the lock off; so does `cockpit undo`."""
EXAMPLES = (
    ("cockpit lock alpha --reason 'reproducing the crash, keep as it is'", "lock a lane"),
    ("cockpit lock alpha --reason 'waits for the release'", "again, with another reason"),
)


def add_arguments(parser: ArgumentParser) -> None:
    add_lane(parser)
    parser.add_argument("--reason", metavar="TEXT", required=True, help="why, shown to who asks")


def run(args: Namespace, context: Context) -> int:
    lane = find(context.acting.fleet(), args.lane)
    outcome = context.carry_out(Lock(lane, args.reason))
    context.out.result(outcome_document(outcome, lane), outcome.summary)
    return 0
