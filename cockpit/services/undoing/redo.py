"""Undoing an undoing: a landing that was taken back stands again.

The target goes to where it was before the undoing, by compare-and-swap, and only while it is
still where the undoing left it and nobody else holds that: so what stands again is exactly the
commit that was reviewed, gated and landed. In any other case the lane is landed again, which
builds it anew and gates it (`services/relanding.py`).

A death in between is found and ended as that of undoing a landing (`undoing/landing.py`).
"""

from __future__ import annotations

from dataclasses import replace

from cockpit.domain.ids import CommitId, RefName, branch_name
from cockpit.domain.operation import Operation, OpKind
from cockpit.domain.plans import TargetPlan
from cockpit.errors import CockpitError, Refused
from cockpit.services import target
from cockpit.services.api import UndoPreview
from cockpit.services.undoing import landing, sharing
from cockpit.services.undoing.contract import Undoing, came_after
from cockpit.services.workplace import Workplace


def _preview(work: Workplace, op: Operation) -> UndoPreview:
    try:
        plan = _plan(work, op)
    except CockpitError as error:
        return UndoPreview(op, (), (error.title.rstrip("."), *error.detail.splitlines()))
    name = branch_name(RefName(plan.ref))
    landed = work.journal.read(op.undoes) if op.undoes is not None else None
    lines = [f"{name} goes to {plan.new[:10]} again"]
    if landed is not None:
        gate = TargetPlan.from_json(landed.intent).gate or "none"
        lines.append(f"step {landed.seq} ({landed.summary}) stands again; its gate was {gate}")
    changes = work.git.changes(CommitId(plan.old), CommitId(plan.new))
    paths = tuple(change.path for change in changes)
    return UndoPreview(op, tuple(lines), target.ways_to(work, plan), (), paths)


def _plan(work: Workplace, op: Operation) -> TargetPlan:
    if op.intent.get("what") != OpKind.LAND:
        raise Refused(
            f"Step {op.seq} ({op.summary}) can't be taken back.",
            hint="Only the undoing of a landing can; do the step itself again.",
        )
    undone = TargetPlan.from_json(op.intent)
    ref = RefName(undone.ref)
    now = work.git.read_ref(ref)
    if now != undone.new:
        raise _moved_on(work, op, undone)
    others = landing.holders(work, op, ref, now) if undone.how == "revert" else []
    if others:
        raise Refused(
            f"The commit that took step {op.undoes} back is in use elsewhere.",
            detail="\n".join(others),
            hint=_land_again(undone),
        )
    info = target.checkout_of(work, ref)
    name = f"redo-{op.seq}-{int(work.clock.now() * 1000)}"
    return replace(
        undone,
        old=undone.new,
        new=undone.old,
        how="back" if undone.how == "revert" else "forward",
        checkout=str(info.path) if info else "",
        staging=str(target.staging_for(work, name)),
        source="",
    )


def _moved_on(work: Workplace, op: Operation, undone: TargetPlan) -> Refused:
    later = [step for step in sharing.target_steps(work) if step.seq > op.seq]
    name = branch_name(RefName(undone.ref))
    return Refused(
        f"{name} moved since step {op.seq}, so it can't go back to where it was before.",
        detail="\n".join([*map(came_after, later), _land_again(undone)]),
        hint=_land_again(undone),
    )


def _land_again(undone: TargetPlan) -> str:
    lane = undone.lane or "LANE"
    return f"Land the lane again: `cockpit merge {lane}` builds it on what is there now."


UNDOING = Undoing(
    _preview,
    _plan,
    landing.advance,
    landing.locks,
    landing.nothing_happened,
    landing.recover,
    by_number=True,
)
