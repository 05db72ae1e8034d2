"""Files on the bus as they were found: content or the reason why there is none."""

from __future__ import annotations

from enum import StrEnum

from cockpit.dataclass import dataclass


class BusFolder(StrEnum):
    """The bus's folders below its root."""

    TASKS = "tasks"
    RESULTS = "results"


@dataclass(frozen=True, slots=True)
class BusFile:
    """One file by its name, raw from outside (undecodable bytes as surrogates)."""

    name: str
    content: bytes | None
    """None when it was not read: `problem` says why."""
    problem: str = ""
    """A sentence without its period that names the file."""
    changed: float = 0.0
    """Seconds since the epoch."""


@dataclass(frozen=True, slots=True)
class BusListing:
    """The files of one folder in the order of their names, and what is wrong with the folder
    itself (a file in its place, a symlink, too many names)."""

    files: tuple[BusFile, ...] = ()
    problems: tuple[str, ...] = ()
