"""How a gate or setup command went."""

from __future__ import annotations

from pathlib import Path

from cockpit.dataclass import dataclass


@dataclass(frozen=True, slots=True)
class RunResult:
    """A finished gate or setup command. `code` is None when the deadline or `stop` ended it;
    a death by signal N is -N."""

    code: int | None
    seconds: float
    tail: str
    """The last lines, raw from outside."""
    log: Path
    truncated: bool = False
    """The log does not hold all of the output."""
