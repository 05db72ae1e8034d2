"""One command line from its words to its exit code: parse, guard, run, and say what went wrong."""

from __future__ import annotations

import os
from argparse import Namespace
from collections.abc import Sequence
from pathlib import Path

from cockpit.cli import crash
from cockpit.cli.context import Connect, Context, connect
from cockpit.cli.exits import as_error
from cockpit.cli.guard import refuse_inside_lane
from cockpit.cli.output import Output
from cockpit.cli.parser import (
    CommandParser,
    before_dashes,
    overview,
    split,
    unknown_command,
    words_page,
)
from cockpit.cli.registry import COMMANDS, DEFAULT, Command
from cockpit.errors import Exit, UsageError


def run(words: Sequence[str], *, connect: Connect = connect) -> int:
    """Run the command line and return its exit code; raises nothing (but with COCKPIT_DEBUG=1
    what was not expected)."""
    options = before_dashes(words)
    out = Output(json="--json" in options, colour=False if "--no-color" in options else None)
    try:
        code = _run(words, options, out, connect)
        out.finish()
    except KeyboardInterrupt:
        out.say("cockpit: interrupted; the next command finishes or undoes what was under way.")
        return int(Exit.INTERRUPTED)
    except Exception as problem:  # noqa: BLE001 - the outermost frame: said in a sentence
        return _fail(problem, out)
    return code


def _fail(problem: Exception, out: Output) -> int:
    error = as_error(problem)
    if error is None:
        if crash.wants_traceback():
            raise problem
        error = crash.record(problem)
    try:
        out.failure(error)
        out.finish()
    except OSError:
        pass  # stdout is what failed; stderr has the sentence
    return int(error.code)


def _run(words: Sequence[str], options: Sequence[str], out: Output, connect: Connect) -> int:
    name, rest = split(words)
    wants_help = "--help" in options or "-h" in options
    if name == "help":
        wants_help, (name, rest) = True, split(rest)
    if wants_help and name in (None, "words"):
        out.document_text(words_page() if name else overview())
        return 0
    if name is None and ("--version" in options or "-V" in options):
        return _version(out)
    spec = COMMANDS.get(name if name is not None else DEFAULT)
    if spec is None:
        raise unknown_command(name or "")
    command = spec.load()
    parser = CommandParser(command)
    if wants_help:
        out.document_text(parser.format_help())
        return 0
    args = parser.parse_intermixed_args(rest)
    if spec.decides:
        refuse_inside_lane(spec.name)
    context = Context(out, start=_start(args.directory), yes=args.yes, connect=connect)
    return _carried_out(command, args, context)


def _carried_out(command: Command, args: Namespace, context: Context) -> int:
    try:
        return command.run(args, context)
    finally:
        context.close()


def _start(directory: str) -> Path:
    """The folder to act in. Raises `UsageError` if it is none."""
    try:
        here = Path.cwd()
    except OSError as gone:
        raise UsageError(
            "The current folder does not exist any more.", hint="Change to one that does."
        ) from gone
    start = here / os.path.expanduser(directory)
    if not start.is_dir():
        raise UsageError(f"{directory} is not a folder.", hint="Give -C an existing folder.")
    return start


def _version(out: Output) -> int:
    from cockpit import __version__

    out.result({"version": __version__}, f"cockpit {__version__}")
    return 0
