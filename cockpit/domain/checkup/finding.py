"""One thing that was looked at, and how bad it is."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

from cockpit.dataclass import dataclass


class Level(StrEnum):
    """From "as it should be" to "cockpit, or a lane, does not work like this"."""

    OK = "ok"
    NOTE = "note"
    """Worth knowing; nothing need be done."""
    WARNING = "warning"
    """It works, until it does not."""
    PROBLEM = "problem"


@dataclass(frozen=True, slots=True)
class Finding:
    """`seen` and `mend` are full sentences; `mend` is empty where there is nothing to do."""

    topic: str
    level: Level
    seen: str
    mend: str = ""


def ok(topic: str, seen: str) -> Finding:
    return Finding(topic, Level.OK, seen)


def note(topic: str, seen: str, mend: str) -> Finding:
    return Finding(topic, Level.NOTE, seen, mend)


def warning(topic: str, seen: str, mend: str) -> Finding:
    return Finding(topic, Level.WARNING, seen, mend)


def problem(topic: str, seen: str, mend: str) -> Finding:
    return Finding(topic, Level.PROBLEM, seen, mend)


def has_problem(findings: Iterable[Finding]) -> bool:
    return any(finding.level is Level.PROBLEM for finding in findings)
