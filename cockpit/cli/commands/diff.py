"""`cockpit diff`: a lane's whole change."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from dataclasses import replace

from cockpit.cli import words
from cockpit.cli.context import Context
from cockpit.cli.lanes import add_lane, find
from cockpit.cli.output import Output
from cockpit.cli.shapes import diff_document
from cockpit.cli.table import Column
from cockpit.domain.change import FileDiff, LaneDiff, Layer

NAME = "diff"
HELP = "show a lane's whole change, uncommitted work included"
DESCRIPTION = """\
Shows what the lane changed since it left the target branch: its commits, then every file,
committed, staged, changed and untracked alike, each marked with where the change lies.
Control characters are shown as symbols; --json has every byte."""
EXAMPLES = (
    ("cockpit diff alpha", "commits and unified diff"),
    ("cockpit diff alpha --stat", "files and counts only"),
    ("cockpit diff alpha --layer unstaged --layer untracked", "only what git add would take"),
    ("cockpit diff alpha --name-only", "paths, one a line"),
    ("cockpit diff alpha --json", "for a program"),
)

COLUMNS = (
    Column(""),
    Column("FILE", least=12),
    Column("LINES", right=True, rank=2),
    Column("WHERE", rank=1),
)

_STYLES = {"+": "green", "-": "red", "@": "cyan"}


def add_arguments(parser: ArgumentParser) -> None:
    add_lane(parser)
    how = parser.add_mutually_exclusive_group()
    how.add_argument("--stat", action="store_true", help="files and counts only")
    how.add_argument("--name-only", action="store_true", help="paths only, one a line")
    parser.add_argument(
        "--layer",
        action="append",
        choices=[layer.value for layer in Layer],
        help="only what is committed, staged, unstaged or untracked; may be repeated",
    )
    parser.add_argument(
        "-w", "--ignore-space", action="store_true", help="leave out changes of blanks alone"
    )


def run(args: Namespace, context: Context) -> int:
    lane = find(context.cockpit.fleet(), args.lane)
    bodies = not (args.stat or args.name_only)
    diff = context.cockpit.diff(lane, bodies=bodies, ignore_space=args.ignore_space)
    if args.layer:
        diff = replace(diff, files=tuple(f for f in diff.files if f.layer.value in args.layer))
    if context.out.json:
        context.out.document(diff_document(lane, diff, body=bodies))
        return 0
    if args.name_only:
        for path in dict.fromkeys(file.path for file in diff.files):
            context.out.line(path)
        return 0
    for line in words.commits(diff.commits):
        context.out.line(*line)
    if args.stat:
        _stat(context.out, diff)
    else:
        for file in diff.files:
            _file(context.out, file)
    if not diff.files:
        context.out.line(f"{lane} changed nothing.")
    return 0


def _stat(out: Output, diff: LaneDiff) -> None:
    if diff.files:
        out.table(
            COLUMNS,
            [[file.status, _name(file), _lines(file), _layer(file)] for file in diff.files],
        )


def _file(out: Output, file: FileDiff) -> None:
    out.line((f"{file.status} {_name(file)}", "bold"), (f"  {_lines(file)} {_layer(file)}", "dim"))
    for line in file.body.split("\n"):
        out.line((line, _STYLES.get(line[:1], "")))
    if file.truncated:
        out.line(("… cut; look at the file itself for the rest", "yellow"))


def _name(file: FileDiff) -> str:
    moved = file.old_path and file.old_path != file.path
    return f"{file.old_path} → {file.path}" if moved else file.path


def _lines(file: FileDiff) -> str:
    return "binary" if file.added is None else f"+{file.added} -{file.removed}"


def _layer(file: FileDiff) -> str:
    return "" if file.layer is Layer.COMMITTED else file.layer.value
