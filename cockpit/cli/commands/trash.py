"""`cockpit trash`: what was torn down and can come back."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace

from cockpit.cli import words
from cockpit.cli.context import Context
from cockpit.cli.guard import refuse_inside_lane
from cockpit.cli.shapes import outcome_document, trash_document
from cockpit.cli.table import Column
from cockpit.domain.intents import EmptyTrash, RestoreTrash
from cockpit.errors import UsageError
from cockpit.services.ports import TrashEntry

NAME = "trash"
HELP = "what was torn down and can come back"
DESCRIPTION = """\
ls shows every torn-down lane that is kept, restore brings one back with its branch and
every byte, empty really deletes: entries by name, or all of them. Only empty deletes
anything; it shows what and asks, and without a terminal it needs --yes."""
EXAMPLES = (
    ("cockpit trash ls", "what is there"),
    ("cockpit trash restore alpha", "the newest entry of lane alpha, or one by its name"),
    ("cockpit trash empty alpha-12", "delete one entry for good"),
    ("cockpit trash empty --yes", "delete everything for good"),
)

COLUMNS = (
    Column("NAME", least=10),
    Column("LANE", least=6, rank=2),
    Column("TORN DOWN", rank=1),
    Column("SIZE", right=True, rank=3),
)


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument(
        "action",
        choices=("ls", "restore", "empty"),
        nargs="?",
        default="ls",
        help="what to do",
    )
    parser.add_argument("names", metavar="NAME", nargs="*", help="entries, as ls names them")


def run(args: Namespace, context: Context) -> int:
    if args.action != "ls":
        refuse_inside_lane(f"trash {args.action}")
    if args.action == "restore":
        return _restore(args.names, context)
    if args.action == "empty":
        return _empty(args.names, context)
    entries = context.cockpit.trash()
    if context.out.json:
        context.out.document({"entries": [trash_document(entry) for entry in entries]})
    elif entries:
        context.out.table(COLUMNS, [_row(entry) for entry in entries])
    else:
        context.out.line("The trash is empty.")
    return 0


def _row(entry: TrashEntry) -> list[str]:
    return [entry.name, entry.lane, words.moment(entry.at), words.size(entry.size)]


def _restore(names: list[str], context: Context) -> int:
    if len(names) != 1:
        raise UsageError("Name one entry to restore.", hint="`cockpit trash ls` names them.")
    entry = _find(names[0], context.acting.trash())
    outcome = context.carry_out(RestoreTrash(entry.name))
    context.out.result(outcome_document(outcome, entry.lane), outcome.summary)
    return 0


def _empty(names: list[str], context: Context) -> int:
    known = context.acting.trash()
    doomed = [_find(name, known) for name in names] if names else known
    if not doomed:
        context.out.result(
            {"summary": "The trash is empty.", "operation": None}, "The trash is empty."
        )
        return 0
    for entry in doomed:
        context.out.say(f"  {entry.name}  {words.size(entry.size)}  {entry.folder}")
    total = words.size(sum(entry.size for entry in doomed))
    what = words.count(len(doomed), "entry", "entries")
    context.confirm(f"Delete {what} ({total}) for good? This can't be undone.")
    outcome = context.carry_out(EmptyTrash(tuple(entry.name for entry in doomed)))
    context.out.result(outcome_document(outcome, None), outcome.summary)
    return 0


def _find(name: str, entries: list[TrashEntry]) -> TrashEntry:
    """The entry of that name, else the newest of that lane."""
    for entry in entries:
        if entry.name == name:
            return entry
    of_lane = [entry for entry in entries if entry.lane == name]
    if of_lane:
        return max(of_lane, key=lambda entry: entry.at)
    known = ", ".join(entry.name for entry in entries) or "none"
    raise UsageError(
        f"The trash has no entry {name}.",
        detail=f"Entries: {known}.",
        hint="See `cockpit trash ls`.",
    )
