"""The fleet: everything the board shows, as one frozen value, and how an event changes it."""

from __future__ import annotations

from dataclasses import field, replace
from typing import Any

from cockpit.dataclass import dataclass
from cockpit.domain.activity import NEEDS_COMMANDER, Activity, State
from cockpit.domain.approval import ApprovalState, Standing
from cockpit.domain.background import Background, Desk
from cockpit.domain.board import Board
from cockpit.domain.clash import Radar
from cockpit.domain.events import (
    ActivityChanged,
    ApprovalChanged,
    BackgroundChanged,
    BoardChanged,
    ConfigRead,
    ConfigRefused,
    Event,
    FaultsChanged,
    GateOutput,
    GitFactsChanged,
    LaneChanged,
    Link,
    LockChanged,
    Notice,
    OperationBegan,
    OperationEnded,
    OperationStep,
    PromptsChanged,
    RadarChanged,
    TrainChanged,
)
from cockpit.domain.ids import LaneId
from cockpit.domain.lane import GitFacts, LaneFault, LaneRecord
from cockpit.domain.prompt_queue import NO_PROMPTS, PromptQueue
from cockpit.domain.task_desk import PlanDesk
from cockpit.domain.train import Train

UP = Link(True)
UNAPPROVED = ApprovalState(Standing.NONE)
PLANNED = Activity(State.PLANNED, "none", "not started", 0.0)
UNSEEN = Activity(State.UNKNOWN, "none", "not looked at yet", 0.0)
"""A started lane before the first look: never called planned, dead or idle."""


@dataclass(frozen=True, slots=True)
class LaneView:
    """One lane on the board: what lanes.yaml says of it and what is known now."""

    lane: LaneId
    key: str
    title: str
    agent: str
    record: LaneRecord | None = None
    activity: Activity = PLANNED
    facts: GitFacts | None = None
    fault: LaneFault | None = None
    busy: str = ""
    """The step of the operation under way on this lane, if any."""
    approval: ApprovalState = UNAPPROVED
    background: Background | None = None
    """For a lane that is started by itself."""
    prompts: PromptQueue = NO_PROMPTS
    """Prompts that wait for the end of its turn."""
    listed: bool = True
    """False for one that lanes.yaml does not name: our state does."""
    locked: str = ""
    """Why the commander locked it; empty: they didn't."""

    @property
    def needs_commander(self) -> bool:
        is_held = self.background is not None and self.background.is_held
        return is_held or self.fault is not None or self.activity.state in NEEDS_COMMANDER


@dataclass(frozen=True, slots=True)
class Fleet:
    """All lanes in the order of lanes.yaml, then lanes that only our state knows."""

    repository: str
    target: str
    lanes: dict[LaneId, LaneView] = field(default_factory=dict)
    cadence: float = 0.0
    """Seconds that a branch may live without landing; 0 for ever."""
    link: Link = UP
    radar: Radar = field(default_factory=Radar)
    train: Train | None = None
    desk: Desk = field(default_factory=Desk)
    """What holds for all background lanes."""
    board: Board = field(default_factory=Board)
    """All tasks, as far as they were looked at."""
    plan: PlanDesk = field(default_factory=PlanDesk)
    config_problems: tuple[str, ...] = ()
    """What is wrong in lanes.yaml as it lies there now, while an older reading counts."""

    def lane(self, lane: LaneId) -> LaneView | None:
        return self.lanes.get(lane)

    def by_key(self, key: str) -> LaneView | None:
        return next((view for view in self.lanes.values() if view.key == key), None)

    def next_needing(self, after: LaneId | None) -> LaneView | None:
        """The next lane, in order and around, that needs the commander."""
        order = list(self.lanes.values())
        start = 0
        if after is not None and after in self.lanes:
            start = list(self.lanes).index(after) + 1
        turned = order[start:] + order[:start]
        return next((view for view in turned if view.needs_commander), None)


def apply(fleet: Fleet, event: Event) -> Fleet:
    """The fleet after `event`; pure. Events of unknown lanes add them at the end, except for what
    is on record about one: it may be gone, and lanes.yaml name it no more."""
    match event:
        case LaneChanged(lane, record):
            if record is None:
                view = _view(fleet, lane)
                if not view.listed:
                    return _without(fleet, lane)
                gone = replace(view, record=None, activity=PLANNED, facts=None, fault=None)
                gone = replace(gone, approval=UNAPPROVED)
                return _with(fleet, gone)
            view = _view(fleet, lane, record.agent)
            seen = UNSEEN if view.activity == PLANNED else view.activity
            return _with(fleet, replace(view, record=record, activity=seen))
        case ActivityChanged(lane, activity):
            return _with(fleet, replace(_view(fleet, lane), activity=activity))
        case GitFactsChanged(lane, facts):
            return _with(fleet, replace(_view(fleet, lane), facts=facts))
        case FaultsChanged(faults):
            by_lane = {fault.lane: fault for fault in faults}
            for fault in faults:
                fleet = _with(fleet, _view(fleet, fault.lane))
            views = {
                lane: replace(view, fault=by_lane.get(lane)) for lane, view in fleet.lanes.items()
            }
            return replace(fleet, lanes=views)
        case OperationBegan(_, _, lane, summary):
            return _busy(fleet, lane, summary)
        case OperationStep(_, _, lane, what):
            return _busy(fleet, lane, what)
        case OperationEnded(_, _, lane, _, _, _):
            return _busy(fleet, lane, "")
        case Link():
            return replace(fleet, link=event)
        case RadarChanged(radar):
            return replace(fleet, radar=radar)
        case ApprovalChanged(lane, approval):
            return _of_known(fleet, lane, approval=approval)
        case LockChanged(lane, reason):
            return _of_known(fleet, lane, locked=reason)
        case TrainChanged(train):
            return replace(fleet, train=train)
        case BackgroundChanged(lanes, desk):
            views = {
                lane: replace(view, background=lanes.get(lane))
                for lane, view in fleet.lanes.items()
            }
            return replace(fleet, lanes=views, desk=desk)
        case BoardChanged(board, plan):
            return replace(fleet, board=board, plan=plan)
        case PromptsChanged(waiting):
            views = {
                lane: replace(view, prompts=waiting.get(lane, NO_PROMPTS))
                for lane, view in fleet.lanes.items()
            }
            return replace(fleet, lanes=views)
        case ConfigRead():
            return _configured(fleet, event)
        case ConfigRefused(_, problems, _):
            return replace(fleet, config_problems=problems)
        case GateOutput() | Notice():
            return fleet


def _configured(fleet: Fleet, read: ConfigRead) -> Fleet:
    """With the lanes that lanes.yaml names now, in its order, each as it is known; then those
    that it names no more but that are started."""
    views: dict[LaneId, LaneView] = {}
    for one in read.lanes:
        known = fleet.lanes.get(one.lane) or LaneView(one.lane, one.key, one.title, one.agent)
        views[one.lane] = replace(
            known, key=one.key, title=one.title, agent=one.agent, listed=True, background=None
        )
    for lane, view in fleet.lanes.items():
        if lane not in views and (view.record is not None or view.busy):
            views[lane] = replace(view, key="-", listed=False, background=None)
    return replace(fleet, target=read.target, cadence=read.cadence, lanes=views, config_problems=())


def _view(fleet: Fleet, lane: LaneId, agent: str = "") -> LaneView:
    known = fleet.lanes.get(lane)
    return known if known is not None else LaneView(lane, lane[:1].upper(), "", agent)


def _with(fleet: Fleet, view: LaneView) -> Fleet:
    return replace(fleet, lanes={**fleet.lanes, view.lane: view})


def _of_known(fleet: Fleet, lane: LaneId, **facts: Any) -> Fleet:
    return _with(fleet, replace(fleet.lanes[lane], **facts)) if lane in fleet.lanes else fleet


def _without(fleet: Fleet, lane: LaneId) -> Fleet:
    return replace(fleet, lanes={name: v for name, v in fleet.lanes.items() if name != lane})


def _busy(fleet: Fleet, lane: LaneId | None, what: str) -> Fleet:
    if lane is None or lane not in fleet.lanes:
        return fleet
    return _with(fleet, replace(fleet.lanes[lane], busy=what))
