"""Landing a lane without chosen files: a commit on the lane that gives them back what the lane
began with, so that the landing does not touch them. What they held stays in the history.

How branch and worktree move, and what a death leaves, stands in `lane_branch.py`. A file that
has uncommitted work is named and refuses the whole.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from cockpit.domain.change import PathChange
from cockpit.domain.ids import CommitId, LaneId, RefName, branch_name
from cockpit.domain.intents import LeaveOut
from cockpit.domain.lane import LaneRecord
from cockpit.domain.message import defused, one_line
from cockpit.domain.operation import Operation, OpKind
from cockpit.domain.plans import BranchPlan
from cockpit.domain.taking import chosen_of
from cockpit.errors import CockpitError, Refused
from cockpit.services import lane_branch, taking, target_line
from cockpit.services.api import Outcome, Tell, UndoPreview
from cockpit.services.running import Running, begin
from cockpit.services.target import staging_for
from cockpit.services.undoing.contract import Undoing, lane_lock
from cockpit.services.workplace import Workplace

HOW = "leave-out"
NAMED = 20
"""Paths that the message names."""


def leave_out(work: Workplace, intent: LeaveOut, tell: Tell, by: str) -> Outcome:
    """Make the commit. Raises `Refused` with everything as it was."""
    lane = intent.lane
    with work.locks.hold(f"lane-{lane}", why="leave files out"):
        record = work.record(lane)
        tip = work.git.read_ref(record.branch)
        if tip is None:
            raise Refused(f"Lane {lane} has no branch any more.", hint="Look at `cockpit log`.")
        _require(work, record, intent, tip)
        changes = chosen(work, lane, tip, intent.paths)
        new = _build(work, intent, tip, changes)
        running, plan = _begin(work, tell, by, record, tip, new, changes)
        try:
            left = lane_branch.move(work, running, plan, f"cockpit: leave out of {lane}")
        except CockpitError as error:
            if lane_branch.stands_at(work, plan) != "new":
                running.abandon(error.title, error.hint, detail=error.detail)
            raise
        op = running.done(
            f"left {len(changes)} file(s) out of {lane} in {new[:10]}",
            {"old": tip, "new": new, "left": left},
        )
    return _outcome(lane, op, tip, new, changes)


def chosen(
    work: Workplace, lane: LaneId, tip: CommitId, paths: Sequence[str]
) -> tuple[PathChange, ...]:
    """What the lane changed at `paths` and below them since it left the target, or landed last
    (what landed stays). Raises
    `Refused` naming a path at which it changed nothing."""
    target = work.git.read_ref(work.target)
    base = target_line.landed_last(work, target, tip)
    if base is None and target is not None:
        base = work.git.merge_base(target, tip)
    if base is None:
        raise Refused(
            f"Lane {lane} and {work.config.target} share no history.",
            hint="There is nothing that the files could go back to.",
        )
    all_of_it = work.git.changes(base, tip)
    found, missing = chosen_of((change.path for change in all_of_it), paths)
    if missing:
        raise Refused(
            f"Lane {lane} has committed no change at {missing[0]!r}.",
            hint=f"`cockpit diff {lane} --stat` lists what it changed.",
        )
    return tuple(change for change in all_of_it if change.path in found)


def _require(work: Workplace, record: LaneRecord, intent: LeaveOut, tip: CommitId) -> None:
    if not intent.paths:
        raise Refused("No file was named.", hint="Name the files that shall not land.")
    if intent.source is not None and intent.source != tip:
        raise Refused(
            f"Lane {intent.lane} moved since it was looked at.",
            detail=f"It was at {intent.source[:12]} and is at {tip[:12]}.",
            hint="Look at it again; nothing was changed.",
        )
    why = taking.why_not(work, record)
    if why:
        raise Refused(
            f"Nothing can be left out of lane {intent.lane} now: {why}.",
            hint="Wait for the end of its turn, or interrupt it; nothing was changed.",
        )


def _build(
    work: Workplace, intent: LeaveOut, tip: CommitId, changes: Sequence[PathChange]
) -> CommitId:
    entries = {
        change.path: None if change.is_new else (change.old_mode, change.old_blob)
        for change in changes
    }
    tree = work.git.builder.tree_with(tip, entries)
    return work.git.builder.commit_tree(
        tree, [tip], defused(intent.message.strip() or _message(changes))
    )


def _message(changes: Sequence[PathChange]) -> str:
    count = len(changes)
    subject = (
        f"Leave {one_line(changes[0].path, 100)} out" if count == 1 else f"Leave {count} files out"
    )
    lines = [f"- {one_line(change.path)}" for change in changes[:NAMED]]
    if count > NAMED:
        lines.append(f"- and {count - NAMED} more")
    return f"{subject}\n\n" + "\n".join(lines) + "\n"


def _begin(
    work: Workplace,
    tell: Tell,
    by: str,
    record: LaneRecord,
    tip: CommitId,
    new: CommitId,
    changes: Sequence[PathChange],
) -> tuple[Running, BranchPlan]:
    name = f"leave-{record.lane}-{int(work.clock.now() * 1000)}"
    plan = BranchPlan(
        lane=record.lane,
        branch=record.branch,
        old=tip,
        new=new,
        worktree=str(record.worktree),
        staging=str(staging_for(work, name)),
        how=HOW,
    )
    running = begin(
        work,
        tell,
        OpKind.LEAVE_OUT,
        lane=record.lane,
        by=by,
        summary=f"leave {len(changes)} file(s) out of {record.lane}",
        plan={**plan.to_json(), "paths": [change.path for change in changes]},
    )
    return running, plan


def _outcome(
    lane: LaneId, op: Operation, tip: CommitId, new: CommitId, changes: Sequence[PathChange]
) -> Outcome:
    return Outcome(
        f"Left {len(changes)} file(s) out of {lane} in {new[:10]}; what they held stays in "
        f"{tip[:10]}. `cockpit undo {op.seq}` takes it back.",
        op,
        {
            "lane": lane,
            "old": tip,
            "new": new,
            "paths": [change.path for change in changes],
            "undo": op.seq,
        },
    )


# ---------------------------------------------------------------- after a death, and back


def recover(work: Workplace, running: Running) -> str:
    """Words that follow `Operation N (…)`."""
    plan = BranchPlan.from_json(running.op.intent)
    return lane_branch.recover(work, running, plan, f"left files out of {plan.lane}")


def _preview_undo(work: Workplace, op: Operation) -> UndoPreview:
    plan = BranchPlan.from_json(op.intent)
    count = len(op.intent.get("paths", ()))
    lines = (
        f"{branch_name(RefName(plan.branch))} goes back to {plan.old[:10]}",
        f"{count} file(s) have what the lane made of them again",
    )
    ways = taking.in_the_way_of_undo(work, op, plan.lane, plan.branch, plan.new)
    if not ways:
        record = work.record(LaneId(plan.lane))
        paths = lane_branch.in_the_way(work, record, CommitId(plan.new), CommitId(plan.old))
        ways = tuple(f"uncommitted work at {path}" for path in paths)
    return UndoPreview(op, lines, ways)


def _plan_undo(work: Workplace, op: Operation) -> BranchPlan:
    plan = BranchPlan.from_json(op.intent)
    name = f"undo-{op.seq}-{int(work.clock.now() * 1000)}"
    staging = str(staging_for(work, name))
    return replace(plan, old=plan.new, new=plan.old, staging=staging, how="back")


def _undo(work: Workplace, running: Running) -> str:
    plan = BranchPlan.from_json(running.op.intent)
    if lane_branch.stands_at(work, plan) == "new":
        left = lane_branch.finish(work, running, plan)
    else:
        left = lane_branch.move(work, running, plan, f"cockpit: undo {running.op.undoes}")
    return f"; left alone: {', '.join(left)}" if left else ""


def _undo_did_nothing(work: Workplace, running: Running) -> bool:
    plan = BranchPlan.from_json(running.op.intent)
    return lane_branch.stands_at(work, plan) == "old"


def _recover_undo(work: Workplace, running: Running) -> str:
    plan = BranchPlan.from_json(running.op.intent)
    return lane_branch.recover(work, running, plan, f"undid {running.op.undoes}")


UNDOING = Undoing(_preview_undo, _plan_undo, _undo, lane_lock, _undo_did_nothing, _recover_undo)
