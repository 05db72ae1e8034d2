"""`cockpit hunk`: stage, unstage or discard a hunk of a lane's uncommitted work."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace

from cockpit.cli.context import Context
from cockpit.cli.lanes import add_lane, find
from cockpit.cli.output import Output
from cockpit.cli.shapes import hunks_document, outcome_document
from cockpit.domain.change import FileDiff, LaneDiff, Layer
from cockpit.domain.hunks import (
    DEED_LAYERS,
    HunkDeed,
    file_identity,
    hunk_identity,
    parse_hunks,
)
from cockpit.domain.ids import LaneId
from cockpit.domain.intents import ApplyHunk
from cockpit.errors import UsageError

NAME = "hunk"
HELP = "list the hunks of a lane's uncommitted work; stage, unstage or discard one"
DESCRIPTION = """\
Without a deed: every hunk that is not committed, each under an id that stands for exactly
this hunk of exactly these contents; the id beside a file's name is the whole file. Then one
can be staged, unstaged or discarded by its id. What was shown is done or nothing: if the
file has changed since, the id is refused. While the agent works its files and its index are
its own, so that needs --force. A discard asks first, is kept in the vault, and `cockpit undo`
brings it back, permissions included."""
EXAMPLES = (
    ("cockpit hunk alpha", "list them"),
    ("cockpit hunk alpha stage 3f2a90c1d4e5b6a7", "stage one hunk"),
    ("cockpit --yes hunk alpha discard 3f2a90c1d4e5b6a7", "discard one, without the question"),
)

_STYLES = {"+": "green", "-": "red"}
_FULL = 16


def add_arguments(parser: ArgumentParser) -> None:
    add_lane(parser)
    deeds = [deed.value for deed in HunkDeed]
    parser.add_argument("deed", nargs="?", choices=deeds, help=", ".join(deeds))
    parser.add_argument("id", metavar="ID", nargs="?", default="", help="a hunk's or a file's id")
    parser.add_argument(
        "--force", action="store_true", help="although the lane's agent may be working"
    )


def run(args: Namespace, context: Context) -> int:
    if args.deed and not args.id:
        raise UsageError("Name the hunk by its id.", hint="`cockpit hunk LANE` lists them.")
    cockpit = context.acting if args.deed else context.cockpit
    lane = find(cockpit.fleet(), args.lane)
    diff = cockpit.diff(lane)
    if not args.deed:
        _list(context.out, lane, diff)
        return 0
    deed = HunkDeed(args.deed)
    file = _named(lane, diff, args.id, deed)
    if deed is HunkDeed.DISCARD:
        context.confirm(f"Discard {args.id} of {file.path} in {lane}?")
    intent = ApplyHunk(lane, deed, file.layer, file.path, args.id, force=args.force)
    outcome = context.carry_out(intent)
    context.out.result(outcome_document(outcome, lane), outcome.summary)
    return 0


def _named(lane: LaneId, diff: LaneDiff, wanted: str, deed: HunkDeed) -> FileDiff:
    """The file that the id is of. Raises `UsageError` when there is none such."""
    for file in diff.files:
        ids = [hunk_identity(file, hunk) for hunk in parse_hunks(file.body)]
        if file.layer in DEED_LAYERS[deed] and wanted in (file_identity(file), *ids):
            return file
    raise UsageError(
        f"{lane} has no hunk {wanted[:40]!r} to {deed.value}.",
        detail="It may have changed since it was listed: the id is of exactly what was shown.",
        hint=f"`cockpit hunk {lane}` lists them.",
    )


def _list(out: Output, lane: LaneId, diff: LaneDiff) -> None:
    files = [file for file in diff.files if file.layer is not Layer.COMMITTED]
    if out.json:
        out.document(hunks_document(lane, files))
        return
    for file in files:
        out.line(
            (file_identity(file), "yellow"), " ", (file.path, "bold"), (f"  {file.layer}", "dim")
        )
        for hunk in parse_hunks(file.body):
            out.line("  ", (hunk_identity(file, hunk), "yellow"), " ", (hunk.header, "cyan"))
            for line in hunk.lines:
                if line.kind != " ":
                    out.line("      ", (line.kind + line.text, _STYLES[line.kind]))
    if not files:
        out.line(f"{lane} has no uncommitted work.")
