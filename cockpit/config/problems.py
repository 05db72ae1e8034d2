"""What is wrong in a configuration file, as data: all of it, each with its place."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from cockpit.dataclass import dataclass
from cockpit.domain.text import safe
from cockpit.errors import UsageError

MAX_PROBLEMS = 200
"""Problems kept of one file; a file with more is not a configuration."""


class Mark(NamedTuple):
    """A place in the file, both from 1."""

    line: int
    column: int


START = Mark(1, 1)

KeyPath = tuple[str | int, ...]
"""The way from the top to a value: names, and positions in lists from 0."""


def dotted(path: KeyPath) -> str:
    """`lanes.alpha.zone[0]`, each name made showable and short."""
    text = ""
    for part in path:
        if isinstance(part, int):
            text += f"[{part}]"
        else:
            text += ("." if text else "") + safe(part, width=60).text
    return text


def quoted(text: str) -> str:
    """A value from the file as it may stand in a sentence."""
    return f'"{safe(text, width=60).text}"'


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong. `message` is a clause; `nearest` the valid name it may have
    been meant to be, or empty. `key` is empty for what concerns the file as a whole."""

    file: str
    line: int
    column: int
    key: str
    message: str
    nearest: str = ""

    def __str__(self) -> str:
        """`lanes.yaml:7: lanes.alpha.agnet: unknown key; did you mean agent?`"""
        place = f"{self.file}:{self.line}: " if self.file and self.line else ""
        place += f"{self.key}: " if self.key else ""
        guess = f"; did you mean {self.nearest}?" if self.nearest else ""
        return f"{place}{self.message}{guess}"


class ConfigError(UsageError):
    """A configuration file can't be used. `problems` has all that is wrong, in file order."""

    def __init__(self, problems: Iterable[Problem], *, path: Path):
        self.problems = tuple(problems)
        self.path = path
        first, *others = (str(problem) for problem in self.problems)
        super().__init__(
            first,
            detail="\n".join(others),
            hint="Mend the file; `cockpit check` explains it, lanes.example.yaml shows every key.",
        )


class NoConfig(UsageError):
    """There is no configuration file yet; `init` writes one."""


class Problems:
    """Collects what is wrong while a file is read."""

    def __init__(self, file: str) -> None:
        self.file = file
        self._found: dict[tuple[int, str, str], Problem] = {}

    def add(self, at: Mark, path: KeyPath, message: str, *, nearest: str = "") -> None:
        """Note a problem; the same one twice counts once."""
        if len(self._found) < MAX_PROBLEMS:
            key = dotted(path)
            problem = Problem(self.file, at.line, at.column, key, message, nearest)
            self._found.setdefault((at.line, key, message), problem)

    def has(self, path: KeyPath) -> bool:
        """Whether the value at `path` (or something in it) already has a problem, so that
        what follows from it need not be told too."""
        key = dotted(path)
        return any(
            problem.key == key or problem.key.startswith((key + ".", key + "["))
            for problem in self._found.values()
        )

    @property
    def found(self) -> tuple[Problem, ...]:
        return tuple(sorted(self._found.values(), key=lambda p: (p.line, p.column)))

    def __bool__(self) -> bool:
        return bool(self._found)


def nearest(word: str, known: Iterable[str]) -> str:
    """The name that `word` may have been meant to be; empty if none is near."""
    names = list(known)
    folded = {name.casefold().replace("-", "_"): name for name in reversed(names)}
    wanted = word[:60].casefold().replace("-", "_")
    found = difflib.get_close_matches(wanted, list(folded), n=1, cutoff=0.6)
    return folded[found[0]] if found else ""
