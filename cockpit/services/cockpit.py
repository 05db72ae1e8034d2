"""`LocalCockpit`: everything a key or a command can do or ask, on this machine, blocking."""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from cockpit.domain.activity import Activity
from cockpit.domain.approval import ApprovalState
from cockpit.domain.audit import Audit, CommitDetail
from cockpit.domain.change import FileDiff, LaneDiff
from cockpit.domain.clash import Clash, Radar
from cockpit.domain.conflict_view import ConflictView
from cockpit.domain.done import Evidence
from cockpit.domain.events import (
    ActivityChanged,
    ApprovalChanged,
    Event,
    LaneChanged,
    LockChanged,
    Notice,
    TrainChanged,
)
from cockpit.domain.fleet import Fleet, LaneView, apply
from cockpit.domain.ids import CommitId, LaneId
from cockpit.domain.intents import (
    Collect,
    Follow,
    Intent,
    JudgeBackground,
    Land,
    RunTrain,
    Undo,
)
from cockpit.domain.lane import LaneFault
from cockpit.domain.ledger import Table
from cockpit.domain.merge import LandingPreview
from cockpit.domain.mergetool import MergeToolCall
from cockpit.domain.operation import Operation
from cockpit.domain.ports import HeldSlot
from cockpit.domain.resolution import Resolution
from cockpit.domain.review import Review
from cockpit.domain.rounds import RoundPreview
from cockpit.domain.standing import Terms
from cockpit.domain.starting import StartPreview
from cockpit.domain.sync import SyncPreview
from cockpit.domain.taking import TakePreview
from cockpit.domain.teardown import SweepEntry, TeardownPreview
from cockpit.domain.train import Train
from cockpit.domain.upstream import FollowPreview, RemoteChange
from cockpit.services import (
    approvals,
    audit,
    background,
    deeds,
    evidence,
    follow_preview,
    landing_preview,
    ledgers,
    locked,
    looking,
    panes,
    papers,
    parked,
    port_slots,
    recovery,
    resolving,
    resolving_drafts,
    review,
    rounds,
    shared,
    standing,
    start_preview,
    sweep,
    sync_preview,
    taking,
    target,
    target_line,
    task_deeds,
    teardown,
    train,
    train_plan,
    train_queue,
    trust,
    undo,
    validation,
)
from cockpit.services.api import Explanation, Outcome, Tell, TrustState, UndoPreview
from cockpit.services.papers import Written
from cockpit.services.ports import TrashEntry
from cockpit.services.radar import RadarDesk
from cockpit.services.remembering import Remembering
from cockpit.services.taskboard import Look, TaskDesk
from cockpit.services.workplace import Workplace

MOVING = (Follow, JudgeBackground, Land, RunTrain, Undo)
"""Intents that may move the target."""


class LocalCockpit(Remembering):
    """Fulfils `api.Cockpit`. May be used from several threads: every change takes its locks."""

    def __init__(self, work: Workplace) -> None:
        self.work = work
        self.repository = work.repository
        self.root: Path = work.root
        self.state: Path = work.state_dir
        self._known: dict[LaneId, Activity] = {}
        self._trains = 0
        """Trains that this very process runs."""
        self.dispatches = False
        """Whether this very process acts for background lanes (`background_watch`)."""
        self._guard = threading.Lock()
        self._radar = RadarDesk(lambda: self.work)
        self._tasks = TaskDesk(lambda: self.work)

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
        outcome = self._carry_out(intent, tell, by)
        lane = getattr(intent, "lane", None) or (outcome.operation and outcome.operation.lane)
        if lane:
            tell(LaneChanged(lane, shared.records(self.work).get(lane)))
            for event in self._parked_events([lane]):
                tell(event)
            tell(ApprovalChanged(lane, approvals.state_of(self.work, lane)))
            for event in self._lock_events([lane]):
                tell(event)
        for event in self.background_events():
            tell(event)
        return outcome

    def _carry_out(self, intent: Intent, tell: Tell, by: str) -> Outcome:
        if isinstance(intent, MOVING):
            for sentence in recovery.recover_moves(self.work, tell):
                tell(Notice(sentence, "warning"))
        if isinstance(intent, RunTrain):
            with self._running_train():
                return train.run(self.work, intent, tell, by, radar=self._radar_now)
        return deeds.carry_out(self.work, intent, tell, by)

    def fleet(self) -> Fleet:
        """Lanes of lanes.yaml in their order, then lanes that only our state knows."""
        records = shared.records(self.work)
        lanes = {
            lane.lane: LaneView(lane.lane, lane.key, lane.title, lane.agent)
            for lane in self.config.lanes.values()
        }
        for name, record in records.items():
            lanes.setdefault(name, LaneView(name, "-", "", record.agent, listed=False))
        cadence = self.config.merge.cadence
        fleet = Fleet(self.repository, self.config.target, lanes, cadence)
        for name, record in records.items():
            fleet = apply(fleet, LaneChanged(name, record))
        told = (*self._parked_events(None), *self._lock_events(list(lanes)))
        for event in (*told, *self.background_events()):
            fleet = apply(fleet, event)
        return apply(fleet, TrainChanged(train_queue.shown(self.work)))

    def observe(self, lanes: Sequence[LaneId] | None = None) -> list[Event]:
        seen = looking.observe(self.work, lanes, dict(self._known))
        return [*self._remember(seen), *self._standing_events(lanes)]

    def observe_git(self, lanes: Sequence[LaneId] | None = None) -> list[Event]:
        """As `observe`, without asking tmux: the app follows panes on its own connection."""
        seen = looking.observe(self.work, lanes, {}, activity=False)
        return [*seen, *self._standing_events(lanes)]

    def _standing_events(self, lanes: Sequence[LaneId] | None) -> list[Event]:
        """What is known without a look at git or tmux: who is parked, who is locked, the train."""
        parked, train = self._parked_events(lanes), self._train_events(lanes)
        return [*parked, *self._lock_events(lanes), *train]

    def _lock_events(self, lanes: Sequence[LaneId] | None) -> list[Event]:
        known = [*self.config.lanes, *shared.records(self.work)] if lanes is None else lanes
        return [LockChanged(lane, locked.reason_of(self.work, lane)) for lane in set(known)]

    def _parked_events(self, lanes: Sequence[LaneId] | None) -> list[Event]:
        return [
            ActivityChanged(lane, known.activity)
            for lane, known in parked.lanes(self.work).items()
            if lanes is None or lane in lanes
        ]

    def _train_events(self, lanes: Sequence[LaneId] | None) -> list[Event]:
        """The train as other processes have it (one of our own tells of itself), and background
        lanes."""
        if lanes is not None:
            return []
        own = [] if self._trains else [TrainChanged(train_queue.shown(self.work))]
        return [*own, *self.background_events()]

    def background_events(self) -> list[Event]:
        """Background lanes as they are; nothing where there are none."""
        seen = background.look(self.work, here=self.dispatches)
        return [seen] if seen is not None else []

    @contextmanager
    def _running_train(self) -> Iterator[None]:
        with self._guard:
            self._trains += 1
        try:
            yield
        finally:
            with self._guard:
                self._trains -= 1

    def judge(self, see: Callable[[Workplace, dict[LaneId, Activity]], list[Event]]) -> list[Event]:
        """Let the app's own sight of panes be judged with what was known before."""
        return self._remember(see(self.work, dict(self._known)))

    def _remember(self, events: list[Event]) -> list[Event]:
        with self._guard:
            for event in events:
                if isinstance(event, ActivityChanged):
                    self._known[event.lane] = event.activity
        return events

    def look_at_tasks(self, fleet: Fleet) -> tuple[Look, list[LaneId]]:
        """The board beside this fleet, and the lanes that hold results to be collected."""
        return self._tasks.look(fleet, here=self.dispatches)

    def board(self, fleet: Fleet) -> Fleet:
        """The fleet with all tasks as they are now; results that lie in lanes are collected."""
        look, loose = self.look_at_tasks(fleet)
        for lane in loose:
            task_deeds.carry_out(self.work, Collect(lane), _to_nobody, "cli")
        if loose:
            look, _ = self.look_at_tasks(fleet)
        seen = apply(fleet, look.event)
        if self.write_papers(seen).is_news:
            seen = apply(fleet, self.look_at_tasks(fleet)[0].event)
        return seen

    def write_papers(self, fleet: Fleet) -> Written:
        """Bring ledgers and the plan's table up to date with the fleet's board, unless another
        process does that."""
        return papers.write(self.work, fleet) if papers.is_to_write(fleet) else Written()

    def ledger(self, fleet: Fleet, lane: LaneId | None = None) -> Table:
        return ledgers.shown(self.work, fleet.board, lane, papers.ours(self.work))

    def evidence(self, task: str) -> Evidence:
        return evidence.of(self.work, task)

    def faults(self) -> list[LaneFault]:
        return validation.faults(self.work)

    def diff(self, lane: LaneId, *, bodies: bool = True, ignore_space: bool = False) -> LaneDiff:
        work, record = self.work, self.work.record(lane)
        tips = [work.git.read_ref(ref) for ref in (work.target, record.branch)]
        return work.git.review.diff(
            record.worktree,
            work.target,
            since=target_line.landed_last(work, *tips),
            bodies=bodies,
            ignore_space=ignore_space,
        )

    def file_diffs(
        self,
        lane: LaneId,
        diff: LaneDiff,
        files: Sequence[FileDiff],
        *,
        ignore_space: bool = False,
    ) -> list[FileDiff]:
        record = self.work.record(lane)
        return self.work.git.review.bodies(record.worktree, diff, files, ignore_space=ignore_space)

    def review(self, lane: LaneId) -> Review:
        return review.load(self.work, lane)

    def change_review(self, lane: LaneId, edit: Callable[[Review], Review]) -> Review:
        return review.change(self.work, lane, edit)

    def preview_landing(self, lane: LaneId, *, message: str = "") -> LandingPreview:
        return landing_preview.look(self.work, lane, message=message)

    def preview_train(self, lanes: Sequence[LaneId] = ()) -> Train:
        chosen = tuple(dict.fromkeys(lanes))
        return train_plan.preview(self.work, chosen, radar=self._radar_now)

    def _radar_now(self) -> Radar:
        """What the radar knows; only lanes that it never saw are looked at."""
        return self._radar.look(())

    def approval(self, lane: LaneId) -> ApprovalState:
        """Whether the lane's approval still counts, and if not what changed since."""
        return approvals.state_of(self.work, lane)

    def standing_terms(self, lane: LaneId) -> Terms:
        return standing.terms_of(self.work, lane)

    def preview_commit(self, lane: LaneId, paths: Sequence[str] = ()) -> TakePreview:
        return taking.preview(self.work, lane, paths)

    def conflict(self, lane: LaneId) -> ConflictView:
        return resolving.conflict_of(self.work, lane)

    def keep_resolution(self, state: Resolution) -> None:
        resolving_drafts.keep(self.work, state)

    def merge_tool(self, state: Resolution, file: int) -> MergeToolCall:
        return resolving.merge_tool(self.work, state, file)

    def merge_tool_done(self, call: MergeToolCall) -> bytes | None:
        return self.work.git.conflicts.merge_tool_done(call)

    def clashes(
        self, lanes: Collection[LaneId] | None = None, *, since: float | None = None
    ) -> Radar:
        return self._radar.look(lanes, since=since)

    def clash(self, lane: LaneId, other: LaneId | None) -> Clash | None:
        return self._radar.clash(lane, other)

    def preview_teardown(self, lane: LaneId) -> TeardownPreview:
        if shared.is_shared(self.work, lane):
            return shared.preview_teardown(self.work, lane)
        return teardown.preview(self.work, lane)

    def preview_sweep(self, *, merged_only: bool) -> list[SweepEntry]:
        return sweep.preview(self.work, merged_only=merged_only)

    def preview_round(self) -> RoundPreview:
        return rounds.preview(self.work)

    def preview_start(self, lanes: Sequence[LaneId], *, task: str = "") -> StartPreview:
        return start_preview.preview(self.work, lanes, task=task)

    def port_slots(self) -> list[HeldSlot]:
        return port_slots.held(self.work)

    def preview_sync(self, lane: LaneId, *, how: str = "") -> SyncPreview:
        return sync_preview.look(self.work, lane, how)

    def preview_follow(self, *, accepted: tuple[RemoteChange, ...] = ()) -> FollowPreview:
        return follow_preview.preview(self.work, accepted)

    def preview_undo(self, seq: int | None = None) -> UndoPreview:
        return undo.preview(self.work, seq)

    def audit(self, *, limit: int = audit.LIMIT) -> Audit:
        return audit.trail(self.work, limit=limit)

    def commit_detail(self, commit: CommitId) -> CommitDetail:
        return audit.detail(self.work, commit)

    def trust(self) -> TrustState:
        return trust.state_of(self.work)

    def log(self, *, last: int | None = None) -> list[Operation]:
        return self.work.journal.entries(last=last)

    def trash(self) -> list[TrashEntry]:
        return self.work.trash.entries()

    def capture(self, lane: LaneId, *, colour: bool = False, history: int = 0) -> list[str]:
        pane = panes.require_pane(self.work, shared.home(self.work, lane).record(lane))
        return self.work.tmux.capture(pane.ref.pane, colour=colour, history=history)

    def explain(self, lane: LaneId) -> Explanation:
        return looking.explain(shared.home(self.work, lane), lane, self._known.get(lane))

    def attach_argv(self, lane: LaneId | None) -> list[str]:
        """Raises `Refused` when the lane has no pane to step into."""
        if lane is None:
            return self.work.tmux.attach_argv("cockpit")
        panes.require_pane(self.work, shared.home(self.work, lane).record(lane))
        return self.work.tmux.attach_argv(f"lane-{lane}")

    def pinned(self, lane: LaneId) -> CommitId | None:
        """The commit that is approved for the lane, if any."""
        approval = self.work.approvals.get(lane)
        return approval.commit if approval is not None else None

    def close(self) -> None:
        self.work.git.close()


def _to_nobody(_event: Event) -> None:
    """For what is done on the way to an answer."""
