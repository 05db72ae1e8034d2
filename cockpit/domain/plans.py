"""What an operation's journal file must hold so that any later process can finish it.

Each plan is a flat record of JSON values: every name and id that a step needs, fixed before
the first step. Paths are absolute texts (undecodable bytes as surrogates).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any, Self

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
    """`merge`, `squash`, and for an undo `back` or `revert`."""
    gate: str = ""
    """The gate's verdict when it landed: `green`, `none`."""


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
