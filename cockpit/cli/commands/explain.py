"""`cockpit explain`: why a lane's state is what it is."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace

from cockpit.cli import words
from cockpit.cli.context import Context
from cockpit.cli.lanes import add_lane, find
from cockpit.cli.output import STATE_STYLES, Cell
from cockpit.cli.shapes import explanation_document
from cockpit.domain.activity import GLYPHS
from cockpit.domain.fleet import LaneView
from cockpit.errors import UsageError
from cockpit.services.api import Explanation

NAME = "explain"
HELP = "show the evidence behind a lane's state"
DESCRIPTION = """\
Shows which source said so (the process, the terminal's title, a rule on the screen), by
which rule and how long ago, the bottom of the screen that it was read from, and any
disagreement between our state, the folder and git.

With --agent and --screen it judges a screen that was kept in a file (`cockpit capture LANE`)
as that agent's: to see why a state is read wrongly, or to write a preset of your own."""
EXAMPLES = (
    ("cockpit explain alpha", "in words"),
    ("cockpit explain alpha --json", "for a program, or for a report of a wrong state"),
    ("cockpit explain --agent claude --screen kept.txt", "which rule fits a screen in a file"),
)


def add_arguments(parser: ArgumentParser) -> None:
    add_lane(parser, optional=True)
    parser.add_argument("--agent", metavar="NAME", help="a preset, or an agent of lanes.yaml")
    parser.add_argument("--screen", metavar="FILE", help="the screen as plain text; - is stdin")
    parser.add_argument("--title", metavar="T", default="", help="the terminal's title beside it")


def run(args: Namespace, context: Context) -> int:
    if args.agent or args.screen:
        return _kept(args, context)
    if not args.lane or args.title:
        raise UsageError(
            "Name a lane, or an agent and a screen.",
            hint="`cockpit explain LANE`, or `cockpit explain --agent NAME --screen FILE`",
        )
    lane = find(context.cockpit.fleet(), args.lane)
    view = context.observe([lane]).lane(lane)
    found = context.cockpit.explain(lane)
    now = context.clock()
    if context.out.json:
        context.out.document(explanation_document(lane, view, found, now))
    else:
        _tell(context, view, found, now)
    return 0


def _kept(args: Namespace, context: Context) -> int:
    from cockpit.cli import kept_screen

    if args.lane or not (args.agent and args.screen):
        raise UsageError(
            "A screen that was kept needs both --agent and --screen, and no lane.",
            hint="`cockpit explain --agent claude --screen FILE`",
        )
    found = kept_screen.explained(args, context)
    if context.out.json:
        context.out.document(kept_screen.document(args, found))
    else:
        _tell(context, None, found, 0.0)
    return 0


def _tell(context: Context, view: LaneView | None, found: Explanation, now: float) -> None:
    activity = found.activity
    since = f", since {words.age(now - activity.since)}" if activity.since else ""
    state: Cell = (
        f"{GLYPHS[activity.state]} {activity.state.value}",
        STATE_STYLES.get(activity.state, ""),
    )
    context.out.line(state, f" by {activity.source}: {activity.rule}{since}")
    if activity.detail:
        context.out.line("  ", activity.detail)
    for source, says in found.evidence:
        context.out.line(("  " + source + ": ", "dim"), says)
    if view is not None and view.fault is not None:
        context.out.line(("  " + view.fault.title, "red"))
        context.out.line(("  → ", "cyan"), view.fault.hint)
    if found.rows:
        context.out.line(("bottom of the screen:", "dim"))
        for row in found.rows:
            context.out.line(("  │ ", "dim"), row)
