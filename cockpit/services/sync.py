"""Sync: the target's new commits come into a lane, by merge or rebase, built as objects.

How the branch moves, and what a death leaves, stands in `lane_branch.py`. A lane where it
conflicts, or where uncommitted work is in the way, is left as it was. While an agent is in a
turn nothing is changed under its hands: the sync is refused, or waits for the end of the turn
(`sync_queue.py`) until it was made or refused; one that a death cut off before the branch moved
waits on. Nobody tells the agent: what came in is a matter for its next prompt.
"""

from __future__ import annotations

from cockpit.domain.ids import LaneId, branch_name
from cockpit.domain.intents import Sync
from cockpit.domain.operation import Operation, OpKind
from cockpit.domain.plans import BranchPlan
from cockpit.domain.sync import SyncHow, SyncPreview
from cockpit.errors import CockpitError, Conflict, Refused
from cockpit.services import lane_branch, sync_queue
from cockpit.services.api import Outcome, Tell
from cockpit.services.running import Running, begin
from cockpit.services.sync_preview import lane_base, preview
from cockpit.services.target import staging_for
from cockpit.services.workplace import Workplace


def sync(work: Workplace, intent: Sync, tell: Tell, by: str) -> Outcome:
    """Bring the target into the lane. Raises `Conflict` or `Refused` with the lane as it was;
    a conflict is remembered for the board."""
    lane = intent.lane
    with work.locks.hold(f"lane-{lane}", why="sync"):
        shown = preview(work, lane, intent.how)
        if shown.waits and not shown.up_to_date:
            return _wait(work, intent, shown)
        if shown.up_to_date:
            sync_queue.forget(work, lane)
            name = branch_name(shown.target)
            return Outcome(f"{lane} has everything of {name} already.", None, _data(shown))
        _require(work, shown)
        running, plan = _begin(work, tell, by, shown)
        try:
            left = lane_branch.move(work, running, plan, f"cockpit: sync {lane}")
        except CockpitError as error:
            if lane_branch.stands_at(work, plan) != "new":
                running.abandon(error.title, error.hint, detail=error.detail)
                sync_queue.forget(work, lane)  # it was refused: it is not tried by itself again
            raise
        sync_queue.forget(work, lane)
        op = running.done(_said(shown), {"old": plan.old, "new": plan.new, "left": left})
    return _outcome(shown, op, left)


def _wait(work: Workplace, intent: Sync, shown: SyncPreview) -> Outcome:
    if not intent.when_idle:
        raise Refused(
            f"Lane {intent.lane} is in the middle of a turn: {shown.waits}.",
            hint=f"Wait, or let it wait by itself: `cockpit sync {intent.lane} --when-idle`.",
        )
    sync_queue.wait(work, intent.lane, intent.how)
    return Outcome(
        f"The sync of {intent.lane} waits for the end of its turn ({shown.waits}).",
        None,
        {**_data(shown), "waiting": True},
    )


def _require(work: Workplace, shown: SyncPreview) -> None:
    """Raises `Conflict` (and remembers it) or `Refused`; the lane is as it was."""
    name = branch_name(shown.target)
    if shown.conflicts:
        sync_queue.flag(work, shown)
        count = len(shown.conflicts)
        where = f" at its commit {shown.stuck[:10]}" if shown.stuck else ""
        raise Conflict(
            f"{name} conflicts with lane {shown.lane} in {count} file(s){where}; "
            "the lane was left as it is.",
            paths=shown.conflicts,
            detail="\n".join(shown.conflicts),
            hint=f"`cockpit resolve {shown.lane}` resolves it place by place, or hands it back.",
        )
    if shown.why_not or shown.in_the_way:
        sync_queue.forget(work, shown.lane)
    if shown.why_not:
        raise Refused(
            f"Lane {shown.lane} can't be brought up to date: {shown.why_not}.",
            hint="Mend that first; nothing was changed.",
        )
    if shown.in_the_way:
        raise lane_branch.in_the_way_error(shown.lane, shown.in_the_way)


def _begin(work: Workplace, tell: Tell, by: str, shown: SyncPreview) -> tuple[Running, BranchPlan]:
    record = work.record(shown.lane)
    base = lane_base(shown)
    stamp = int(work.clock.now() * 1000)
    plan = BranchPlan(
        lane=shown.lane,
        branch=shown.branch,
        old=shown.old,
        new=str(shown.new),
        worktree=str(record.worktree),
        staging=str(staging_for(work, f"sync-{shown.lane}-{stamp}")),
        how=shown.how,
        target=shown.target_tip,
        base_old=record.base if base else "",
        base_new=base or "",
    )
    running = begin(
        work,
        tell,
        OpKind.SYNC,
        lane=shown.lane,
        by=by,
        summary=f"bring {branch_name(shown.target)} into {shown.lane}",
        plan=plan.to_json(),
    )
    return running, plan


def _said(shown: SyncPreview) -> str:
    """What came in, as one clause."""
    count = len(shown.incoming)
    came = f"{count} commit{'' if count == 1 else 's'} of {branch_name(shown.target)}"
    match shown.how:
        case SyncHow.REBASE:
            how = f"rebased on {shown.target_tip[:10]}"
            if shown.rebuilt:
                how += f", {shown.rebuilt} of its own built anew"
            if shown.dropped:
                how += f", {shown.dropped} left out that {branch_name(shown.target)} has"
        case SyncHow.FORWARD:
            how = f"now at {str(shown.new)[:10]}"
        case SyncHow.MERGE:
            how = f"merged as {str(shown.new)[:10]}"
    return f"brought {came} into {shown.lane} ({how})"


def _outcome(shown: SyncPreview, op: Operation, left: list[str]) -> Outcome:
    paths = len(shown.changes)
    note = f" {len(left)} path(s) were left as the lane has them." if left else ""
    unsure = f" Note: {shown.note}." if shown.note else ""
    said = _said(shown)
    return Outcome(
        f"{said[:1].upper()}{said[1:]}: {paths} path(s) changed there. Its agent was not told. "
        f"`cockpit undo {op.seq}` takes it back.{note}{unsure}",
        op,
        {**_data(shown), "left": left, "undo": op.seq},
    )


def _data(shown: SyncPreview) -> dict[str, object]:
    return {
        "target": branch_name(shown.target),
        "how": shown.how.value,
        "old": shown.old,
        "new": shown.new or shown.old,
        "incoming": [line.commit for line in shown.incoming],
        "paths": [change.path for change in shown.changes],
        "up_to_date": shown.up_to_date,
        "waiting": False,
    }


def recover(work: Workplace, running: Running) -> str:
    """Finish or drop a sync that a death cut off."""
    plan = BranchPlan.from_json(running.op.intent)
    if lane_branch.stands_at(work, plan) in ("new", "beyond"):
        sync_queue.forget(work, LaneId(plan.lane))
    return lane_branch.recover(work, running, plan, f"brought the target into {plan.lane}")
