"""`cockpit park`: free lanes' slots, keep their branches."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace

from cockpit.cli import words
from cockpit.cli.context import Context
from cockpit.cli.lanes import add_lanes, choose, each, has_branch
from cockpit.cli.shapes import teardown_document
from cockpit.domain.ids import LaneId
from cockpit.domain.intents import Park
from cockpit.domain.teardown import TeardownPreview
from cockpit.services.api import Outcome
from cockpit.services.workplace import refuse_shared

NAME = "park"
HELP = "free a lane's slot: end its agent, keep its branch"
DESCRIPTION = """\
Ends the agent and moves the worktree into the trash with everything in it, uncommitted work
included; the branch stays where it is. Asks first where something uncommitted would go along.

`cockpit resume` takes the lane up again as it was left; so does `cockpit undo`, without its
agent."""
EXAMPLES = (
    ("cockpit park alpha", "park one lane"),
    ("cockpit park alpha beta --yes", "two lanes, without asking"),
    ("cockpit park alpha --dry-run --json", "only show what would go, for a program"),
)


def add_arguments(parser: ArgumentParser) -> None:
    add_lanes(parser, everyone="every lane that is started")
    parser.add_argument("--dry-run", action="store_true", help="show what would go, and stop")


def run(args: Namespace, context: Context) -> int:
    cockpit = context.acting
    lanes = choose(args, cockpit.fleet(), has_branch)
    previews = {lane: cockpit.preview_teardown(lane) for lane in lanes}
    for preview in previews.values():
        if preview.shared:
            raise refuse_shared(preview.lane)
    if args.dry_run:
        document = {"lanes": [teardown_document(preview) for preview in previews.values()]}
        lines = [line for preview in previews.values() for line in words.park(preview)]
        context.out.result(document, *lines)
        return 0
    _ask(context, [preview for preview in previews.values() if preview.holds_uncommitted])

    def park(lane: LaneId) -> Outcome:
        return context.carry_out(Park(lane, previews[lane].token))

    return each(context, lanes, park, nothing="No lane is started.")


def _ask(context: Context, holding: list[TeardownPreview]) -> None:
    """Show what is uncommitted and ask, once."""
    if not holding or context.yes:
        return
    for preview in holding:
        for line in words.park(preview):
            context.out.say(*line)
    names = ", ".join(preview.lane for preview in holding)
    context.confirm(f"Park {names} with what is uncommitted there?")
