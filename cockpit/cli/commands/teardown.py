"""`cockpit teardown`: move lanes into the trash."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Sequence
from typing import Any

from cockpit.cli import words
from cockpit.cli.context import Context
from cockpit.cli.lanes import add_lanes, choose, each
from cockpit.cli.shapes import teardown_document
from cockpit.domain.ids import LaneId
from cockpit.domain.intents import Teardown
from cockpit.domain.teardown import SweepEntry
from cockpit.errors import Exit, UsageError
from cockpit.services.api import Outcome

NAME = "teardown"
HELP = "move a lane's worktree and branch into the trash"
DESCRIPTION = """\
Ends the agent, keeps every commit under refs/cockpit/ and every byte (ignored files, nested
repositories and the index included) in a snapshot, then moves the worktree into the trash
and removes the branch. Shows exactly what would go and asks first; without a terminal it
needs --yes. A lane that changed after it was shown is refused.

With --merged, every lane whose content is in the target (squashed, rebased and picked ones
count; one that was taken back does not), that holds nothing uncommitted and whose agent
rests; the others are named with the reason.

`cockpit undo` brings all of it back, until you empty the trash."""
EXAMPLES = (
    ("cockpit teardown alpha", "show what would go, ask, then do it"),
    ("cockpit teardown alpha --dry-run --json", "only show, for a program"),
    ("cockpit teardown --merged", "every lane that is merged, after showing which"),
    ("cockpit teardown --all --yes", "every started lane, without asking"),
)


def add_arguments(parser: ArgumentParser) -> None:
    add_lanes(parser, everyone="every lane that is started")
    parser.add_argument("--merged", action="store_true", help="every lane that is merged")
    parser.add_argument("--dry-run", action="store_true", help="show what would go, and stop")


def run(args: Namespace, context: Context) -> int:
    entries = _swept(args, context) if args.merged or args.everyone else _named(args, context)
    going = {one.lane: one.preview for one in entries if one.preview and not one.why_not}
    if args.dry_run:
        context.out.result(
            _document(entries), *(line for one in entries for line in words.sweep(one))
        )
        return 0
    if going and not context.yes:
        for line in (line for one in entries for line in words.sweep(one)):
            context.out.say(*line)
        context.confirm(f"Tear down {', '.join(going)}?")
    elif not context.out.json:
        for one in entries:
            if one.why_not:
                context.out.say(*next(words.sweep(one)))

    def tear_down(lane: LaneId) -> Outcome:
        return context.carry_out(Teardown(lane, going[lane].token))

    failed = [one.lane for one in entries if one.preview is None]
    nothing = "No lane is merged." if args.merged else "No lane is started."
    code = each(context, list(going), tear_down, nothing=nothing)
    return code or (int(Exit.FAILED) if failed else 0)


def _named(args: Namespace, context: Context) -> list[SweepEntry]:
    cockpit = context.acting
    lanes = choose(args, cockpit.fleet())
    return [SweepEntry(lane, cockpit.preview_teardown(lane)) for lane in lanes]


def _swept(args: Namespace, context: Context) -> list[SweepEntry]:
    """Raises `UsageError` when lanes are named as well."""
    if args.lanes or (args.merged and args.everyone):
        raise UsageError("Name lanes, or give --merged or --all, not both.")
    return context.acting.preview_sweep(merged_only=args.merged)


def _document(entries: Sequence[SweepEntry]) -> dict[str, Any]:
    """What would go, and apart from it what stays and why."""
    return {
        "lanes": [
            teardown_document(one.preview) for one in entries if one.preview and not one.why_not
        ],
        "stay": [{"lane": one.lane, "why": one.why_not} for one in entries if one.why_not],
    }
