"""Kinds of single values: how the text that was written becomes a value, or a problem.

A kind reads a node, puts what is wrong into `Problems`, and returns the value, or `BAD`
when there is none. It also says in words what it takes, for the reference.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Any, Final, Protocol

from cockpit.config import rules
from cockpit.config.problems import KeyPath, Problems, nearest, quoted
from cockpit.config.yaml_events import Entries, Items, Node, Scalar
from cockpit.dataclass import dataclass

BAD: Final = object()
"""No value: the problem is noted."""

MAX_TEXT = 1_000
MAX_COMMAND = 10_000


class Kind(Protocol):
    """How one value is read."""

    @property
    def words(self) -> str:
        """What it takes, for people: `duration (10m)`."""
        ...

    def read(self, node: Node, path: KeyPath, problems: Problems) -> Any:
        """The value, or `BAD` with the reason in `problems`."""
        ...


def what_is(node: Node) -> str:
    """A node in words, for `…, not a list`."""
    match node:
        case Items():
            return "a list"
        case Entries():
            return "a mapping"
        case Scalar():
            return quoted(node.text) if node.text else "nothing"


def scalar(node: Node, path: KeyPath, problems: Problems, wanted: str) -> Scalar | None:
    """`node` if it is a single value; else a problem that says what was wanted."""
    if isinstance(node, Scalar):
        return node
    problems.add(node.at, path, f"must be {wanted}, not {what_is(node)}")
    return None


@dataclass(frozen=True, slots=True)
class Text:
    """Text, as it was written: `no`, `1.10`, `012` and dates stay what they are.

    `rule` complains about its content; `lines` allows newlines (a command of several lines).
    """

    words: str = "text"
    rule: rules.Rule = rules.fine
    limit: int = MAX_TEXT
    lines: bool = False

    def read(self, node: Node, path: KeyPath, problems: Problems) -> Any:
        found = scalar(node, path, problems, "text")
        if found is None:
            return BAD
        complaint = self._complaint(found.text)
        if complaint:
            problems.add(found.at, path, f"{quoted(found.text)} {complaint}")
            return BAD
        return found.text

    def _complaint(self, text: str) -> str:
        if len(text) > self.limit:
            return f"is longer than {self.limit} characters"
        if not self.lines and ("\n" in text or "\t" in text):
            return "must be one line without tabs"
        return self.rule(text)


@dataclass(frozen=True, slots=True)
class Bool:
    words: str = "true or false"

    def read(self, node: Node, path: KeyPath, problems: Problems) -> Any:
        found = scalar(node, path, problems, self.words)
        if found is None:
            return BAD
        if found.plain and found.text in ("true", "false"):
            return found.text == "true"
        meant = _meant_bool(found.text)
        problems.add(found.at, path, f"must be true or false, not {what_is(found)}", nearest=meant)
        return BAD


def _meant_bool(text: str) -> str:
    folded = text.casefold()
    if folded in ("true", "yes", "on", "y", "1"):
        return "true"
    return "false" if folded in ("false", "no", "off", "n", "0") else ""


@dataclass(frozen=True, slots=True)
class Int:
    """A whole number in decimal; `word` may stand for `word_value` (`auto` for 0)."""

    low: int
    high: int
    word: str = ""
    word_value: int = 0

    @property
    def words(self) -> str:
        return self._words("")

    def _words(self, article: str) -> str:
        number = f"{article}whole number {self.low}-{self.high}"
        return f"{self.word} or {number}" if self.word else number

    def read(self, node: Node, path: KeyPath, problems: Problems) -> Any:
        found = scalar(node, path, problems, self._words("a "))
        if found is None:
            return BAD
        text = found.text
        if self.word and text == self.word:
            return self.word_value
        if not found.plain and re.fullmatch(r"\d+", text):
            problems.add(found.at, path, f"must be a number without quotes, not {quoted(text)}")
        elif not re.fullmatch(r"0|-?[1-9][0-9]{0,11}", text, re.ASCII):
            octal = re.fullmatch(r"0[0-9]{1,11}", text, re.ASCII)
            meant = str(int(text)) if octal and self.low <= int(text) <= self.high else ""
            problems.add(
                found.at, path, f"must be {self._words('a ')}, not {what_is(found)}", nearest=meant
            )
        elif not self.low <= int(text) <= self.high:
            problems.add(found.at, path, f"must be {self.low} to {self.high}, not {text}")
        else:
            return int(text)
        return BAD


_UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}
_DURATION = re.compile(r"(?:\d{1,6}(?:ms|[smhd]))+", re.ASCII)
_SIZES = {"B": 1, "K": 1 << 10, "M": 1 << 20, "G": 1 << 30, "T": 1 << 40}


@dataclass(frozen=True, slots=True)
class Duration:
    """`2s`, `10m`, `1h30m`; the value is seconds. `forever` (None) only where it is meant."""

    low: float = 0.0
    high: float = 366 * 86400.0
    forever: bool = False

    @property
    def words(self) -> str:
        return "duration (30s, 10m, 4h, 2d)" + (" or forever" if self.forever else "")

    def read(self, node: Node, path: KeyPath, problems: Problems) -> Any:
        found = scalar(node, path, problems, f"a {self.words}")
        if found is None:
            return BAD
        text = found.text
        if text == "forever" and self.forever:
            return None
        seconds = duration_seconds(text)
        if seconds is None:
            bare = re.fullmatch(r"\d{1,6}", text, re.ASCII)
            meant = f"{text}s" if bare else ""
            why = "needs a unit" if bare else f"must be a {self.words}"
            problems.add(found.at, path, f"{why}, not {what_is(found)}", nearest=meant)
        elif not self.low <= seconds <= self.high:
            span = f"{duration_text(self.low)} to {duration_text(self.high)}"
            problems.add(found.at, path, f"must be {span}, not {quoted(text)}")
        else:
            return seconds
        return BAD


def duration_seconds(text: str) -> float | None:
    """Seconds of `1h30m`; `0` needs no unit. None if it isn't a duration."""
    if text == "0":
        return 0.0
    if not _DURATION.fullmatch(text):
        return None
    parts = re.findall(r"(\d+)(ms|[smhd])", text, re.ASCII)
    return sum(int(number) * _UNITS[unit] for number, unit in parts)


def duration_text(seconds: float) -> str:
    """The shortest single unit that is exact: `90` gives `90s`, `600` gives `10m`."""
    for unit in ("d", "h", "m", "s"):
        if seconds >= _UNITS[unit] and seconds % _UNITS[unit] == 0:
            return f"{int(seconds // _UNITS[unit])}{unit}"
    return f"{round(seconds * 1000)}ms" if seconds else "0"


@dataclass(frozen=True, slots=True)
class Size:
    """`500M`, `5G`: powers of 1024; the value is bytes."""

    words: str = "size (500M, 5G)"

    def read(self, node: Node, path: KeyPath, problems: Problems) -> Any:
        found = scalar(node, path, problems, f"a {self.words}")
        if found is None:
            return BAD
        match = re.fullmatch(r"(\d{1,6})([BKMGT])", found.text, re.ASCII)
        if match:
            return int(match[1]) * _SIZES[match[2]]
        if found.text == "0":
            return 0
        problems.add(found.at, path, f"must be a {self.words}, not {what_is(found)}")
        return BAD


@dataclass(frozen=True, slots=True)
class Choice:
    """One of some words; `empty` allows `""`."""

    choices: tuple[str, ...]
    empty: bool = False

    @property
    def words(self) -> str:
        return " / ".join((*(('""',) if self.empty else ()), *self.choices))

    def read(self, node: Node, path: KeyPath, problems: Problems) -> Any:
        listed = ", ".join(self.choices)
        found = scalar(node, path, problems, f"one of {listed}")
        if found is None:
            return BAD
        if found.text in self.choices or (self.empty and not found.text):
            return found.text
        problems.add(
            found.at,
            path,
            f"must be one of {listed}, not {what_is(found)}",
            nearest=nearest(found.text, self.choices),
        )
        return BAD


def as_yaml_list(words: Sequence[str]) -> str:
    """`["a", "b"]`, as it can be pasted into the file."""
    return json.dumps(list(words), ensure_ascii=False)
