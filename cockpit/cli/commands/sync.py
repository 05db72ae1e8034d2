"""`cockpit sync`: bring the target's new commits into lanes."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace

from cockpit.cli import words
from cockpit.cli.context import Context
from cockpit.cli.lanes import add_lanes, choose, each, has_branch
from cockpit.cli.shapes import sync_document
from cockpit.domain.fleet import Fleet
from cockpit.domain.ids import LaneId
from cockpit.domain.intents import Sync
from cockpit.domain.sync import AT_REST
from cockpit.errors import UsageError
from cockpit.services.api import Outcome

NAME = "sync"
HELP = "bring the target's new commits into lanes"
DESCRIPTION = """\
Merges the target into each lane, or rebases the lane on it (`sync.how` in lanes.yaml). The
new commits are built aside; then the branch moves in one step and the lane's files follow,
one by one. Uncommitted work elsewhere stays as it is; where a changed, untracked or ignored
file is in the way, nothing happens and the file is named.

A lane where it conflicts is left as it was and flagged (exit code 4). A lane whose agent is
in the middle of a turn is refused, or with --when-idle waits for the turn's end: the app
makes it then, or the next `cockpit sync --idle`. Nothing is sent to the agent.

`cockpit undo` takes a sync back."""
EXAMPLES = (
    ("cockpit sync alpha", "one lane"),
    ("cockpit sync --idle", "every lane whose agent rests, and is behind"),
    ("cockpit sync --all --when-idle", "every lane, the working ones when their turn ends"),
    ("cockpit sync alpha --rebase", "rebase it instead of merging"),
    ("cockpit sync alpha --dry-run --json", "only show, for a program"),
)


def add_arguments(parser: ArgumentParser) -> None:
    add_lanes(parser, everyone="every lane that is started")
    parser.add_argument("--idle", action="store_true", help="every lane whose agent rests")
    how = parser.add_mutually_exclusive_group()
    how.add_argument(
        "--merge",
        action="store_const",
        const="merge",
        dest="how",
        default="",
        help="merge the target into the lane (the default is `sync.how` in lanes.yaml)",
    )
    how.add_argument(
        "--rebase",
        action="store_const",
        const="rebase",
        dest="how",
        help="rebase the lane on the target",
    )
    parser.add_argument(
        "--when-idle", action="store_true", help="a lane in a turn waits for the end of it"
    )
    parser.add_argument("--dry-run", action="store_true", help="show what would come, and stop")


def run(args: Namespace, context: Context) -> int:
    cockpit = context.acting
    lanes = _idle(args, context) if args.idle else _named(args, cockpit.fleet())
    if args.dry_run:
        return _show(context, lanes, args.how)

    def sync(lane: LaneId) -> Outcome:
        return context.carry_out(Sync(lane, args.how, when_idle=args.when_idle or args.idle))

    nothing = "No lane rests and is behind." if args.idle else "No lane is started."
    return each(context, lanes, sync, nothing=nothing)


def _named(args: Namespace, fleet: Fleet) -> list[LaneId]:
    return choose(args, fleet, has_branch)


def _idle(args: Namespace, context: Context) -> list[LaneId]:
    """Started lanes that are behind and whose agent rests, by one look."""
    if args.lanes or args.everyone:
        raise UsageError("Name lanes, or give --all or --idle, not both.")
    return [
        view.lane
        for view in context.observe().lanes.values()
        if view.record is not None
        and view.activity.state in AT_REST
        and view.facts is not None
        and view.facts.behind
    ]


def _show(context: Context, lanes: list[LaneId], how: str) -> int:
    previews = [context.acting.preview_sync(lane, how=how) for lane in lanes]
    lines = [line for preview in previews for line in words.sync(preview)]
    context.out.result({"lanes": [sync_document(preview) for preview in previews]}, *lines)
    return 0
