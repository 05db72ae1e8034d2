"""Undoing that the target followed its upstream: it goes back to where it was, while it still
stands where the following put it. The remote has its commits all the same.

A death leaves what undoing a landing leaves (`undoing/landing.py`).
"""

from __future__ import annotations

from cockpit.domain.ids import CommitId, RefName, branch_name
from cockpit.domain.operation import Operation
from cockpit.domain.plans import TargetPlan
from cockpit.errors import Refused
from cockpit.services import target
from cockpit.services.api import UndoPreview
from cockpit.services.undoing import landing
from cockpit.services.undoing.contract import Undoing
from cockpit.services.workplace import Workplace


def _preview(work: Workplace, op: Operation) -> UndoPreview:
    followed = TargetPlan.from_json(op.intent)
    name = branch_name(RefName(followed.ref))
    try:
        back = _plan(work, op)
    except Refused as error:
        return UndoPreview(op, (), (error.title,))
    return UndoPreview(op, (f"{name} goes back to {back.new[:10]}",), target.ways_to(work, back))


def _plan(work: Workplace, op: Operation) -> TargetPlan:
    followed = TargetPlan.from_json(op.intent)
    name = branch_name(RefName(followed.ref))
    if work.git.read_ref(RefName(followed.ref)) != followed.new:
        raise Refused(
            f"{name} moved on since it followed its upstream.",
            hint="Undo what came after it first; `cockpit log` lists it.",
        )
    return landing.moving(work, op, followed, CommitId(followed.new), followed.old, "back")


def _locks(_op: Operation) -> list[str]:
    return ["target"]


UNDOING = Undoing(
    _preview, _plan, landing.advance, _locks, landing.nothing_happened, landing.recover
)
