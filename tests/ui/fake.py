"""A supervisor without git and tmux: it records intents and replays events."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any, TypeVar, cast

from cockpit.config.model import Config, ZoneConfig
from cockpit.domain.activity import Activity, State
from cockpit.domain.approval import ApprovalState
from cockpit.domain.approval import Standing as Approved
from cockpit.domain.audit import Audit, CommitDetail
from cockpit.domain.change import CommitLine, FileDiff, LaneDiff, Layer, PathChange
from cockpit.domain.clash import Clash, Radar
from cockpit.domain.conflict_view import ConflictView
from cockpit.domain.digest import Digest, Seen
from cockpit.domain.done import Evidence
from cockpit.domain.events import Event
from cockpit.domain.fleet import Fleet, LaneView, apply
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
from cockpit.domain.lane import GitFacts, LaneRecord, PaneRef
from cockpit.domain.merge import Check, LandingPreview
from cockpit.domain.mergetool import MergeToolCall
from cockpit.domain.operation import Operation, OpKind, OpState
from cockpit.domain.prompt_library import PromptTemplate, SentPrompt
from cockpit.domain.resolution import Resolution
from cockpit.domain.review import Review
from cockpit.domain.rounds import RoundPreview, RoundSummary
from cockpit.domain.screen_memory import ScreenMemory
from cockpit.domain.standing import Terms
from cockpit.domain.starting import StartPreview
from cockpit.domain.sync import SyncHow, SyncPreview
from cockpit.domain.taking import TakePreview, Uncommitted
from cockpit.domain.taskname import TaskId
from cockpit.domain.teardown import Holdings, SweepEntry, TeardownPreview
from cockpit.domain.train import Train
from cockpit.domain.upstream import FollowPreview, Relation, RemoteChange, Standing
from cockpit.errors import CockpitError
from cockpit.services.api import Cockpit, Explanation, TrustState, UndoPreview
from cockpit.services.ports import Frame, LivePanes, PaneInfo
from tests.starts import fresh_lanes

T = TypeVar("T")
NOW = 1_700_000_000.0
HEAD = CommitId("1234567890abcdef1234567890abcdef12345678")
BASE = CommitId("abcdef1234567890abcdef1234567890abcdef12")
TASK = "7" * 64
TERMS = "8" * 64
"""The digest of the task text that previews show."""


def record(lane: str, number: int = 1, *, pane: bool = True) -> LaneRecord:
    ref = PaneRef(
        SessionId(f"${number}"), WindowId(f"@{number}"), PaneId(f"%{number}"), 1000 + number
    )
    return LaneRecord(
        LaneId(lane),
        RefName(f"refs/heads/{lane}/work"),
        Path(f"/tmp/project-{lane}"),
        Path(f"/tmp/project/.git/worktrees/{lane}"),
        BASE,
        "claude",
        OpId("1-start-00000000"),
        pane=ref if pane else None,
    )


def view(
    lane: str,
    number: int = 1,
    state: State = State.WORKING,
    *,
    started: bool = True,
    agent: str = "claude",
    detail: str = "",
    facts: GitFacts | None = None,
    since: float = 130,
) -> LaneView:
    """A lane on the board, by default started and working for two minutes."""
    usual = GitFacts(HEAD, RefName(f"refs/heads/{lane}/work"), 3, 1, 2, 4, 120, 8)
    return LaneView(
        LaneId(lane),
        lane[:1].upper(),
        "",
        agent,
        record=record(lane, number) if started else None,
        activity=Activity(state, "screen", "a rule", NOW - since, detail)
        if started
        else Activity(State.PLANNED, "none", "not started", 0.0),
        facts=(facts or usual) if started else None,
    )


def fleet_of(*views: LaneView) -> Fleet:
    return Fleet("project", "main", {each.lane: each for each in views})


GREEK = ["alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta", "iota", "kappa"]
GREEK += ["lambda", "mu", "nu", "xi", "omicron"]


def fleet_of_size(count: int) -> Fleet:
    """`count` lanes in all kinds of states."""
    states = (State.ASKING, State.WORKING, State.IDLE, State.WORKING, State.EXITED, State.ERROR)
    return fleet_of(
        *(view(GREEK[index], index + 1, states[index % len(states)]) for index in range(count))
    )


def frame(number: int, rows: list[str], **more: Any) -> Frame:
    """A frame of an 80×24 pane with these rows, padded; the cursor after the last."""
    padded = (*rows, *[""] * (24 - len(rows)))
    more.setdefault("cursor", (0, max(0, len(rows) - 1)))
    return Frame(PaneId(f"%{number}"), padded, width=80, height=24, **more)


class FakeLive:
    """Records what the app asks of the control client."""

    def __init__(self) -> None:
        self.on_frame: Callable[[Frame], None] = lambda frame: None
        self.on_end: Callable[[PaneId, int | None], None] = lambda pane, code: None
        self.on_link: Callable[[bool, str], None] = lambda up, why: None
        self.watched: Mapping[PaneId, int] = {}
        self.focused: PaneId | None = None
        self.paused: list[bool] = []
        self.sizes: dict[WindowId, tuple[int, int]] = {}
        self.typed: list[tuple[str, str]] = []
        self.stepped: list[str] = []
        self.client = True
        self.detached = 0
        self.broken: CockpitError | None = None

    async def start(self) -> None: ...

    async def close(self) -> None: ...

    def watch(self, panes: Mapping[PaneId, int], *, focused: PaneId | None) -> None:
        self.watched, self.focused = dict(panes), focused

    def pause(self, paused: bool) -> None:
        self.paused.append(paused)

    async def capture_now(self, pane: PaneId) -> Frame | None:
        return None

    async def resize(self, window: WindowId, width: int, height: int) -> None:
        self.sizes[window] = (width, height)

    async def type_text(self, pane: PaneId, text: str) -> None:
        if self.broken is not None:
            raise self.broken
        self.typed.append((pane, text))

    async def press(self, pane: PaneId, *keys: str) -> None:
        self.typed += [(pane, f"<{key}>") for key in keys]

    async def step_into(self, session: str) -> bool:
        self.stepped.append(session)
        return self.client

    async def detach(self) -> bool:
        self.detached += 1
        return self.client

    async def has_client(self) -> bool:
        return self.client

    async def list_panes(self, *, patient: bool = False) -> dict[LaneId, PaneInfo]:
        return {}


def landing(lane: LaneId, **changes: Any) -> LandingPreview:
    values: dict[str, Any] = {
        "lane": lane,
        "target": RefName("refs/heads/main"),
        "target_old": BASE,
        "source": HEAD,
        "result": CommitId("f" * 40),
        "tree": TreeId("e" * 40),
        "checks": (
            Check("idle", True, "the agent is idle"),
            Check("clean", True, "the worktree is clean"),
            Check("zone", True, "every path lies in the zone"),
        ),
        "commits": (CommitLine(HEAD, "Issue and verify tokens", "Alpha", NOW - 60),),
        "changes": (
            PathChange("src/auth/token.py", "000000", "100644", "0" * 40, "a" * 40),
            PathChange("src/auth/session.py", "100644", "100644", "b" * 40, "c" * 40),
        ),
        "conflicts": (),
        "message": f"blitz: merge lane {lane}\n\nCockpit-Lane: {lane}\n",
        "gate": ("make test",),
        "checkout": Path("/tmp/project"),
        "task_digest": TASK,
        "terms": TERMS,
    }
    return LandingPreview(**{**values, **changes})


def sync(lane: LaneId, **changes: Any) -> SyncPreview:
    values: dict[str, Any] = {
        "lane": lane,
        "branch": RefName(f"refs/heads/{lane}/work"),
        "target": RefName("refs/heads/main"),
        "how": SyncHow.MERGE,
        "old": HEAD,
        "target_tip": BASE,
        "new": CommitId("f" * 40),
        "incoming": (CommitLine(BASE, "Land beta", "Commander", NOW - 60),),
        "changes": (PathChange("src/api.py", "100644", "100644", "b" * 40, "c" * 40),),
    }
    return SyncPreview(**{**values, **changes})


def behind(**changes: Any) -> FollowPreview:
    """The target is two commits behind its upstream, and nothing is in the way."""
    values: dict[str, Any] = {
        "name": "origin/main",
        "target": RefName("refs/heads/main"),
        "old": BASE,
        "new": CommitId("f" * 40),
        "standing": Standing(Relation.BEHIND, CommitId("f" * 40), 0, 2),
        "said": "origin/main has 2 commits that main lacks: follow it first",
        "incoming": (CommitLine(CommitId("f" * 40), "Theirs [/x]", "Someone", NOW - 60),),
        "changes": (PathChange("src/api.py", "100644", "100644", "b" * 40, "c" * 40),),
        "checkout": "/tmp/project",
    }
    return FollowPreview(**{**values, **changes})


def operation(seq: int, kind: OpKind = OpKind.START, **changes: Any) -> Operation:
    values: dict[str, Any] = {
        "seq": seq,
        "id": OpId(f"{seq}-{kind.value}-00000000"),
        "kind": kind,
        "lane": LaneId("alpha"),
        "at": NOW - 100 + seq,
        "by": "app",
        "summary": f"{kind.value} alpha",
        "state": OpState.DONE,
    }
    return Operation(**{**values, **changes})


@dataclass
class FakeCockpit:
    """Canned answers; tests replace what they are about."""

    config: Config
    repository: str = "project"
    root: Path = Path("/tmp/project")
    state: Path = Path("/tmp/state")
    trusted: TrustState = field(default_factory=lambda: TrustState("d1", True, ()))
    answers: dict[str, Any] = field(default_factory=dict)

    def _answer(self, name: str, usual: T) -> T:
        found = self.answers.get(name, usual)
        if isinstance(found, CockpitError):
            raise found
        return cast(T, found)

    def trust(self) -> TrustState:
        return self._answer("trust", self.trusted)

    def file_diffs(
        self, lane: LaneId, diff: LaneDiff, files: Sequence[FileDiff], *, ignore_space: bool = False
    ) -> list[FileDiff]:
        bodies: dict[str, str] = self._answer("bodies", {})
        return [replace(file, loaded=True, body=bodies.get(file.path, file.body)) for file in files]

    def review(self, lane: LaneId) -> Review:
        return self._answer("review", Review())

    def change_review(self, lane: LaneId, edit: Callable[[Review], Review]) -> Review:
        self.answers["review"] = edit(self.review(lane))
        return self.review(lane)

    def diff(self, lane: LaneId, *, bodies: bool = True, ignore_space: bool = False) -> LaneDiff:
        body = (
            "@@ -1,2 +1,3 @@\n def login():\n-    return False\n"
            "+    token = issue()\n+    return token\n"
        )
        files = (
            FileDiff(
                "src/auth/token.py", "", Layer.COMMITTED, "A", 1, 0, "@@ -0,0 +1 @@\n+x = 1\n"
            ),
            FileDiff("src/auth/session.py", "", Layer.COMMITTED, "M", 2, 1, body),
            FileDiff("logo.png", "", Layer.STAGED, "M", None, None, ""),
            FileDiff("notes.txt", "", Layer.UNTRACKED, "A", 1, 0, "@@ -0,0 +1 @@\n+remember\n"),
        )
        commits = (CommitLine(HEAD, "Issue and verify tokens", "Alpha", NOW - 60),)
        return self._answer("diff", LaneDiff(BASE, HEAD, commits, files))

    def conflict(self, lane: LaneId) -> ConflictView:
        from tests.ui.conflicts import no_conflict

        return self._answer("conflict", no_conflict(lane))

    def keep_resolution(self, state: Resolution) -> None:
        self.answers.setdefault("kept", []).append(state)

    def merge_tool(self, state: Resolution, file: int) -> MergeToolCall:
        folder = Path("/tmp/merge")
        return MergeToolCall(("a-merge-tool",), folder, folder / "merged", b"as it was")

    def merge_tool_done(self, call: MergeToolCall) -> bytes | None:
        return self._answer("merged", b"both together\n")

    def preview_landing(self, lane: LaneId, *, message: str = "") -> LandingPreview:
        return self._answer("landing", landing(lane))

    def preview_train(self, lanes: Sequence[LaneId] = ()) -> Train:
        """What `answers["train"]` says (a train, or a function of the lanes); else no car."""
        found = self._answer("train", Train(RefName("refs/heads/main"), BASE))
        return found(lanes) if callable(found) else found

    def approval(self, lane: LaneId) -> ApprovalState:
        return self._answer("approval", ApprovalState(Approved.NONE))

    def standing_terms(self, lane: LaneId) -> Terms:
        return self._answer(
            "terms", Terms(lane, {"zone": "docs/**", "prompt": "tidy\x1b]0;\nwell"})
        )

    def preview_commit(self, lane: LaneId, paths: Sequence[str] = ()) -> TakePreview:
        """What `answers["commit"]` says."""
        changes = (
            PathChange("src/auth/token.py", "100644", "100644", "b" * 40, "c" * 40),
            PathChange("notes.txt", "000000", "100644", "0" * 40, "a" * 40),
        )
        chosen = tuple(one for one in changes if not paths or one.path in paths)
        work = Uncommitted(HEAD, TreeId("e" * 40), chosen, chosen)
        folder = Path(f"/tmp/project-{lane}")
        usual = TakePreview(lane, RefName(f"refs/heads/{lane}/work"), folder, work, "The rest")
        return self._answer("commit", usual)

    def clashes(
        self, lanes: Collection[LaneId] | None = None, *, since: float | None = None
    ) -> Radar:
        return self._answer("clashes", Radar())

    def clash(self, lane: LaneId, other: LaneId | None) -> Clash | None:
        usual = self.clashes().between(lane, other)
        return self._answer(f"clash {lane} {other}", usual)

    def preview_teardown(self, lane: LaneId) -> TeardownPreview:
        holdings = Holdings(("src/a.py",), ("notes.txt",), ("build/x",), (), 1, 1, 41, 123_456)
        usual = TeardownPreview(
            lane,
            RefName(f"refs/heads/{lane}/work"),
            HEAD,
            Path(f"/tmp/project-{lane}"),
            (CommitLine(HEAD, "Issue and verify tokens", "Alpha", NOW - 60),),
            holdings,
            ("claude (4711)",),
            Path("/tmp/.cockpit-trash/project/alpha-7"),
            "token-1",
        )
        return self._answer("teardown", usual)

    def preview_start(self, lanes: Sequence[LaneId], *, task: str = "") -> StartPreview:
        return fresh_lanes(lanes, task)

    def preview_sync(self, lane: LaneId, *, how: str = "") -> SyncPreview:
        usual = sync(lane)
        found = self.answers.get(f"sync {lane}", usual)
        if isinstance(found, CockpitError):
            raise found
        return cast(SyncPreview, found)

    def preview_undo(self, seq: int | None = None) -> UndoPreview:
        step = operation(seq or 3, OpKind.LAND, summary="land alpha")
        return self._answer("undo", UndoPreview(step, ("main goes back to abcdef123",), ()))

    def preview_follow(self, *, accepted: tuple[RemoteChange, ...] = ()) -> FollowPreview:
        """What `answers["follow"]` says, or what `answers["follow accepted"]` does."""
        usual = self._answer("follow", behind())
        return self._answer("follow accepted", usual) if accepted else usual

    def log(self, *, last: int | None = None) -> list[Operation]:
        usual = [
            operation(1, OpKind.TRUST, lane=None, summary="trust lanes.yaml"),
            operation(2, OpKind.START),
            operation(3, OpKind.LAND, by="cli"),
            operation(4, OpKind.START, state=OpState.ABANDONED, outcome={"error": "no tmux"}),
        ]
        return self._answer("log", usual)

    def audit(self, *, limit: int = 1000) -> Audit:
        from tests.audits import sample

        return self._answer("audit", sample())

    def commit_detail(self, commit: CommitId) -> CommitDetail:
        from tests.audits import detail

        return self._answer("commit", detail())

    def kept_screen(self) -> tuple[ScreenMemory, str]:
        return self._answer("screen", (ScreenMemory(), ""))

    def keep_screen(self, memory: ScreenMemory) -> None:
        self._answer("keep", None)
        self.answers.setdefault("screens", []).append(memory)

    def prompt_history(self) -> tuple[SentPrompt, ...]:
        return self._answer("sent", ())

    def remember_prompt(self, lanes: tuple[LaneId, ...], text: str) -> None:
        self.answers["sent"] = (SentPrompt(text, lanes, NOW), *self.prompt_history())

    def prompt_templates(self) -> tuple[PromptTemplate, ...]:
        return self._answer("templates", ())

    def prompt_values(self, lane: LaneId) -> Mapping[str, str]:
        return {"lane": lane, "branch": f"{lane}/work"}

    def draft_file(self, text: str) -> Path:
        path: Path = self.answers["draft_file"]
        path.write_text(text)
        return path

    def kept_seen(self) -> Seen | None:
        return self._answer("seen", None)

    def keep_seen(self, seen: Seen) -> None:
        self.answers.setdefault("kept_seen", []).append(seen)

    def digest(self, seen: Seen, fleet: Fleet) -> Digest:
        return self._answer("digest", Digest(seen.at))

    def preview_sweep(self, *, merged_only: bool) -> list[SweepEntry]:
        """What `answers["sweep"]` says."""
        return self._answer("sweep", [])

    def preview_round(self) -> RoundPreview:
        """What `answers["round"]` says."""
        going = SweepEntry(LaneId("alpha"), None)
        stays = SweepEntry(LaneId("beta"), None, "2 commits not merged [/x]")
        usual = RoundPreview(BASE, ("make test",), (going, stays), RoundSummary())
        return self._answer("round", usual)

    def evidence(self, task: str) -> Evidence:
        """What `answers["evidence"]` says."""
        return self._answer("evidence", Evidence(TaskId("task-001"), task, ()))

    def explain(self, lane: LaneId) -> Explanation:
        activity = Activity(State.ASKING, "screen", "claude/permission", NOW - 20)
        usual = Explanation(
            activity,
            (("process", "runs, pid 4711"), ("screen", "Do you want to proceed?")),
            ("Do you want to proceed?", "❯ 1. Yes"),
        )
        return self._answer("explain", usual)

    def capture(self, lane: LaneId, *, colour: bool = False, history: int = 0) -> list[str]:
        """What `answers["capture <lane>"]` says."""
        return self._answer(f"capture {lane}", [])

    def attach_argv(self, lane: LaneId | None) -> list[str]:
        return self._answer("attach", ["true"])


def config(*lanes: str, columns: int = 0) -> Config:
    """As much of a configuration as screens read."""
    known = {
        LaneId(lane): SimpleNamespace(
            lane=LaneId(lane),
            agent="claude",
            model="sonnet",
            role="",
            branch="{lane}/work",
            zone=ZoneConfig(("src/auth/**", "tests/auth/**"), ()),
        )
        for lane in lanes
    }
    merge = SimpleNamespace(push="", pull_request="", cadence=0.0)
    return cast(
        Config, SimpleNamespace(lanes=known, columns=columns, order="fixed", merge=merge, bus=".")
    )


class FakeSupervisor:
    """Holds a fleet, applies the events that a test tells, records the intents."""

    def __init__(self, fleet: Fleet, *, live: bool = True, columns: int = 0) -> None:
        self.fleet = fleet
        self.fake = FakeCockpit(config(*fleet.lanes, columns=columns))
        self.on_looks: Callable[[], None] = lambda: None
        self.cockpit = cast(Cockpit, self.fake)
        self.fake_live = FakeLive()
        self.live: LivePanes | None = self.fake_live if live else None
        self.intents: list[Intent] = []
        self.asked = 0
        """Questions so far."""
        self.failure: CockpitError | None = None
        self.stopped = False
        self.resting = False
        self._listeners: list[Callable[[Event, Fleet], None]] = []

    def subscribe(self, listener: Callable[[Event, Fleet], None]) -> Callable[[], None]:
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def tell(self, event: Event) -> None:
        """Let an event happen."""
        self.fleet = apply(self.fleet, event)
        for listener in list(self._listeners):
            listener(event, self.fleet)

    async def run(self) -> None:
        if self.failure is not None:
            raise self.failure
        await asyncio.Event().wait()

    def submit(self, intent: Intent) -> None:
        self.intents.append(intent)

    def ask(self, query: Callable[[Cockpit], T]) -> Awaitable[T]:
        self.asked += 1

        async def answer() -> T:
            await asyncio.sleep(0)
            return query(self.cockpit)

        return answer()

    def wind_down(self, on: bool) -> None:
        self.resting = on

    async def stop(self) -> None:
        self.stopped = True
