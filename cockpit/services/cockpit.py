"""`LocalCockpit`: everything a key or a command can do or ask, on this machine, blocking."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from pathlib import Path

from cockpit.config.model import Config
from cockpit.domain.activity import Activity
from cockpit.domain.change import LaneDiff
from cockpit.domain.events import ActivityChanged, Event, LaneChanged
from cockpit.domain.fleet import Fleet, LaneView, apply
from cockpit.domain.ids import CommitId, LaneId
from cockpit.domain.intents import (
    Adopt,
    Approve,
    EmptyTrash,
    Gate,
    Intent,
    Interrupt,
    Land,
    Restart,
    RestoreTrash,
    Send,
    Start,
    Stop,
    Teardown,
    Trust,
    Undo,
)
from cockpit.domain.lane import LaneFault
from cockpit.domain.merge import LandingPreview
from cockpit.domain.operation import Operation
from cockpit.domain.teardown import TeardownPreview
from cockpit.services import (
    adopt,
    gate,
    landing,
    landing_preview,
    looking,
    panes,
    prompts,
    recovery,
    rubbish,
    start,
    target,
    teardown,
    trust,
    undo,
    validation,
)
from cockpit.services.api import Explanation, Outcome, Tell, TrustState, UndoPreview
from cockpit.services.ports import TrashEntry
from cockpit.services.workplace import Workplace


class LocalCockpit:
    """Fulfils `api.Cockpit`. May be used from several threads: every change takes its locks."""

    def __init__(self, work: Workplace) -> None:
        self.work = work
        self.config: Config = work.config
        self.repository = work.repository
        self.root: Path = work.root
        self.state: Path = work.state_dir
        self._known: dict[LaneId, Activity] = {}
        self._guard = threading.Lock()

    def recover(self, tell: Tell) -> list[str]:
        """Finish or abandon what a dead process left, then note where the target stands."""
        said = recovery.recover(self.work, tell)
        tip = self.work.git.read_ref(self.work.target)
        known = self.work.state.read(target.EXPECTED) or {}
        if tip is not None and self.work.target not in known:
            target.remember(self.work, self.work.target, tip)
        return said

    def carry_out(self, intent: Intent, tell: Tell, *, by: str) -> Outcome:
        """Do what was asked for, then tell how the lane it concerned stands now."""
        outcome = self._dispatch(intent, tell, by)
        lane = getattr(intent, "lane", None) or (outcome.operation and outcome.operation.lane)
        if lane:
            tell(LaneChanged(lane, self.work.registry.lanes().get(lane)))
        return outcome

    def _dispatch(self, intent: Intent, tell: Tell, by: str) -> Outcome:
        work = self.work
        match intent:
            case Start():
                return start.start(work, intent, tell, by)
            case Adopt():
                return adopt.adopt(work, intent, tell, by)
            case Stop():
                return panes.stop(work, intent, tell, by)
            case Restart():
                return panes.restart(work, intent, tell, by)
            case Interrupt():
                return panes.interrupt(work, intent, tell, by)
            case Send():
                return prompts.send(work, intent, tell, by)
            case Gate():
                return gate.gate(work, intent, tell, by)
            case Approve():
                return landing.approve(work, intent, tell, by)
            case Land():
                return landing.land(work, intent, tell, by)
            case Teardown():
                return teardown.teardown(work, intent, tell, by)
            case Undo():
                return undo.undo(work, intent, tell, by)
            case RestoreTrash():
                return rubbish.restore(work, intent, tell, by)
            case EmptyTrash():
                return rubbish.empty(work, intent, tell, by)
            case Trust():
                return trust.trust(work, intent, tell, by)

    def fleet(self) -> Fleet:
        """Lanes of lanes.yaml in their order, then lanes that only our state knows."""
        records = self.work.registry.lanes()
        lanes = {
            lane.lane: LaneView(lane.lane, lane.key, lane.title, lane.agent)
            for lane in self.config.lanes.values()
        }
        for name, record in records.items():
            lanes.setdefault(name, LaneView(name, "-", "", record.agent))
        fleet = Fleet(self.repository, self.config.target, lanes)
        for name, record in records.items():
            fleet = apply(fleet, LaneChanged(name, record))
        return fleet

    def observe(self, lanes: Sequence[LaneId] | None = None) -> list[Event]:
        return self._remember(looking.observe(self.work, lanes, dict(self._known)))

    def observe_git(self, lanes: Sequence[LaneId] | None = None) -> list[Event]:
        """As `observe`, without asking tmux: the app follows panes on its own connection."""
        return looking.observe(self.work, lanes, {}, activity=False)

    def judge(self, see: Callable[[Workplace, dict[LaneId, Activity]], list[Event]]) -> list[Event]:
        """Let the app's own sight of panes be judged with what was known before."""
        return self._remember(see(self.work, dict(self._known)))

    def _remember(self, events: list[Event]) -> list[Event]:
        with self._guard:
            for event in events:
                if isinstance(event, ActivityChanged):
                    self._known[event.lane] = event.activity
        return events

    def faults(self) -> list[LaneFault]:
        return validation.faults(self.work)

    def diff(self, lane: LaneId) -> LaneDiff:
        record = self.work.record(lane)
        return self.work.git.diff(record.worktree, self.work.target)

    def preview_landing(self, lane: LaneId, *, message: str = "") -> LandingPreview:
        return landing_preview.preview(self.work, lane, message=message)

    def preview_teardown(self, lane: LaneId) -> TeardownPreview:
        return teardown.preview(self.work, lane)

    def preview_undo(self, seq: int | None = None) -> UndoPreview:
        return undo.preview(self.work, seq)

    def trust(self) -> TrustState:
        return trust.state_of(self.work)

    def log(self, *, last: int | None = None) -> list[Operation]:
        return self.work.journal.entries(last=last)

    def trash(self) -> list[TrashEntry]:
        return self.work.trash.entries()

    def capture(self, lane: LaneId, *, colour: bool = False, history: int = 0) -> list[str]:
        pane = panes.require_pane(self.work, self.work.record(lane))
        return self.work.tmux.capture(pane.ref.pane, colour=colour, history=history)

    def explain(self, lane: LaneId) -> Explanation:
        return looking.explain(self.work, lane, self._known.get(lane))

    def attach_argv(self, lane: LaneId | None) -> list[str]:
        """Raises `Refused` when the lane has no pane to step into."""
        if lane is None:
            return self.work.tmux.attach_argv("cockpit")
        panes.require_pane(self.work, self.work.record(lane))
        return self.work.tmux.attach_argv(f"lane-{lane}")

    def pinned(self, lane: LaneId) -> CommitId | None:
        """The commit that is approved for the lane, if any."""
        approval = self.work.approvals.get(lane)
        return approval.commit if approval is not None else None

    def close(self) -> None:
        self.work.git.close()
