"""After a death: finish or abandon what was under way, by looking at what is there.

A second recovery finds nothing to do. An operation whose lock is held is alive in another
process and is left alone.
"""

from __future__ import annotations

from cockpit.domain.ids import CommitId, LaneId, RefName, branch_name
from cockpit.domain.operation import Operation, OpKind, OpState
from cockpit.domain.plans import StartPlan, TargetPlan, TeardownPlan
from cockpit.errors import CockpitError
from cockpit.services import gate, start, target, teardown, trust, undo
from cockpit.services.api import Tell
from cockpit.services.running import Running, own_lock
from cockpit.services.workplace import Workplace

LOCK_PATIENCE = 2.5
"""Seconds in which a dead git's lock file becomes old enough to be taken away."""


def recover(work: Workplace, tell: Tell) -> list[str]:
    """A sentence for each operation that was found under way, and for what it became."""
    said = [
        f"The journal entry can't be read and was left alone: {path}"
        for path in work.journal.damaged()
    ]
    left = [op for op in work.journal.pending() if _is_dead(work, op)]
    if left:
        said.extend(work.git.end_orphans())
    said.extend(work.git.clear_leavings(patience=LOCK_PATIENCE if left else 0.0))
    for op in left:
        names = _locks_of(op)
        if not _is_dead(work, op):
            continue
        with work.locks.hold(*names, why=f"recover {op.seq}"):
            fresh = work.journal.read(op.seq)
            if fresh is None or fresh.state is not OpState.PENDING:
                continue
            said.append(_recover_one(work, Running(work, fresh, tell)))
    return said


def _is_dead(work: Workplace, op: Operation) -> bool:
    """Whether nobody works on it any more: its locks are free."""
    return all(work.locks.is_free(name) for name in _locks_of(op))


def _locks_of(op: Operation) -> list[str]:
    names = [f"lane-{op.lane}"] if op.lane is not None else []
    if op.kind is OpKind.LAND or op.intent.get("what") == OpKind.LAND:
        names.append("target")
    if op.kind is OpKind.GATE:
        return ["gate"]
    if op.kind in (OpKind.APPROVE, OpKind.INTERRUPT, OpKind.TRUST, OpKind.TRASH):
        return [own_lock(op.kind, op.lane)]
    return names


def _recover_one(work: Workplace, running: Running) -> str:
    op = running.op
    try:
        match op.kind:
            case OpKind.START | OpKind.ADOPT:
                what = _recover_start(work, running)
            case OpKind.LAND:
                what = _recover_landing(work, running)
            case OpKind.TEARDOWN:
                what = _recover_teardown(work, running)
            case OpKind.UNDO:
                what = _recover_undo(work, running)
            case OpKind.SEND:
                running.done("maybe sent; it is not sent again", {"delivery": "unknown"})
                what = "may or may not have been delivered; it is not sent again by itself"
            case OpKind.GATE:
                work.runner.end_orphans(work.state.log_path(f"gate-{op.id}.log"))
                gate.put_half_made_aside(work, op.id)
                running.abandon("it was interrupted")
                what = "was interrupted and dropped"
            case _:
                running.abandon("it was interrupted")
                what = "was interrupted and dropped"
    except CockpitError as error:
        return (
            f"Operation {op.seq} ({op.summary}) can't be finished yet: {error.title} {error.hint}"
        )
    return f"Operation {op.seq} ({op.summary}) {what}."


def _recover_start(work: Workplace, running: Running) -> str:
    plan = StartPlan.from_json(running.op.intent)
    known = work.config.lanes.get(LaneId(plan.lane)) is not None
    if plan.rolling_back or not known:
        start.roll_back(work, running)
        running.abandon("it was interrupted while being taken back")
        return "was taken back"
    trust.require(work)  # lanes.yaml may have changed since: nothing unseen runs
    try:
        start.advance(work, running, plan, prompt="")
    except CockpitError as error:
        start.roll_back(work, running)
        running.abandon(error.title, error.hint)
        return f"could not be finished ({error.title}) and was taken back"
    note = "; its first prompt was not given" if plan.prompt else ""
    running.done(f"started {plan.lane} after an interruption{note}")
    return f"was finished{note}"


def _recover_landing(work: Workplace, running: Running) -> str:
    plan = TargetPlan.from_json(running.op.intent)
    ref = RefName(plan.ref)
    now = work.git.read_ref(ref)
    if now == plan.new:
        left = target.follow(work, running, plan)
        work.approvals.use(LaneId(plan.lane))
        running.done(
            f"landed {plan.lane} on {branch_name(ref)} after an interruption",
            {"old": plan.old, "new": plan.new, "left": left},
        )
        return "was finished"
    target.drop_staging(work, plan)
    if _went_on(work, plan, now):
        running.done(
            f"landed {plan.lane}; {branch_name(ref)} went on since",
            {"old": plan.old, "new": plan.new, "left": []},
        )
        return f"had landed, and {branch_name(ref)} went on since; the checkout was left alone"
    running.abandon("it was interrupted before the target moved")
    return "had not moved the target and was dropped"


def _went_on(work: Workplace, plan: TargetPlan, now: CommitId | None) -> bool:
    """Whether the target was moved as planned and someone put more on top before we looked.

    Going back moves to an ancestor of where it was, so there it counts that the old commit
    is gone from the target's history.
    """
    if now is None or now in (plan.old, plan.new):
        return False
    if plan.how == "back":
        return not work.git.is_ancestor(CommitId(plan.old), now)
    return work.git.is_ancestor(CommitId(plan.new), now)


def _recover_teardown(work: Workplace, running: Running) -> str:
    if "branch" not in running.op.intent:
        running.abandon("it was interrupted before anything happened")
        return "had not begun and was dropped"
    plan = TeardownPlan.from_json(running.op.intent)
    with teardown.giving_up(work, running, plan):
        teardown.advance(work, running, plan)
    running.done(
        f"tore down {plan.lane} after an interruption",
        {"trash": plan.trash, "backup": plan.backup_ref, "pin": plan.pin_ref},
    )
    return "was finished"


def _recover_undo(work: Workplace, running: Running) -> str:
    if running.op.intent.get("what") == OpKind.LAND:
        plan = TargetPlan.from_json(running.op.intent)
        now = work.git.read_ref(RefName(plan.ref))
        if now != plan.new:
            target.drop_staging(work, plan)
            if _went_on(work, plan, now):
                running.done(f"undid {running.op.undoes}; the target went on since")
                return "had been done, and the target went on since"
            running.abandon("it was interrupted before the target moved")
            return "had not moved the target and was dropped"
    note = undo.advance(work, running)
    running.done(f"undid {running.op.undoes} after an interruption{note}")
    return "was finished"
