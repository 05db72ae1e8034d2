"""`cockpit follow`: the target after the branch of the remote that it follows."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace

from cockpit.cli.context import Context
from cockpit.cli.shapes import outcome_document
from cockpit.domain.intents import Follow
from cockpit.domain.upstream import RemoteChange

NAME = "follow"
HELP = "fetch, and bring the target after its upstream"
DESCRIPTION = """\
Fetches the branch that the target follows (`git branch --set-upstream-to` sets it) and moves
the target forward to it; a checkout of the target follows where nothing of yours is in the
way. Where both have commits that the other lacks it is refused, and nothing changed; with
--rebase, what was not pushed is then built anew on what the remote has, landing by landing,
with the same messages.

A remote whose address changed since cockpit last used it, or another branch to follow than
then, is not used, since an agent could have changed it; --accept-address shows what changed
and asks (without a terminal it needs --yes), then uses it. `cockpit undo` takes the target
back."""
EXAMPLES = (
    ("cockpit follow", "as `git pull --ff-only`, without touching your changes"),
    ("cockpit follow --rebase", "also where the two went apart"),
)


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--rebase", action="store_true", help="build what was not pushed anew on the remote's"
    )
    parser.add_argument(
        "--accept-address", action="store_true", help="show what changed there, ask, and use it"
    )


def run(args: Namespace, context: Context) -> int:
    accepted = _accepted(context) if args.accept_address else ()
    outcome = context.carry_out(Follow(args.rebase, accepted))
    context.out.result(outcome_document(outcome, None), outcome.summary)
    return 0


def _accepted(context: Context) -> tuple[RemoteChange, ...]:
    """What changed, after a yes to just that; empty where nothing did."""
    changed = context.acting.preview_follow().changed
    for one in changed:
        context.out.say(f"{one.what} is {one.now}", f"  it was {one.was or 'not used before'}")
    if changed:
        context.confirm("Use what changed?")
    return changed
