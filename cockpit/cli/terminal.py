"""What the terminal can do, and handing it over to tmux.

A program that takes over the terminal replaces this one (`execvpe`), so that no Python
process stands between the commander and the panes.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from typing import NoReturn

from cockpit.errors import CockpitError, Unavailable, UsageError

LEAST_COLUMNS = 60
LEAST_ROWS = 16
"""Below this the board can't show even one lane's panel and its status line."""


def require_terminal(command: str, instead: str) -> None:
    """Raises `UsageError` unless stdin and stdout are a terminal; `instead` is the hint."""
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise UsageError(f"`cockpit {command}` needs a terminal, and there is none.", hint=instead)


def require_room(command: str) -> None:
    """Raises `CockpitError` when the terminal is too small. A size of 0 is unknown, not small."""
    try:
        columns, rows = os.get_terminal_size(sys.stdout.fileno())
    except (OSError, ValueError):
        return
    if (columns and columns < LEAST_COLUMNS) or (rows and rows < LEAST_ROWS):
        raise CockpitError(
            f"The terminal has {columns} columns and {rows} rows; "
            f"`cockpit {command}` needs {LEAST_COLUMNS} by {LEAST_ROWS}.",
            hint="Make it larger, or use `cockpit status`.",
        )


def has_few_colours() -> bool:
    """Whether the terminal has no more than 16 colours, by its entry in terminfo; one without
    an entry is taken for a good one."""
    import curses

    if os.environ.get("COLORTERM", "").lower() in ("truecolor", "24bit"):
        return False
    try:
        curses.setupterm(fd=sys.stdout.fileno())
        return 0 <= curses.tigetnum("colors") <= 16
    except (curses.error, OSError, ValueError):
        return False


def become(argv: Sequence[str], environment: Mapping[str, str]) -> NoReturn:
    """Replace this program by `argv`. Raises `Unavailable` when it is not installed."""
    sys.stdout.flush()
    sys.stderr.flush()
    try:
        os.execvpe(argv[0], list(argv), dict(environment))
    except FileNotFoundError as missing:
        raise Unavailable(
            f"{argv[0]} is not installed.", hint=f"Install it, for example `apt install {argv[0]}`."
        ) from missing
