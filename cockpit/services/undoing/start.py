"""Undoing a start or an adoption: a teardown, which keeps everything. An adopted branch or
worktree stays."""

from __future__ import annotations

from dataclasses import replace

from cockpit.domain.ids import LaneId, branch_name
from cockpit.domain.operation import Operation
from cockpit.domain.plans import Plan, StartPlan, TeardownPlan
from cockpit.services import shared, teardown
from cockpit.services.api import UndoPreview
from cockpit.services.running import Running
from cockpit.services.undoing.contract import Undoing, lane_lock, something_happened
from cockpit.services.workplace import Workplace


def _preview(work: Workplace, op: Operation) -> UndoPreview:
    began = StartPlan.from_json(op.intent)
    known = work.shared if shared.is_of(op) else work.registry
    record = known.lanes().get(LaneId(began.lane))
    if record is None:
        return UndoPreview(op, (), (f"lane {began.lane} was torn down already",))
    if record.op != op.id:
        return UndoPreview(op, (), (f"lane {began.lane} was started anew since then",))
    lines = [f"the agent of {began.lane} is ended"]
    if shared.is_of(op):
        return UndoPreview(op, (*lines, "the main checkout stays as it is"), ())
    if began.made_worktree:
        lines.append(f"the folder goes to the trash: {began.worktree}")
    if began.made_branch:
        lines.append(f"{branch_name(record.branch)} is taken away, its commits stay pinned")
    else:
        lines.append(f"{branch_name(record.branch)} stays")
    return UndoPreview(op, tuple(lines), ())


def _plan(work: Workplace, op: Operation) -> Plan:
    if shared.is_of(op):
        return shared.SharedPlan(StartPlan.from_json(op.intent).lane, op.id)
    began = StartPlan.from_json(op.intent)
    record = work.record(LaneId(began.lane))
    plan = teardown.plan_for(
        work,
        record,
        f"{op.id}-undo",
        keep_branch=not began.made_branch,
        keep_worktree=not began.made_worktree,
    )
    return replace(plan, tip=plan.tip or "")


def _advance(work: Workplace, running: Running) -> str:
    if shared.is_of(running.op):
        shared.end(work, running)
        return ""
    teardown.advance(work, running, TeardownPlan.from_json(running.op.intent))
    return ""


UNDOING = Undoing(_preview, _plan, _advance, lane_lock, something_happened)
