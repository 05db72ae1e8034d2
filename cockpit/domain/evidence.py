"""What is seen of a lane's agent, and what it means by its preset: the values that
`judgement` weighs.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import field

from cockpit.dataclass import dataclass
from cockpit.domain.activity import Activity, State

ROWS_CAP = 200
"""Rows of the screen that are looked at, from the bottom."""

ROW_CAP = 400
"""Characters of a row that a pattern sees."""

QUESTION_ROWS = 40
"""Rows of a question that are carried in `detail`, the last ones."""

UNSURE_ROWS = 14
"""Rows above the choices that are carried when nobody knows where the question begins."""

CUT = "…"
"""First row of a question in `detail` whose beginning was not seen."""

LAST_WORDS = 6
"""Rows of a dead pane that are carried in `detail`."""

CONTINUED = "..."
"""In a `sequence`: any rows that begin with a blank (wrapped text, a footer), also none."""

ANY = "*"
"""In a `sequence`: any rows, also none."""

END = "$"
"""In a `sequence`: no row may follow."""


@dataclass(frozen=True, slots=True)
class Maybe:
    """In a `sequence`: a row that may be there or not."""

    pattern: re.Pattern[str]


Step = re.Pattern[str] | Maybe | str


@dataclass(frozen=True, slots=True)
class TitleRule:
    """What a terminal title says. With one state the title decides alone; with several it
    only narrows them, and the screen chooses (Claude's title is the same idle and asking)."""

    name: str
    pattern: re.Pattern[str]
    states: tuple[State, ...]
    agrees: tuple[State, ...] = ()
    """Screen states that don't contradict this title: the screen looks so in both."""


@dataclass(frozen=True, slots=True)
class ScreenRule:
    """What the bottom of the screen says; all that is given must hold.

    Rows are the last `rows` ones that aren't blank. `foot` is matched against the last
    paragraph with its rows joined by blanks, so that a wrapped footer reads the same.
    """

    name: str
    state: State
    rows: int = 12
    every: tuple[re.Pattern[str], ...] = ()
    """Each must be found in some row."""
    none: tuple[re.Pattern[str], ...] = ()
    """None may be found in any row."""
    sequence: tuple[Step, ...] = ()
    """Rows that follow each other: a pattern is one row, `Maybe` one or none, `...` rows that
    begin with a blank, `*` any rows, `$` the end of the screen."""
    foot: re.Pattern[str] | None = None
    own_title: bool = False
    """Only when the program set a title of its own: the screen alone shows too little."""
    begins: re.Pattern[str] | None = None
    """Where the question begins, at or above the first match of `every`."""


@dataclass(frozen=True, slots=True)
class Rules:
    """An agent's signs. `shells` are programs that mean: back at a shell."""

    titles: tuple[TitleRule, ...] = ()
    screens: tuple[ScreenRule, ...] = ()
    shells: frozenset[str] = frozenset()
    foreground: bool = False
    """The agent is a shell: at its prompt it is idle, while a program runs it works."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """What was seen. `command` is the pane's foreground program, `rows` the visible rows.

    `found` is False when there is no pane to look at or looking failed. `own_title` is False
    when the title is tmux's default (the host's name). `worked_at` is when a sign of work was
    last seen, None if that isn't known. `spoke` is when the program printed last, in seconds
    since the epoch, 0 if that isn't known.
    """

    found: bool
    now: float
    dead: bool = False
    exit_code: int | None = None
    title: str = ""
    own_title: bool = True
    command: str = ""
    rows: Sequence[str] = ()
    previous: Activity | None = None
    worked_at: float | None = None
    spoke: float = 0.0


@dataclass(frozen=True, slots=True)
class Sign:
    """One thing that was seen. `states` is empty where nothing was recognised."""

    source: str
    rule: str
    states: tuple[State, ...] = ()
    text: str = ""
    agrees: tuple[State, ...] = field(default=(), compare=False)
