"""What is meant by a place in a line of text: the mouse on the board's header."""

from __future__ import annotations

import re

from rich.cells import cell_len

from cockpit.domain.activity import GLYPHS, State
from cockpit.domain.fleet import Fleet, LaneView
from cockpit.domain.ids import LaneId

_GLYPHS = {glyph: state for state, glyph in reversed(GLYPHS.items())}
_COUNT = re.compile(
    rf"([{''.join(_GLYPHS)}]) \d+(?: ({'|'.join(state.value for state in State)}))?(?= *$|  )"
)
"""A count with its word, or (where the header is narrow) without."""


def state_at(line: str, x: int) -> State | None:
    """The state whose count (`? 2 asking`) stands at a cell of the line."""
    for found in _COUNT.finditer(line):
        if cell_len(line[: found.start()]) <= x < cell_len(line[: found.end()]):
            return State(found[2]) if found[2] else _GLYPHS[found[1]]
    return None


def shown_state(view: LaneView) -> State:
    """The state that a lane is counted under; one with a fault is in error."""
    return State.ERROR if view.fault is not None else view.activity.state


def next_in(fleet: Fleet, state: State, after: LaneId | None) -> LaneId | None:
    """The next lane in a state, from the one after `after` round; None if none is."""
    lanes = [view.lane for view in fleet.lanes.values() if shown_state(view) is state]
    if not lanes:
        return None
    return lanes[(lanes.index(after) + 1) % len(lanes)] if after in lanes else lanes[0]
