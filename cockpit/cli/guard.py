"""Commands that decide are refused from inside a lane's pane (DESIGN §8).

A guard against accidents (an agent that tidies up after itself), not containment.
"""

from __future__ import annotations

import os

from cockpit.domain.text import safe
from cockpit.errors import Refused

LANE_VARIABLE = "COCKPIT_LANE"
"""Set in every lane's pane to the lane's name."""


def lane_inside() -> str:
    """The lane in whose pane this process runs; empty outside."""
    return safe(os.environ.get(LANE_VARIABLE, ""), width=60).text


def refuse_inside_lane(command: str) -> None:
    """Raises `Refused` if this process runs in a lane's pane."""
    lane = lane_inside()
    if lane:
        raise Refused(
            f"`cockpit {command}` decides, and this is the pane of lane {lane}: "
            "only the commander decides.",
            hint="Run it in a terminal of your own, or press the key on the board.",
        )


def refuse_nested(command: str) -> None:
    """Raises `Refused` for what would open a pane's own tmux server inside the pane."""
    lane = lane_inside()
    if lane:
        raise Refused(
            f"This is the pane of lane {lane}: `cockpit {command}` would open it inside itself.",
            hint="Go back to the board with Ctrl-Q, or use another terminal.",
        )
