"""A lane's pane as tmux shows it: what is listed, and what one capture holds.

Both are raw from outside (titles, commands, rows): they go through `safe` or the SGR
parser before they are shown.
"""

from __future__ import annotations

from cockpit.dataclass import dataclass
from cockpit.domain.ids import LaneId, PaneId
from cockpit.domain.lane import PaneRef


@dataclass(frozen=True, slots=True)
class PaneInfo:
    """A lane's pane as tmux lists it now. `exit_code` is None while it lives or is unknown;
    a program ended by a signal has 128 + signal, as in a shell."""

    ref: PaneRef
    lane: LaneId
    op: str
    dead: bool
    exit_code: int | None
    title: str
    command: str
    in_mode: bool
    width: int
    height: int
    spoke: int = 0
    """When the program last printed anything, in seconds since the epoch; 0 if unknown."""


@dataclass(frozen=True, slots=True)
class Frame:
    """One capture of a pane: its rows with SGR, cursor (column, row), title."""

    pane: PaneId
    rows: tuple[str, ...]
    cursor: tuple[int, int]
    width: int
    height: int
    title: str = ""
    dead: bool = False
    exit_code: int | None = None
