"""What holds for the plan of tasks as a whole: the go, who acts on it, which lanes take tasks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field

from cockpit.dataclass import dataclass
from cockpit.domain.assignment import Offer
from cockpit.domain.background import Dispatcher
from cockpit.domain.ids import LaneId


@dataclass(frozen=True, slots=True)
class PlanDesk:
    """What holds for the plan as a whole."""

    going: bool = False
    """The commander said go, and has not said stop since."""
    follow: bool = False
    """The go is for tasks as well that are written or changed later."""
    since: float = 0.0
    """When the go was said, in seconds since the epoch."""
    dispatcher: Dispatcher = Dispatcher.NOBODY
    """Who starts tasks: one app at a time."""
    max_running: int = 0
    """Agents that may run at the same time; 0 for any number."""
    lanes: Mapping[LaneId, Offer] = field(default_factory=dict)
    """What lanes.yaml says of each lane that takes tasks."""
