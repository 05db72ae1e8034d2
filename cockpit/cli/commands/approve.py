"""`cockpit approve`: the commander's yes to exactly one commit."""

from __future__ import annotations

import re
from argparse import ArgumentParser, Namespace

from cockpit.cli.context import Context
from cockpit.cli.lanes import add_lane, find
from cockpit.cli.shapes import outcome_document
from cockpit.domain.ids import CommitId
from cockpit.domain.intents import Approve
from cockpit.errors import UsageError

NAME = "approve"
HELP = "approve exactly what the lane has committed now"
DESCRIPTION = """\
Records your yes to the lane's present commit. It counts for that commit alone, is used by
one landing, and is void as soon as the lane commits again. With --commit it is refused if
the lane is no longer at the commit that you looked at (`head` in `cockpit diff --json`)."""
EXAMPLES = (
    ("cockpit approve alpha", "what is there now"),
    (
        "cockpit approve alpha --commit 4b825dc642cb6eb9a060e54bf8d69288fbee4904",
        "only if the lane is still at this commit",
    ),
    ("cockpit approve alpha --revoke", "take it back"),
)


def add_arguments(parser: ArgumentParser) -> None:
    add_lane(parser)
    parser.add_argument("--commit", metavar="ID", default="", help="the full id of the commit")
    parser.add_argument("--revoke", action="store_true", help="take an approval back")


def run(args: Namespace, context: Context) -> int:
    if args.commit and args.revoke:
        raise UsageError("Give --commit or --revoke, not both.")
    if args.commit and not re.fullmatch(r"[0-9a-f]{40}|[0-9a-f]{64}", args.commit):
        raise UsageError(
            "--commit takes the full id of a commit: 40 or 64 hexadecimal digits.",
            hint="`git rev-parse BRANCH` prints it.",
        )
    lane = find(context.acting.fleet(), args.lane)
    commit = CommitId(args.commit) if args.commit else None
    outcome = context.carry_out(Approve(lane, commit, args.revoke))
    context.out.result(outcome_document(outcome, lane), outcome.summary)
    return 0
