"""Approval records: the commander's yes, outside the folders where agents work."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from cockpit.domain.ids import CommitId, LaneId
from cockpit.domain.merge import Approval
from cockpit.errors import CockpitError


class Facts(Protocol):
    """What is needed of the state files."""

    def read(self, name: str) -> Mapping[str, Any] | None: ...
    def write(self, name: str, value: Mapping[str, Any]) -> None: ...
    def remove(self, name: str) -> None: ...


class FileApprovals:
    """One record a lane, `approval-<lane>` among the state files."""

    def __init__(self, facts: Facts) -> None:
        self._facts = facts

    def get(self, lane: LaneId) -> Approval | None:
        """The lane's approval that was not used yet. A damaged one raises `CockpitError`:
        it is never taken for a yes, and never silently for a no."""
        value = self._facts.read(_name(lane))
        if value is None:
            return None
        fields = [value.get(key) for key in ("lane", "commit", "task_digest")]
        at = value.get("at")
        if not all(isinstance(field, str) for field in fields) or not isinstance(at, int | float):
            raise _damaged(lane)
        if fields[0] != lane or not fields[1]:
            raise _damaged(lane)
        return Approval(lane, CommitId(str(fields[1])), str(fields[2]), float(at))

    def put(self, approval: Approval) -> None:
        """Record the approval in place of any older one of that lane; durable on return."""
        self._facts.write(
            _name(approval.lane),
            {
                "lane": approval.lane,
                "commit": approval.commit,
                "task_digest": approval.task_digest,
                "at": approval.at,
            },
        )

    def use(self, lane: LaneId) -> None:
        """Take the approval away, durable on return; using it again is fine (recovery does)."""
        self._facts.remove(_name(lane))


def _name(lane: LaneId) -> str:
    return f"approval-{lane}"


def _damaged(lane: LaneId) -> CockpitError:
    return CockpitError(
        f"The approval record of lane {lane} is damaged",
        hint=f"Take it back with `cockpit approve {lane} --revoke`, then approve again.",
    )
