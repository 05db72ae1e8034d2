"""Undoing an approval, or its revocation: the record of before comes back, or none.

| died after | left behind | next start |
|---|---|---|
| intent | the record as it was | dropped |
| the record written or taken away | the record of before | the end is written |

A yes that comes back names the commit and the task text that it was given to, so it is void if
the lane went on; it is never made to fit.
"""

from __future__ import annotations

from typing import Any

from cockpit.dataclass import dataclass
from cockpit.domain.ids import CommitId, LaneId
from cockpit.domain.merge import Approval
from cockpit.domain.operation import Operation, OpKind
from cockpit.domain.plans import Plan
from cockpit.services.api import UndoPreview
from cockpit.services.running import Running, own_lock
from cockpit.services.undoing.contract import Undoing, came_after, later_steps
from cockpit.services.workplace import Workplace


@dataclass(frozen=True, slots=True)
class ApprovalPlan(Plan):
    """The record that comes back; an empty commit stands for none."""

    lane: str
    commit: str
    task_digest: str
    at: float


def _before(op: Operation) -> ApprovalPlan:
    before: Any = op.intent.get("before") or {}
    return ApprovalPlan(
        str(op.intent.get("lane", op.lane or "")),
        str(before.get("commit", "")),
        str(before.get("task_digest", "")),
        float(before.get("at", 0.0)),
    )


def _left(op: Operation) -> tuple[str, str]:
    """The record that the step left: commit and task's digest, empty for none."""
    if op.intent.get("revoke"):
        return "", ""
    return str(op.intent.get("commit", "")), str(op.intent.get("task_digest", ""))


def _now(work: Workplace, lane: LaneId) -> tuple[str, str]:
    found = work.approvals.get(lane)
    return (found.commit, found.task_digest) if found is not None else ("", "")


def _preview(work: Workplace, op: Operation) -> UndoPreview:
    back = _before(op)
    lane = LaneId(back.lane)
    if _now(work, lane) != _left(op):
        later = later_steps(work, op, (OpKind.APPROVE, OpKind.LAND))
        ways = [came_after(step) for step in later[-1:]]
        why = f"the approval of {lane} is another one now, or was used"
        return UndoPreview(op, (), (*ways, why))
    if back.commit:
        record = work.registry.lanes().get(lane)
        tip = work.git.read_ref(record.branch) if record is not None else None
        void = "" if tip == back.commit else ", which is void: the lane is elsewhere now"
        return UndoPreview(op, (f"{lane} is approved at {back.commit[:10]} again{void}",), ())
    return UndoPreview(op, (f"the approval of {lane} is taken back",), ())


def _plan(work: Workplace, op: Operation) -> ApprovalPlan:
    return _before(op)


def _advance(work: Workplace, running: Running) -> str:
    back = ApprovalPlan.from_json(running.op.intent)
    lane = LaneId(back.lane)
    running.step("bring the record of before back" if back.commit else "take the approval back")
    if back.commit:
        work.approvals.put(Approval(lane, CommitId(back.commit), back.task_digest, back.at))
    else:
        work.approvals.use(lane)
    return ""


def _nothing_happened(work: Workplace, running: Running) -> bool:
    back = ApprovalPlan.from_json(running.op.intent)
    return _now(work, LaneId(back.lane)) != (back.commit, back.task_digest)


def _locks(op: Operation) -> list[str]:
    return [own_lock(OpKind.APPROVE, op.lane)]


def _is_moot(work: Workplace, op: Operation) -> bool:
    """Used by a landing, replaced, or a revocation of nothing."""
    left = _left(op)
    back = _before(op)
    return _now(work, LaneId(back.lane)) != left or (back.commit, back.task_digest) == left


UNDOING = Undoing(_preview, _plan, _advance, _locks, _nothing_happened, moot=_is_moot)
