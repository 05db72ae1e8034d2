"""Where short messages appear: in a corner where they cover no panel that they talk about.

Textual lays all toasts in one rack; it is moved as a whole, so it goes where it covers none of
the lanes that the messages now on the screen are about.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

from textual.geometry import Region, Size

from cockpit.dataclass import dataclass
from cockpit.domain.ids import LaneId

LASTS = 5.0
"""Seconds that Textual shows a toast (`App.NOTIFICATION_TIMEOUT`)."""
TALL = 6
"""Rows that are kept for toasts when a corner is chosen."""


class Corner(StrEnum):
    """The rack's corner, in the order of preference; the value is its class in the style sheet."""

    BOTTOM_RIGHT = "-bottom-right"
    TOP_RIGHT = "-top-right"
    BOTTOM_LEFT = "-bottom-left"
    TOP_LEFT = "-top-left"


def corner_for(subjects: Sequence[Region], size: Size) -> Corner:
    """The first corner whose toasts cover none of `subjects`, which stand oldest first. Where
    each covers one, the oldest are let go of, since they were read. Where the newest alone is
    everywhere, the upper right: an agent says and asks at the bottom left of its pane."""
    if not subjects:
        return Corner.BOTTOM_RIGHT
    for first in range(len(subjects)):
        for corner in Corner:
            place = _place(corner, size)
            if not any(place.overlaps(subject) for subject in subjects[first:]):
                return corner
    return Corner.TOP_RIGHT


def _place(corner: Corner, size: Size) -> Region:
    width, height = size.width // 2, min(TALL, size.height // 2)
    x = 0 if corner in (Corner.BOTTOM_LEFT, Corner.TOP_LEFT) else size.width - width
    y = 1 if corner in (Corner.TOP_LEFT, Corner.TOP_RIGHT) else size.height - 1 - height
    return Region(x, y, width, height)


@dataclass(slots=True)
class Subjects:
    """The lanes that the toasts now on the screen are about."""

    _told: list[tuple[float, LaneId]]

    def add(self, lane: LaneId, now: float) -> None:
        self._told.append((now + LASTS, lane))

    def now(self, now: float) -> Sequence[LaneId]:
        self._told = [(until, lane) for until, lane in self._told if until > now]
        return [lane for _, lane in self._told]
