"""`cockpit task new`: one task from words, a file, stdin or the editor, or a task a line."""

from __future__ import annotations

import re
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from cockpit.cli import editor
from cockpit.cli.prompt import read_text
from cockpit.cli.shapes import outcome_document
from cockpit.domain.bus import BusFolder
from cockpit.domain.intents import WriteTasks
from cockpit.errors import UsageError

if TYPE_CHECKING:
    from cockpit.cli.context import Context

MOST_LINES = 1_000
"""Tasks that one list makes; each is written durably by itself."""

KEYS = ("title", "depends", "zone", "lane", "estimate", "test")
FORM = "---\n" + "".join(f"{key}: \n" for key in KEYS) + "---\n\n"
"""What the editor opens with. A key that stays empty is left out."""

_EMPTY = frozenset(f"{key}:" for key in KEYS)
_BULLET = re.compile(r"\s*(?:(?:[-*+•]|\d{1,4}[.)])\s+)?(?:\[[ xX]?\]\s+)?")


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--name", metavar="N", default="", help="for new: this number or file's name"
    )
    parser.add_argument(
        "--prefix",
        metavar="P",
        default="",
        help="for new: ws makes ws-01, ws-02, … (default: task)",
    )
    parser.add_argument(
        "-f", "--file", metavar="FILE", default="", help="for new: the whole task from a file"
    )
    parser.add_argument(
        "--lines", metavar="FILE", default="", help="for new: a task a line of a file"
    )


def run(args: Namespace, context: Context) -> int:
    """Write what was given and print the files."""
    with _texts(args, context) as texts:
        outcome = context.carry_out(WriteTasks(texts, args.name, args.prefix))
    folder = context.cockpit.root / context.cockpit.config.bus / BusFolder.TASKS
    paths = [folder / str(name) for name in outcome.data.get("files", ())]
    if context.out.json:
        document = outcome_document(outcome, None)
        context.out.document({**document, "paths": [str(path) for path in paths]})
        return 0
    for path in paths:
        context.out.raw_path(path)
    return 0


@contextmanager
def _texts(args: Namespace, context: Context) -> Iterator[tuple[str, ...]]:
    """The texts of the tasks. Raises `UsageError` for two sources, or none to be had."""
    stdin = args.words == ["-"]
    if sum((bool(args.words), bool(args.file), bool(args.lines))) > 1:
        raise UsageError("Give a title, -f FILE or --lines FILE, not several of them.")
    if args.lines:
        yield _lines(read_text(context, args.lines, "a list of tasks"), args)
    elif args.file or stdin:
        yield (_some(read_text(context, args.file or "-", "a task")),)
    elif args.words:
        yield (_some(" ".join(args.words)),)
    elif context.can_ask:
        with editor.edited(FORM, "task.md") as text:
            yield (tidied(text),)
    else:
        raise UsageError(
            "There is no task to write, and no terminal to open an editor on.",
            hint="Give a title, -f FILE, --lines FILE, or - for stdin.",
        )


def _some(text: str) -> str:
    if not text.strip():
        raise UsageError("The task is empty.", hint="Write at least a line: it is the title.")
    return text


def _lines(text: str, args: Namespace) -> tuple[str, ...]:
    found = [title for line in text.splitlines() if (title := _BULLET.sub("", line, 1).strip())]
    if not found:
        raise UsageError("There is no line in it.", hint="Each line is the title of a task.")
    if len(found) > MOST_LINES:
        raise UsageError(
            f"{len(found)} lines are more tasks than are written at once ({MOST_LINES}).",
            hint="Split the list.",
        )
    if args.name and len(found) > 1:
        raise UsageError("--name names one task, and this is a list.")
    return tuple(found)


def tidied(text: str) -> str:
    """The form without the keys that stayed empty; without a header where all did."""
    kept = "\n".join(line for line in text.splitlines() if line.rstrip() not in _EMPTY)
    plain = re.sub(r"\A---\n---\n+", "", kept)
    return f"{plain.strip()}\n"
