"""`cockpit wait`: until lanes reach a state."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace

from cockpit.cli.context import Context
from cockpit.cli.lanes import find
from cockpit.domain.activity import State
from cockpit.domain.fleet import LaneView
from cockpit.domain.ids import LaneId
from cockpit.errors import CockpitError, TimedOut, UsageError

NAME = "wait"
HELP = "wait until lanes reach a state"
DESCRIPTION = f"""\
Waits until every lane named is in the state (or in one of several, joined by commas) and
prints which. Ends with code 6 when the time is over, and with code 1 when an agent ended
while something else was waited for.

States:
{", ".join(State)}."""
EXAMPLES = (
    ("cockpit wait alpha --for idle", "until its turn ended"),
    ("cockpit wait alpha beta --for idle,asking --timeout 600", "at most ten minutes"),
)

EVERY = 0.3
"""Seconds between two looks."""


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("lanes", metavar="LANE", nargs="+", help="lanes that must all get there")
    parser.add_argument(
        "--for", metavar="STATE", dest="states", required=True, help="a state, or several by commas"
    )
    parser.add_argument(
        "--timeout", metavar="S", type=float, default=None, help="seconds to wait at most"
    )


def run(args: Namespace, context: Context) -> int:
    wanted = _states(args.states)
    fleet = context.cockpit.fleet()
    lanes = list(dict.fromkeys(find(fleet, name) for name in args.lanes))
    began = context.clock()
    while True:
        views = _look(context, lanes)
        missing = [view for view in views if view.activity.state not in wanted]
        waited = context.clock() - began
        if not missing:
            break
        _give_up_if_hopeless(missing, wanted)
        if args.timeout is not None and waited >= args.timeout:
            raise TimedOut(
                f"After {waited:.0f} s, {_told(missing)}.",
                detail=f"Waited for {', '.join(sorted(wanted))}.",
                hint=f"`cockpit explain {missing[0].lane}` shows why.",
            )
        context.pause(EVERY)
    document = {
        "lanes": [{"lane": view.lane, "state": view.activity.state.value} for view in views],
        "waited_s": round(waited, 1),
    }
    context.out.result(document, *(f"{view.lane}: {view.activity.state.value}" for view in views))
    return 0


def _states(text: str) -> frozenset[State]:
    try:
        return frozenset(State(word.strip()) for word in text.split(","))
    except ValueError as unknown:
        raise UsageError(
            f"{text} is not a state.", hint=f"States: {', '.join(State)}."
        ) from unknown


def _look(context: Context, lanes: list[LaneId]) -> list[LaneView]:
    fleet = context.observe(lanes)
    return [fleet.lanes[lane] for lane in lanes]


def _give_up_if_hopeless(missing: list[LaneView], wanted: frozenset[State]) -> None:
    """An agent that ended gets nowhere by itself."""
    ended = [view for view in missing if view.activity.state is State.EXITED]
    if ended:
        raise CockpitError(
            f"The agent of lane {ended[0].lane} ended; it won't get to "
            f"{' or '.join(sorted(wanted))}.",
            detail=ended[0].activity.detail,
            hint=f"Run it again with `cockpit restart {ended[0].lane}`.",
        )


def _told(missing: list[LaneView]) -> str:
    return ", ".join(f"{view.lane} is {view.activity.state.value}" for view in missing)
