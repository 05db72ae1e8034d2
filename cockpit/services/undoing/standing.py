"""Undoing a standing approval, or its revocation: the record of before comes back, or none.

| died after | left behind | next start |
|---|---|---|
| intent | the record as it was | dropped |
| the record written or taken away | the record of before | the end is written |

What a background lane landed meanwhile stays; each landing is undone by itself.
"""

from __future__ import annotations

from dataclasses import field
from typing import Any

from cockpit.dataclass import dataclass
from cockpit.domain.ids import LaneId
from cockpit.domain.operation import Operation, OpKind
from cockpit.domain.plans import Plan
from cockpit.services import standing
from cockpit.services.api import UndoPreview
from cockpit.services.running import Running, own_lock
from cockpit.services.undoing.contract import Undoing, came_after, later_steps
from cockpit.services.workplace import Workplace


@dataclass(frozen=True, slots=True)
class StandingPlan(Plan):
    """The record that comes back; empty for none."""

    lane: str
    record: dict[str, Any] = field(default_factory=dict)


def _lane(op: Operation) -> LaneId:
    return LaneId(str(op.intent.get("lane", op.lane or "")))


def _left(op: Operation) -> dict[str, Any] | None:
    """The record that the step left."""
    after = op.intent.get("after")
    return {**after, "seq": op.seq} if isinstance(after, dict) else None


def _preview(work: Workplace, op: Operation) -> UndoPreview:
    lane, before = _lane(op), op.intent.get("before")
    if standing.raw(work, lane) != _left(op):
        ways = [came_after(step) for step in later_steps(work, op, (OpKind.STANDING,))[-1:]]
        why = f"the standing approval of {lane} is another one now"
        return UndoPreview(op, (), (*ways, why))
    if not before:
        lines = (f"the standing approval of {lane} is taken back: it starts no more by itself",)
        return UndoPreview(op, lines, ())
    return UndoPreview(op, (f"{lane} has the standing approval of before again",), ())


def _plan(work: Workplace, op: Operation) -> StandingPlan:
    before = op.intent.get("before")
    return StandingPlan(_lane(op), dict(before) if isinstance(before, dict) else {})


def _advance(work: Workplace, running: Running) -> str:
    back = StandingPlan.from_json(running.op.intent)
    running.step("bring the record of before back")
    standing.put(work, LaneId(back.lane), back.record or None)
    return ""


def _nothing_happened(work: Workplace, running: Running) -> bool:
    back = StandingPlan.from_json(running.op.intent)
    return standing.raw(work, LaneId(back.lane)) != (back.record or None)


def _locks(op: Operation) -> list[str]:
    return [own_lock(OpKind.STANDING, op.lane)]


def _is_moot(work: Workplace, op: Operation) -> bool:
    """Replaced since, or a revocation of nothing."""
    return standing.raw(work, _lane(op)) != _left(op) or op.intent.get("before") == _left(op)


UNDOING = Undoing(_preview, _plan, _advance, _locks, _nothing_happened, moot=_is_moot)
