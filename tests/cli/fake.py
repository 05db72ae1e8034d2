"""A Cockpit that remembers what it was asked, for tests of the command line."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from cockpit.cli.dispatch import run
from cockpit.config.load import parse_config
from cockpit.domain.activity import Activity, State
from cockpit.domain.approval import ApprovalState, Standing
from cockpit.domain.audit import Audit, CommitDetail
from cockpit.domain.board import Board
from cockpit.domain.change import CommitLine, FileDiff, LaneDiff, PathChange
from cockpit.domain.clash import Clash, Radar
from cockpit.domain.conflict_view import ConflictView
from cockpit.domain.digest import Digest, Seen, digest
from cockpit.domain.done import Evidence
from cockpit.domain.events import (
    ActivityChanged,
    Event,
    FaultsChanged,
    GateOutput,
    GitFactsChanged,
    Notice,
    OperationStep,
)
from cockpit.domain.fleet import Fleet, LaneView
from cockpit.domain.ids import (
    CommitId,
    LaneId,
    OpId,
    PaneId,
    RefName,
    SessionId,
    TreeId,
    WindowId,
)
from cockpit.domain.intents import Intent
from cockpit.domain.lane import Disagreement, GitFacts, LaneFault, LaneRecord, PaneRef
from cockpit.domain.ledger import Table
from cockpit.domain.merge import Check, LandingPreview
from cockpit.domain.mergetool import MergeToolCall
from cockpit.domain.operation import Operation, OpKind, OpState
from cockpit.domain.ports import HeldSlot
from cockpit.domain.prompt_library import PromptTemplate, SentPrompt
from cockpit.domain.resolution import Resolution
from cockpit.domain.review import Review
from cockpit.domain.rounds import RoundPreview
from cockpit.domain.screen_memory import ScreenMemory
from cockpit.domain.standing import Terms
from cockpit.domain.starting import StartPreview
from cockpit.domain.sync import SyncHow, SyncPreview
from cockpit.domain.taking import TakePreview, Uncommitted
from cockpit.domain.task_desk import PlanDesk
from cockpit.domain.taskname import TaskId
from cockpit.domain.teardown import Holdings, SweepEntry, TeardownPreview
from cockpit.domain.train import Train
from cockpit.domain.upstream import FollowPreview, RemoteChange
from cockpit.errors import CockpitError, UsageError
from cockpit.services.api import Explanation, Outcome, Tell, TrustState, UndoPreview
from cockpit.services.ports import TrashEntry
from tests.starts import fresh_lanes

ONE = CommitId("1" * 40)
TWO = CommitId("2" * 40)
TASK = "7" * 64
TERMS = "8" * 64
"""The digest of the task text that previews show."""
THREE = CommitId("3" * 40)
NOW = 1_700_000_000.0

LANES_YAML = """\
target: main
launch: {stagger: 3s}
lanes:
  alpha: {key: A, agent: claude}
  beta: {key: B, agent: codex}
  gamma: {key: G, agent: shell}
"""


def record(lane: str) -> LaneRecord:
    """A started lane's record."""
    return LaneRecord(
        lane=LaneId(lane),
        branch=RefName(f"refs/heads/{lane}/work"),
        worktree=Path(f"/tmp/project-{lane}"),
        admin=Path(f"/tmp/project/.git/worktrees/{lane}"),
        base=ONE,
        agent="claude",
        op=OpId(f"1-start-{lane}"),
        pane=PaneRef(SessionId("$1"), WindowId("@1"), PaneId("%12"), 4711),
    )


def operation(seq: int, kind: OpKind = OpKind.START, **changes: Any) -> Operation:
    """A finished journal entry."""
    op = Operation(
        seq=seq,
        id=OpId(f"{seq}-{kind}-abcdef01"),
        kind=kind,
        lane=LaneId("alpha"),
        at=NOW - 60,
        by="cli",
        summary=f"{kind} alpha",
        state=OpState.DONE,
        ended=NOW - 59,
    )
    return replace(op, **changes)


@dataclass
class FakeCockpit:
    """Answers from its fields, remembers intents; `refuses` maps a lane (None: any) to the
    error that acting on it raises."""

    root: Path
    intents: list[Intent] = field(default_factory=list)
    refuses: dict[LaneId | None, BaseException] = field(default_factory=dict)
    recovered: list[str] = field(default_factory=list)
    recoveries: int = 0
    started: tuple[str, ...] = ("alpha", "beta")
    activities: list[State] = field(default_factory=lambda: [State.WORKING])
    """The state of each started lane, look by look; the last one stays."""
    outside: tuple[str, ...] = ()
    fault: LaneFault | None = None
    trusted: bool = True
    train: Train = Train(RefName("refs/heads/main"), ONE)
    queued: bool = False
    data: dict[str, Any] = field(default_factory=lambda: {"branch": "a/work"})
    checks: tuple[Check, ...] = (Check("clean", True, "the tree is clean"),)
    conflicts: tuple[str, ...] = ()
    in_the_way: tuple[str, ...] = ()
    approved: ApprovalState = ApprovalState(Standing.NONE)
    operations: list[Operation] = field(default_factory=lambda: [operation(1), operation(2)])
    entries: list[TrashEntry] = field(default_factory=list)
    radar: Radar | CockpitError = field(default_factory=Radar)
    rows: list[str] = field(default_factory=lambda: ["$ make test", "ok", "", ""])
    files: tuple[FileDiff, ...] = ()
    reviews: dict[LaneId, Review] = field(default_factory=dict)
    told: tuple[Event, ...] = ()
    tasks: Board = field(default_factory=Board)
    plan: PlanDesk = field(default_factory=PlanDesk)
    found: Evidence | CockpitError | None = None
    """What a task's 'done' rests on."""
    asks: str = "why?"
    """What stands on the screen of each started lane."""
    table: Table = field(default_factory=Table)
    slots: tuple[HeldSlot, ...] = ()
    closed: int = 0
    repository: str = "project"

    def __post_init__(self) -> None:
        self.config = parse_config(LANES_YAML, self.root / "lanes.yaml")
        self.state = self.root / "state"

    # -- what the services offer

    def recover(self, tell: Tell) -> list[str]:
        self.recoveries += 1
        return self.recovered

    def carry_out(self, intent: Intent, tell: Tell, *, by: str) -> Outcome:
        assert by == "cli"
        lane: LaneId | None = getattr(intent, "lane", None)
        problem = self.refuses.get(lane) or self.refuses.get(None)
        if problem is not None:
            raise problem
        self.intents.append(intent)
        op = operation(7 + len(self.intents))
        tell(OperationStep(op.id, op.kind, lane, "looking at \x1b]0;evil\x07"))
        for event in self.told:
            tell(event)
        name = type(intent).__name__.lower()
        return Outcome(f"Did {name} {lane or ''}".strip() + ".", op, dict(self.data))

    def fleet(self) -> Fleet:
        views = {
            lane: LaneView(
                lane,
                config.key,
                config.title,
                config.agent,
                record=record(lane) if lane in self.started else None,
            )
            for lane, config in self.config.lanes.items()
        }
        train = self.train if self.queued else None
        return Fleet(self.repository, self.config.target, views, train=train)

    def observe(self, lanes: Sequence[LaneId] | None = None) -> list[Event]:
        state = self.activities.pop(0) if len(self.activities) > 1 else self.activities[0]
        events: list[Event] = []
        for lane in lanes if lanes is not None else list(self.config.lanes):
            if lane not in self.started:
                continue
            events.append(
                ActivityChanged(lane, Activity(state, "screen", "spinner", NOW - 8, self.asks))
            )
            facts = GitFacts(
                CommitId(TWO),
                RefName(f"refs/heads/{lane}/work"),
                ahead=2,
                behind=1,
                dirty=3,
                files=4,
                added=50,
                removed=6,
                outside=self.outside,
            )
            events.append(GitFactsChanged(lane, facts))
        if self.fault is not None:
            events.append(FaultsChanged((self.fault,)))
        return events

    def ledger(self, fleet: Fleet, lane: LaneId | None = None) -> Table:
        return self.table

    def board(self, fleet: Fleet) -> Fleet:
        return replace(fleet, board=self.tasks, plan=self.plan)

    def preview_round(self) -> RoundPreview:
        raise AssertionError("a test that closes a round says what it would do")

    def evidence(self, task: str) -> Evidence:
        found = self.found
        if isinstance(found, CockpitError):
            raise found
        return found or Evidence(TaskId("task-001"), task, ())

    def faults(self) -> list[LaneFault]:
        return [] if self.fault is None else [self.fault]

    def review(self, lane: LaneId) -> Review:
        return self.reviews.get(lane, Review())

    def change_review(self, lane: LaneId, edit: Callable[[Review], Review]) -> Review:
        self.reviews[lane] = edit(self.review(lane))
        return self.reviews[lane]

    def file_diffs(
        self, lane: LaneId, diff: LaneDiff, files: Sequence[FileDiff], *, ignore_space: bool = False
    ) -> list[FileDiff]:
        return list(files)

    def diff(self, lane: LaneId, *, bodies: bool = True, ignore_space: bool = False) -> LaneDiff:
        return LaneDiff(ONE, TWO, (CommitLine(TWO, "do it", "A", NOW),), self.files)

    def preview_train(self, lanes: Sequence[LaneId] = ()) -> Train:
        """`train`, or of it the lanes that are named."""
        cars = tuple(car for car in self.train.cars if not lanes or car.lane in lanes)
        return replace(self.train, cars=cars)

    def preview_landing(self, lane: LaneId, *, message: str = "") -> LandingPreview:
        clean = not self.conflicts
        return LandingPreview(
            lane=lane,
            target=RefName("refs/heads/main"),
            target_old=ONE,
            source=TWO,
            result=THREE if clean else None,
            tree=TreeId("4" * 40) if clean else None,
            checks=self.checks,
            commits=(CommitLine(TWO, "do it", "A", NOW),),
            changes=(PathChange("src/api.py", "100644", "100644", "5" * 40, "6" * 40),),
            conflicts=self.conflicts,
            message=message,
            gate=("make test",),
            checkout=self.root,
            task_digest=TASK,
            terms=TERMS,
        )

    def approval(self, lane: LaneId) -> ApprovalState:
        return self.approved

    def standing_terms(self, lane: LaneId) -> Terms:
        return Terms(lane, {"zone": '"docs/**"', "gate": '"make test"', "prompt": "tidy\nwell"})

    def preview_commit(self, lane: LaneId, paths: Sequence[str] = ()) -> TakePreview:
        return take_preview(lane, paths)

    def clashes(
        self, lanes: Collection[LaneId] | None = None, *, since: float | None = None
    ) -> Radar:
        if isinstance(self.radar, CockpitError):
            raise self.radar
        return self.radar

    def clash(self, lane: LaneId, other: LaneId | None) -> Clash | None:
        return self.clashes().between(lane, other)

    def preview_teardown(self, lane: LaneId) -> TeardownPreview:
        return TeardownPreview(
            lane=lane,
            branch=RefName(f"refs/heads/{lane}/work"),
            tip=TWO,
            worktree=Path(f"/tmp/project-{lane}"),
            unmerged=(CommitLine(TWO, "not \x1b[31mmerged", "A", NOW),),
            holdings=Holdings(untracked=("new\nfile",), untracked_count=1, bytes=1234),
            processes=("bash (4711)",),
            trash=Path("/tmp/.cockpit-trash/project-1"),
            token=f"token-{lane}",
        )

    def preview_sweep(self, *, merged_only: bool) -> list[SweepEntry]:
        """Of the started lanes the first stays, where only merged ones are wanted."""
        return [
            SweepEntry(
                LaneId(lane),
                self.preview_teardown(LaneId(lane)),
                "2 commits not merged" if merged_only and not number else "",
            )
            for number, lane in enumerate(self.started)
        ]

    def preview_start(self, lanes: Sequence[LaneId], *, task: str = "") -> StartPreview:
        return fresh_lanes(lanes, task)

    def port_slots(self) -> list[HeldSlot]:
        return list(self.slots)

    def preview_sync(self, lane: LaneId, *, how: str = "") -> SyncPreview:
        clean = not self.conflicts
        return SyncPreview(
            lane=lane,
            branch=RefName(f"refs/heads/{lane}/work"),
            target=RefName("refs/heads/main"),
            how=SyncHow(how or "merge"),
            old=TWO,
            target_tip=ONE,
            new=THREE if clean else None,
            incoming=(CommitLine(ONE, "their \x1b[31mwork", "B", NOW),),
            changes=(PathChange("src/api.py", "100644", "100644", "5" * 40, "6" * 40),),
            conflicts=self.conflicts,
            waits="its agent is working" if self.activities[0] is State.WORKING else "",
        )

    def conflict(self, lane: LaneId) -> ConflictView:
        raise AssertionError("the command line decides nothing hunk by hunk")

    def keep_resolution(self, state: Resolution) -> None:
        raise AssertionError("the command line keeps no draft")

    def merge_tool(self, state: Resolution, file: int) -> MergeToolCall:
        raise AssertionError("the command line runs no merge tool")

    def merge_tool_done(self, call: MergeToolCall) -> bytes | None:
        raise AssertionError("the command line runs no merge tool")

    def preview_follow(self, *, accepted: tuple[RemoteChange, ...] = ()) -> FollowPreview:
        return FollowPreview("origin/main", RefName("refs/heads/main"))

    def preview_undo(self, seq: int | None = None) -> UndoPreview:
        op = self.operations[-1] if seq is None else operation(seq)
        return UndoPreview(op, ("the branch comes back",), self.in_the_way)

    def trust(self) -> TrustState:
        return TrustState("d" * 64, self.trusted, ("gate.run: make test",))

    def log(self, *, last: int | None = None) -> list[Operation]:
        return self.operations[-last:] if last else self.operations

    def audit(self, *, limit: int = 1000) -> Audit:
        from tests.audits import sample

        return sample()

    def commit_detail(self, commit: CommitId) -> CommitDetail:
        from tests.audits import detail

        return detail()

    def trash(self) -> list[TrashEntry]:
        return self.entries

    def capture(self, lane: LaneId, *, colour: bool = False, history: int = 0) -> list[str]:
        return self.rows

    def explain(self, lane: LaneId) -> Explanation:
        activity = Activity(State.ASKING, "screen", "permission question", NOW - 5, "Run it?")
        return Explanation(activity, (("title", "no rule matched"),), ("Run it?", "1. yes"))

    def attach_argv(self, lane: LaneId | None) -> list[str]:
        return ["tmux", "attach", "-t", f"=lane-{lane}"]

    def pinned(self, lane: LaneId) -> CommitId | None:
        return TWO

    def prompt_history(self) -> tuple[SentPrompt, ...]:
        return ()

    def remember_prompt(self, lanes: tuple[LaneId, ...], text: str) -> None:
        raise AssertionError("only the app remembers prompts")

    def prompt_templates(self) -> tuple[PromptTemplate, ...]:
        return ()

    def prompt_values(self, lane: LaneId) -> Mapping[str, str]:
        return {"lane": lane}

    def draft_file(self, text: str) -> Path:
        raise AssertionError("only the app opens an editor on a prompt")

    def kept_seen(self) -> Seen | None:
        return self.seen

    def keep_seen(self, seen: Seen) -> None:
        raise AssertionError("only the app keeps what was seen")

    def digest(self, seen: Seen, fleet: Fleet) -> Digest:
        return digest(seen, fleet, operations=self.log())

    seen: Seen | None = None

    def kept_screen(self) -> tuple[ScreenMemory, str]:
        return ScreenMemory(), ""

    def keep_screen(self, memory: ScreenMemory) -> None:
        raise AssertionError("only the app keeps its screen")

    def close(self) -> None:
        self.closed += 1


def take_preview(lane: LaneId, paths: Sequence[str] = ()) -> TakePreview:
    """Two files of a lane that are in no commit; the named ones of them."""
    changes = (
        PathChange("src/api.py", "100644", "100644", "5" * 40, "6" * 40),
        PathChange("new\nfile", "000000", "100644", "0" * 40, "7" * 40),
    )
    chosen = tuple(one for one in changes if not paths or one.path in paths)
    work = Uncommitted(TWO, TreeId("4" * 40), chosen, chosen, ("nested/",))
    branch = RefName(f"refs/heads/{lane}/work")
    return TakePreview(lane, branch, Path(f"/tmp/project-{lane}"), work, "Take the rest")


def trash_entry(name: str, lane: str = "alpha", at: float = NOW) -> TrashEntry:
    """A torn-down lane."""
    folder = Path(f"/tmp/.cockpit-trash/project/{name}")
    return TrashEntry(name, LaneId(lane), OpId("3-teardown-x"), at, folder, None, 5_000_000)


def unknown(title: str = "No such thing.") -> UsageError:
    return UsageError(title)


FAULT = LaneFault(
    LaneId("beta"), Disagreement.FOLDER_MISSING, "The folder of beta is gone.", "Restore it."
)
GATE_LINES = GateOutput(LaneId("alpha"), ("3 passed", "\x1b[2Jdone"))
WARNING = Notice("The disk is nearly full.", "warning")

Run = Callable[..., int]


def runner(fake: FakeCockpit) -> Run:
    """`run(*words)` with the fake behind it; asserts that the services are let go again."""

    def call(*words: str) -> int:
        opened = 0

        def connect(start: Path) -> FakeCockpit:
            nonlocal opened
            opened += 1
            return fake

        before = fake.closed
        code = run(list(words), connect=connect)
        assert fake.closed - before == opened <= 1
        return code

    return call


def failing(problem: BaseException) -> Run:
    """`run(*words)` in a place where the services can't be made."""

    def connect(start: Path) -> FakeCockpit:
        raise problem

    return lambda *words: run(list(words), connect=connect)


__all__ = ["CockpitError", "FakeCockpit", "failing", "runner"]
