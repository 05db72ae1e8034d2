"""When a lane may land, and what landing it would do."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from cockpit.dataclass import dataclass
from cockpit.domain.change import CommitLine, PathChange
from cockpit.domain.ids import CommitId, LaneId, RefName, TreeId

UPSTREAM = "upstream"
"""The name of the check that says how the target stands to its upstream."""


@dataclass(frozen=True, slots=True)
class Check:
    """One line of the landing's entry checks. `key` is the key that mends it, or empty."""

    name: str
    ok: bool
    text: str
    paths: tuple[str, ...] = ()
    key: str = ""
    is_note: bool = False
    """It stops nothing, but must be seen before a landing: tampering, files that steer tools,
    a target that moved, an agent of which nothing is known."""


@dataclass(frozen=True, slots=True)
class Approval:
    """The commander's yes to exactly this commit and task text, used once."""

    lane: LaneId
    commit: CommitId
    task_digest: str
    """sha256 of the task's text; empty when the lane has no task."""
    at: float


@dataclass(frozen=True, slots=True)
class LandingPreview:
    """Exactly what landing `lane` now would do; nothing has moved. `result` is None where it
    conflicts or a check fails before the merge is built."""

    lane: LaneId
    target: RefName
    target_old: CommitId
    source: CommitId
    result: CommitId | None
    tree: TreeId | None
    checks: tuple[Check, ...]
    commits: tuple[CommitLine, ...]
    changes: tuple[PathChange, ...]
    conflicts: tuple[str, ...]
    message: str
    gate: tuple[str, ...]
    checkout: Path | None
    """The checkout that would follow the target, if any."""
    how: str = "merge"
    """`merge`, `squash` or `rebase`."""
    task: str = ""
    """The lane's task; empty without one."""
    task_digest: str = ""
    """sha256 of the task's text, which the yes is bound to as well."""
    terms: str = ""
    """What lanes.yaml said of landings (target, gate, zones, how), as a digest: the yes is bound
    to that too, for lanes.yaml may be read again before it is given."""

    @property
    def may_land(self) -> bool:
        return self.result is not None and all(check.ok for check in self.checks)

    @property
    def as_request(self) -> LandingPreview:
        """The same for a pull request, which leaves the target where it is: how that stands to
        its upstream is no matter."""
        checks = tuple(check for check in self.checks if check.name != UPSTREAM)
        return replace(self, checks=checks)


@dataclass(frozen=True, slots=True)
class MergeOutcome:
    """What `merge-tree` said: the tree, and conflicting paths (empty when it is clean)."""

    tree: TreeId
    conflicts: tuple[str, ...]
    messages: str = ""


TRAILER_LANE = "Cockpit-Lane"
TRAILER_TASK = "Cockpit-Task"
TRAILER_APPROVAL = "Cockpit-Approved"
