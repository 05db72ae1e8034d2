"""Keys that a file wants for the app's actions, as data, and what is wrong with such a wish."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import field

from cockpit.dataclass import dataclass


@dataclass(frozen=True, slots=True)
class KeyWish:
    """One entry of `keys:`, as it was written. No `keys`: the action shall have none.

    `own`: it stands in the commander's own file; else it comes with the repository, and may
    do less.
    """

    action: str
    keys: tuple[str, ...]
    own: bool = False
    file: str = field(default="", compare=False)
    line: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class KeyProblem:
    """Why a wish was not followed. `message` is a clause about `keys.<action>`."""

    wish: KeyWish
    message: str
    nearest: str = ""

    def __str__(self) -> str:
        """`config.yaml:3: keys.dif: there is no such action; did you mean diff?`"""
        wish = self.wish
        place = f"{wish.file}:{wish.line}: " if wish.file else ""
        guess = f"; did you mean {self.nearest}?" if self.nearest else ""
        return f"{place}keys.{wish.action}: {self.message}{guess}"


def nearest(word: str, known: Iterable[str]) -> str:
    """The name that `word` may have been meant to be; empty if none is near."""
    found = difflib.get_close_matches(word[:60].lower(), list(known), n=1, cutoff=0.6)
    return found[0] if found else ""
