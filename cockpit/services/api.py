"""The two faces of the services: `Cockpit` for whoever may block, `Supervisor` for the app.

Keys, palette and command line all end in `carry_out(intent)`; screens read previews and
follow events. Both faces have the same powers.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol, TypeVar

from cockpit.config.model import Config
from cockpit.dataclass import dataclass
from cockpit.domain.activity import Activity
from cockpit.domain.approval import ApprovalState
from cockpit.domain.audit import Audit, CommitDetail
from cockpit.domain.change import FileDiff, LaneDiff
from cockpit.domain.clash import Clash, Radar
from cockpit.domain.conflict_view import ConflictView
from cockpit.domain.digest import Digest, Seen
from cockpit.domain.done import Evidence
from cockpit.domain.events import Event
from cockpit.domain.fleet import Fleet
from cockpit.domain.ids import CommitId, LaneId
from cockpit.domain.intents import Intent
from cockpit.domain.lane import LaneFault
from cockpit.domain.ledger import Table
from cockpit.domain.merge import LandingPreview
from cockpit.domain.mergetool import MergeToolCall
from cockpit.domain.operation import Operation
from cockpit.domain.ports import HeldSlot
from cockpit.domain.prompt_library import PromptTemplate, SentPrompt
from cockpit.domain.resolution import Resolution
from cockpit.domain.review import Review
from cockpit.domain.rounds import RoundPreview
from cockpit.domain.screen_memory import ScreenMemory
from cockpit.domain.shared import SharedHunk
from cockpit.domain.standing import Terms
from cockpit.domain.starting import StartPreview
from cockpit.domain.sync import SyncPreview
from cockpit.domain.taking import TakePreview
from cockpit.domain.teardown import SweepEntry, TeardownPreview
from cockpit.domain.train import Train
from cockpit.domain.upstream import FollowPreview, RemoteChange
from cockpit.services.ports import LivePanes, TrashEntry

T = TypeVar("T")
Tell = Callable[[Event], None]


@dataclass(frozen=True, slots=True)
class Outcome:
    """How an intent ended well (failures are raised). `operation` is its journal entry;
    `data` is what `--json` prints, `summary` what a person reads."""

    summary: str
    operation: Operation | None
    data: dict[str, Any]


@dataclass(frozen=True, slots=True)
class UndoPreview:
    """What undoing `operation` would bring back, and what stands in the way (empty: nothing)."""

    operation: Operation
    lines: tuple[str, ...]
    in_the_way: tuple[str, ...]
    shared: tuple[SharedHunk, ...] = ()
    """Hunks of a landing that later commits changed as well; those that block it are named in
    `in_the_way`."""
    paths: tuple[str, ...] = ()
    """Paths whose content comes back, where it is about paths."""


@dataclass(frozen=True, slots=True)
class TrustState:
    digest: str
    trusted: bool
    lines: tuple[str, ...]
    """Everything in lanes.yaml that can execute or reach out, a line each, raw."""


@dataclass(frozen=True, slots=True)
class Explanation:
    """The evidence behind a lane's state, strongest first; `rows` is the bottom of the screen."""

    activity: Activity
    evidence: tuple[tuple[str, str], ...]
    rows: tuple[str, ...]


class Cockpit(Protocol):
    """Everything a key or a command can do or ask, blocking. Raises only `CockpitError`."""

    @property
    def config(self) -> Config:
        """lanes.yaml as it was read last."""
        ...

    repository: str
    """The repository's name, for people."""
    root: Path
    """The main checkout (in a bare repository the target's worktree)."""
    state: Path

    def recover(self, tell: Tell) -> list[str]:
        """Finish or abandon what a dead process left; a sentence for each. Empty if nothing."""
        ...

    def carry_out(self, intent: Intent, tell: Tell, *, by: str) -> Outcome: ...

    def fleet(self) -> Fleet:
        """The fleet from lanes.yaml and our state alone, before anything was observed."""
        ...

    def observe(self, lanes: Sequence[LaneId] | None = None) -> list[Event]:
        """Look at git and tmux (never writing) and tell what is there; all lanes by default."""
        ...

    def board(self, fleet: Fleet) -> Fleet:
        """The fleet with all tasks as they are now (`Fleet.board`, `Fleet.plan`); results that
        lie in lanes are collected on the way."""
        ...

    def evidence(self, task: str) -> Evidence:
        """What the task's 'done' rests on now, row by row; nothing is changed. Raises `Refused`
        when no task, or several, answer to the name."""
        ...

    def ledger(self, fleet: Fleet, lane: LaneId | None = None) -> Table:
        """A lane's ledger, or all of them as one, beside this fleet's board; what agents wrote
        is in it."""
        ...

    def faults(self) -> list[LaneFault]: ...
    def diff(self, lane: LaneId, *, bodies: bool = True, ignore_space: bool = False) -> LaneDiff:
        """The lane's whole change; without `bodies` the list of files, which are then read
        with `file_diffs` as they are looked at."""
        ...

    def file_diffs(
        self,
        lane: LaneId,
        diff: LaneDiff,
        files: Sequence[FileDiff],
        *,
        ignore_space: bool = False,
    ) -> list[FileDiff]:
        """These files of `diff` with their bodies, in order."""
        ...

    def review(self, lane: LaneId) -> Review:
        """Viewed files and comments."""
        ...

    def change_review(self, lane: LaneId, edit: Callable[[Review], Review]) -> Review: ...
    def preview_landing(self, lane: LaneId, *, message: str = "") -> LandingPreview: ...
    def preview_train(self, lanes: Sequence[LaneId] = ()) -> Train:
        """The train as it would run now, built as objects; nothing moves. No `lanes`: all that
        are queued, or if none is, every started lane that has something to land. Lanes that
        are named ride in the order in which they are named (what a task needs goes first all
        the same), as those of `RunTrain.lanes` do. Every lane asked for is a car of the
        answer, those that can't ride as well: put aside, with the reason."""
        ...

    def approval(self, lane: LaneId) -> ApprovalState:
        """Whether the lane's approval still counts, and if not what changed since."""
        ...

    def standing_terms(self, lane: LaneId) -> Terms:
        """What a standing approval of the lane would be given to now. Raises `Refused` where
        there is nothing to approve."""
        ...

    def preview_commit(self, lane: LaneId, paths: Sequence[str] = ()) -> TakePreview:
        """What taking the lane's uncommitted work as a commit would take; nothing is stored."""
        ...

    def conflict(self, lane: LaneId) -> ConflictView:
        """The lane's conflict with the target, with the draft of its resolution; no files
        where it goes through."""
        ...

    def keep_resolution(self, state: Resolution) -> None:
        """Keep the choices so far as the lane's draft, durable on return."""
        ...

    def merge_tool(self, state: Resolution, file: int) -> MergeToolCall:
        """The commander's merge tool on one conflict with text, ready to be run. Raises
        `Refused` when none is chosen, or there is no text."""
        ...

    def merge_tool_done(self, call: MergeToolCall) -> bytes | None:
        """What the tool left; None when it changed nothing. Its private files are gone."""
        ...

    def clashes(
        self, lanes: Collection[LaneId] | None = None, *, since: float | None = None
    ) -> Radar:
        """Who would run into whom, uncommitted work included. Of lanes that were looked at
        before only `lanes` are looked at again (None: all); what was asked of git at or after
        `since` (monotonic seconds) will do."""
        ...

    def clash(self, lane: LaneId, other: LaneId | None) -> Clash | None:
        """The clash of two sides (`other` None: the target) with its hunks, as of the last
        look; None if they go together."""
        ...

    def preview_teardown(self, lane: LaneId) -> TeardownPreview: ...
    def preview_sweep(self, *, merged_only: bool) -> list[SweepEntry]:
        """Every started lane, with what a teardown would take, or why a sweep leaves it."""
        ...

    def preview_round(self) -> RoundPreview:
        """What closing the round would do: which lanes would go, and the round summed up."""
        ...

    def preview_start(self, lanes: Sequence[LaneId], *, task: str = "") -> StartPreview:
        """What starting these lanes (on a task) would do; nothing is made or fetched."""
        ...

    def port_slots(self) -> list[HeldSlot]:
        """Every lane's slot of ports and the gate's; nothing where lanes.yaml has none."""
        ...

    def preview_sync(self, lane: LaneId, *, how: str = "") -> SyncPreview:
        """What bringing the target into the lane would do (`how`: merge, rebase, or empty for
        what lanes.yaml says); nothing moves and no object is left."""
        ...

    def preview_follow(self, *, accepted: tuple[RemoteChange, ...] = ()) -> FollowPreview:
        """What bringing the target after its upstream would do. The remote is asked first, so
        this can take a while; one that is another than before is not, unless what changed is
        what was `accepted`."""
        ...

    def preview_undo(self, seq: int | None = None) -> UndoPreview: ...
    def audit(self, *, limit: int = 1000) -> Audit:
        """The newest commits of the target and all lanes, with what the journal knows."""
        ...

    def commit_detail(self, commit: CommitId) -> CommitDetail: ...
    def trust(self) -> TrustState: ...
    def log(self, *, last: int | None = None) -> list[Operation]: ...
    def trash(self) -> list[TrashEntry]: ...
    def capture(self, lane: LaneId, *, colour: bool = False, history: int = 0) -> list[str]: ...
    def explain(self, lane: LaneId) -> Explanation: ...
    def attach_argv(self, lane: LaneId | None) -> list[str]:
        """The command that attaches to the lane's session (None: the app's session)."""
        ...

    def pinned(self, lane: LaneId) -> CommitId | None: ...
    def kept_screen(self) -> tuple[ScreenMemory, str]:
        """How the app looked when it was last open, and a sentence where that can't be read."""
        ...

    def keep_screen(self, memory: ScreenMemory) -> None:
        """Keep how the app looks, durable on return."""
        ...

    def prompt_history(self) -> tuple[SentPrompt, ...]:
        """Prompts that were sent, the newest first."""
        ...

    def remember_prompt(self, lanes: tuple[LaneId, ...], text: str) -> None: ...
    def prompt_templates(self) -> tuple[PromptTemplate, ...]: ...
    def prompt_values(self, lane: LaneId) -> Mapping[str, str]:
        """What placeholders stand for in this lane. Raises `Refused` if it is not started."""
        ...

    def draft_file(self, text: str) -> Path:
        """A private file with this text, for an editor."""
        ...

    def kept_seen(self) -> Seen | None:
        """What the commander saw last; None where that is not known."""
        ...

    def keep_seen(self, seen: Seen) -> None:
        """Keep what the commander sees now, durable on return."""
        ...

    def digest(self, seen: Seen, fleet: Fleet) -> Digest:
        """What happened since then, beside the fleet as it is now; nothing is written."""
        ...

    def close(self) -> None: ...


class Supervisor(Protocol):
    """The app's side: owns the fleet, runs intents and looks in worker threads, tells events
    on the event loop. Made and used on the loop."""

    cockpit: Cockpit
    live: LivePanes | None
    """None without tmux's control client (tests, headless)."""
    on_looks: Callable[[], None]
    """Called on the loop when the commander's own themes or keys may have changed."""
    fleet: Fleet

    def subscribe(self, listener: Callable[[Event, Fleet], None]) -> Callable[[], None]:
        """Called on the loop after each event was applied; returns the unsubscriber."""
        ...

    async def run(self) -> None:
        """Recover, look, then follow changes until cancelled."""
        ...

    def submit(self, intent: Intent) -> None:
        """Start an intent; its end comes as `OperationEnded` (with `error` when refused)."""
        ...

    def ask(self, query: Callable[[Cockpit], T]) -> Awaitable[T]:
        """Run a read in a worker thread; raises what it raises."""
        ...

    def wind_down(self, on: bool) -> None:
        """Start nothing by itself (tasks, background lanes, what waits for the end of a turn),
        or go on; only in this process, and only while it lives."""
        ...

    async def stop(self) -> None: ...
