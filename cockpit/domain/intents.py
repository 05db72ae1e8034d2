"""Wishes of the commander: what a key, the palette or a command asks for."""

from __future__ import annotations

from cockpit.dataclass import dataclass
from cockpit.domain.change import Layer
from cockpit.domain.hunks import HunkDeed
from cockpit.domain.ids import CommitId, LaneId
from cockpit.domain.lane_intents import Lock as Lock
from cockpit.domain.lane_intents import Move as Move
from cockpit.domain.lane_intents import Rename as Rename
from cockpit.domain.lane_intents import Unlock as Unlock
from cockpit.domain.resolution_draft import Picked
from cockpit.domain.task_intents import Answer as Answer
from cockpit.domain.task_intents import Assign as Assign
from cockpit.domain.task_intents import CallOff as CallOff
from cockpit.domain.task_intents import CloseRound as CloseRound
from cockpit.domain.task_intents import Collect as Collect
from cockpit.domain.task_intents import Plan as Plan
from cockpit.domain.task_intents import Retry as Retry
from cockpit.domain.task_intents import TellNote as TellNote
from cockpit.domain.task_intents import WriteTasks as WriteTasks
from cockpit.domain.upstream import RemoteChange


@dataclass(frozen=True, slots=True)
class Start:
    lane: LaneId
    prompt: str = ""
    task: str = ""
    """The task that the lane works on: a number, an id or a file's name in `tasks/`."""
    with_changes: bool = False
    """The checkout's uncommitted changes come along, as uncommitted work of the lane."""
    fetch: bool = True
    """A base that lies elsewhere is asked for first; else what was fetched last is taken."""


@dataclass(frozen=True, slots=True)
class Adopt:
    """Make `lane` of an existing branch, worktree path or ref."""

    lane: LaneId
    source: str


@dataclass(frozen=True, slots=True)
class Stop:
    """End the lane's agent; the worktree and branch stay."""

    lane: LaneId


@dataclass(frozen=True, slots=True)
class Restart:
    """Run the lane's agent again in its pane (resuming its session where it can)."""

    lane: LaneId


@dataclass(frozen=True, slots=True)
class Interrupt:
    """Press the agent's own stop key."""

    lane: LaneId


@dataclass(frozen=True, slots=True)
class Send:
    lane: LaneId
    text: str
    force: bool = False
    """Send although the agent may be showing a question."""
    comments: tuple[str, ...] = ()
    """Review comments that the text holds; they are marked as sent when it was."""
    when_idle: bool = False
    """Keep it until the agent's turn has ended, if it is in one."""
    queued: str = ""
    """The id under which it was kept until now."""


@dataclass(frozen=True, slots=True)
class DeliverPrompt:
    """Send the lane's first waiting prompt, once."""

    lane: LaneId


@dataclass(frozen=True, slots=True)
class CallOffPrompt:
    """Take a waiting prompt of the lane away (`id` empty: all of them, and those of which
    nobody knows whether they were taken)."""

    lane: LaneId
    id: str = ""


@dataclass(frozen=True, slots=True)
class Gate:
    """Run the gate on the lane's merge with the target, without landing."""

    lane: LaneId


@dataclass(frozen=True, slots=True)
class Approve:
    lane: LaneId
    commit: CommitId | None = None
    """The commit that was looked at; None approves what is there now."""
    revoke: bool = False
    task_digest: str | None = None
    """Of the task text that was looked at (empty: there was none); None takes it as it is."""


@dataclass(frozen=True, slots=True)
class Land:
    """Approve and land. `source`, `target_old` and `task_digest` bind the yes to what was shown."""

    lane: LaneId
    source: CommitId | None = None
    target_old: CommitId | None = None
    message: str = ""
    red_reason: str = ""
    """Land although the gate is red, for this reason, which the journal keeps."""
    task_digest: str | None = None
    """As in `Approve`."""
    terms: str = ""
    """Those that were shown; empty for whatever lanes.yaml says now."""


@dataclass(frozen=True, slots=True)
class Commit:
    """Take the lane's uncommitted work (all, or `paths` and what lies below them) as a commit
    of the commander's on its branch. `token` binds it to what was shown."""

    lane: LaneId
    message: str = ""
    paths: tuple[str, ...] = ()
    token: str = ""


@dataclass(frozen=True, slots=True)
class LeaveOut:
    """A commit on the lane that gives `paths` (and what lies below them) the content that the
    lane began with, so that landing it does not touch them. `source` binds it to the tip that
    was shown."""

    lane: LaneId
    paths: tuple[str, ...]
    message: str = ""
    source: CommitId | None = None


@dataclass(frozen=True, slots=True)
class Teardown:
    lane: LaneId
    token: str = ""
    """The preview's token; empty accepts what is there now."""


@dataclass(frozen=True, slots=True)
class Undo:
    """Undo operation `seq`, or the last one that can be undone."""

    seq: int | None = None


@dataclass(frozen=True, slots=True)
class RestoreTrash:
    entry: str


@dataclass(frozen=True, slots=True)
class EmptyTrash:
    """Really delete trash entries; empty means all."""

    entries: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Trust:
    """Trust the executing part of lanes.yaml as it is now (`digest` binds it to what was shown)."""

    digest: str


@dataclass(frozen=True, slots=True)
class Queue:
    """Put a lane into the train, before another lane or at the place that the order gives;
    `out` takes it out."""

    lane: LaneId
    before: LaneId | None = None
    out: bool = False


@dataclass(frozen=True, slots=True)
class RunTrain:
    """Approve and land the train's cars one by one. `seen` and `tasks` bind the yes to what was
    shown: a lane that is elsewhere now, or whose task has another text, is put aside. Empty
    `lanes` takes all that are queued."""

    lanes: tuple[LaneId, ...] = ()
    seen: tuple[tuple[LaneId, CommitId], ...] = ()
    target_old: CommitId | None = None
    messages: tuple[tuple[LaneId, str], ...] = ()
    """Messages that the commander edited."""
    tasks: tuple[tuple[LaneId, str], ...] = ()
    """The digest of each lane's task text that was shown, empty where it had none."""
    terms: tuple[tuple[LaneId, str], ...] = ()
    """Those that were shown, as in `Land`."""


@dataclass(frozen=True, slots=True)
class Sync:
    """Bring the target's new commits into the lane, by `merge` or `rebase` (empty: as
    lanes.yaml says). `when_idle`: while its agent is in a turn, wait for the end of it."""

    lane: LaneId
    how: str = ""
    when_idle: bool = False


@dataclass(frozen=True, slots=True)
class Park:
    """End the agent and put the worktree into the trash with everything in it; the branch
    stays, the slot is free."""

    lane: LaneId
    token: str = ""
    """The preview's token; empty accepts what is there now."""


@dataclass(frozen=True, slots=True)
class Resume:
    """Take a parked lane up again on its branch, with its folder where the trash has it."""

    lane: LaneId
    prompt: str = ""


@dataclass(frozen=True, slots=True)
class StopTrain:
    """Stop the train that runs, at once: a gate under way is ended, nothing more lands."""


@dataclass(frozen=True, slots=True)
class ApplyHunk:
    """Stage, unstage or discard a hunk of the lane's uncommitted work, or (with the file's
    identity) all of a file. `what` is `hunks.hunk_identity` or `hunks.file_identity`: it binds
    the deed to the contents that were shown."""

    lane: LaneId
    deed: HunkDeed
    layer: Layer
    path: str
    what: str
    force: bool = False
    """Although the agent may be working."""


@dataclass(frozen=True, slots=True)
class Resolve:
    """Make the lane's conflict with the target a merge commit on the lane, with these choices;
    bound to both commits that were shown."""

    lane: LaneId
    source: CommitId
    target_old: CommitId
    choices: tuple[Picked, ...]
    message: str = ""


@dataclass(frozen=True, slots=True)
class HandBack:
    """Give the lane's conflict to an agent as a task: to the lane itself, to another lane, or
    (`ORACLE`) to whoever writes tasks. `note` is the commander's own word on it."""

    lane: LaneId
    to: str = ""
    """A lane's name or `oracle`; empty is the lane itself."""
    note: str = ""
    source: CommitId | None = None
    target_old: CommitId | None = None


@dataclass(frozen=True, slots=True)
class Follow:
    """Fetch, and bring the target after its upstream; with `rebase` also where the two went
    apart. `accepted` uses a remote that is another than before, if that is all that changed.
    `seen` and `target_old` bind the yes to what was shown: where either is elsewhere now,
    nothing moves."""

    rebase: bool = False
    accepted: tuple[RemoteChange, ...] = ()
    seen: CommitId | None = None
    """The upstream's tip that was shown."""
    target_old: CommitId | None = None


@dataclass(frozen=True, slots=True)
class PullRequest:
    """Approve, gate and push a lane, and have the commander's command make the request."""

    lane: LaneId
    source: CommitId | None = None
    message: str = ""
    task_digest: str | None = None
    """As in `Approve`."""
    terms: str = ""


@dataclass(frozen=True, slots=True)
class ApproveStanding:
    """Approve what a background lane will do, or take that back. `digest` (`Terms.digest`)
    binds the yes to the terms that were shown; empty takes them as they are."""

    lane: LaneId
    digest: str = ""
    revoke: bool = False


@dataclass(frozen=True, slots=True)
class RunBackground:
    """Start a run of a background lane: fresh from the target, its agent told what to do.
    `landing` and `seen` are what it was started on (`domain.background.Run`)."""

    lane: LaneId
    why: str
    landing: int = 0
    seen: str = ""


@dataclass(frozen=True, slots=True)
class JudgeBackground:
    """Land what a background lane's run made, under its standing approval, or hold it for the
    commander; `failed` holds it for that reason without a look."""

    lane: LaneId
    failed: str = ""


@dataclass(frozen=True, slots=True)
class Dispatch:
    """Let what happens by itself go on, or stop it; with `lane` let go of what that lane
    holds: the commander has looked at it."""

    go: bool
    lane: LaneId | None = None


Intent = (
    Start
    | Adopt
    | Stop
    | Restart
    | Interrupt
    | Send
    | DeliverPrompt
    | CallOffPrompt
    | Gate
    | Approve
    | Commit
    | LeaveOut
    | Land
    | Teardown
    | Undo
    | RestoreTrash
    | EmptyTrash
    | Trust
    | Queue
    | RunTrain
    | StopTrain
    | Follow
    | PullRequest
    | ApplyHunk
    | Sync
    | Park
    | Resume
    | Rename
    | Move
    | Lock
    | Unlock
    | Resolve
    | HandBack
    | ApproveStanding
    | RunBackground
    | JudgeBackground
    | Dispatch
    | Assign
    | Plan
    | CallOff
    | CloseRound
    | Retry
    | TellNote
    | WriteTasks
    | Collect
    | Answer
)
