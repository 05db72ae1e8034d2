"""What a lane's agent is doing, and how we know (DESIGN §10).

`judge` weighs the evidence: process, then title, then screen rules, else unknown.
A failed probe is `unknown`, never dead and never idle.
"""

from __future__ import annotations

from enum import StrEnum

from cockpit.dataclass import dataclass


class State(StrEnum):
    """States of a lane's agent, in the words of the board."""

    PLANNED = "planned"
    PARKED = "parked"
    """Put away: its branch stays, its slot is free."""
    SETUP = "setup"
    STARTING = "starting"
    WORKING = "working"
    ASKING = "asking"
    IDLE = "idle"
    ERROR = "error"
    EXITED = "exited"
    STALLED = "stalled"
    LIMITED = "limited"
    UNKNOWN = "unknown"


GLYPHS: dict[State, str] = {
    State.PLANNED: "·",
    State.PARKED: "◇",
    State.SETUP: "◔",
    State.STARTING: "◔",
    State.WORKING: "●",
    State.ASKING: "?",
    State.IDLE: "○",
    State.ERROR: "✗",
    State.EXITED: "■",
    State.STALLED: "◌",
    State.LIMITED: "⏸",
    State.UNKNOWN: "~",
}
"""One glyph a state; shape differs, so colour is never the only sign."""

NEEDS_COMMANDER = frozenset({State.ASKING, State.ERROR, State.EXITED, State.LIMITED})


@dataclass(frozen=True, slots=True)
class Activity:
    """A state with its evidence. `since` is the clock's time in seconds."""

    state: State
    source: str
    """`process`, `title`, `screen`, `operation`, or `none`."""
    rule: str
    since: float
    detail: str = ""
    """Exit code, the question asked, an agent's last words."""


def headline(detail: str) -> str:
    """The one line of a detail that says most: the question asked, else its last words; the
    edges of a box that it stands in are left out."""
    lines = [text for line in detail.splitlines() if (text := line.strip(" \t│┃║"))]
    questions = [line for line in lines if line.endswith("?")]
    return (questions or lines or [""])[-1]
