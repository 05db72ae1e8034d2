"""Messages between the bridge and the widgets.

supervisor's listener → `Bridge` → `FleetChanged` (newest wins) and `Told` → app → screens;
control client's frame → `FrameArrived` (newest wins, one a pane view) → `PaneView`.
"""

from __future__ import annotations

from textual.message import Message

from cockpit.domain.events import Event
from cockpit.domain.fleet import Fleet
from cockpit.services.ports import Frame


class FleetChanged(Message):
    """The whole fleet as it is now."""

    def __init__(self, fleet: Fleet) -> None:
        super().__init__()
        self.fleet = fleet

    def can_replace(self, message: Message) -> bool:
        return isinstance(message, FleetChanged)


class Told(Message):
    """An event that is more than a change of the fleet: notices, ends, gate output."""

    def __init__(self, event: Event) -> None:
        super().__init__()
        self.event = event


class FrameArrived(Message, bubble=False):
    """A pane's new picture, for the view that shows it."""

    def __init__(self, frame: Frame) -> None:
        super().__init__()
        self.frame = frame

    def can_replace(self, message: Message) -> bool:
        return isinstance(message, FrameArrived)
