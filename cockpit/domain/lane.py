"""What a lane is, as our state remembers it and as git and the disk show it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from enum import StrEnum
from pathlib import Path
from typing import Any

from cockpit.dataclass import dataclass
from cockpit.domain.ids import CommitId, LaneId, OpId, PaneId, RefName, SessionId, WindowId
from cockpit.domain.landed import MergedState
from cockpit.domain.sync import SyncFlag


@dataclass(frozen=True, slots=True)
class PaneRef:
    """A lane's pane on our tmux server. `pid` is the pane's first process."""

    session: SessionId
    window: WindowId
    pane: PaneId
    pid: int


@dataclass(frozen=True, slots=True)
class LaneRecord:
    """Our state's view of a started lane: one file in `lanes/` of the state folder."""

    lane: LaneId
    branch: RefName
    worktree: Path
    admin: Path
    """The worktree's git folder, `<common>/worktrees/<id>`."""
    base: CommitId
    """Where the branch stood when the lane was started or adopted."""
    agent: str
    op: OpId
    """The operation that made this record."""
    adopted: bool = False
    """The branch existed before; undoing the start must keep it."""
    pane: PaneRef | None = None
    session_name: str = ""
    """Named agent session to resume, if the agent has such."""
    task: str = ""
    """Name of its task's file in `tasks/`; empty when none was given."""
    model: str = ""
    """The model that its agent was last run with; empty for the agent's own choice."""
    shared: bool = False
    """It works in the main checkout, and has neither branch nor worktree of its own."""
    former: tuple[LaneId, ...] = ()
    """Names that it had before, by which the journal knows its older steps."""
    ports: Mapping[str, int] = field(default_factory=dict)
    """The variables that hold a port, as its pane was last given them."""

    @property
    def names(self) -> frozenset[LaneId]:
        """Its name, and those that it had."""
        return frozenset((self.lane, *self.former))


class Disagreement(StrEnum):
    """How our state, the folder and git's own list can differ (three-way validation)."""

    FOLDER_MISSING = "folder-missing"
    NOT_A_WORKTREE = "not-a-worktree"
    UNKNOWN_TO_GIT = "unknown-to-git"
    OTHER_BRANCH = "other-branch"
    BRANCH_MISSING = "branch-missing"
    UNRECORDED = "unrecorded"
    """git and the disk have a worktree on the lane's branch or path; our state does not."""


@dataclass(frozen=True, slots=True)
class LaneFault:
    """A disagreement, said for people, with what to do about it."""

    lane: LaneId
    what: Disagreement
    title: str
    hint: str


@dataclass(frozen=True, slots=True)
class GitFacts:
    """What git says about a lane now. Paths are counted, lines are of the whole change
    against the merge base with the target, uncommitted work included."""

    head: CommitId | None
    branch: RefName | None
    """None when HEAD is detached."""
    ahead: int = 0
    behind: int = 0
    dirty: int = 0
    """Changed or untracked paths that are not committed."""
    files: int = 0
    added: int = 0
    removed: int = 0
    operation: str = ""
    """`rebase`, `merge`, … when one is under way in the worktree."""
    outside: tuple[str, ...] = ()
    """Changed paths outside the lane's zone."""
    merged: MergedState = MergedState()
    """How its commits stand towards the target, by content."""
    sync: SyncFlag = SyncFlag()
    """A sync that waits, or that conflicted."""
    since: float = 0.0
    """When the lane was started or landed last, in seconds since the epoch; 0 where that is not
    asked for (`merge.cadence`), or not known."""
    paths: tuple[str, ...] = ()
    """Every path that the lane's commits or its uncommitted work touch; left out of what is
    told on, since it can be long."""


def record_to_json(record: LaneRecord) -> dict[str, Any]:
    """The record as JSON values, for the registry and for plans that must bring it back."""
    pane = record.pane
    return {
        "lane": record.lane,
        "branch": record.branch,
        "worktree": str(record.worktree),
        "admin": str(record.admin),
        "base": record.base,
        "agent": record.agent,
        "op": record.op,
        "adopted": record.adopted,
        "session_name": record.session_name,
        "task": record.task,
        "model": record.model,
        **({"shared": True} if record.shared else {}),
        **({"former": list(record.former)} if record.former else {}),
        **({"ports": dict(record.ports)} if record.ports else {}),
        "pane": None
        if pane is None
        else {
            "session": pane.session,
            "window": pane.window,
            "pane": pane.pane,
            "pid": pane.pid,
        },
    }


def record_from_json(data: Mapping[str, Any]) -> LaneRecord:
    """The record that `record_to_json` wrote. Raises `KeyError`, `TypeError` or `ValueError`
    on anything else."""
    pane = data["pane"]
    return LaneRecord(
        lane=LaneId(str(data["lane"])),
        branch=RefName(str(data["branch"])),
        worktree=Path(data["worktree"]),
        admin=Path(data["admin"]),
        base=CommitId(str(data["base"])),
        agent=str(data["agent"]),
        op=OpId(str(data["op"])),
        adopted=bool(data.get("adopted", False)),
        session_name=str(data.get("session_name", "")),
        task=str(data.get("task", "")),
        model=str(data.get("model", "")),
        shared=data.get("shared") is True,
        former=tuple(LaneId(str(name)) for name in data.get("former", ())),
        ports={str(name): int(port) for name, port in dict(data.get("ports", {})).items()},
        pane=None
        if pane is None
        else PaneRef(
            SessionId(str(pane["session"])),
            WindowId(str(pane["window"])),
            PaneId(str(pane["pane"])),
            int(pane["pid"]),
        ),
    )
