"""What services need from the outside, as protocols. `wiring.py` alone knows who fulfils them.

Everything here blocks and is called from worker threads, but for `LivePanes`, which lives
on the event loop. Every call raises only `CockpitError` (or `OSError` where it says so).
Paths are absolute. Text that comes back is raw from outside unless it says `Safe`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, Protocol

from cockpit.domain.activity import Activity
from cockpit.domain.change import CommitLine, LaneDiff, PathChange
from cockpit.domain.ids import (
    BlobId,
    CommitId,
    LaneId,
    OpId,
    PaneId,
    RefName,
    TreeId,
    WindowId,
)
from cockpit.domain.lane import GitFacts, LaneRecord, PaneRef
from cockpit.domain.launch import Launch as Launch
from cockpit.domain.merge import Approval, MergeOutcome
from cockpit.domain.operation import Operation, OpKind, OpState
from cockpit.domain.pane import Frame as Frame
from cockpit.domain.pane import PaneInfo as PaneInfo
from cockpit.domain.rubbish import TrashEntry as TrashEntry
from cockpit.domain.runs import RunResult as RunResult
from cockpit.domain.teardown import Holdings
from cockpit.domain.worktree import Head as Head
from cockpit.domain.worktree import SyncPlan as SyncPlan
from cockpit.domain.worktree import WorktreeInfo as WorktreeInfo

# ---------------------------------------------------------------- clock, locks, journal


class Clock(Protocol):
    def now(self) -> float:
        """Seconds since the epoch."""
        ...

    def monotonic(self) -> float:
        """Seconds, never going back."""
        ...

    def wait(self, seconds: float) -> None: ...


class Disk(Protocol):
    """Questions about folders at the place where lanes lie."""

    def exists(self, path: Path) -> bool:
        """Whether anything lies there, a dangling link included."""
        ...

    def is_folder(self, path: Path) -> bool: ...
    def same(self, one: Path, two: Path) -> bool:
        """Whether both names lead to the same place, links resolved."""
        ...

    def stamp(self, path: Path) -> tuple[int, int]:
        """Changes when a folder's entries do; (0, 0) if it is not there."""
        ...


class Locks(Protocol):
    """Kernel locks (flock) on files in the state folder, freed by any death of the holder."""

    def hold(
        self, *names: str, timeout: float = 10.0, why: str = ""
    ) -> AbstractContextManager[None]:
        """Hold all `names`, taken in the fixed order registry < lane-* < worktrees < target <
        journal whatever the order given. Raises `TimedOut` naming who holds it (and `why`)."""
        ...

    def is_free(self, name: str) -> bool: ...


class Journal(Protocol):
    """One file an operation; each write is durable (file and folder fsynced) on return."""

    def begin(
        self,
        kind: OpKind,
        *,
        lane: LaneId | None,
        by: str,
        summary: str,
        intent: Mapping[str, Any],
        undoes: int | None = None,
    ) -> Operation:
        """Write the intent with the next sequence number; state PENDING."""
        ...

    def finish(self, op: Operation, state: OpState, outcome: Mapping[str, Any]) -> Operation: ...

    def update(self, op: Operation, intent: Mapping[str, Any]) -> Operation:
        """Replace a pending operation's intent with one that knows more (new ids)."""
        ...

    def read(self, seq: int) -> Operation | None: ...

    def entries(self, *, last: int | None = None) -> list[Operation]:
        """In order of seq. A file that can't be read is left out and named by `damaged`."""
        ...

    def pending(self) -> list[Operation]: ...

    def damaged(self) -> list[Path]: ...


class Registry(Protocol):
    """Lane records, one small file a lane."""

    def lanes(self) -> dict[LaneId, LaneRecord]: ...
    def put(self, record: LaneRecord) -> None: ...
    def drop(self, lane: LaneId) -> None:
        """Forget the lane; not an error if it isn't there."""
        ...


class StateFiles(Protocol):
    """Small JSON facts in the state folder, by name (`trust`, `approval-alpha`, `expected`).
    Written as temporary file, fsync, rename, mode 0600."""

    def read(self, name: str) -> Mapping[str, Any] | None: ...
    def write(self, name: str, value: Mapping[str, Any]) -> None: ...
    def remove(self, name: str) -> None: ...
    def log_path(self, name: str) -> Path:
        """A file under `logs/` that exists for appending (0600)."""
        ...

    def private_file(self, name: str, content: bytes) -> Path:
        """A 0600 file under `run/` with exactly this content."""
        ...


# ---------------------------------------------------------------- git


class Git(Protocol):
    """The repository. All calls go through the one door and the shadow directory."""

    common_dir: Path
    main_checkout: Path | None
    """None in a bare repository."""

    # refs
    def read_ref(self, ref: RefName) -> CommitId | None: ...
    def resolve(self, rev: str) -> CommitId | None:
        """The commit that `rev` names: a full ref, a branch name or a full id; never options."""
        ...

    def refs(self, prefix: str) -> dict[RefName, CommitId]: ...
    def move_ref(self, ref: RefName, *, new: CommitId, old: CommitId | None, reason: str) -> None:
        """Compare-and-swap; `old` None creates. Raises `RefMoved`. Durable on return."""
        ...

    def delete_ref(self, ref: RefName, *, old: CommitId) -> None: ...
    def is_valid_branch(self, branch: str) -> bool: ...
    def refs_containing(self, commit: CommitId) -> list[RefName]: ...
    def is_ancestor(self, old: CommitId, new: CommitId) -> bool: ...
    def merge_base(self, one: CommitId, two: CommitId) -> CommitId | None: ...

    # worktrees
    def worktrees(self) -> list[WorktreeInfo]: ...
    def head(self, worktree: Path) -> Head: ...
    def operation_under_way(self, worktree: Path) -> str:
        """`rebase`, `merge`, `bisect`, `cherry-pick`, `revert`, `am` or empty."""
        ...

    def add_worktree(
        self, path: Path, *, branch: RefName | None, commit: CommitId, reason: str
    ) -> WorktreeInfo:
        """`worktree add --no-checkout --lock`; `branch` None is detached. Hold `worktrees`."""
        ...

    def half_made_worktrees(self, path: Path, reason: str) -> list[Path]:
        """Git folders that a killed `add_worktree` of `path` with `reason` left unfinished."""
        ...

    def fill_worktree(self, worktree: Path, commit: CommitId) -> None:
        """Index and files of `commit` into a worktree made by `add_worktree`; can be redone."""
        ...

    def is_filled(self, worktree: Path, commit: CommitId) -> bool: ...
    def is_linked(self, worktree: Path) -> bool:
        """Whether folder and admin folder name each other and HEAD reads."""
        ...

    def switch_gate_tree(self, worktree: Path, commit: CommitId) -> None:
        """Move a detached, private worktree to `commit`: tracked files exactly as there,
        untracked ones gone, ignored ones kept (warm)."""
        ...

    def lock_worktree(self, admin: Path, reason: str) -> None: ...

    # facts (never write the lane's index: GIT_OPTIONAL_LOCKS=0)
    def facts(self, worktree: Path, target: RefName, *, tip: CommitId | None = None) -> GitFacts:
        """`tip` is where the target stands, if that was read already (many lanes, one target)."""
        ...

    def dirty_paths(self, worktree: Path) -> list[str]:
        """Changed, staged and untracked paths (not ignored ones)."""
        ...

    def tracked_folders(self, worktree: Path) -> list[Path]:
        """The worktree's folders that hold tracked files, itself first; capped at 2,000."""
        ...

    def holdings(self, worktree: Path) -> Holdings: ...
    def diff(self, worktree: Path, target: RefName) -> LaneDiff: ...
    def commits(self, old: CommitId, new: CommitId, *, limit: int = 200) -> list[CommitLine]: ...
    def unmerged_commits(self, tip: CommitId, target: CommitId) -> list[CommitLine]:
        """Commits of `tip` whose change is not in `target` by content (patch id, squash)."""
        ...

    def changes(self, old: CommitId | TreeId, new: CommitId | TreeId) -> list[PathChange]: ...
    def blob(self, blob: BlobId, *, cap: int = 1 << 20) -> bytes: ...
    def tampering(self) -> list[str]:
        """Sentences about replace refs, grafts, alternates, planted hooks and settings that
        a merge should not meet unseen."""
        ...

    # merges as objects
    def merge(self, ours: CommitId, theirs: CommitId) -> MergeOutcome: ...
    def commit_tree(self, tree: TreeId, parents: Sequence[CommitId], message: str) -> CommitId: ...
    def revert_tree(self, target: CommitId, landed: CommitId) -> MergeOutcome:
        """The tree of `target` without what merge `landed` brought (its first parent's side)."""
        ...

    def tree_of(self, commit: CommitId) -> TreeId: ...
    def has_conflict_markers(self, changes: Iterable[PathChange]) -> list[str]: ...

    # the commander's checkout
    def plan_sync(
        self, checkout: Path, old: CommitId, new: CommitId, staging: Path
    ) -> SyncPlan: ...
    def stage_sync(self, plan: SyncPlan) -> None:
        """Lay out every new content below `plan.staging`; the checkout is untouched."""
        ...

    def finish_sync(self, plan: SyncPlan) -> list[str]:
        """Path by path: old content becomes new, new is skipped, anything else is left and
        returned. Then the index. Can be redone after a kill."""
        ...

    def drop_staging(self, staging: Path) -> None:
        """Take away what `stage_sync` laid out; not an error if it is gone."""
        ...

    # pins
    def pin_lane(self, worktree: Path, admin: Path, ref: RefName, reason: str) -> CommitId:
        """One commit under `ref` that keeps HEAD, the branch tip, every commit of the lane's
        reflogs and state files and every blob of its index alive through any gc."""
        ...

    def verify_objects(self, commit: CommitId, without: CommitId) -> None:
        """Hash the objects of `commit` that `without` lacks. Raises `Refused` if one holds
        other bytes than its name says."""
        ...

    def own_objects(self, commit: CommitId, without: CommitId | None) -> None:
        """Make the objects of `commit` that `without` lacks the repository's own, where it
        borrows objects from elsewhere. Raises `Refused` if one is missing."""
        ...

    def exclude(self, patterns: Sequence[str]) -> None:
        """Replace our marked block in `<common>/info/exclude`; the rest stays byte for byte."""
        ...

    # after a death
    def end_orphans(self) -> list[str]:
        """End git processes of ours whose cockpit is dead; a sentence for each."""
        ...

    def clear_leavings(self, *, patience: float) -> list[str]:
        """Take away lock files that killed gits left: older than 2 s and in nobody's use; a
        sentence for each. Waits at most `patience` seconds for young ones to get that old."""
        ...

    # moving a worktree away and back
    def restored_links(self, worktree: Path, admin: Path) -> None:
        """Write both links anew after folder and admin folder were moved back."""
        ...

    def close(self) -> None: ...


# ---------------------------------------------------------------- vault, trash, processes


class Vault(Protocol):
    """Raw bytes of a lane in `vault.git`, apart from the user's repository."""

    def snapshot(self, worktree: Path, admin: Path, ref: RefName, skip: Sequence[str]) -> CommitId:
        """Every regular file and symlink as raw bytes, nested `.git` folders included, plus a
        manifest (modes, times, empty folders, specials); atomic: the ref appears last."""
        ...

    def has(self, ref: RefName) -> bool: ...
    def restore(self, ref: RefName, into: Path, admin: Path) -> None:
        """Lay the snapshot out again in folders that don't exist yet."""
        ...

    def size(self) -> int: ...


class Trash(Protocol):
    """Folders renamed away, on their own file system; nothing is deleted but by `empty`."""

    def folder_for(self, worktree: Path) -> Path:
        """The trash folder that this worktree would go into; nothing is made."""
        ...

    def place_for(self, worktree: Path, name: str) -> Path:
        """Where the folder would go; the parent exists afterwards."""
        ...

    def admin_place_for(self, name: str) -> Path: ...
    def move(self, source: Path, destination: Path) -> None:
        """Rename; done already (source gone, destination there) is fine; both is an error."""
        ...

    def note(self, name: str, *, lane: LaneId, op: OpId, folder: Path, admin: Path | None) -> None:
        """Remember whose entry `name` is, for `entries`; durable on return."""
        ...

    def entries(self) -> list[TrashEntry]: ...
    def empty(self, entry: TrashEntry) -> None: ...


class Processes(Protocol):
    """What runs in a folder, by /proc; signals go only to what was found there."""

    def inside(self, folder: Path) -> list[tuple[int, str]]:
        """(pid, command) of processes whose cwd or an open file lies in `folder`."""
        ...

    def end(self, pids: Iterable[int], *, grace: float) -> list[int]:
        """TERM, wait up to `grace` seconds, KILL; returns who is still there."""
        ...


class Runner(Protocol):
    """Runs `gate` and `setup` commands: own process group, scrubbed environment, deadline."""

    def run(
        self,
        command: str,
        *,
        cwd: Path,
        env: Mapping[str, str],
        deadline: float,
        log: Path,
        tell: Callable[[Sequence[str]], None],
        stop: Callable[[], bool],
    ) -> RunResult: ...

    def end_orphans(self, log: Path) -> int:
        """End what a run with this log left when cockpit was killed; returns how many."""
        ...


class LaneFiles(Protocol):
    """Setup's file work in a fresh worktree; never through a symlink that lies there."""

    def copy(self, source_root: Path, worktree: Path, names: Sequence[str]) -> list[str]:
        """Copy files (0600 stays 0600); returns names that don't exist in the source."""
        ...

    def link(self, source_root: Path, worktree: Path, names: Sequence[str]) -> list[str]: ...
    def rewrite(self, source_root: Path, worktree: Path, names: Sequence[str]) -> list[str]: ...
    def write(self, worktree: Path, name: str, content: bytes) -> None: ...


# ---------------------------------------------------------------- tmux


class Tmux(Protocol):
    """Our own tmux server: life-cycle and verified typing; each call has a deadline."""

    socket: str

    def ensure_server(self) -> None:
        """Start the server with our configuration and a minimal environment, and the hub."""
        ...

    def is_up(self) -> bool: ...
    def panes(self) -> dict[LaneId, PaneInfo]:
        """All lane panes; empty when the server is down. Raises `TimedOut` when it hangs."""
        ...

    def open_pane(
        self,
        lane: LaneId,
        *,
        op: OpId,
        cwd: Path,
        argv: Sequence[str],
        env: Mapping[str, str],
    ) -> PaneRef:
        """Session `lane-<id>`, its window linked into the hub. Refuses a missing folder."""
        ...

    def respawn(
        self, pane: PaneId, *, cwd: Path, argv: Sequence[str], env: Mapping[str, str]
    ) -> PaneRef: ...

    def close_pane(self, pane: PaneRef) -> None:
        """Kill the lane's window by id; not an error if it is gone."""
        ...

    def capture(self, pane: PaneId, *, colour: bool = False, history: int = 0) -> list[str]:
        """The visible rows (and `history` rows above), SGR kept with `colour`."""
        ...

    def paste(self, pane: PaneId, text: str) -> None:
        """Leave copy mode, bracketed paste of `text` byte for byte (controls stripped)."""
        ...

    def press(self, pane: PaneId, *keys: str) -> None:
        """Press tmux key names (`Enter`, `Escape`, `C-c`)."""
        ...

    def open_host(self, argv: Sequence[str], *, cwd: Path, env: Mapping[str, str]) -> bool:
        """The session `cockpit` for the app itself; False if it is there already."""
        ...

    def show_waiting(self, lanes: Sequence[LaneId]) -> None:
        """Name the lanes that wait for the commander in every lane's status line."""
        ...

    def attach_argv(self, session: str) -> list[str]:
        """The command line that attaches this terminal to a session of ours."""
        ...

    def attach_env(self) -> dict[str, str]:
        """The environment to run `attach_argv` with: ours less TMUX, with a TERM that tmux
        has an entry for."""
        ...

    def kill_server(self) -> None: ...


class LivePanes(Protocol):
    """The control-mode client, on the event loop: wakes, captures, types, resizes."""

    on_frame: Callable[[Frame], None]
    on_end: Callable[[PaneId, int | None], None]
    """A pane's program ended (exit code, None when unknown)."""
    on_link: Callable[[bool, str], None]
    """The control connection came up or went away."""

    async def start(self) -> None: ...
    async def close(self) -> None: ...
    def watch(self, panes: Mapping[PaneId, int], *, focused: PaneId | None) -> None:
        """Which panes are on the screen (pane → pid of its program); others are not captured."""
        ...

    def pause(self, paused: bool) -> None:
        """No captures while the commander is inside a pane."""
        ...

    async def capture_now(self, pane: PaneId) -> Frame | None: ...
    async def resize(self, window: WindowId, width: int, height: int) -> None: ...
    async def type_text(self, pane: PaneId, text: str) -> None: ...
    async def press(self, pane: PaneId, *keys: str) -> None: ...
    async def step_into(self, session: str) -> bool:
        """Switch the last used client of the server to a lane's session; False if no client."""
        ...

    async def detach(self) -> bool:
        """Give the last used client's terminal back; False if no client."""
        ...

    async def list_panes(self) -> dict[LaneId, PaneInfo]: ...


# ---------------------------------------------------------------- agents


class Agents(Protocol):
    """Presets as data, completed by lanes.yaml."""

    def launch(
        self,
        agent: str,
        *,
        lane: LaneId,
        model: str,
        prompt: str,
        session: str,
        resume: bool,
        permission: str,
    ) -> Launch:
        """Raises `UsageError` for an unknown agent, `Unavailable` for one not installed."""
        ...

    def judge(
        self,
        agent: str,
        *,
        pane: PaneInfo | None,
        rows: Sequence[str],
        previous: Activity | None,
        now: float,
    ) -> Activity:
        """What the agent does, by process, title and screen (`rows` plain, visible rows)."""
        ...

    def explain(
        self, agent: str, *, pane: PaneInfo | None, rows: Sequence[str]
    ) -> tuple[tuple[str, str], ...]:
        """(source, sentence) of every sign, strongest first, recognised or not."""
        ...


class Approvals(Protocol):
    """Approval records in the state folder; a record is used once."""

    def get(self, lane: LaneId) -> Approval | None: ...
    def put(self, approval: Approval) -> None: ...
    def use(self, lane: LaneId) -> None: ...


class Watcher(Protocol):
    """Hints that something changed on disk; never the truth."""

    async def run(
        self, folders: Callable[[], Mapping[str, Sequence[Path]]], changed: Callable[[str], None]
    ) -> None:
        """Call `changed(label)` for events below the folders of each label, until cancelled."""
        ...
