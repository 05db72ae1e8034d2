"""`cockpit ledger`: the CSVs of tasks, one lane's or all as one."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from typing import Any

from cockpit.cli.context import Context
from cockpit.cli.lanes import find
from cockpit.cli.table import Column
from cockpit.domain.ids import LaneId
from cockpit.domain.ledger import Table, written
from cockpit.errors import UsageError

NAME = "ledger"
HELP = "who did which task when, for a lane or for all"
DESCRIPTION = """\
Shows a lane's ledger: a row for each task that it has or had, with state, times and what
landed. Without a lane, all ledgers that lanes.yaml names as one. What agents wrote into a
ledger of their own, in their worktree or on the bus, is in it: every column once, rows that
two files have once.

The files themselves (`ledger:` of a lane, and tasks-main.csv beside the first) are kept
current while tasks are looked at. One that the project tracks, or that holds something that
cockpit did not write, is left alone."""
EXAMPLES = (
    ("cockpit ledger", "all ledgers as one table"),
    ("cockpit ledger alpha --csv", "one lane's, for a spreadsheet"),
    ("cockpit ledger --json", "for a program"),
)

SHOWN = 40
"""Cells of a column at most, where a row is for people."""


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument(
        "lane", metavar="LANE", nargs="?", default="", help="a lane's name, or its letter"
    )
    parser.add_argument("--csv", action="store_true", help="print it as a CSV")


def run(args: Namespace, context: Context) -> int:
    if args.csv and context.out.json:
        raise UsageError("Give --csv or --json, not both.")
    lane = find(context.cockpit.fleet(), args.lane) if args.lane else None
    table = context.cockpit.ledger(context.board(), lane)
    if context.out.json:
        context.out.document(_document(lane, table))
        return 0
    for problem in table.problems:
        context.out.say(("! ", "yellow"), problem)
    if args.csv:
        context.out.csv(written(table))
        return 0
    _show(context, lane, table)
    return 0


def _show(context: Context, lane: LaneId | None, table: Table) -> None:
    """Only columns that say something."""
    if not table.rows:
        named = any(one.ledger for one in context.cockpit.config.lanes.values())
        context.out.line("No task was given to a lane yet.")
        if lane is None and not named:
            context.out.say("No lane has a ledger: name one under `ledger:` in lanes.yaml.")
        return
    told = [at for at, _ in enumerate(table.header) if any(row[at] for row in table.rows)]
    if lane is not None:
        told = [at for at in told if table.header[at] not in ("ledger", "lane")]
    columns = [Column(table.header[at].upper(), least=6) for at in told]
    context.out.table(columns, [[row[at][:SHOWN] for at in told] for row in table.rows])


def _document(lane: LaneId | None, table: Table) -> dict[str, Any]:
    rows = [dict(zip(table.header, row, strict=True)) for row in table.rows]
    return {
        "lane": lane,
        "columns": list(table.header),
        "rows": rows,
        "problems": list(table.problems),
    }
