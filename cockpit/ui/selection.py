"""Which lanes the board shows and in which order, which one is chosen, which are marked: a
pure value."""

from __future__ import annotations

from dataclasses import replace

from cockpit.dataclass import dataclass
from cockpit.domain.fleet import Fleet, LaneView
from cockpit.domain.ids import LaneId
from cockpit.domain.phases import held_tasks
from cockpit.domain.screen_memory import MAX_COLUMNS
from cockpit.ui import present


@dataclass(frozen=True, slots=True)
class Selection:
    chosen: LaneId | None = None
    marked: frozenset[LaneId] = frozenset()
    zoomed: bool = False
    wanted: str = ""
    """Only lanes that hold this text in name, key, title, agent, branch, task or state."""
    columns: int = 0
    """Panels side by side; 0 as many as can be read."""
    urgent: bool = False
    """Lanes that need the commander stand first."""
    ranked: tuple[LaneId, ...] = ()
    """The order of `urgent`, as it was when it was last settled: panels must not move under a
    hand that is about to press a key."""
    held: LaneId | None = None
    """The chosen lane while it does not hold `wanted` any more: it stays under the hand that
    chose it until another is chosen or the filter changes."""
    side: bool = False
    """Facts about the zoomed lane beside its pane (or, where there is no room, in its place)."""

    def everyone(self, fleet: Fleet) -> list[LaneId]:
        """All lanes, in the order of the board."""
        if not self.urgent:
            return list(fleet.lanes)
        known = [lane for lane in self.ranked if lane in fleet.lanes]
        return known + [lane for lane in fleet.lanes if lane not in known]

    def order(self, fleet: Fleet) -> list[LaneId]:
        """Lanes that pass the filter, in the order of the board."""
        text = self.wanted.casefold().strip()
        if not text:
            return self.everyone(fleet)
        tasks = held_tasks(fleet.board.tasks)
        held = {lane: f"{view.task.id} {view.task.title}" for lane, view in tasks.items()}
        return [
            lane
            for lane in self.everyone(fleet)
            if lane == self.held
            or text in f"{_searched(fleet.lanes[lane])} {held.get(lane, '').casefold()}"
        ]

    def ranked_anew(self, fleet: Fleet) -> Selection:
        """The same with the order of `urgent` as it is now: who waits longest first, then all
        others as lanes.yaml has them."""
        ranked = tuple(sorted(fleet.lanes, key=lambda lane: _urgency(fleet.lanes[lane])))
        return self if ranked == self.ranked else replace(self, ranked=ranked)

    def following(self, fleet: Fleet) -> Selection:
        """The same for a fleet that changed by itself: the chosen lane stays chosen as long as
        it is there."""
        here = self if self.held in (None, self.chosen) else replace(self, held=None)
        if here.chosen in fleet.lanes and here.chosen not in here.order(fleet):
            here = replace(here, held=here.chosen)
        return here.settled(fleet)

    def settled(self, fleet: Fleet) -> Selection:
        """The same with what is gone taken out and something chosen if there is anything."""
        order = self.order(fleet)
        marked = self.marked & set(fleet.lanes)
        chosen = self.chosen if self.chosen in order else (order[0] if order else None)
        if (chosen, marked) == (self.chosen, self.marked):
            return self
        return replace(self, chosen=chosen, marked=marked)

    def shown(self, fleet: Fleet, *, folded: bool = False) -> list[LaneId]:
        """Lanes whose panels are on the grid; `folded`: the others stand as lines above it."""
        order = self.order(fleet)
        alone = self.zoomed or folded
        return [self.chosen] if alone and self.chosen in order else order

    def meant(self, fleet: Fleet) -> frozenset[LaneId]:
        """The marked lanes that an action is for: those in view. Marks that the filter or the
        zoom hides count again once they are seen."""
        if not self.marked:
            return self.marked
        return self.marked & set(self.shown(fleet))

    def next_needing(self, fleet: Fleet) -> LaneId | None:
        """The lane after the chosen one, around, that needs the commander; filtered ones too."""
        order = self.everyone(fleet)
        start = order.index(self.chosen) + 1 if self.chosen in order else 0
        turned = order[start:] + order[:start]
        return next((lane for lane in turned if fleet.lanes[lane].needs_commander), None)

    def toggled(self, lane: LaneId) -> Selection:
        return replace(self, marked=self.marked ^ {lane})

    def all_marked(self, fleet: Fleet) -> Selection:
        """Every lane that is shown marked; none, where all of them were."""
        shown = frozenset(self.order(fleet))
        return replace(self, marked=self.marked - shown if shown <= self.marked else shown)

    def stepped_back(self) -> Selection | None:
        """Without the last narrowing: the zoom, else the filter, else the marks. None where
        everything is shown plainly already."""
        if self.zoomed:
            return replace(self, zoomed=False, side=False)
        if self.wanted:
            return replace(self, wanted="")
        return replace(self, marked=frozenset()) if self.marked else None

    def with_columns(self, now: int, by: int) -> Selection:
        """One column more or fewer than the `now` that are shown; fewer than one is automatic."""
        return replace(self, columns=max(0, min(MAX_COLUMNS, now + by)))


def _urgency(view: LaneView) -> tuple[int, float]:
    if not view.needs_commander:
        return len(present.ORDER) + 1, 0.0
    if view.fault is not None:
        return 0, view.activity.since
    return present.ORDER.index(view.activity.state) + 1, view.activity.since


def _searched(view: LaneView) -> str:
    branch = view.record.branch if view.record is not None else ""
    words = (view.lane, view.key, view.title, view.agent, branch, view.activity.state.value)
    return " ".join(words).casefold()
