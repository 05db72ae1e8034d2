"""`cockpit approve`: the commander's yes to exactly one commit."""

from __future__ import annotations

import re
from argparse import ArgumentParser, Namespace

from cockpit.cli import standing_words
from cockpit.cli.context import Context
from cockpit.cli.lanes import add_lane, find
from cockpit.cli.output import Cell
from cockpit.cli.shapes import approval_document, outcome_document
from cockpit.domain.approval import ApprovalState, Standing
from cockpit.domain.ids import CommitId, LaneId
from cockpit.domain.intents import Approve
from cockpit.errors import Exit, UsageError

NAME = "approve"
HELP = "approve exactly what the lane has committed now"
DESCRIPTION = """\
Records your yes to the lane's present commit and the text of its task. It counts for these
alone, is used by one landing, and is void as soon as the lane commits again or its task
changes. With --commit it is refused if the lane is no longer at the commit that you looked at
(`head` in `cockpit diff --json`). With --show nothing is approved: it tells how the approval
stands, and if it is void what changed since; it ends with 0 only if it is valid, else with
3.

With --standing it is a yes to what a background lane (`background:` in lanes.yaml) will do,
from now on: it is started by itself, and what it commits inside its zone lands by itself when
the gate is green. Zone, gate, prompt, agent and all else that the yes is given to is shown
first; it is void as soon as any of it changes. Anything unusual waits for you."""
EXAMPLES = (
    ("cockpit approve alpha", "what is there now"),
    (
        "cockpit approve alpha --commit 4b825dc642cb6eb9a060e54bf8d69288fbee4904",
        "only if the lane is still at this commit",
    ),
    ("cockpit approve alpha --revoke", "take it back"),
    ("cockpit approve alpha --show", "whether it still counts, and what changed since"),
    ("cockpit approve tidy --standing", "let a background lane run and land by itself"),
    ("cockpit approve tidy --standing --revoke", "take that back"),
)


def add_arguments(parser: ArgumentParser) -> None:
    add_lane(parser)
    parser.add_argument("--commit", metavar="ID", default="", help="the full id of the commit")
    parser.add_argument("--revoke", action="store_true", help="take an approval back")
    parser.add_argument("--show", action="store_true", help="only tell how it stands")
    parser.add_argument(
        "--standing",
        action="store_true",
        help="of a background lane: approve what it will do, from now on",
    )


def run(args: Namespace, context: Context) -> int:
    if sum(map(bool, (args.commit, args.revoke, args.show))) > 1:
        raise UsageError("Give one of --commit, --revoke and --show.")
    if args.standing:
        if args.commit:
            raise UsageError("A standing approval is of what a lane does, not of one commit.")
        return standing_words.run(args, context, find(context.cockpit.fleet(), args.lane))
    if args.commit and not re.fullmatch(r"[0-9a-f]{40}|[0-9a-f]{64}", args.commit):
        raise UsageError(
            "--commit takes the full id of a commit: 40 or 64 hexadecimal digits.",
            hint="`git rev-parse BRANCH` prints it.",
        )
    if args.show:
        return _show(context, find(context.cockpit.fleet(), args.lane))
    lane = find(context.acting.fleet(), args.lane)
    commit = CommitId(args.commit) if args.commit else None
    outcome = context.carry_out(Approve(lane, commit, args.revoke))
    context.out.result(outcome_document(outcome, lane), outcome.summary)
    return 0


def _show(context: Context, lane: LaneId) -> int:
    state = context.cockpit.approval(lane)
    context.out.result(approval_document(lane, state), *_lines(lane, state))
    return 0 if state.standing is Standing.VALID else int(Exit.REFUSED)


def _lines(lane: LaneId, state: ApprovalState) -> list[tuple[Cell, ...]]:
    """The standing, then what came since, newest first."""
    at = state.approval.commit[:10] if state.approval is not None else ""
    if state.standing is Standing.NONE:
        return [(f"{lane} is not approved.",)]
    if state.standing is Standing.VALID:
        return [(("✓ approved", "green"), f" {lane} at {at}")]
    lines: list[tuple[Cell, ...]] = [
        (("void", "yellow"), f" {lane}: approved at {at}, " if at else f" {lane}: ", state.why)
    ]
    lines += [(f"  {commit.commit[:10]} ", commit.subject) for commit in state.commits]
    return [*lines, *(("  ~ ", path) for path in state.paths)]
