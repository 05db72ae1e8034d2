"""Reading a command line: the options that every command has, before or after its name, and
help in the manner of a manual page.
"""

from __future__ import annotations

import argparse
import shutil
from collections.abc import Sequence
from typing import TYPE_CHECKING, NoReturn

from cockpit.cli.registry import COMMANDS, GROUPS
from cockpit.domain.text import safe
from cockpit.errors import UsageError

if TYPE_CHECKING:
    from cockpit.cli.registry import Command

_FLAGS = frozenset({"--json", "--yes", "-y", "--no-color", "--help", "-h", "--version", "-V"})

EXIT_CODES = (
    "0 ok, 1 failed, 2 usage or configuration, 3 refused by a guard, 4 conflict,",
    "5 gate red, 6 timed out, 7 delivery unknown, 130 interrupted",
)


def before_dashes(words: Sequence[str]) -> list[str]:
    """The words that can be options: those before `--`."""
    return list(words[: words.index("--")] if "--" in words else words)


def split(words: Sequence[str]) -> tuple[str | None, list[str]]:
    """The command's name (None: none was given) and all other words in their order."""
    at = 0
    while at < len(words):
        word = words[at]
        if word in _FLAGS or (word.startswith("-C") and word != "-C"):
            at += 1
        elif word == "-C":
            at += 2
        else:
            break
    if at < len(words) and not words[at].startswith("-"):
        return words[at], [*words[:at], *words[at + 1 :]]
    return None, list(words)


class CommandParser(argparse.ArgumentParser):
    """argparse, but a wrong command line raises `UsageError` instead of ending the program."""

    def __init__(self, command: Command) -> None:
        self.command = command
        spec = COMMANDS[command.NAME]
        super().__init__(
            prog=f"cockpit {command.NAME}",
            usage=f"cockpit {spec.line}",
            description=command.DESCRIPTION,
            formatter_class=_Formatter,
            add_help=False,
            allow_abbrev=False,
        )
        self._positionals.title = "arguments"
        command.add_arguments(self)
        _add_globals(self)

    def error(self, message: str) -> NoReturn:
        raise UsageError(
            f"cockpit {self.command.NAME}: {safe(message, width=400)}.",
            detail=f"usage: {self.usage}",
            hint=f"`cockpit {self.command.NAME} --help` explains it, with examples.",
        )

    def format_help(self) -> str:
        spec = COMMANDS[self.command.NAME]
        examples = "\n".join(f"  {line}\n      {what}" for line, what in self.command.EXAMPLES)
        parts = [f"cockpit {spec.name} - {spec.help}", super().format_help().rstrip()]
        if spec.decides:
            parts.append("Refused from inside a lane's pane: it decides.")
        parts.append(f"examples:\n{examples}")
        parts.append("exit codes:\n  " + "\n  ".join(EXIT_CODES))
        return "\n\n".join(parts) + "\n"


class _Formatter(argparse.RawDescriptionHelpFormatter):
    def __init__(self, prog: str) -> None:
        super().__init__(prog, max_help_position=26, width=_width())


def _width() -> int:
    return max(60, min(100, shutil.get_terminal_size().columns))


def _add_globals(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("options of every command")
    group.add_argument(
        "-C", metavar="DIR", dest="directory", default="", help="act as if started in DIR"
    )
    group.add_argument("--json", action="store_true", help="one JSON document on stdout")
    group.add_argument("-y", "--yes", action="store_true", help="say yes to what would be asked")
    group.add_argument("--no-color", action="store_true", help="no colour (also: NO_COLOR)")
    group.add_argument("-h", "--help", action="store_true", help="show this")


def unknown_command(name: str) -> UsageError:
    """The error for a command that does not exist, with the nearest one that does."""
    import difflib

    near = difflib.get_close_matches(name[:40], COMMANDS, n=1)
    guess = f"Did you mean `cockpit {near[0]}`? " if near else ""
    return UsageError(
        f"There is no command {safe(name, width=60)!s}.",
        hint=f"{guess}`cockpit --help` lists them all.",
    )


def overview() -> str:
    """`cockpit --help`: every command in its group."""
    lines = [
        "cockpit - supervise several AI coding agents on one repository, a lane each",
        "",
        "usage: cockpit [-C DIR] [--json] [--yes] [--no-color] [COMMAND …]",
        "",
        "Each lane has its own git worktree, branch and tmux pane. Without a command the",
        "cockpit opens (`up`).",
    ]
    longest = max(len(name) for name in COMMANDS)
    for title, specs in GROUPS:
        lines += ["", f"{title}:"]
        lines += [f"  {spec.name:<{longest}}  {spec.help}" for spec in specs]
    lines += [
        "",
        "`cockpit COMMAND --help` explains a command, with examples.",
        "",
        "exit codes:",
        *(f"  {line}" for line in EXIT_CODES),
    ]
    return "\n".join(lines) + "\n"
