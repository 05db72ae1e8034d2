"""`cockpit teardown`: move lanes into the trash."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace

from cockpit.cli import words
from cockpit.cli.context import Context
from cockpit.cli.lanes import add_lanes, choose, each
from cockpit.cli.shapes import teardown_document
from cockpit.domain.ids import LaneId
from cockpit.domain.intents import Teardown
from cockpit.domain.teardown import TeardownPreview
from cockpit.services.api import Outcome

NAME = "teardown"
HELP = "move a lane's worktree and branch into the trash"
DESCRIPTION = """\
Ends the agent, keeps every commit under refs/cockpit/ and every byte (ignored files, nested
repositories and the index included) in a snapshot, then moves the worktree into the trash
and removes the branch. Shows exactly what would go and asks first; without a terminal it
needs --yes. A lane that changed after it was shown is refused.

`cockpit undo` brings all of it back, until you empty the trash."""
EXAMPLES = (
    ("cockpit teardown alpha", "show what would go, ask, then do it"),
    ("cockpit teardown alpha --dry-run --json", "only show, for a program"),
    ("cockpit teardown --all --yes", "every started lane, without asking"),
)


def add_arguments(parser: ArgumentParser) -> None:
    add_lanes(parser, everyone="every lane that is started")
    parser.add_argument("--dry-run", action="store_true", help="show what would go, and stop")


def run(args: Namespace, context: Context) -> int:
    cockpit = context.acting
    lanes = choose(args, cockpit.fleet(), lambda view: view.record is not None)
    previews = {lane: cockpit.preview_teardown(lane) for lane in lanes}
    if args.dry_run:
        document = {"lanes": [teardown_document(preview) for preview in previews.values()]}
        lines = [line for preview in previews.values() for line in words.teardown(preview)]
        context.out.result(document, *lines)
        return 0
    if previews and not context.yes:
        _show(context, previews)

    def tear_down(lane: LaneId) -> Outcome:
        return context.carry_out(Teardown(lane, previews[lane].token))

    return each(context, lanes, tear_down, nothing="No lane is started.")


def _show(context: Context, previews: dict[LaneId, TeardownPreview]) -> None:
    for preview in previews.values():
        for line in words.teardown(preview):
            context.out.say(*line)
    names = ", ".join(previews)
    context.confirm(f"Tear down {names}?")
