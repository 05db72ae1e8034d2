"""`cockpit background`: lanes that start and land by themselves."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from typing import Any

from cockpit.cli import background_words
from cockpit.cli.context import Context
from cockpit.cli.guard import refuse_inside_lane
from cockpit.cli.lanes import find
from cockpit.cli.output import Cell
from cockpit.cli.shapes import outcome_document
from cockpit.domain.background import Deed, Dispatcher
from cockpit.domain.dispatch import decide
from cockpit.domain.fleet import Fleet, LaneView
from cockpit.domain.intents import Dispatch

NAME = "background"
HELP = "lanes that start and land by themselves: when, what waits; stop, go on"
DESCRIPTION = """\
A lane with `background:` in lanes.yaml is started by itself (on idle, at an interval, after a
landing) by the cockpit that is open, once you gave it a standing approval
(`cockpit approve LANE --standing`). What it commits lands by itself if all is as usual: inside
its zone, without a conflict, the gate green at once, nothing changed since. Else it holds and
waits for you.

show tells what comes next and what waits. stop ends all that happens by itself (a gate under
way is stopped, nothing more lands; agents go on), go lets it go on. With a lane, stop holds
that lane alone, and go lets go of what it holds: it is judged once more. A go says that you
have seen the target as it is now."""
EXAMPLES = (
    ("cockpit background", "what comes next, and what waits"),
    ("cockpit background stop", "nothing starts or lands by itself any more"),
    ("cockpit background go", "it goes on"),
    ("cockpit background go tidy", "let go of what this lane holds"),
)

DISPATCHERS = {
    Dispatcher.HERE: "An open cockpit acts for these lanes.",
    Dispatcher.ELSEWHERE: "An open cockpit acts for these lanes.",
    Dispatcher.NOBODY: "No cockpit is open, so nothing starts by itself: `cockpit up` opens it.",
}


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument(
        "action",
        choices=("show", "go", "stop"),
        nargs="?",
        default="show",
        help="what to do",
    )
    parser.add_argument("lane", metavar="LANE", nargs="?", help="only this lane")


def run(args: Namespace, context: Context) -> int:
    if args.action == "show":
        return _show(context, args.lane)
    refuse_inside_lane(f"background {args.action}")
    lane = find(context.acting.fleet(), args.lane) if args.lane else None
    outcome = context.carry_out(Dispatch(args.action == "go", lane))
    context.out.result(outcome_document(outcome, lane), outcome.summary)
    return 0


def _show(context: Context, name: str | None) -> int:
    wanted = find(context.cockpit.fleet(), name) if name else None
    fleet, now = context.observe(), context.clock()
    views = [
        view
        for view in fleet.lanes.values()
        if view.background is not None and wanted in (None, view.lane)
    ]
    document: dict[str, Any] = {
        "stopped": fleet.desk.stopped,
        "dispatcher": fleet.desk.dispatcher.value,
        "lanes": [
            {"lane": view.lane, **(background_words.background_document(fleet, view, now) or {})}
            for view in views
        ],
    }
    if not views:
        said = "No lane starts by itself: `background:` of a lane in lanes.yaml makes it one."
        context.out.result(document, said)
        return 0
    lines = [line for view in views for line in _lines(fleet, view, now)]
    stopped = [(("stopped", "yellow"), ": `cockpit background go` lets them go on.")]
    head = stopped if fleet.desk.stopped else [(DISPATCHERS[fleet.desk.dispatcher],)]
    context.out.result(document, *head, *lines)
    return 0


def _lines(fleet: Fleet, view: LaneView, now: float) -> list[tuple[Cell, ...]]:
    step, known = decide(fleet, view.lane, now), view.background
    if step is None or known is None:
        return []
    style = "yellow" if step.deed in (Deed.HOLD, Deed.OFF) else ""
    lines: list[tuple[Cell, ...]] = [
        ((f"{view.lane} ", "bold"), (background_words.note(fleet, view, now), style))
    ]
    if known.run.said:
        lines.append((("  last: ", "dim"), known.run.said))
    return lines
