"""The commander's yes, and whether it still counts."""

from __future__ import annotations

from enum import StrEnum

from cockpit.dataclass import dataclass
from cockpit.domain.change import CommitLine
from cockpit.domain.merge import Approval


class Standing(StrEnum):
    NONE = "none"
    VALID = "valid"
    VOID = "void"
    """Given once, but the lane's commit or its task text is another one now."""


@dataclass(frozen=True, slots=True)
class ApprovalState:
    """How a lane's approval stands. For a void one, what changed since it was given: commits
    that came (empty when the branch was rewritten, which `why` says), paths, the task."""

    standing: Standing
    approval: Approval | None = None
    why: str = ""
    """A sentence without its period, empty when it is valid."""
    commits: tuple[CommitLine, ...] = ()
    paths: tuple[str, ...] = ()
    task_changed: bool = False
