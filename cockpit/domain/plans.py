"""What an operation's journal file must hold so that any later process can finish it.

Each plan is a flat record of JSON values: every name and id that a step needs, fixed before
the first step. Paths are absolute texts (undecodable bytes as surrogates).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, field, fields
from typing import Any, Self

from cockpit.dataclass import dataclass
from cockpit.errors import CockpitError


@dataclass(frozen=True, slots=True)
class Plan:
    """Base of all plans: to and from the journal's JSON."""

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """Raises `CockpitError` when a needed field is missing (a damaged journal file)."""
        known = {field.name for field in fields(cls)}
        try:
            return cls(**{name: value for name, value in data.items() if name in known})
        except TypeError as error:
            raise CockpitError(
                f"A journal entry of kind {cls.__name__} lacks something it needs.",
                detail=str(error),
                hint="Nothing was touched. `cockpit log` names the entry; keep its file.",
            ) from error


@dataclass(frozen=True, slots=True)
class StartPlan(Plan):
    lane: str
    branch: str
    base: str
    worktree: str
    agent: str
    made_branch: bool
    """The branch did not exist before: undoing may take it away."""
    made_worktree: bool = True
    prompt: str = ""
    task: str = ""
    """Name of its task's file."""
    with_changes: bool = False
    """The checkout's uncommitted changes come along (`services/carrying.py`)."""
    carried: str = ""
    """The commit that holds them; empty until it is pinned."""
    carried_paths: list[str] = field(default_factory=list)
    staged: list[list[str]] = field(default_factory=list)
    """Of paths that are staged otherwise than they lie there: path, mode and blob in the
    snapshot and in the index (path, mode, mode, blob, blob)."""
    left_out: list[str] = field(default_factory=list)
    filled: bool = False
    """Index and files were complete once; from then on they are the agent's."""
    rolling_back: bool = False


@dataclass(frozen=True, slots=True)
class TeardownPlan(Plan):
    lane: str
    branch: str
    tip: str
    """Empty when the branch is gone already."""
    worktree: str
    admin: str
    """Empty when git does not know the worktree."""
    trash: str
    trash_folder: str
    trash_admin: str
    pin_ref: str
    backup_ref: str
    vault_ref: str
    record: dict[str, Any]
    keep_branch: bool = False
    keep_worktree: bool = False
    stopped: bool = False
    """The agent was ended and `tip` read after that."""


@dataclass(frozen=True, slots=True)
class RelocationPlan(Plan):
    """A lane gets another name, another folder, or both: from what `record` says to what
    `new_record` says. What stays is the same in both."""

    lane: str
    new_lane: str
    record: dict[str, Any]
    new_record: dict[str, Any]
    pin_ref: str
    backup_ref: str
    config: bool = False
    """The lane's name in lanes.yaml changes too."""
    trusted: str = ""
    """The digest of lanes.yaml with the new name, where the old one was trusted: the very same
    commands run."""
    rolling_back: bool = False


@dataclass(frozen=True, slots=True)
class TargetPlan(Plan):
    """Moving the target from `old` to `new`: a landing, or its undoing."""

    ref: str
    old: str
    new: str
    checkout: str
    """The checkout that follows; empty when none does."""
    staging: str
    lane: str = ""
    source: str = ""
    branch: str = ""
    how: str = "merge"
    """`merge`, `squash`, `rebase`; for an undo `back` or `revert`, and `forward` for one that
    undoes going back."""
    gate: str = ""
    """The gate's verdict when it landed: `green`, `none`; `red` only with a reason."""
    flaky: bool = False
    """The gate was red and then green on the same commit."""
    log: str = ""
    """The gate's log."""
    red_reason: str = ""
    """Why the commander landed it although the gate was red."""
    task: str = ""
    train: str = ""
    """The operation of the train that it rode in."""


@dataclass(frozen=True, slots=True)
class BranchPlan(Plan):
    """Moving a lane's branch from `old` to `new`, its worktree following: a sync, or its
    undoing."""

    lane: str
    branch: str
    old: str
    new: str
    worktree: str
    staging: str
    how: str
    """`merge`, `rebase`, `forward`, and for an undo `back`."""
    target: str = ""
    """Where the target stood."""
    base_old: str = ""
    base_new: str = ""
    """The record's base before and after; both empty where it stays."""


@dataclass(frozen=True, slots=True)
class TrainPlan(Plan):
    """A train that runs: how far each car has come (`domain.train.car_to_json`). Its landings
    are operations of their own."""

    target: str
    old: str
    """Where the target stood when the train began."""
    cars: list[dict[str, Any]]
    stopped: str = ""


@dataclass(frozen=True, slots=True)
class BackgroundPlan(Plan):
    """A run of a background lane: its start, or the judging of its work."""

    lane: str
    what: str
    """`start` or `judge`."""
    why: str
    digest: str = ""
    """Of the terms that the commander approved."""
    before: dict[str, Any] = field(default_factory=dict)
    """`domain.background.Run` as it was."""
    approving: str = ""
    """The commit that is approved for one landing, under the standing approval."""


@dataclass(frozen=True, slots=True)
class QueuePlan(Plan):
    """A change of the train's queue: what the file held before, and holds afterwards."""

    lane: str
    before: dict[str, Any]
    after: dict[str, Any]


@dataclass(frozen=True, slots=True)
class RestorePlan(Plan):
    lane: str
    branch: str
    tip: str
    worktree: str
    admin: str
    """The fresh admin folder that the worktree comes back with."""
    trash: str
    trash_folder: str
    trash_admin: str
    vault_ref: str
    record: dict[str, Any]


@dataclass(frozen=True, slots=True)
class SendPlan(Plan):
    lane: str
    pane: str
    digest: str
    """sha256 of the text; the text itself is in `file`."""
    length: int
    file: str


@dataclass(frozen=True, slots=True)
class TakePlan(Plan):
    """A lane's branch and index from `old` to `new`; the files stay as they are."""

    lane: str
    branch: str
    worktree: str
    admin: str
    old: str
    new: str
    index: list[list[str]]
    """[path, old mode, new mode, old id, new id] of each entry of the index that moves."""


@dataclass(frozen=True, slots=True)
class HunkPlan(Plan):
    """Index entries or one file of a lane, from what was seen to what was shown."""

    lane: str
    deed: str
    path: str
    worktree: str
    staging: str
    index: list[list[str]]
    """Path, old mode, new mode, old blob, new blob of each entry."""
    pin_ref: str = ""
    old: dict[str, Any] = field(default_factory=dict)
    """`DiskFile.facts` of the file before; empty where only the index changes."""
    new: dict[str, Any] = field(default_factory=dict)
    vault_ref: str = ""
    """Keeps both contents of the file, as `old` and `new`."""
    source: str = "new"
    """Which of the two the file gets."""
    shown: str = ""
    """The hunk as it was shown, cut, for people."""
