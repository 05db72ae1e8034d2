"""What services need from the outside, as protocols. `wiring.py` alone knows who fulfils them.

Everything here blocks and is called from worker threads, but for `LivePanes`, which lives
on the event loop. Every call raises only `CockpitError` (or `OSError` where it says so).
Paths are absolute. Text that comes back is raw from outside unless it says `Safe`.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, Protocol

from cockpit.config.model import AgentConfig
from cockpit.domain.activity import Activity
from cockpit.domain.audit import CommitDetail, HistoryCommit
from cockpit.domain.bus import BusFile, BusFolder, BusListing
from cockpit.domain.change import CommitLine, Contribution, FileDiff, LaneDiff, Layer, PathChange
from cockpit.domain.clash import ClashPath, Meeting, Snapshot
from cockpit.domain.conflict import Conflict, Entry
from cockpit.domain.conflict_view import Peek
from cockpit.domain.edit import DiskFile, IndexSide
from cockpit.domain.findings import FoundBranch, Unseen
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
from cockpit.domain.mergetool import MergeToolCall as MergeToolCall
from cockpit.domain.operation import Operation, OpKind, OpState
from cockpit.domain.pane import Frame as Frame
from cockpit.domain.pane import PaneInfo as PaneInfo
from cockpit.domain.replay import ReplayOutcome as ReplayOutcome
from cockpit.domain.rubbish import TrashEntry as TrashEntry
from cockpit.domain.runs import RunResult as RunResult
from cockpit.domain.shared import FileEdits, LaterCommit
from cockpit.domain.taking import Uncommitted
from cockpit.domain.teardown import Holdings
from cockpit.domain.upstream import PushAnswer, Remote, Upstream
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
    def names(self, folder: Path) -> list[str]:
        """Names in a folder, sorted, a thousand at most; none for one that can't be read."""
        ...

    def same(self, one: Path, two: Path) -> bool:
        """Whether both names lead to the same place, links resolved."""
        ...

    def free(self, path: Path) -> int:
        """Bytes that one may still write on the disk of `path`."""
        ...

    def same_device(self, one: Path, two: Path) -> bool:
        """Whether both lie on one file system (a path that isn't there counts by its nearest
        folder that is)."""
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
    def set_aside(self, name: str) -> str:
        """Move a fact that can't be read out of the way; returns where it lies now, empty if
        there was none."""
        ...

    def log_path(self, name: str) -> Path:
        """A file under `logs/` that exists for appending (0600)."""
        ...

    def private_file(self, name: str, content: bytes) -> Path:
        """A 0600 file under `run/` with exactly this content."""
        ...


# ---------------------------------------------------------------- git


class LaneEdits(Protocol):
    """Single entries of a lane's index and single files of it, changed for the commander.
    Callers hold the lane's lock; a `staging` folder belongs to one edit."""

    def index_side(self, worktree: Path, path: str) -> IndexSide:
        """Raises `Refused` for a path in the middle of a merge and for a submodule."""
        ...

    def disk_file(self, worktree: Path, path: str) -> DiskFile:
        """Raises `Refused` for what is neither file nor link, or very large."""
        ...

    def raw_id(self, content: bytes) -> BlobId:
        """The id of these bytes as a blob; nothing is stored."""
        ...

    def refuse_filters(self, worktree: Path, path: str) -> None:
        """Raises `Refused` for a path under a filter that only the repository defines, which
        cockpit doesn't run: what git keeps of it is not what lies on the disk."""
        ...

    def as_kept(self, worktree: Path, path: str, content: bytes) -> BlobId:
        """The id that `git add` of this content at `path` would give; nothing is stored.
        Raises as `refuse_filters`."""
        ...

    def as_checked_out(self, worktree: Path, path: str, staging: Path) -> DiskFile:
        """What a checkout of the index's entry would write; `staging` is for the work."""
        ...

    def store(self, content: bytes, *, worktree: Path, clean_as: str = "") -> BlobId:
        """A blob of these bytes: as they are, or as `git add` of `clean_as` keeps them (raises
        as `refuse_filters`)."""
        ...

    def pin_blobs(self, ref: RefName, blobs: Sequence[BlobId], reason: str) -> CommitId:
        """Keep blobs alive under `ref`; done already is fine."""
        ...

    def edit_index(self, worktree: Path, changes: Sequence[PathChange], staging: Path) -> list[str]:
        """Entries become the new ones where they are still the old ones; paths whose entry is
        neither are returned, and then nothing is changed. Can be done again."""
        ...

    def lay_out(self, staging: Path, old: DiskFile, new: DiskFile) -> tuple[Path, Path]:
        """A folder with both contents as files `old` and `new`, and an empty folder."""
        ...

    def edit_file(
        self,
        worktree: Path,
        path: str,
        *,
        old: Mapping[str, object],
        new: Mapping[str, object],
        source: Path,
        staging: Path,
    ) -> bool:
        """The file becomes what `new` describes (`DiskFile.facts`) while it is what `old`
        describes, its content taken from `source`; False if it is neither. Can be done
        again."""
        ...

    def drop(self, staging: Path, old: Mapping[str, object]) -> None:
        """Take away what an edit laid out; not an error if it is gone."""
        ...


class Conflicts(Protocol):
    """What conflicts between two commits, and the tree of its resolution."""

    def look(self, source: CommitId, target: CommitId, lane: LaneId, target_name: str) -> Conflict:
        """What merging `target` into `source` conflicts in (no files: nothing); leaves nothing
        in the repository."""
        ...

    def resolved_tree(
        self, conflict: Conflict, results: Sequence[tuple[Sequence[Entry], Sequence[str]]]
    ) -> TreeId:
        """The merged tree with each conflict's (entries, paths that go). Raises `Refused` when
        two files want one path."""
        ...

    def recorded(self, conflict: Conflict) -> dict[int, bytes]:
        """Whole texts that `git rerere` has recorded for conflicts like these, by file."""
        ...

    def peeks(self, conflict: Conflict) -> dict[str, Peek]:
        """The versions of the files that are decided as wholes, by blob."""
        ...

    def merge_tool(
        self, conflict: Conflict, file: int, merged: bytes, command: str
    ) -> MergeToolCall:
        """The commander's merge tool on one conflict, in a private repository: `command` as
        `$MERGETOOL` holds it, empty for the one that their git is configured to use."""
        ...

    def merge_tool_done(self, call: MergeToolCall) -> bytes | None:
        """What the tool left (None: it changed nothing); the private files are gone after."""
        ...


class Scout(Protocol):
    """How lanes stand with their uncommitted work, and what merging them would come to. What
    that takes in objects lies in a private folder of this process."""

    def snapshot(
        self, worktree: Path, *, skip: Callable[[str], bool], since: float | None = None
    ) -> Snapshot | None:
        """The worktree with its uncommitted work as a commit in the private folder; None while
        HEAD names no commit. `skip` names paths that are no work. What git said of the
        worktree at or after `since` (monotonic seconds) will do. From any thread."""
        ...

    def holding(self, tip: CommitId, shared: Sequence[CommitId]) -> Snapshot:
        """The side `tip`, for merges that begin at `shared` (`Builder.merge`)."""
        ...

    def meetings(self, pairs: Sequence[tuple[Snapshot, Snapshot]]) -> list[Meeting]:
        """What merging each pair would come to, in order; one that can't be merged is told as
        failed. By one thread at a time."""
        ...

    def clash_paths(self, one: Snapshot, two: Snapshot) -> tuple[ClashPath, ...]:
        """The pair's conflicts with their hunks. By one thread at a time."""
        ...

    def tidy(self, kept: Sequence[Snapshot]) -> bool:
        """Let go of what is known of all but these; True if the private folder was begun
        anew, so that every snapshot has to be taken again. Only while nobody looks."""
        ...


class Remotes(Protocol):
    """Repositories elsewhere; what leaves the machine. Addresses are used literally."""

    def remote(self, name: str) -> Remote | None: ...
    def upstream(self, branch: RefName) -> Upstream | None:
        """What the repository's configuration says that `branch` follows."""
        ...

    def fetch(self, upstream: Upstream) -> None:
        """Bring `upstream.tracking` to where the remote's branch is. Raises when it can't."""
        ...

    def push(
        self, remote: Remote, commit: CommitId, ref: RefName, *, lease: CommitId | None = None
    ) -> PushAnswer:
        """Push `commit` to `ref`: forward only, or in place of `lease`. A refusal is an answer."""
        ...


class Review(Protocol):
    """A lane's change as diffs for a person to read."""

    def diff(
        self,
        worktree: Path,
        target: RefName,
        *,
        since: CommitId | None = None,
        bodies: bool = True,
        ignore_space: bool = False,
    ) -> LaneDiff:
        """The lane's change since it left `target` (or since its own commit `since`), layer by
        layer; without `bodies` only the list of files."""
        ...

    def bodies(
        self,
        worktree: Path,
        diff: LaneDiff,
        files: Sequence[FileDiff],
        *,
        ignore_space: bool = False,
    ) -> list[FileDiff]:
        """These files of `diff` with their bodies as they are now."""
        ...

    def uncommitted(self, worktree: Path, layer: Layer, path: str) -> FileDiff | None:
        """One file of the uncommitted work as it is now; None if it does not differ there."""
        ...


class History(Protocol):
    """What commits say of each other. Lists are bounded; nothing is written."""

    def commits(
        self,
        old: CommitId,
        new: CommitId,
        *,
        limit: int = 200,
        without: Sequence[CommitId] = (),
    ) -> list[CommitLine]:
        """Commits of `new` that neither `old` nor any of `without` has, newest first."""
        ...

    def ids(self, old: CommitId, new: Sequence[CommitId], *, limit: int = 5000) -> list[CommitId]:
        """Commits that any of `new` has and `old` lacks, newest first."""
        ...

    def unmerged(
        self,
        tip: CommitId,
        target: CommitId,
        *,
        landed_on: CommitId | None = None,
        taken_back: Sequence[CommitId] = (),
    ) -> list[CommitLine]:
        """Commits of `tip` whose change is not in `target` by content (merged, squashed or
        picked, and not taken back since). `landed_on`: where the target stood before a
        landing that kept the lane's commits as they are; `taken_back`: commits of which it is
        known, whatever the history shows."""
        ...

    def to_replay(
        self, tip: CommitId, onto: CommitId, *, taken_back: Sequence[CommitId] = ()
    ) -> list[CommitId]:
        """Commits of `tip` that a rebase onto `onto` builds anew, oldest first; `taken_back` as
        for `unmerged`. Raises
        `Refused` when that would drop what a merge commit resolved."""
        ...

    def lane_commits(
        self, onto: CommitId, source: CommitId, *, without: Sequence[CommitId] = ()
    ) -> list[tuple[CommitId, int]]:
        """Every commit of `source` that `onto` and `without` lack, oldest first, with its
        number of parents."""
        ...

    def contributions(
        self, old: CommitId, new: Sequence[CommitId], *, limit: int, sizes: bool = True
    ) -> dict[CommitId, Contribution]:
        """What each of `new` brings to `old`: its newest `limit` commits, and how large it is
        (0 without `sizes`). Raises `CockpitError`, for one that can't be read as for all."""
        ...

    def saying(self, tip: CommitId, patterns: Sequence[str]) -> list[tuple[CommitId, str]]:
        """(commit, message) on the first-parent line of `tip`, newest first, of those whose
        message has a line that matches one of the basic regular expressions `patterns`."""
        ...

    def log(self, tips: Sequence[CommitId], *, limit: int) -> tuple[list[HistoryCommit], bool]:
        """At most `limit` commits that `tips` hold, about newest first (a parent may come
        before its child), and whether there are more."""
        ...

    def inspect(self, commit: CommitId) -> CommitDetail: ...


class LineEdits(Protocol):
    """Changes by lines, without context: what a landing did, and what came after it."""

    def between(
        self, old: CommitId, new: CommitId, paths: Sequence[str] = ()
    ) -> tuple[FileEdits, ...]:
        """What differs, by lines, in `paths` or everywhere."""
        ...

    def after(
        self, since: CommitId, now: CommitId, paths: Sequence[str]
    ) -> tuple[LaterCommit, ...]:
        """The commits from `since` to `now` (by first parents, oldest first) that touch
        `paths`; one without a name for all of them where there is no such line."""
        ...

    def brought(
        self,
        before: CommitId,
        since: CommitId,
        now: CommitId,
        paths: Sequence[str],
        sides: Sequence[tuple[CommitId, CommitId, CommitId]] = (),
    ) -> tuple[LaterCommit, ...]:
        """What later merges took in, by the merged side's own change of `paths`, the old sides
        of its hunks in the lines of `before`. `sides` are landings without a merge commit:
        (commit, its parent, the lane's commit)."""
        ...


class Builder(Protocol):
    """Commits and trees built as objects: no ref moves, no checkout, no hook or driver runs.
    Within `Git.looking` nothing of it reaches the repository."""

    def identity(self) -> str:
        """`Name <email>` of the commander. Raises `CockpitError` where git knows none."""
        ...

    def merge(
        self, ours: CommitId, theirs: CommitId, *, shared: Sequence[CommitId] = ()
    ) -> MergeOutcome:
        """`shared` are commits of one side whose work the other has although its history lacks
        them (they were squashed or built anew): the merge begins from there."""
        ...

    def commit_tree(self, tree: TreeId, parents: Sequence[CommitId], message: str) -> CommitId: ...
    def replay(
        self, commits: Sequence[CommitId], onto: CommitId, *, keep: bool = True
    ) -> ReplayOutcome:
        """Commits (oldest first, no merges) built anew on `onto`, author and message kept; a
        rebase without a checkout. Without `keep` nothing is left in the repository."""
        ...

    def revert_tree(
        self, target: CommitId, landed: CommitId, *, before: CommitId | None = None
    ) -> MergeOutcome:
        """The tree of `target` without what `before..landed` brought (by default the side of
        `landed`'s first parent)."""
        ...

    def reword(
        self, commits: Sequence[CommitId], onto: CommitId, edit: Callable[[str, bool], str]
    ) -> CommitId:
        """The linear `commits` on `onto` with edited messages (`edit` gets each message, and
        whether it is the last one); the new tip."""
        ...

    def sign(self, result: CommitId, onto: CommitId) -> CommitId:
        """What was built on `onto`, once more and signed by the commander. Raises `Refused`
        when it can't be signed."""
        ...

    def replay_line(self, mine: CommitId, theirs: CommitId) -> ReplayOutcome:
        """What `mine` has and `theirs` lacks, along its first parents, built anew on `theirs`;
        merges keep their other parents."""
        ...

    def tree_with(self, commit: CommitId, entries: Mapping[str, tuple[str, str] | None]) -> TreeId:
        """The commit's tree with these paths as (mode, object id), None for gone."""
        ...


class Taker(Protocol):
    """A lane's uncommitted work as a commit. Callers hold the lane's lock, but for a look."""

    def uncommitted(
        self,
        worktree: Path,
        chosen: Sequence[str] = (),
        *,
        skip: Callable[[str], bool],
        keep: bool = False,
    ) -> Uncommitted:
        """The uncommitted work below `chosen` (empty: all but what `skip` says) as a tree;
        without `keep` nothing of it is stored. Raises `Refused` for unmerged paths, filters
        that aren't trusted, and for a chosen path at which there is none."""
        ...

    def move(
        self,
        worktree: Path,
        ref: RefName,
        *,
        old: CommitId,
        new: CommitId,
        index: Sequence[PathChange],
        reason: str,
    ) -> list[str]:
        """Branch (compare-and-swap) and index as one, the files stay as they are; paths whose
        entry is somebody's own by now are returned. Done already is fine. Raises `RefMoved`
        or `Refused` with nothing changed."""
        ...


class Follower(Protocol):
    """How a checkout follows its branch, path by path, never by force. Callers hold the lock
    of what they move."""

    def plan(self, checkout: Path, old: CommitId, new: CommitId, staging: Path) -> SyncPlan:
        """What would change, and which paths of the commander's are in the way."""
        ...

    def stage(self, plan: SyncPlan) -> None:
        """Lay out every new content below `plan.staging`; the checkout is untouched."""
        ...

    def finish(self, plan: SyncPlan) -> list[str]:
        """Path by path: old content becomes new, new is skipped, anything else is left and
        returned. Then the index. Can be redone after a kill."""
        ...

    def hold(self, checkout: Path) -> AbstractContextManager[None]:
        """Keep other gits out of the checkout's index while its branch moves and the files
        follow; `finish` within it ends it. Raises `Unavailable` where another git stays
        in there."""
        ...

    def drop(self, staging: Path) -> None:
        """Take away what `stage` laid out; not an error if it is gone."""
        ...


class Survey(Protocol):
    """A first look at a repository, before there is a lanes.yaml."""

    def unmerged(self, target: CommitId, *, limit: int) -> list[FoundBranch]:
        """Local branches with commits that `target` lacks, newest first."""
        ...

    def unseen(self, worktree: Path) -> Unseen:
        """What lies in the worktree and is in no commit."""
        ...

    def symbolic(self, ref: RefName) -> RefName | None:
        """What a symbolic ref names; None for one that is none."""
        ...


class Git(Protocol):
    """The repository. All calls go through the one door and the shadow directory. Refs,
    worktrees, short looks and pins stand here; each larger part has a protocol of its own."""

    common_dir: Path
    main_checkout: Path | None
    """None in a bare repository."""

    # parts
    @property
    def history(self) -> History: ...
    @property
    def review(self) -> Review: ...
    @property
    def line_edits(self) -> LineEdits: ...
    @property
    def builder(self) -> Builder: ...
    @property
    def conflicts(self) -> Conflicts: ...
    @property
    def scout(self) -> Scout: ...
    @property
    def edit(self) -> LaneEdits: ...
    @property
    def taker(self) -> Taker: ...
    @property
    def follower(self) -> Follower: ...
    @property
    def remotes(self) -> Remotes: ...
    @property
    def survey(self) -> Survey: ...

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
    def changes(self, old: CommitId | TreeId, new: CommitId | TreeId) -> list[PathChange]: ...
    def blob(self, blob: BlobId, *, cap: int = 1 << 20) -> bytes: ...
    def tampering(self) -> list[str]:
        """Sentences about replace refs, grafts, alternates, planted hooks and settings that
        a merge should not meet unseen."""
        ...

    def looking(self) -> AbstractContextManager[None]:
        """Within it, what this thread's calls build goes to a folder of this process, gone
        with `close`: a look leaves nothing in the repository."""
        ...

    def tree_of(self, commit: CommitId) -> TreeId: ...
    def first_parent(self, commit: CommitId) -> CommitId | None:
        """None for the first commit of a history."""
        ...

    def entries_at(
        self, tree_ish: CommitId | TreeId, paths: Sequence[str]
    ) -> dict[str, tuple[str, str]]:
        """(mode, object id) of each of `paths` that is there; a folder stands for itself."""
        ...

    def has_conflict_markers(self, changes: Iterable[PathChange]) -> list[str]: ...

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
    def point_head(self, worktree: Path, ref: RefName, reason: str) -> None:
        """Put the worktree on another branch that is at the same commit; its files stay."""
        ...

    def why_not_move(self, worktree: Path) -> str:
        """Why its folder can't be moved (submodules, worktrees inside), a clause; or empty."""
        ...

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

    def listening(self, ports: Iterable[int]) -> list[int]:
        """Those of the TCP ports that a program on this machine listens on."""
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
        as_commander: bool = False,
    ) -> RunResult:
        """`as_commander` keeps the credentials in `env`."""
        ...

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
        """Start the server with our configuration and a minimal environment, and the hub; one
        that runs with another configuration reads it."""
        ...

    def configure(self, *, history: int, return_key: str, user_config: bool) -> None:
        """Have these settings from the next `ensure_server` on."""
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

    def captures(self, panes: Sequence[PaneId]) -> dict[PaneId, list[str]]:
        """The visible rows of several panes in one call. Raises if one of them is gone."""
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

    async def has_client(self) -> bool:
        """Whether a terminal shows a session of ours."""
        ...

    async def list_panes(self, *, patient: bool = False) -> dict[LaneId, PaneInfo]:
        """All lane panes. `patient` may take a list that is some seconds old while nothing
        stirred."""
        ...


# ---------------------------------------------------------------- agents


class Agents(Protocol):
    """Presets as data, completed by lanes.yaml."""

    def knowing(self, config_agents: Mapping[str, AgentConfig]) -> Agents:
        """The same for another reading of lanes.yaml; what is in use goes on as it is."""
        ...

    def preset_names(self) -> Collection[str]:
        """Agents that lanes.yaml may name without saying what they are."""
        ...

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
        add_dirs: Sequence[str] = (),
        args: Sequence[str] = (),
    ) -> Launch:
        """Raises `UsageError` for an unknown agent, `Unavailable` for one not installed."""
        ...

    def installed(self) -> list[str]:
        """Agents of the presets whose own program is installed, by name; no shell."""
        ...

    def takes_model(self, agent: str) -> bool:
        """Whether it can be told which model to use; False for an unknown agent."""
        ...

    def takes_prompts(self, agent: str) -> bool:
        """Whether it reads what is typed as a wish, not as commands (a shell); True for an
        unknown agent, which says so itself when it is started."""
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


class Bus(Protocol):
    """The files of `tasks/` and `results/` below a root; what agents put there is data."""

    def listing(self, root: Path, folder: BusFolder) -> BusListing:
        """The folder's files, each with its content or the problem that names it."""
        ...

    def read(self, root: Path, folder: BusFolder, name: str) -> BusFile | None: ...
    def file(self, root: Path, name: str) -> BusFile | None:
        """One small file below `root`, such as a template; None if it isn't there."""
        ...

    def write_new(self, root: Path, folder: BusFolder, name: str, content: bytes) -> None:
        """A new file, whole the moment it appears; raises `Refused` when the name is taken."""
        ...

    def replace(self, root: Path, folder: BusFolder, name: str, *, old: bytes, new: bytes) -> None:
        """New content where the file still holds the old; raises `Refused` when it doesn't."""
        ...


class Papers(Protocol):
    """Files that cockpit keeps below the bus's root for people, where agents write as well.
    Callers hold the lock `papers`."""

    def read(self, root: Path, name: str, *, cap: int = 1 << 20) -> bytes | None:
        """The file's bytes, None if it isn't there. Raises `Refused` for what is no regular,
        single-linked file of at most `cap` bytes, or lies behind a symlink."""
        ...

    def put(
        self, root: Path, name: str, *, old: bytes | None, new: bytes, still: float = 0.0
    ) -> bool:
        """New content, whole and at once, where the file holds `old` (None: isn't there) and
        was not written for `still` seconds; False, and nothing changed, where not. The mode
        stays; folders are made below `root` only. Raises as `read`."""
        ...

    def remove(self, root: Path, name: str, *, old: bytes) -> bool:
        """Take the file away where it holds `old`; False where it doesn't. Raises as `read`."""
        ...


class Surroundings(Protocol):
    """What lies around a repository, for `init`: files are other people's."""

    def texts(self, root: Path, names: Iterable[str]) -> dict[str, str]:
        """The content of those that are small regular files below `root` (of lock files: empty
        text where they are there)."""
        ...

    def folders(self, paths: Iterable[Path]) -> set[Path]: ...
    def installed(self, programs: Iterable[str]) -> set[str]: ...
    def write_new(self, path: Path, content: bytes) -> None:
        """Raises `Refused` when something lies there; nothing is half written."""
        ...


class Watcher(Protocol):
    """Hints that something changed on disk; never the truth."""

    async def run(
        self, folders: Callable[[], Mapping[str, Sequence[Path]]], changed: Callable[[str], None]
    ) -> None:
        """Call `changed(label)` for events below the folders of each label, until cancelled."""
        ...
