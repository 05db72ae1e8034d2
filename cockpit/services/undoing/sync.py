"""Undoing a sync: the lane's branch goes back by compare-and-swap, its files with it, as long
as nothing was put on top (`services/lane_branch.py` has the table of deaths)."""

from __future__ import annotations

from dataclasses import replace

from cockpit.domain.ids import CommitId, LaneId, RefName, branch_name
from cockpit.domain.operation import Operation
from cockpit.domain.plans import BranchPlan
from cockpit.domain.sync import TURN
from cockpit.services import lane_branch, looking
from cockpit.services.api import UndoPreview
from cockpit.services.running import Running
from cockpit.services.target import staging_for
from cockpit.services.undoing.contract import Undoing, lane_lock
from cockpit.services.workplace import Workplace


def _preview(work: Workplace, op: Operation) -> UndoPreview:
    plan = BranchPlan.from_json(op.intent)
    name = branch_name(RefName(plan.branch))
    record = work.registry.lanes().get(LaneId(plan.lane))
    if record is None or record.branch != plan.branch:
        return UndoPreview(op, (), (f"lane {plan.lane} is not there any more",))
    now = work.git.read_ref(record.branch)
    lines = (f"{name} goes back to {plan.old[:10]}", "the lane's files go back with it")
    if now is None or now != plan.new:
        return UndoPreview(op, lines, (_gone_on(work, plan, name, now),))
    why = lane_branch.why_not_move(work, record)
    if why:
        return UndoPreview(op, lines, (f"in {plan.lane}: {why}",))
    activity = looking.activity_of(work, record)
    if activity.state in TURN:
        return UndoPreview(op, lines, (f"the agent of {plan.lane} is {activity.state}",))
    old, new = CommitId(plan.new), CommitId(plan.old)
    paths = lane_branch.in_the_way(work, record, old, new)
    return UndoPreview(op, lines, tuple(f"uncommitted work in {path}" for path in paths))


def _gone_on(work: Workplace, plan: BranchPlan, name: str, now: CommitId | None) -> str:
    if now is None:
        return f"{name} is gone"
    if work.git.is_ancestor(CommitId(plan.new), now):
        count = len(work.git.history.commits(CommitId(plan.new), now))
        return f"{name} has {count} commit(s) on top of it"
    return f"{name} is at {now[:10]}, not where this step put it"


def _plan(work: Workplace, op: Operation) -> BranchPlan:
    plan = BranchPlan.from_json(op.intent)
    stamp = int(work.clock.now() * 1000)
    return replace(
        plan,
        old=plan.new,
        new=plan.old,
        how="back",
        staging=str(staging_for(work, f"undo-{op.seq}-{stamp}")),
        base_old=plan.base_new,
        base_new=plan.base_old,
    )


def _advance(work: Workplace, running: Running) -> str:
    plan = BranchPlan.from_json(running.op.intent)
    if lane_branch.stands_at(work, plan) == "new":
        left = lane_branch.finish(work, running, plan)
    else:
        left = lane_branch.move(work, running, plan, f"cockpit: undo {running.op.undoes}")
    return f"; left alone: {', '.join(left)}" if left else ""


def _nothing_happened(work: Workplace, running: Running) -> bool:
    return lane_branch.stands_at(work, BranchPlan.from_json(running.op.intent)) != "new"


def _recover(work: Workplace, running: Running) -> str:
    plan = BranchPlan.from_json(running.op.intent)
    return lane_branch.recover(work, running, plan, f"undid {running.op.undoes}")


UNDOING = Undoing(_preview, _plan, _advance, lane_lock, _nothing_happened, _recover)
