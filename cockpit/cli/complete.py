"""`cockpit __complete WORD…`: what could stand in place of the last word.

The shells' scripts ask this at every press of Tab. It knows the commands by a generated table
(`completion_table`), not by their parsers, so that it starts as fast as Python does. A line is
a suggestion, a tab and what it means; the first line says whether the shell shall offer files
or folders too. Nothing of what is printed holds a control character.
"""

from __future__ import annotations

import os
import sys

from cockpit.cli.completion_table import GLOBALS, TABLE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    Suggestion = tuple[str, str]

LISTS = ("lane-states", "task-states", "states")
"""Kinds of which one may name several, by commas."""
UNIONS = {"lanes-tasks": ("lanes", "tasks"), "states": ("lane-states", "task-states")}
PLACES = ("files", "folders")
BY_ACTION = {
    ("task", "ls"): "",
    ("task", "new"): "",
    ("plan", "stop"): "",
    ("plan", "close"): "",
    ("train", "stop"): "",
    ("trash", "ls"): "",
}
"""What an action of a command takes, where it is not what the command takes."""


class Line:
    """One line of the table: `name|help|positionals|options`, the positionals' kinds divided by
    blanks (the last may end in `*`; `=a,b` is a choice), an option as `--long,-s=kind`."""

    def __init__(self, text: str) -> None:
        self.name, self.help, positionals, options = text.split("|", 3)
        self.positionals = positionals.split()
        self.options: dict[str, str] = {}
        for option in options.split():
            flags, _, kind = option.partition("=")
            self.options.update(dict.fromkeys(flags.split(","), kind))


def main(words: Sequence[str]) -> int:
    """Print the suggestions for a command line without its first word; never fails loudly."""
    place, found = suggest(list(words) or [""], os.getcwd())
    lines = [f":{place}", *(f"{name}\t{what}" for name, what in found if _is_plain(name))]
    data = ("\n".join(lines) + "\n").encode("utf-8", "replace")
    try:
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    return 0


def _is_plain(name: str) -> bool:
    return bool(name) and name.isprintable()


def suggest(words: list[str], start: str) -> tuple[str, list[Suggestion]]:
    """What the shell adds by itself (`files`, `folders` or `none`), and suggestions that begin
    as the last word does."""
    *before, current = _joined(words)
    lines = {line.name: line for line in map(Line, TABLE.splitlines())}
    scan = Scan(lines, start)
    for word in before:
        scan.take(word)
    kind, head = scan.kind_of(current)
    tail = current[len(head) :]
    if kind in PLACES:
        return kind, []
    found = list(scan.of_kind(kind, current if kind == "options" else tail))
    shown = [(head + name, what) for name, what in found if name.startswith(tail)]
    return "none", shown


def _joined(words: list[str]) -> list[str]:
    """bash takes `--for=idle` apart at the `=`: put together again."""
    found: list[str] = []
    for word in words:
        if found and found[-1].startswith("--") and word == "=":
            found[-1] += "="
        elif found and found[-1].startswith("--") and found[-1].endswith("="):
            found[-1] += word
        else:
            found.append(word)
    return found


class Scan:
    """Reads the words before the last one, and tells what may come next."""

    def __init__(self, lines: dict[str, Line], start: str) -> None:
        self.lines = lines
        self.start = start
        self.command: Line | None = None
        self.given: list[str] = []
        """Positionals so far."""
        self.awaited = ""
        """The kind that the option before takes."""
        self.waits = False
        self.option = ""
        self.only_words = False

    def take(self, word: str) -> None:
        """Go on over one word that is complete."""
        if self.waits:
            if self.option == "-C":
                self.start = os.path.join(self.start, os.path.expanduser(word))
            self.waits = False
        elif word == "--" and not self.only_words:
            self.only_words = True
        elif word.startswith("-") and word != "-" and not self.only_words:
            kind = self.options().get(word)
            self.option, self.awaited, self.waits = word, kind or "", bool(kind)
        elif self.command is None:
            self.command = self.lines.get(word, Line(f"{word}|||"))
        else:
            self.given.append(word)

    def options(self) -> dict[str, str]:
        own = self.command.options if self.command is not None else {}
        return {**own, **GLOBALS}

    def kind_of(self, current: str) -> tuple[str, str]:
        """The kind of the current word, and the part of it that stands before what is
        completed."""
        if self.waits:
            return self.awaited, _before_comma(current, self.awaited)
        if current.startswith("-") and not self.only_words:
            option, equals, value = current.partition("=")
            if not equals:
                return "options", ""
            kind = self.options().get(option, "")
            return kind, f"{option}={_before_comma(value, kind)}"
        if self.command is None:
            return "commands", ""
        if self.command.name == "help":
            return ("commands" if not self.given else ""), ""
        kind = self._positional()
        return kind, _before_comma(current, kind)

    def _positional(self) -> str:
        assert self.command is not None
        kinds, at = self.command.positionals, len(self.given)
        action = self.given[0] if self.given else ""
        if at and (self.command.name, action) in BY_ACTION:
            return ""
        if (self.command.name, action, at) == ("task", "assign", 2):
            return "lanes"
        if at < len(kinds):
            return kinds[at].removesuffix("*")
        return kinds[-1][:-1] if kinds and kinds[-1].endswith("*") else ""

    def of_kind(self, kind: str, typed: str) -> Iterator[Suggestion]:
        """All suggestions of a kind, less what stands on the line already."""
        if kind == "commands":
            yield from ((line.name, line.help) for line in self.lines.values())
        elif kind == "options":
            long = {name for name in self.options() if name.startswith("--")}
            short = {"-C"} if not typed.startswith("--") else set()
            yield from ((name, "") for name in sorted(long | short))
        elif kind.startswith("="):
            yield from ((name, "") for name in kind[1:].split(","))
        elif kind and kind not in ("-", *PLACES):
            from cockpit.services.quick import names

            for part in UNIONS.get(kind, (kind,)):
                for name in names(part, self.start):
                    if name not in self.given:
                        yield (name, part.rstrip("s").replace("-", "'s ") if "-" in part else "")


def _before_comma(text: str, kind: str) -> str:
    return text[: text.rfind(",") + 1] if kind in LISTS else ""
