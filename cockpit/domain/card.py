"""What is known of one lane beyond what the board shows of all: for the facts at its side."""

from __future__ import annotations

from cockpit.dataclass import dataclass
from cockpit.domain.change import LaneDiff
from cockpit.domain.ids import LaneId
from cockpit.domain.operation import Operation

STEPS = 12
"""How many of a lane's last steps a card holds."""


@dataclass(frozen=True, slots=True)
class Card:
    """One lane's commits and files (without their bodies), evidence and last steps."""

    lane: LaneId
    change: LaneDiff | None
    """None where the lane has no branch of its own."""
    evidence: tuple[tuple[str, str], ...]
    """Source and what it says, strongest first."""
    steps: tuple[Operation, ...]
    """Newest first."""
