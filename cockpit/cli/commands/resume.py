"""`cockpit resume`: take parked lanes up again."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace

from cockpit.cli.context import Context
from cockpit.cli.lanes import add_lanes, choose, each
from cockpit.domain.activity import State
from cockpit.domain.intents import Resume

NAME = "resume"
HELP = "take a parked lane up again on its branch"
DESCRIPTION = """\
Brings the lane's folder back from the trash with everything that was in it, and runs its
agent again. Where the trash was emptied, or the branch moved since, the lane gets a fresh
worktree on its branch, and what stays in the trash is said.

A lane that is not parked gets its agent again, as by `cockpit restart`."""
EXAMPLES = (
    ("cockpit resume alpha", "one lane"),
    ("cockpit resume --all", "every lane that is parked"),
)


def add_arguments(parser: ArgumentParser) -> None:
    add_lanes(parser, everyone="every lane that is parked")


def run(args: Namespace, context: Context) -> int:
    context.offer_trust()
    fleet = context.acting.fleet()
    lanes = choose(args, fleet, lambda view: view.activity.state is State.PARKED)
    return each(
        context, lanes, lambda lane: context.carry_out(Resume(lane)), nothing="No lane is parked."
    )
