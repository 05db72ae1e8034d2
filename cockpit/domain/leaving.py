"""What still goes on when the commander leaves: agents, turns, operations. Pure."""

from __future__ import annotations

from cockpit.dataclass import dataclass
from cockpit.domain.activity import State
from cockpit.domain.fleet import Fleet, LaneView

AT_WORK = frozenset({State.WORKING, State.STARTING, State.SETUP})
"""Turns that end without the commander; one that asks, or waits for its limit, does not."""

NOT_RUNNING = frozenset({State.PLANNED, State.PARKED, State.EXITED})


@dataclass(frozen=True, slots=True)
class Leaving:
    """What closing the app would leave behind."""

    running: tuple[LaneView, ...] = ()
    """Lanes whose agent runs, or of which nobody knows that it does not."""
    under_way: tuple[str, ...] = ()
    """Operations that are not at their end: `alpha: running the gate`."""
    going: bool = False
    """Tasks would be started by themselves."""
    background: bool = False
    """Background lanes would be."""

    @property
    def is_quiet(self) -> bool:
        """Whether nothing is lost sight of."""
        return not self.running and not self.under_way

    @property
    def at_work(self) -> tuple[LaneView, ...]:
        """Lanes whose turn is awaited before the app closes by itself."""
        return tuple(view for view in self.running if view.activity.state in AT_WORK)

    @property
    def is_finished(self) -> bool:
        return not self.at_work and not self.under_way


def leaving(fleet: Fleet) -> Leaving:
    """What goes on in this fleet now."""
    running = [
        view
        for view in fleet.lanes.values()
        if view.record is not None
        and view.record.pane is not None
        and view.activity.state not in NOT_RUNNING
    ]
    under_way = [f"{view.lane}: {view.busy}" for view in fleet.lanes.values() if view.busy]
    if fleet.train is not None and fleet.train.running:
        under_way.append("the train")
    held = [view for view in fleet.lanes.values() if view.background is not None]
    return Leaving(
        tuple(running),
        tuple(under_way),
        going=fleet.plan.going,
        background=bool(held) and not fleet.desk.stopped,
    )
