"""`cockpit train`: preview, fill, run and stop the merge train."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Mapping, Sequence

from cockpit.cli.context import Context
from cockpit.cli.guard import refuse_inside_lane
from cockpit.cli.lanes import each, find
from cockpit.cli.shapes import outcome_document
from cockpit.cli.train_words import go_question, train_document, train_lines
from cockpit.cli.watch import add_watch, require_look, watch
from cockpit.domain.ids import LaneId
from cockpit.domain.intents import Queue, RunTrain, StopTrain
from cockpit.domain.train import Aside, Car, CarState, Train
from cockpit.errors import Exit, Refused, UsageError

NAME = "train"
HELP = "lanes in merge order: preview, queue, run, stop"
DESCRIPTION = """\
plan shows the train as it would run now, every car built on the one before it, and why each
stands where it stands; nothing moves. run shows it, asks, then gates and lands car after car;
one that can't ride is put aside with its reason and the rest goes on. Without lanes both take
what is queued, or if nothing is, every lane that has something to land. Lanes that are named
ride in that order; what a task needs goes first all the same.

add and drop put lanes into the queue and take them out, move puts one before another (without
--before it goes back to the train's own order), stop ends a train that runs: nothing more
lands, the rest stays queued. run ends with 0 only if every car landed, else with the code of
the first that did not."""
EXAMPLES = (
    ("cockpit train", "the preview"),
    ("cockpit train add alpha beta", "queue two lanes"),
    ("cockpit train move beta --before alpha", "beta first"),
    ("cockpit train run", "show, ask, gate and land what is queued"),
    ("cockpit train run alpha beta --yes", "these two, in this order"),
    ("cockpit train stop", "from any terminal"),
)

ACTIONS = ("plan", "run", "add", "drop", "move", "stop")
OTHERS = frozenset({Aside.CONFLICT, Aside.DEPENDS})
"""Reasons that another car may take away: the go covers such a car too."""


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("action", choices=ACTIONS, nargs="?", default="plan", help="what to do")
    parser.add_argument(
        "lanes", metavar="LANE", nargs="*", help="a lane's name, or its letter on the board"
    )
    parser.add_argument("--before", metavar="LANE", help="for move: the lane to stand before")
    add_watch(parser, "plan")


def run(args: Namespace, context: Context) -> int:
    if args.action != "plan":
        refuse_inside_lane(f"train {args.action}")
    if args.before is not None and args.action != "move":
        raise UsageError("--before belongs to `cockpit train move`.")
    require_look(args.watch, args.action == "plan", "train plan")
    actions: Mapping[str, Callable[[Namespace, Context], int]] = {
        "plan": _plan,
        "run": _run,
        "add": _add,
        "drop": _drop,
        "move": _move,
        "stop": _stop,
    }
    return actions[args.action](args, context)


def _lanes(args: Namespace, context: Context) -> tuple[LaneId, ...]:
    fleet = context.acting.fleet()
    return tuple(dict.fromkeys(find(fleet, name) for name in args.lanes))


def _named(args: Namespace, context: Context) -> tuple[LaneId, ...]:
    if not args.lanes:
        raise UsageError("Name a lane.", hint="`cockpit status` shows the lanes.")
    return _lanes(args, context)


def _plan(args: Namespace, context: Context) -> int:
    lanes = _lanes(args, context)

    def look() -> Train:
        return context.acting.preview_train(lanes)

    def show(train: Train) -> None:
        context.out.result(train_document(train), *train_lines(train))

    if args.watch:
        return watch(context, look, show, told=train_document)
    show(look())
    return 0


def _run(args: Namespace, context: Context) -> int:
    context.offer_trust()
    named = _lanes(args, context)
    queued = context.acting.fleet().train
    train = context.acting.preview_train(named)
    for line in train_lines(train):
        context.out.say(*line)
    riders = [car for car in train.cars if _may_ride(car)]
    _require_riders(train, riders)
    context.confirm(go_question(train, riders))
    lanes = named or (() if queued is not None else tuple(car.lane for car in train.cars))
    seen = tuple((car.lane, car.preview.source) for car in riders if car.preview is not None)
    tasks = tuple((car.lane, car.preview.task_digest) for car in riders if car.preview is not None)
    terms = tuple((car.lane, car.preview.terms) for car in riders if car.preview is not None)
    wish = RunTrain(lanes, seen, train.target_old, tasks=tasks, terms=terms)
    outcome = context.carry_out(wish)
    context.out.result(outcome_document(outcome, None), outcome.summary)
    return int(outcome.data.get("code", Exit.OK))


def _may_ride(car: Car) -> bool:
    """Whether the commander's go covers the car: it is ready, or only another one keeps it."""
    return car.state is CarState.READY or (car.preview is not None and car.aside in OTHERS)


def _require_riders(train: Train, riders: Sequence[Car]) -> None:
    if any(car.state is CarState.READY for car in riders) and train.may_run:
        return
    stopper = next((check.text for check in train.notes if not check.ok), "")
    said = [f"{car.lane}: {car.said}" for car in train.cars]
    raise Refused(
        f"The train can't run: {stopper or 'no lane in it can land'}.",
        detail="\n".join(said),
        hint="Mend what is said, or put lanes in with `cockpit train add LANE`.",
    )


def _add(args: Namespace, context: Context) -> int:
    lanes = _named(args, context)
    return each(context, lanes, lambda lane: context.carry_out(Queue(lane)), nothing="")


def _drop(args: Namespace, context: Context) -> int:
    lanes = _named(args, context)
    return each(context, lanes, lambda lane: context.carry_out(Queue(lane, out=True)), nothing="")


def _move(args: Namespace, context: Context) -> int:
    lanes = _named(args, context)
    if len(lanes) != 1:
        raise UsageError("Move one lane at a time.")
    before = find(context.acting.fleet(), args.before) if args.before else None
    outcome = context.carry_out(Queue(lanes[0], before=before))
    context.out.result(outcome_document(outcome, lanes[0]), outcome.summary)
    return 0


def _stop(args: Namespace, context: Context) -> int:
    if args.lanes:
        raise UsageError(
            "stop stops the whole train.", hint="Take one lane out with `cockpit train drop LANE`."
        )
    outcome = context.cockpit.carry_out(StopTrain(), context.tell, by="cli")
    context.out.result(outcome_document(outcome, None), outcome.summary)
    return 0
