"""`cockpit plan`: waves, what is ready, how long; go and stop."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Sequence

from cockpit.cli import plan_look, plan_words, rounds
from cockpit.cli.context import Context
from cockpit.cli.guard import refuse_inside_lane
from cockpit.cli.plan_look import PlanLook
from cockpit.cli.shapes import outcome_document
from cockpit.cli.task_shapes import plan_document
from cockpit.cli.tasks import find
from cockpit.cli.watch import add_watch, require_look, watch
from cockpit.cli.words import count
from cockpit.domain import task_history
from cockpit.domain.board import TaskView
from cockpit.domain.fleet import Fleet
from cockpit.domain.handing_out import to_do
from cockpit.domain.intents import Plan
from cockpit.errors import UsageError

NAME = "plan"
HELP = "waves, what is ready or would start, how long it takes; go, stop, close a round"
DESCRIPTION = """\
show lists the open tasks wave by wave, with the state of each and why it waits; names circles
and missing dependencies with their path; tells what would start now in which lane, with which
zone, agent and model; and compares the time one after another with the time in parallel, from
estimates before and from measured times after. Nothing moves. A wave is a view only: a task
is ready once everything that it needs is merged.

go lets all open tasks, or those named, start by themselves, as their texts are now: a task that
is written or changed later is not covered, unless you say --follow. It shows what would start,
then asks; without a terminal it needs --yes, and --dry-run only shows. Tasks are started by an
open cockpit, one task a free lane, and go says when none is open. stop starts nothing more;
agents that run go on.

close closes the round: it gates the target, tears down the lanes that `cockpit teardown
--merged` would take, and sums up what was done since the last closing and how long it took, one
after another and in parallel. A red gate closes nothing (exit code 5). It shows the round, then
asks; --dry-run only shows. From inside a lane's pane go, stop and close are refused."""
EXAMPLES = (
    ("cockpit plan", "the plan as it stands"),
    ("cockpit plan --json", "for a program: tasks, waves, circles, start, forecast"),
    ("cockpit plan show 7 ws-03", "only these tasks"),
    ("cockpit plan go --dry-run", "what a go would start now"),
    ("cockpit plan go --follow --yes", "all tasks, and those that are written later"),
    ("cockpit plan stop", "nothing more starts by itself"),
    ("cockpit plan close --dry-run", "the round so far, and which lanes would go"),
)


def add_arguments(parser: ArgumentParser) -> None:
    actions = ("show", "go", "stop", "close")
    parser.add_argument("action", choices=actions, nargs="?", default="show", help="what to do")
    parser.add_argument(
        "tasks", metavar="TASK", nargs="*", help="only these: a number, an id or a file's name"
    )
    parser.add_argument(
        "--follow", action="store_true", help="for go: also what is written or changed later"
    )
    parser.add_argument(
        "--dry-run", action="store_true", help="for go and close: show it, and stop"
    )
    add_watch(parser, "show")


def run(args: Namespace, context: Context) -> int:
    if args.action != "show":
        refuse_inside_lane(f"plan {args.action}")
    if args.follow and args.action != "go":
        raise UsageError("--follow belongs to `cockpit plan go`.")
    require_look(args.watch, args.action == "show", "plan show")
    if args.action == "close":
        return rounds.close(args, context)
    if args.action == "stop":
        return _stop(args, context)
    return _go(args, context) if args.action == "go" else _show(args, context)


def _show(args: Namespace, context: Context) -> int:
    if args.watch:
        return watch(
            context,
            context.board,
            lambda fleet: _tell(args, context, fleet),
        )
    _tell(args, context, context.board())
    return 0


def _tell(args: Namespace, context: Context, fleet: Fleet) -> None:
    views = _chosen(fleet, args.tasks) or fleet.board.tasks
    asked = frozenset(view.task.name for view in views)
    go = fleet.board.go if fleet.plan.going else asked
    look = _look(context, fleet, views, go)
    if context.out.json:
        context.out.document(plan_document(look))
        return
    context.out.line(*plan_words.head(look))
    if not fleet.board.tasks:
        context.out.line("No tasks yet: `cockpit task new` writes one.")
    found = plan_words.rows(look)
    if found:
        context.out.table(plan_words.COLUMNS, found)
    for line in plan_words.summary(look):
        context.out.line(*line)


def _chosen(fleet: Fleet, names: Sequence[str]) -> list[TaskView]:
    found = [find(fleet.board, name) for name in names]
    return list({view.task.name: view for view in found}.values())


def _look(
    context: Context, fleet: Fleet, views: Sequence[TaskView], go: frozenset[str]
) -> PlanLook:
    journal = task_history.measured(task_history.turns(context.cockpit.log()))
    lanes = context.cockpit.config.lanes
    return plan_look.look(fleet, lanes, views, journal, context.clock(), go=go)


def _go(args: Namespace, context: Context) -> int:
    if not args.dry_run:
        context.offer_trust()
    fleet = context.acting.board(context.observe())
    views = _chosen(fleet, args.tasks) or list(to_do(fleet.board))
    names = frozenset(view.task.name for view in views)
    before = fleet.board.go if fleet.plan.going else frozenset()
    look = _look(context, fleet, views, before | names)
    lines = [*plan_words.wrong(look), *plan_words.beginning(look)]
    if args.dry_run:
        lines.append((plan_words.acts(fleet.plan),))
        context.out.result(plan_document(look), *lines)
        return 0
    follow = args.follow or (fleet.plan.going and fleet.plan.follow)
    if not context.yes:
        for line in lines:
            context.out.say(*line)
        later = " and for what is written later" if follow else ""
        context.confirm(f"Say go for {count(len(views), 'task')}{later}?")
    seen = tuple((view.task.name, view.task.digest) for view in views)
    outcome = context.carry_out(Plan(True, seen, follow))
    document = {
        **outcome_document(outcome, None),
        "dispatcher": fleet.plan.dispatcher.value,
        "start": plan_document(look)["start"],
    }
    context.out.result(document, outcome.summary, plan_words.acts(fleet.plan))
    return 0


def _stop(args: Namespace, context: Context) -> int:
    if args.tasks:
        raise UsageError(
            "stop stops the whole plan.", hint="Call one task off with `cockpit task cancel TASK`."
        )
    outcome = context.carry_out(Plan(False))
    context.out.result(outcome_document(outcome, None), outcome.summary)
    return 0
