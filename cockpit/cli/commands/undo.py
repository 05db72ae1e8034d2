"""`cockpit undo`: take a step back."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace

from cockpit.cli.context import Context
from cockpit.cli.shapes import outcome_document, undo_document
from cockpit.domain.intents import Undo
from cockpit.errors import Refused
from cockpit.services.api import UndoPreview

NAME = "undo"
HELP = "undo the last step, or step N"
DESCRIPTION = """\
Undoes the last step that can be undone, or the one with the number that `cockpit log` shows
(↶). Says what would come back and asks; without a terminal it needs --yes. A torn-down lane
comes back byte for byte; a landing in any position by moving the target back, or by a revert
where others already build on it. Lines that later landings changed as well are named. Undoing
is a step of its own; undo that one by its number, and an undone landing stands again."""
EXAMPLES = (
    ("cockpit undo", "the last step that can be undone"),
    ("cockpit undo 12", "step 12 of `cockpit log`"),
    ("cockpit undo --dry-run", "only show"),
)


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("number", metavar="N", nargs="?", type=int, help="number of the step")
    parser.add_argument(
        "--dry-run", action="store_true", help="show what would come back, and stop"
    )


def run(args: Namespace, context: Context) -> int:
    preview = context.acting.preview_undo(args.number)
    op = preview.operation
    if args.dry_run:
        context.out.result(undo_document(preview), *_lines(preview))
        return 3 if preview.in_the_way else 0
    if preview.in_the_way:
        raise Refused(
            f"Step {op.seq} ({op.summary}) can't be undone now; nothing was changed.",
            detail="\n".join(preview.in_the_way),
            hint="Clear what is in the way, or undo the later steps first.",
        )
    if not context.yes:
        for line in _lines(preview):
            context.out.say(line)
    context.confirm(f"Undo step {op.seq}?")
    outcome = context.carry_out(Undo(op.seq))
    context.out.result(outcome_document(outcome, op.lane), outcome.summary)
    return 0


def _lines(preview: UndoPreview) -> list[str]:
    op = preview.operation
    return [
        f"step {op.seq}: {op.summary}",
        *(f"  {line}" for line in preview.lines),
        *(f"  in the way: {line}" for line in preview.in_the_way),
    ]
