"""After a death: finish or abandon what was under way, by looking at what is there.

A second recovery finds nothing to do. An operation whose lock is held is alive in another
process and is left alone.
"""

from __future__ import annotations

from collections.abc import Callable

from cockpit.domain.ids import LaneId, RefName, branch_name
from cockpit.domain.operation import Operation, OpKind, OpState
from cockpit.domain.plans import BackgroundPlan, StartPlan, TargetPlan, TeardownPlan
from cockpit.errors import CockpitError
from cockpit.services import (
    answering,
    approvals,
    assigning,
    background_landing,
    background_run,
    collecting,
    gate,
    handback,
    hunk_steps,
    landing,
    leaving_out,
    locked,
    park,
    prompt_changes,
    pull_request,
    pushing,
    relocation,
    resolving,
    rounds,
    shared,
    standing,
    start,
    sync,
    taking,
    target,
    task_files,
    teardown,
    train_queue,
    train_run,
    trust,
    upstream,
)
from cockpit.services import plan as the_plan
from cockpit.services.api import Tell
from cockpit.services.running import Running, own_lock
from cockpit.services.undoing.contract import recover_undo
from cockpit.services.undoing.table import locks_of, undoing_of
from cockpit.services.workplace import Workplace

LOCK_PATIENCE = 2.5
"""Seconds in which a dead git's lock file becomes old enough to be taken away."""

OWN_LOCK = frozenset(
    {
        OpKind.APPROVE,
        OpKind.INTERRUPT,
        OpKind.TRUST,
        OpKind.TRASH,
        OpKind.HAND_BACK,
        OpKind.STANDING,
        OpKind.BACKGROUND,
        OpKind.ASSIGN,
        OpKind.PLAN,
        OpKind.TASK,
        OpKind.COLLECT,
        OpKind.ANSWER,
        OpKind.ROUND,
        OpKind.LOCK,
        OpKind.PROMPT,
    }
)
"""Operations that hold a lock of their own (`running.own_lock`), not their lane's."""

MADE_OF_OTHERS = frozenset(
    {OpKind.TRAIN, OpKind.BACKGROUND, OpKind.ASSIGN, OpKind.ROUND, OpKind.ANSWER}
)
"""Ended last: the landings, starts and prompts that they are made of say what became of them."""

SHARED_LOCK = {
    OpKind.GATE: "gate",
    OpKind.TRAIN: "train",
    OpKind.QUEUE: train_queue.LOCK,
    OpKind.FOLLOW: "target",
    OpKind.PUSH: upstream.LOCK,
}
"""Operations that hold one lock, whatever their lane."""


def recover(work: Workplace, tell: Tell) -> list[str]:
    """A sentence for each operation that was found under way, and for what it became."""
    said = [
        f"The journal entry can't be read and was left alone: {path}"
        for path in work.journal.damaged()
    ]
    left = [op for op in work.journal.pending() if _is_dead(work, op)]
    left.sort(key=lambda op: op.kind in MADE_OF_OTHERS)
    if left:
        said.extend(work.git.end_orphans())
    said.extend(work.git.clear_leavings(patience=LOCK_PATIENCE if left else 0.0))
    return [*said, *_end(work, left, tell)]


def recover_moves(work: Workplace, tell: Tell) -> list[str]:
    """As `recover`, but only what moves a target: before the next move, since a checkout that
    has not followed yet holds, staged, the taking back of what came. An app that stays open
    would else leave another process's, or one of its own that a full disk cut off, as it is."""
    left = [op for op in work.journal.pending() if target.is_move(op) and _is_dead(work, op)]
    if not left:
        return []
    said = [*work.git.end_orphans(), *work.git.clear_leavings(patience=LOCK_PATIENCE)]
    return [*said, *_end(work, left, tell)]


def _end(work: Workplace, left: list[Operation], tell: Tell) -> list[str]:
    said: list[str] = []
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
    if op.kind in OWN_LOCK:
        return [own_lock(op.kind, op.lane)]
    if op.kind is OpKind.DISPATCH:
        return [own_lock(op.kind if op.lane is None else OpKind.BACKGROUND, op.lane)]
    if op.kind in SHARED_LOCK:
        return [SHARED_LOCK[op.kind]]
    if op.kind is OpKind.UNDO:
        return locks_of(op)
    if op.kind in (OpKind.RENAME, OpKind.MOVE):
        return relocation.locks(op)
    names = [f"lane-{op.lane}"] if op.lane is not None else []
    if op.kind is OpKind.LAND:
        names.append("target")
    return names


def _recover_one(work: Workplace, running: Running) -> str:
    op = running.op
    try:
        what = RECOVERIES.get(op.kind, _drop)(work, running)
    except CockpitError as error:
        return (
            f"Operation {op.seq} ({op.summary}) can't be finished yet: {error.title} {error.hint}"
        )
    return f"Operation {op.seq} ({op.summary}) {what}."


def _drop(work: Workplace, running: Running) -> str:
    """For operations whose only step is their last: an interrupted one did nothing."""
    running.abandon("it was interrupted")
    return "was interrupted and dropped"


def _recover_send(work: Workplace, running: Running) -> str:
    running.done("maybe sent; it is not sent again", {"delivery": "unknown"})
    return "may or may not have been delivered; it is not sent again by itself"


def _recover_gate(work: Workplace, running: Running) -> str:
    work.runner.end_orphans(work.state.log_path(f"gate-{running.op.id}.log"))
    gate.put_half_made_aside(work, running.op.id)
    return _drop(work, running)


def _recover_start(work: Workplace, running: Running) -> str:
    if shared.is_of(running.op):
        return shared.recover_start(work, running)
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
        landing.end(work, running, plan, left, note=" after an interruption")
        return "was finished"
    if now is not None and target.went_on(work, plan, now):
        left = target.follow_on(work, running, plan, now)
        landing.end(work, running, plan, left, note=f"; {branch_name(ref)} went on since")
        return f"had landed, and {branch_name(ref)} went on since"
    target.drop_staging(work, plan)
    running.abandon("it was interrupted before the target moved")
    return "had not moved the target and was dropped"


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
    return recover_undo(work, running, undoing_of(running.op))


def _recover_background(work: Workplace, running: Running) -> str:
    plan = BackgroundPlan.from_json(running.op.intent)
    if plan.what == "start":
        return background_run.recover_start(work, running, plan)
    return background_landing.recover_judging(work, running, plan)


RECOVERIES: dict[OpKind, Callable[[Workplace, Running], str]] = {
    OpKind.START: _recover_start,
    OpKind.STOP: shared.recover_stop,
    OpKind.ADOPT: _recover_start,
    OpKind.LAND: _recover_landing,
    OpKind.TEARDOWN: _recover_teardown,
    OpKind.SYNC: sync.recover,
    OpKind.PARK: park.recover,
    OpKind.RENAME: relocation.recover,
    OpKind.MOVE: relocation.recover,
    OpKind.LOCK: locked.recover,
    OpKind.UNDO: _recover_undo,
    OpKind.SEND: _recover_send,
    OpKind.PROMPT: prompt_changes.recover,
    OpKind.GATE: _recover_gate,
    OpKind.TRAIN: train_run.recover,
    OpKind.QUEUE: train_queue.recover,
    OpKind.APPROVE: approvals.recover,
    OpKind.COMMIT: taking.recover,
    OpKind.LEAVE_OUT: leaving_out.recover,
    OpKind.HUNK: hunk_steps.recover,
    OpKind.RESOLVE: resolving.recover,
    OpKind.HAND_BACK: handback.recover,
    OpKind.FOLLOW: upstream.recover,
    OpKind.PUSH: pushing.recover,
    OpKind.PULL_REQUEST: pull_request.recover,
    OpKind.STANDING: standing.recover,
    OpKind.BACKGROUND: _recover_background,
    OpKind.ASSIGN: assigning.recover,
    OpKind.PLAN: the_plan.recover,
    OpKind.TASK: task_files.recover,
    OpKind.COLLECT: collecting.recover,
    OpKind.ROUND: rounds.recover,
    OpKind.ANSWER: answering.recover,
}
"""How each kind is finished or dropped; the returned words follow `Operation N (…)`. Kinds
that are not here change nothing before their end."""
