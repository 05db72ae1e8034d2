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
from cockpit.services.api import Explanation

NAME = "explain"
HELP = "show the evidence behind a lane's state"
DESCRIPTION = """\
Shows which source said so (the process, the terminal's title, a rule on the screen), by
which rule and how long ago, the bottom of the screen that it was read from, and any
disagreement between our state, the folder and git."""
EXAMPLES = (
    ("cockpit explain alpha", "in words"),
    ("cockpit explain alpha --json", "for a program, or for a report of a wrong state"),
)


def add_arguments(parser: ArgumentParser) -> None:
    add_lane(parser)


def run(args: Namespace, context: Context) -> int:
    lane = find(context.cockpit.fleet(), args.lane)
    view = context.observe([lane]).lane(lane)
    found = context.cockpit.explain(lane)
    now = context.clock()
    if context.out.json:
        context.out.document(explanation_document(lane, view, found, now))
    else:
        _tell(context, view, found, now)
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
