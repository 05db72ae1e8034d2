"""`cockpit merge`: approve, gate and land one lane."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace

from cockpit.cli import words
from cockpit.cli.context import Context
from cockpit.cli.lanes import add_lane, find
from cockpit.cli.shapes import landing_document, outcome_document
from cockpit.domain.ids import branch_name
from cockpit.domain.intents import Land
from cockpit.domain.merge import LandingPreview
from cockpit.errors import CockpitError, Conflict, Refused

NAME = "merge"
HELP = "approve, gate and land a lane on the target branch"
DESCRIPTION = """\
Shows exactly what would land (checks, commits, paths, the merge's result) and asks; without
a terminal it needs --yes. Then it runs the gate on the built merge and moves the target by
compare-and-swap, in one step; a checkout of the target follows where nothing of yours is in
the way. If the lane, its task's text or the target changed since it was shown, it is refused.

A conflict ends with code 4 and lists the files, a red gate with code 5; nothing changed. With
--red a gate that fails does not stop the landing; the journal keeps the reason.
`cockpit undo` takes the landing back."""
EXAMPLES = (
    ("cockpit merge alpha", "show, ask, gate, land"),
    ("cockpit merge alpha --dry-run", "only show"),
    ("cockpit merge alpha --red 'the test server is down'", "land it red; the journal says why"),
    ("cockpit merge alpha --yes --message 'Log in with a token'", "land with this summary"),
)


def add_arguments(parser: ArgumentParser) -> None:
    add_lane(parser)
    parser.add_argument(
        "-m", "--message", metavar="TEXT", default="", help="summary in the merge's message"
    )
    parser.add_argument(
        "--red", metavar="REASON", default="", help="land although the gate is red; logged"
    )
    parser.add_argument("--dry-run", action="store_true", help="show what would land, and stop")


def run(args: Namespace, context: Context) -> int:
    lane = find(context.acting.fleet(), args.lane)
    if not args.dry_run:
        context.offer_trust()
    preview = context.acting.preview_landing(lane, message=args.message)
    refusal = why_not(preview)
    if args.dry_run:
        context.out.result(landing_document(preview), *words.landing(preview))
        return int(refusal.code) if refusal is not None else 0
    whole = refusal is not None or not context.yes
    for line in words.landing(preview) if whole else words.notes(preview):
        context.out.say(*line)
    if refusal is not None:
        raise refusal
    context.confirm(f"Land {lane} on {branch_name(preview.target)}?")
    wish = Land(
        lane,
        preview.source,
        preview.target_old,
        args.message,
        args.red,
        preview.task_digest,
        preview.terms,
    )
    outcome = context.carry_out(wish)
    context.out.result(outcome_document(outcome, lane), outcome.summary)
    return 0


def why_not(preview: LandingPreview) -> CockpitError | None:
    """Why this preview can't land, or None."""
    if preview.may_land:
        return None
    target = branch_name(preview.target)
    if preview.conflicts:
        return Conflict(
            f"Lane {preview.lane} conflicts with {target} in "
            f"{words.count(len(preview.conflicts), 'path')}; nothing was changed.",
            paths=preview.conflicts,
            hint=f"`cockpit resolve {preview.lane}` resolves it place by place, or hands it back.",
        )
    failing = [check for check in preview.checks if not check.ok]
    detail = "\n".join(f"{check.name}: {check.text}" for check in failing)
    return Refused(
        f"Lane {preview.lane} can't land on {target} yet; nothing was changed.",
        detail=detail,
        hint="Mend what is marked ✗ above, then try again.",
    )
