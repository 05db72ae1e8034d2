"""`cockpit commit`: take a lane's uncommitted work as a commit."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace

from cockpit.cli import words
from cockpit.cli.context import Context
from cockpit.cli.lanes import add_lane, find
from cockpit.cli.output import Cell
from cockpit.cli.shapes import outcome_document, take_document
from cockpit.domain.ids import branch_name
from cockpit.domain.intents import Commit
from cockpit.domain.taking import TakePreview
from cockpit.errors import Refused

NAME = "commit"
HELP = "take a lane's uncommitted work as a commit of yours"
DESCRIPTION = """\
Shows what is uncommitted in the lane (staged, unstaged and untracked, never ignored files)
and asks; without a terminal it needs --yes. The commit is built from the files as they lie
there, by you, without hooks, and the lane's branch moves to it by compare-and-swap; no file
is touched. With PATH only these files or folders are taken, named as they are in the
repository.

It is refused while the lane's agent is in a turn, while a rebase or merge is under way
there, and when the work changes after it was shown. `cockpit undo` makes it uncommitted
again, just as it was."""
EXAMPLES = (
    ("cockpit commit alpha", "show, ask, commit"),
    ("cockpit commit alpha -m 'Log in with a token' src/auth", "only this folder"),
    ("cockpit commit alpha --dry-run --json", "only show"),
)


def add_arguments(parser: ArgumentParser) -> None:
    add_lane(parser)
    parser.add_argument("paths", metavar="PATH", nargs="*", help="only these files or folders")
    parser.add_argument("-m", "--message", metavar="TEXT", default="", help="the commit's message")
    parser.add_argument("--dry-run", action="store_true", help="show what it would take, and stop")


def run(args: Namespace, context: Context) -> int:
    lane = find(context.acting.fleet(), args.lane)
    paths = tuple(args.paths)
    preview = context.acting.preview_commit(lane, paths)
    if args.dry_run:
        context.out.result(take_document(preview), *_lines(preview))
        return 0
    if preview.refusal:
        raise Refused(
            f"The work of lane {lane} can't be taken now: {preview.refusal}.",
            hint=f"Nothing was changed. `cockpit diff {lane} --stat` shows what is there.",
        )
    if not context.yes:
        for line in _lines(preview):
            context.out.say(*line)
    context.confirm(f"Commit this on {branch_name(preview.branch)}?")
    outcome = context.carry_out(Commit(lane, args.message, paths, preview.token))
    context.out.result(outcome_document(outcome, lane), outcome.summary)
    return 0


def _lines(preview: TakePreview) -> list[tuple[Cell, ...]]:
    changes = preview.work.changes
    lines: list[tuple[Cell, ...]] = [
        ((words.count(len(changes), "file"), "bold"), " uncommitted in ", preview.lane)
    ]
    for change in changes:
        letter = "A" if change.is_new else "D" if change.is_gone else "M"
        lines.append((f"  {letter} ", change.path))
    lines += [("  not taken, a repository of its own: ", path) for path in preview.work.left]
    if preview.refusal:
        lines.append((("not now: ", "red"), preview.refusal))
    return lines
