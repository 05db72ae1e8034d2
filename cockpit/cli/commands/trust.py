"""`cockpit trust`: see and allow what lanes.yaml can run."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace

from cockpit.cli.context import Context
from cockpit.cli.shapes import trust_document
from cockpit.domain.intents import Trust

NAME = "trust"
HELP = "show what lanes.yaml can run, and allow it"
DESCRIPTION = """\
Shows everything in lanes.yaml that can execute or reach out (agents, env, setup, teardown,
gate, copied and linked files, paths) and asks once whether you trust it; without a terminal
it needs --yes. Your yes counts for exactly this content: a change there asks again."""
EXAMPLES = (
    ("cockpit trust", "show and ask"),
    ("cockpit trust --yes", "trust it as it is now"),
    ("cockpit trust --show --json", "only show, for a program"),
)


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("--show", action="store_true", help="show it, and stop")


def run(args: Namespace, context: Context) -> int:
    cockpit = context.cockpit if args.show else context.acting
    trust = cockpit.trust()
    name = cockpit.config.path.name
    if args.show or trust.trusted:
        verdict = "trusted" if trust.trusted else "not trusted"
        context.out.result(
            trust_document(trust), f"{name} is {verdict}.", *(f"  {line}" for line in trust.lines)
        )
        return 0
    for line in trust.lines:
        context.out.say("  ", line)
    context.confirm(f"Trust {name} to run this?")
    outcome = context.carry_out(Trust(trust.digest))
    context.out.result(
        {**trust_document(cockpit.trust()), "summary": outcome.summary}, outcome.summary
    )
    return 0
