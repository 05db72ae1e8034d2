"""`cockpit follow`: the target after the branch of the remote that it follows."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace

from cockpit.cli.context import Context
from cockpit.cli.shapes import outcome_document
from cockpit.domain.intents import Follow

NAME = "follow"
HELP = "fetch, and bring the target after its upstream"
DESCRIPTION = """\
Fetches the branch that the target follows (`git branch --set-upstream-to` sets it) and moves
the target forward to it; a checkout of the target follows where nothing of yours is in the
way. Where both have commits that the other lacks it is refused, and nothing changed; with
--rebase, what was not pushed is then built anew on what the remote has, landing by landing,
with the same messages.

A remote whose address changed since cockpit last used it is not asked, since an agent could
have changed it; --accept-address uses the new one. `cockpit undo` takes the target back."""
EXAMPLES = (
    ("cockpit follow", "as `git pull --ff-only`, without touching your changes"),
    ("cockpit follow --rebase", "also where the two went apart"),
)


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--rebase", action="store_true", help="build what was not pushed anew on the remote's"
    )
    parser.add_argument(
        "--accept-address", action="store_true", help="use the remote though its address changed"
    )


def run(args: Namespace, context: Context) -> int:
    outcome = context.carry_out(Follow(args.rebase, args.accept_address))
    context.out.result(outcome_document(outcome, None), outcome.summary)
    return 0
