"""Undoing a rename or a move: the same steps the other way, on the lane as it is now. What the
lane did since then stays; `services/relocation.py` has the table of deaths."""

from __future__ import annotations

from dataclasses import replace

from cockpit.domain.ids import LaneId, branch_name
from cockpit.domain.lane import LaneRecord, record_from_json
from cockpit.domain.operation import Operation, OpKind
from cockpit.domain.plans import RelocationPlan
from cockpit.errors import CockpitError
from cockpit.services import locked, relocation, rename
from cockpit.services.api import UndoPreview
from cockpit.services.running import Running
from cockpit.services.undoing.contract import Undoing, came_after, later_steps
from cockpit.services.workplace import Workplace


def _both(work: Workplace, op: Operation) -> tuple[LaneRecord | None, LaneRecord]:
    """The lane as it is now (None: it is gone, or another one) and as it was."""
    done = RelocationPlan.from_json(op.intent)
    was, left = record_from_json(done.record), record_from_json(done.new_record)
    now = work.registry.lanes().get(left.lane)
    same = now is not None and (now.op, now.worktree, now.branch) == (
        left.op,
        left.worktree,
        left.branch,
    )
    if now is None or not same:
        return None, was
    back = replace(
        now,
        lane=was.lane,
        worktree=was.worktree,
        branch=was.branch,
        session_name=was.session_name or now.session_name,
        pane=None,
    )
    return now, back


def _preview(work: Workplace, op: Operation) -> UndoPreview:
    done = RelocationPlan.from_json(op.intent)
    now, back = _both(work, op)
    if now is None:
        later = later_steps(
            work, replace(op, lane=LaneId(done.new_lane)),
            (OpKind.TEARDOWN, OpKind.PARK, OpKind.RENAME, OpKind.MOVE),
        )  # fmt: skip
        ways = tuple(came_after(step) for step in later[-1:])
        return UndoPreview(op, (), ways or (f"lane {done.new_lane} is another one now",))
    lines = []
    if now.lane != back.lane:
        lines.append(f"{now.lane} is called {back.lane} again")
    if now.worktree != back.worktree:
        lines.append(f"its folder goes back to {back.worktree}")
    if now.branch != back.branch:
        lines.append(f"{branch_name(now.branch)} is called {branch_name(back.branch)} again")
    why = relocation.why_not(work, now, back) or locked.why(work, now.lane)
    if not why and now.lane != back.lane and not work.locks.is_free("train"):
        why = "a train runs"
    return UndoPreview(op, tuple(lines), (why,) if why else ())


def _plan(work: Workplace, op: Operation) -> RelocationPlan:
    done = RelocationPlan.from_json(op.intent)
    now, back = _both(work, op)
    if now is None:
        now = work.record(LaneId(done.new_lane))  # looked at before; it says what is wrong
    edit, trusted = False, ""
    if now.lane != back.lane:
        edit, trusted = rename.config_edit(work, now.lane, back.lane)
    name = f"undo-{op.seq}-{int(work.clock.now() * 1000)}"
    return relocation.plan_for(now, back, name, config=edit, trusted=trusted)


def _advance(work: Workplace, running: Running) -> str:
    plan = RelocationPlan.from_json(running.op.intent)
    try:
        relocation.advance(work, running, plan)
    except CockpitError:
        if relocation.has_begun(work, plan):
            relocation.advance(work, running, relocation.backwards(plan))
        raise
    return ""


def _nothing_happened(work: Workplace, running: Running) -> bool:
    return not relocation.has_begun(work, RelocationPlan.from_json(running.op.intent))


UNDOING = Undoing(_preview, _plan, _advance, relocation.locks, _nothing_happened)
