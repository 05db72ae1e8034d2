"""`cockpit log`: the journal."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace

from cockpit.cli import words
from cockpit.cli.context import Context
from cockpit.cli.output import Cell
from cockpit.cli.shapes import operation_document
from cockpit.cli.table import Column, cut
from cockpit.cli.watch import add_watch, watch
from cockpit.domain.operation import Operation, OpState
from cockpit.domain.undone import undone_by, why_not_undo
from cockpit.errors import UsageError

NAME = "log"
HELP = "the journal: every step, its number, who took it"
DESCRIPTION = """\
Shows the steps that were taken in this repository, by whom and how they ended, the newest
last. ↶ marks a step that `cockpit undo N` can undo; one that was undone says by which step.
--json has every old and new id."""
EXAMPLES = (
    ("cockpit log", "the last 50 steps"),
    ("cockpit log -n 5", "the last 5"),
    ("cockpit log -n 0 --json", "the whole journal"),
)

COLUMNS = (
    Column("N", right=True),
    Column(""),
    Column("WHEN", rank=2),
    Column("BY", rank=1),
    Column("STATE", rank=3),
    Column("WHAT", least=32, cut=cut),
)

_STATE_STYLES = {OpState.PENDING: "yellow", OpState.DONE: "", OpState.ABANDONED: "red"}


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument(
        "-n",
        metavar="N",
        dest="last",
        type=int,
        default=50,
        help="how many of the newest; 0: all",
    )
    add_watch(parser)


def run(args: Namespace, context: Context) -> int:
    if args.last < 0:
        raise UsageError("-n takes 0 (all) or a number of steps.")
    if args.watch:
        return watch(context, lambda: _look(args, context), lambda seen: _show(context, seen))
    _show(context, _look(args, context))
    return 0


def _look(args: Namespace, context: Context) -> list[Operation]:
    return context.cockpit.log(last=args.last or None)


def _show(context: Context, operations: list[Operation]) -> None:
    undone = undone_by(operations)
    if context.out.json:
        documents = [
            {
                **operation_document(op),
                "undone_by": undone.get(op.seq),
                "can_undo": not why_not_undo(op, undone),
            }
            for op in operations
        ]
        context.out.document({"operations": documents})
        return
    if not operations:
        context.out.line("Nothing was done here yet.")
        return
    context.out.table(COLUMNS, [_row(op, undone) for op in operations])


def _row(op: Operation, undone: dict[int, int]) -> list[Cell]:
    why = op.outcome.get("error") if op.state is OpState.ABANDONED else ""
    what = f"{op.summary} ({why})" if why else op.summary
    state, style = op.state.value, _STATE_STYLES[op.state]
    if op.seq in undone:
        state, style = f"undone by {undone[op.seq]}", "dim"
    return [
        str(op.seq),
        "" if why_not_undo(op, undone) else "↶",
        (words.moment(op.at), "dim"),
        op.by,
        (state, style),
        (what, "dim") if op.seq in undone else what,
    ]
