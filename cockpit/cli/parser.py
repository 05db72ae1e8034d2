"""Reading a command line: the options that every command has, before or after its name, and
help in the manner of a manual page.
"""

from __future__ import annotations

import argparse
import re
import shutil
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NoReturn

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

_TOGETHER = "\u00a0"
"""A blank that no line is broken at."""

MOST_SEEN = 6
"""Commands under "see also"."""


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
        from cockpit.cli.usage_words import sentence

        usage = " ".join((self.usage or "").split())
        optional = {str(one.metavar or one.dest) for one in self._actions if one.nargs == "*"}
        raise UsageError(
            sentence(self.command.NAME, message, optional),
            detail=f"usage: {usage}",
            hint=f"{self._guess(message)}`cockpit {self.command.NAME} --help` explains it, with "
            "examples.",
        )

    def _guess(self, message: str) -> str:
        """The nearest option, or choice, to the first word that was not understood."""
        import difflib

        said, _, rest = message.partition(": ")
        if said == "unrecognized arguments":
            word, known = rest.split(" ")[0].partition("=")[0], list(self._option_string_actions)
        elif said.startswith("argument ") and rest.startswith("invalid choice: "):
            word = rest.removeprefix("invalid choice: ").partition(" (")[0].strip("'\"")
            names = said.removeprefix("argument ").split("/")
            known = [
                str(choice)
                for action in self._actions
                if {action.dest, *action.option_strings} & set(names)
                for choice in action.choices or ()
            ]
        else:
            return ""
        near = difflib.get_close_matches(word[:40], known, n=1)
        return f"Did you mean {near[0]}? " if near else ""

    def format_help(self) -> str:
        spec, width = COMMANDS[self.command.NAME], _width()
        parts = [
            hanging(f"cockpit {spec.name} - {spec.help}", width),
            super().format_help().rstrip(),
        ]
        if spec.decides:
            parts.append("Refused from inside a lane's pane: it decides.")
        examples = [f"  {line}\n      {what}" for line, what in self.command.EXAMPLES]
        parts.append("examples:\n" + "\n".join(examples))
        parts.append("exit codes:\n  " + "\n  ".join(EXIT_CODES))
        others = ", ".join(f"cockpit{_TOGETHER}{name}" for name in see_also(self.command))
        parts.append(hanging(f"see also: {others}", width, " " * 10))
        return "\n\n".join(parts) + "\n"


def see_also(command: Command) -> list[str]:
    """The commands that its description names, then its neighbours in the overview."""
    words = re.findall(r"`cockpit ([a-z-]+)", command.DESCRIPTION)
    group = next(specs for _, specs in GROUPS if any(s.name == command.NAME for s in specs))
    names = dict.fromkeys([*words, *(spec.name for spec in group)])
    return [name for name in names if name in COMMANDS and name != command.NAME][:MOST_SEEN]


def hanging(text: str, width: int, indent: str = "    ") -> str:
    """`text` in lines of at most `width` cells, all but the first indented. Words stay whole,
    and so does what stands between backticks, for whoever copies it."""
    from textwrap import fill

    whole = re.sub(r"`[^`]*`", lambda code: _TOGETHER.join(code[0].split()), text)
    broken = fill(
        whole, width, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False
    )
    return broken.replace(_TOGETHER, " ")


class _Formatter(argparse.HelpFormatter):
    """Paragraphs stay apart, and each option says its default."""

    def __init__(self, prog: str) -> None:
        super().__init__(prog, max_help_position=26, width=_width())

    def _fill_text(self, text: str, width: int, indent: str) -> str:
        return "\n\n".join(hanging(part, width, "") for part in text.split("\n\n"))

    def _format_usage(self, usage: str | None, *rest: Any) -> str:
        return hanging(f"usage: {usage}", self._width, " " * 15) + "\n\n"

    def _get_help_string(self, action: argparse.Action) -> str:
        text, default = action.help or "", action.default
        if default in (None, False, "", argparse.SUPPRESS) or isinstance(default, list):
            return text
        return text if "default" in text or default == [] else f"{text} (default: %(default)s)"


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
    width = _width()
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
        for spec in specs:
            indent = " " * (longest + 4)
            lines += hanging(f"  {spec.name:<{longest}}  {spec.help}", width, indent).split("\n")
    lines += [
        "",
        "`cockpit COMMAND --help` or `cockpit help COMMAND` explains one, with examples;",
        "`cockpit help words` says what lane, zone, gate, train and all other words mean.",
        "",
        "exit codes:",
        *(f"  {line}" for line in EXIT_CODES),
    ]
    return "\n".join(lines) + "\n"


def words_page() -> str:
    """`cockpit help words`: every word and sign with its meaning."""
    from cockpit.domain.glossary import SIGNS, WORDS

    lines: list[str] = []
    width = _width()
    for title, entries in (("Words", WORDS), ("Signs", SIGNS)):
        longest = max(len(name) for name, _ in entries)
        lines += ["", f"{title}:"] if lines else [f"{title}:"]
        for name, meaning in entries:
            indent = " " * (longest + 4)
            lines += hanging(f"  {name:<{longest}}  {meaning}", width, indent).split("\n")
    return "\n".join(lines) + "\n"
