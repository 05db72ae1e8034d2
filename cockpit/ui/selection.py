"""Which lanes the board shows, which one is chosen, which are marked: a pure value."""

from __future__ import annotations

from dataclasses import replace

from cockpit.dataclass import dataclass
from cockpit.domain.fleet import Fleet, LaneView
from cockpit.domain.ids import LaneId


@dataclass(frozen=True, slots=True)
class Selection:
    chosen: LaneId | None = None
    marked: frozenset[LaneId] = frozenset()
    zoomed: bool = False
    wanted: str = ""
    """Only lanes that hold this text in name, key, title, agent, branch or state."""

    def order(self, fleet: Fleet) -> list[LaneId]:
        """Lanes that pass the filter, in the fleet's order; all of them if none passes."""
        text = self.wanted.casefold().strip()
        found = [view.lane for view in fleet.lanes.values() if text in _searched(view)]
        return found or list(fleet.lanes)

    def settled(self, fleet: Fleet) -> Selection:
        """The same with what is gone taken out and something chosen if there is anything."""
        order = self.order(fleet)
        marked = self.marked & set(fleet.lanes)
        chosen = self.chosen if self.chosen in order else (order[0] if order else None)
        if (chosen, marked) == (self.chosen, self.marked):
            return self
        return replace(self, chosen=chosen, marked=marked)

    def shown(self, fleet: Fleet) -> list[LaneId]:
        """Lanes whose panels are on the grid."""
        order = self.order(fleet)
        return [self.chosen] if self.zoomed and self.chosen in order else order

    def toggled(self, lane: LaneId) -> Selection:
        return replace(self, marked=self.marked ^ {lane})


def _searched(view: LaneView) -> str:
    branch = view.record.branch if view.record is not None else ""
    words = (view.lane, view.key, view.title, view.agent, branch, view.activity.state.value)
    return " ".join(words).casefold()
