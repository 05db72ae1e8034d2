"""`cockpit pr`: land a lane as a pull request."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace

from cockpit.cli import words
from cockpit.cli.commands.merge import why_not
from cockpit.cli.context import Context
from cockpit.cli.lanes import add_lane, find
from cockpit.cli.shapes import outcome_document
from cockpit.domain.intents import PullRequest

NAME = "pr"
HELP = "approve, gate and push a lane, and make a pull request of it"
DESCRIPTION = """\
Shows what `cockpit merge` would land and asks; without a terminal it needs --yes. Then the
gate runs on the built merge, exactly the approved commit is pushed to the remote (merge.push,
else the one that the target follows), and the command in merge.pull_request is run with your
own environment. The target here stays where it is; `cockpit follow` brings it after the
remote once the request was merged."""
EXAMPLES = (
    ("cockpit pr alpha", "show, ask, gate, push, make the request"),
    ("cockpit pr alpha --yes --message 'Log in with a token'", "with this title"),
)


def add_arguments(parser: ArgumentParser) -> None:
    add_lane(parser)
    parser.add_argument("-m", "--message", metavar="TEXT", default="", help="title of the request")


def run(args: Namespace, context: Context) -> int:
    lane = find(context.acting.fleet(), args.lane)
    context.offer_trust()
    preview = context.acting.preview_landing(lane, message=args.message).as_request
    refusal = why_not(preview)
    for line in words.landing(preview):
        context.out.say(*line)
    if refusal is not None:
        raise refusal
    context.confirm(f"Push {lane} and make a pull request of it?")
    outcome = context.carry_out(
        PullRequest(lane, preview.source, args.message, preview.task_digest, preview.terms)
    )
    context.out.result(outcome_document(outcome, lane), outcome.summary)
    return 0
