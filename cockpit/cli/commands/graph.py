"""`cockpit graph`: the audit trail."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Sequence

from cockpit.cli.context import Context
from cockpit.cli.output import Cell
from cockpit.cli.shapes import audit_document
from cockpit.domain.audit import AuditRow, said_of, sign_of
from cockpit.errors import UsageError

NAME = "graph"
HELP = "the history of target and lanes, with every landing"
DESCRIPTION = """\
Draws the commits of the target and of every lane. Beside each landing that the journal knows
stand its step (for `cockpit undo`), lane, gate, task and the commit that was approved; what a
commit's message merely says of itself is not believed.
◆ landing  ◇ undone  ↶ takes a landing back  ● the target's own  ○ a lane's"""
EXAMPLES = (
    ("cockpit graph", "the newest 50 commits"),
    ("cockpit graph -n 1000 --json", "the newest 1000, with all ids"),
)

COLUMNS = 24
"""Columns of the drawing, two cells each."""


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument(
        "-n",
        metavar="N",
        dest="last",
        type=int,
        default=50,
        help="how many commits (at most 10000)",
    )


def run(args: Namespace, context: Context) -> int:
    if not 0 < args.last <= 10_000:
        raise UsageError("-n takes a number of commits from 1 to 10000.")
    audit = context.cockpit.audit(limit=args.last)
    target = context.cockpit.config.target
    if context.out.json:
        context.out.document(audit_document(audit, target))
        return 0
    for row in audit.rows:
        context.out.line(*_cells(row))
    if not audit.rows:
        context.out.line("There is no commit yet.")
    elif audit.cut:
        context.out.say(f"These are the newest {len(audit.rows)}; -n shows more.")
    return 0


def _cells(row: AuditRow) -> Sequence[Cell]:
    sign = sign_of(row)
    drawing, _, rest = row.row.text(sign, most=COLUMNS).partition(sign)
    names = " ".join(f"[{_name(ref)}]" for ref in row.refs)
    said = ", ".join(said_of(row))
    undone = row.landing is not None and row.landing.undone_by is not None
    cells: list[Cell] = [(drawing, "dim"), sign, (f"{rest} {row.commit.commit[:8]} ", "dim")]
    if names:
        cells.append((f"{names} ", "cyan"))
    if said:
        cells.append((f"{said}  ", "yellow" if undone or row.takes_back is not None else "green"))
    return [*cells, row.commit.subject[:200], (f"  {row.commit.author[:60]}", "dim")]


def _name(ref: str) -> str:
    for prefix in ("refs/remotes/", "refs/tags/"):
        ref = ref.removeprefix(prefix)
    return ref.removeprefix("refs/heads/")
