"""`cockpit task`: list, show, write, hand out, judge and call off tasks."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Mapping
from textwrap import fill

from cockpit.cli import new_task, task_words, words
from cockpit.cli.context import Context
from cockpit.cli.guard import refuse_inside_lane
from cockpit.cli.lanes import find as find_lane
from cockpit.cli.shapes import outcome_document
from cockpit.cli.task_shapes import board_document, detail_document, evidence_document
from cockpit.cli.tasks import find
from cockpit.cli.watch import add_watch, require_look, watch
from cockpit.domain import task_history
from cockpit.domain.board import TaskView
from cockpit.domain.dependencies import in_order
from cockpit.domain.done import Evidence
from cockpit.domain.fleet import Fleet
from cockpit.domain.intents import Assign, CallOff, Retry
from cockpit.domain.work import Work
from cockpit.errors import CockpitError, Exit, Refused, UsageError

NAME = "task"
HELP = "list, show, write, assign, judge, retry and call off tasks"
DESCRIPTION = f"""\
ls lists all tasks with state, lane, wave and why they stand there (--state: only these states,
several by commas). show tells everything of one: its header, what it waits for with the path,
who had it when, the file that holds what its lane was told, its result with the evidence, and
its history from the journal.

new writes tasks with the next free number: a title on the command line, -f FILE (- is stdin)
for a whole file, --lines FILE for a task a line; without any of these it opens $EDITOR. It
prints the files.

done shows what a task's 'done' rests on (result, commit, tree, files as claimed, zone, gate for
exactly this tree) and ends with code 0 only if all of it holds, else with 3. It changes
nothing: a task is merged by landing its lane (`cockpit merge`, `cockpit train`).

assign gives a lane a task now. retry lets a failed one be tried again, from a fresh base: the
lane of the last try goes into the trash, after showing what that takes. cancel calls one off,
--back takes that back; its lane, if it has one, stays as it is. These three are refused from
inside a lane's pane.

States: {fill(", ".join(Work), 80)}."""
EXAMPLES = (
    ("cockpit task", "all tasks"),
    ("cockpit task ls --state ready,blocked --json", "some states, for a program"),
    ("cockpit task show 7", "everything of task-007"),
    ("cockpit task new Issue and verify tokens", "the words are the title"),
    ("cockpit task new -f plan/auth.md --prefix ws", "a whole file, as the next ws-NN"),
    ("cockpit task new --lines - < ideas.txt", "a task a line"),
    ("cockpit task assign 7 alpha --note 'Mind the old tokens'", "start or tell the lane"),
    ("cockpit task done 7", "what its 'done' rests on; code 0 if all of it holds"),
    ("cockpit task retry 7 --agent codex", "again, with another agent"),
    ("cockpit task cancel 7 not needed any more", "and --back takes it back"),
)

ACTIONS = ("ls", "show", "new", "assign", "done", "retry", "cancel")
DECIDES = frozenset({"assign", "retry", "cancel"})
OF_ACTION = {
    "state": "ls",
    "note": "assign",
    "agent": "retry",
    "back": "cancel",
    "name": "new",
    "prefix": "new",
    "file": "new",
    "lines": "new",
}
"""Which action an option belongs to."""


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("action", choices=ACTIONS, nargs="?", default="ls", help="what to do")
    parser.add_argument(
        "words", metavar="TASK", nargs="*", help="a number (7), an id (task-007) or a file's name"
    )
    parser.add_argument("--state", metavar="S", default="", help="for ls: only these states")
    parser.add_argument(
        "--note", metavar="TEXT", default="", help="for assign: your own word, told after the task"
    )
    parser.add_argument("--agent", metavar="A", default="", help="for retry: by this agent")
    parser.add_argument("--back", action="store_true", help="for cancel: take it back")
    new_task.add_arguments(parser)
    add_watch(parser, "ls")


def run(args: Namespace, context: Context) -> int:
    if args.action in DECIDES:
        refuse_inside_lane(f"task {args.action}")
    for option, action in OF_ACTION.items():
        if getattr(args, option) and args.action != action:
            raise UsageError(f"--{option} belongs to `cockpit task {action}`.")
    require_look(args.watch, args.action == "ls", "task ls")
    actions: Mapping[str, Callable[[Namespace, Context], int]] = {
        "ls": _ls,
        "show": _show,
        "new": new_task.run,
        "assign": _assign,
        "done": _done,
        "retry": _retry,
        "cancel": _cancel,
    }
    return actions[args.action](args, context)


def _one(args: Namespace, fleet: Fleet) -> TaskView:
    if len(args.words) != 1:
        raise UsageError(
            f"`cockpit task {args.action}` takes one task.", hint="`cockpit task ls` shows them."
        )
    return find(fleet.board, args.words[0])


# ---------------------------------------------------------------- looking


def _ls(args: Namespace, context: Context) -> int:
    if args.words:
        raise UsageError(
            "ls lists all tasks.", hint=f"One task in full: `cockpit task show {args.words[0]}`."
        )
    wanted = _states(args.state) if args.state else frozenset(Work)
    if args.watch:
        return watch(context, context.board, lambda fleet: _list(context, fleet, wanted))
    _list(context, context.board(), wanted)
    return 0


def _list(context: Context, fleet: Fleet, wanted: frozenset[Work]) -> None:
    views = sorted(
        (view for view in fleet.board.tasks if view.work in wanted),
        key=lambda view: (not view.task.id, in_order(view.task.id), view.task.name),
    )
    if context.out.json:
        context.out.document(board_document(fleet, views))
        return
    if views:
        context.out.table(task_words.COLUMNS, [task_words.row(view) for view in views])
    elif fleet.board.tasks:
        context.out.line("No task is in that state.")
    else:
        context.out.line("No tasks yet: `cockpit task new` writes one.")
    for line in task_words.troubles(fleet.board):
        context.out.say(*line)


def _states(text: str) -> frozenset[Work]:
    try:
        return frozenset(Work(word.strip().lower()) for word in text.split(","))
    except ValueError as unknown:
        raise UsageError(
            f"{text} is not a task's state.", hint=f"States: {', '.join(Work)}."
        ) from unknown


def _show(args: Namespace, context: Context) -> int:
    fleet = context.board()
    view = _one(args, fleet)
    evidence = _evidence(context, view)
    log = context.cockpit.log()
    turns = [turn for turn in task_history.turns(log) if turn.file == view.task.name]
    history = task_history.steps(log, view.task.id, view.task.name)
    parts = (fleet.board, view, evidence, turns, history)
    context.out.result(detail_document(*parts), *task_words.detail(*parts))
    return 0


def _evidence(context: Context, view: TaskView) -> Evidence | None:
    """None where it can't be looked at; the rest is shown all the same."""
    try:
        return context.cockpit.evidence(view.task.name)
    except CockpitError as error:
        context.out.say(("the evidence is not known: ", "yellow"), error.title)
        return None


def _done(args: Namespace, context: Context) -> int:
    view = _one(args, context.cockpit.board(context.cockpit.fleet()))
    evidence = context.cockpit.evidence(view.task.name)
    task = view.task.id or view.task.name
    on = f" (lane {evidence.lane} at {words.short(evidence.commit)})" if evidence.commit else ""
    context.out.result(
        evidence_document(evidence),
        ((f"{task} ", "bold"), f"{view.task.title}{on}"),
        *task_words.evidence_lines(evidence),
    )
    if evidence.holds:
        return 0
    failing = ", ".join(dict.fromkeys(row.name for row in evidence.failing))
    context.out.sentence(Refused(f"'Done' does not hold for {task}: {failing}."))
    return int(Exit.REFUSED)


# ---------------------------------------------------------------- deciding


def _assign(args: Namespace, context: Context) -> int:
    if len(args.words) != 2:
        raise UsageError("Name a task and a lane.", hint="`cockpit task assign TASK LANE`")
    context.offer_trust()
    fleet = context.acting.board(context.acting.fleet())
    view, lane = find(fleet.board, args.words[0]), find_lane(fleet, args.words[1])
    outcome = context.carry_out(Assign(view.task.name, lane, view.task.digest, args.note))
    context.out.result(outcome_document(outcome, lane), outcome.summary)
    return 0


def _retry(args: Namespace, context: Context) -> int:
    fleet = context.acting.board(context.acting.fleet())
    view = _one(args, fleet)
    task, token = view.task.id or view.task.name, ""
    if view.holder is not None and view.holder.lane in fleet.lanes:
        preview = context.acting.preview_teardown(view.holder.lane)
        token = preview.token
        if not context.yes:
            for line in words.teardown(preview):
                context.out.say(*line)
            context.confirm(f"Tear down {view.holder.lane} and let {task} be tried again?")
    outcome = context.carry_out(Retry(view.task.name, args.agent, token))
    context.out.result(outcome_document(outcome, None), outcome.summary)
    return 0


def _cancel(args: Namespace, context: Context) -> int:
    if not args.words:
        raise UsageError("Name a task.", hint="`cockpit task cancel TASK [REASON]`")
    fleet = context.acting.board(context.acting.fleet())
    view = find(fleet.board, args.words[0])
    outcome = context.carry_out(CallOff(view.task.name, " ".join(args.words[1:]), args.back))
    context.out.result(outcome_document(outcome, None), outcome.summary)
    return 0
