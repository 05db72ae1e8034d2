"""Landing: an exact preview, an approval bound to it, the gate, one step forward.

`land` is a train of one; `services/train_run.py` lands its cars with the same pieces.

| died after | left behind | next start |
|---|---|---|
| approval | an approval that was not used | it stays: the commander gave it |
| gate | the gate's entry, perhaps its processes | ended and dropped (`recovery`) |
| intent of the landing, compare-and-swap, … | see `services/target.py` | dropped or finished |
| end of the landing | what comes after it was not done | it is not done by itself |
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager

from cockpit.dataclass import dataclass
from cockpit.domain.events import Notice
from cockpit.domain.gate import GateState, Verdict
from cockpit.domain.ids import CommitId, LaneId, RefName, branch_name
from cockpit.domain.intents import Land
from cockpit.domain.merge import Check, LandingPreview
from cockpit.domain.operation import Operation, OpKind
from cockpit.domain.plans import TargetPlan
from cockpit.errors import CockpitError, Conflict, Exit, Refused, TimedOut
from cockpit.services import (
    afterwards,
    approvals,
    gate,
    locked,
    pushing,
    stopping,
    target,
    train_queue,
    trust,
    upstream,
)
from cockpit.services.api import Outcome, Tell
from cockpit.services.gate import Stop
from cockpit.services.landing_preview import preview
from cockpit.services.running import Running, begin
from cockpit.services.workplace import Workplace


@dataclass(frozen=True, slots=True)
class Landed:
    """A lane that is on the target now. `left` are paths of the commander's checkout that
    were left as they are."""

    op: Operation
    new: CommitId
    left: tuple[str, ...]


def land(work: Workplace, intent: Land, tell: Tell, by: str) -> Outcome:
    """Approve and land `intent.lane`: gate first, then one compare-and-swap of the target.

    Raises `Conflict`, `Refused` or `GateRed`; the target then is where it was.
    """
    trust.require(work)
    lane = intent.lane
    stop = stopping.listener(work)
    with alone(work, f"land {lane}"):
        require_notes(upstream.notes(work, tell, fetch=True))
        shown = preview(work, lane, message=intent.message)
        require_seen(shown, intent.source, intent.target_old, intent.task_digest, intent.terms)
        require_landable(shown)
        assert shown.result is not None
        approvals.give(work, lane, shown.source, shown.task_digest)
        verdict = gate.run(work, lane, shown.result, tell, by, stop=stop)
        reason = intent.red_reason.strip()
        require_gate(verdict, stop, reason)
        landed = take_home(work, shown, verdict, tell, by, red_reason=reason)
        after = afterwards.after_landing(work, lane, tell, by)
        pushed = pushing.pushed(work, tell, by, [lane], landed.new)
    offer(work, lane, tell)
    return _outcome(shown, landed, verdict, after, pushed)


def require_notes(notes: Sequence[Check]) -> None:
    """Raises `Refused` where the target and its upstream keep anything from landing."""
    for check in notes:
        if not check.ok:
            raise Refused(
                f"Nothing can land now: {check.text}.",
                detail="\n".join(check.paths),
                hint="Nothing was changed. `cockpit train` shows how it stands.",
            )


def require_gate(verdict: Verdict, stop: Stop, red_reason: str = "") -> None:
    """Raises what keeps it from landing: a stop, or a gate that did not pass. A reason stands
    for a red gate only: one that was stopped, timed out or could not run has tested nothing."""
    covered = verdict.state is GateState.RED and bool(red_reason)
    if not verdict.passed and not covered:
        raise verdict.error
    if stop():
        raise CockpitError(
            "The landing was stopped.",
            hint="Nothing was changed; land it again.",
            code=Exit.INTERRUPTED,
        )


def offer(work: Workplace, landed: LaneId, tell: Tell) -> None:
    """Offer the new base to lanes at rest; it is never done by itself."""
    said = afterwards.offer(work, landed)
    if said:
        tell(Notice(said))


@contextmanager
def alone(work: Workplace, why: str) -> Iterator[None]:
    """Nothing else lands meanwhile. Raises `Refused` naming who is at it already."""
    with ExitStack() as held:
        try:
            held.enter_context(work.locks.hold("train", timeout=0.5, why=why))
        except TimedOut as error:
            raise Refused(
                "Something is landing already; only one train runs at a time.",
                detail=error.title,
                hint="Wait for it, or stop it with `cockpit train stop`.",
            ) from error
        yield


def take_home(
    work: Workplace,
    shown: LandingPreview,
    verdict: Verdict,
    tell: Tell,
    by: str,
    *,
    red_reason: str = "",
    train: str = "",
) -> Landed:
    """Move the target to what was shown and gated, as an operation of its own. Raises
    `Refused` with nothing changed if anything is no longer as it was shown."""
    lane = shown.lane
    new = _signed(work, shown)
    with (
        work.locks.hold(f"lane-{lane}", why="land"),
        work.locks.hold("target", why=f"land {lane}"),
    ):
        _require_unchanged(work, shown)
        plan = _plan(work, shown, new, verdict, "" if verdict.passed else red_reason, train)
        running = begin(
            work,
            tell,
            OpKind.LAND,
            lane=lane,
            by=by,
            summary=f"land {lane} on {branch_name(shown.target)}",
            plan=plan.to_json(),
        )
        left = _move(work, running, plan)
        op = end(work, running, plan, left)
    return Landed(op, new, tuple(left))


def _signed(work: Workplace, shown: LandingPreview) -> CommitId:
    """What lands: what was shown and gated, signed where lanes.yaml says so. No lock is held:
    somebody may have to type a passphrase."""
    assert shown.result is not None
    if not work.config.merge.sign:
        return shown.result
    return work.git.builder.sign(shown.result, shown.target_old)


def end(
    work: Workplace, running: Running, plan: TargetPlan, left: list[str], note: str = ""
) -> Operation:
    """The approval is used (not one that was given since for another commit), the lane is out
    of the queue, the end is written. Can be done again; hold `target`."""
    lane = LaneId(plan.lane)
    if not _is_of_another(work, lane, plan.source):
        work.approvals.use(lane)
    train_queue.drop(work, lane)
    name = branch_name(RefName(plan.ref))
    red = f", red ({plan.red_reason})" if plan.red_reason else ""
    return running.done(
        f"landed {lane} on {name} as {plan.new[:10]}{red}{note}",
        {"old": plan.old, "new": plan.new, "left": left, "gate": plan.gate, "log": plan.log},
    )


def _is_of_another(work: Workplace, lane: LaneId, source: str) -> bool:
    """Whether the lane's approval is for another commit than landed; a damaged one is no yes."""
    try:
        given = work.approvals.get(lane)
    except CockpitError:
        return False
    return given is not None and given.commit != source


def require_landable(shown: LandingPreview) -> None:
    """Raises `Conflict` with the paths, or `Refused` naming every failing check."""
    if shown.conflicts:
        raise Conflict(
            f"Lane {shown.lane} conflicts with {branch_name(shown.target)} in "
            f"{len(shown.conflicts)} file(s); nothing was changed.",
            paths=shown.conflicts,
            detail="\n".join(shown.conflicts),
            hint=f"Resolve it with `cockpit resolve {shown.lane}` or let the lane merge "
            f"{branch_name(shown.target)}, then land it again.",
        )
    failing = [check for check in shown.checks if not check.ok]
    if failing or shown.result is None:
        first = failing[0].text if failing else "there is nothing to land"
        lines = []
        for check in failing:
            lines.append(f"{check.name}: {check.text}")
            lines.extend(f"  {path}" for path in check.paths[:50])
        raise Refused(
            f"Lane {shown.lane} can't land: {first}.",
            detail="\n".join(lines),
            hint="Mend what is listed and look at the preview again; nothing was changed.",
        )


def require_seen(
    shown: LandingPreview,
    source: CommitId | None,
    target_old: CommitId | None = None,
    task_digest: str | None = None,
    terms: str = "",
) -> None:
    """Raises `Refused` where lane or target are not where they were when they were looked at,
    the lane's task has another text, or lanes.yaml asks for something else of a landing."""
    if terms and terms != shown.terms:
        raise Refused(
            "lanes.yaml says something else of the target, the gate, zones or merging than when "
            "the preview was shown.",
            hint="Look at the preview again; nothing was changed.",
        )
    if source is not None and source != shown.source:
        raise approvals.moved(shown.lane, source, shown.source)
    if task_digest is not None and task_digest != shown.task_digest:
        raise approvals.another_task(shown.lane)
    if target_old is not None and target_old != shown.target_old:
        raise Refused(
            f"{branch_name(shown.target)} moved since the preview was shown.",
            hint="Look at the preview again; nothing was changed.",
        )


def _require_unchanged(work: Workplace, shown: LandingPreview) -> None:
    """After the gate: lane, target and approval are still what was shown, and nobody locked it."""
    locked.require_free(work, shown.lane, "landed")
    record = work.record(shown.lane)
    tip = work.git.read_ref(record.branch)
    if tip != shown.source:
        raise approvals.moved(shown.lane, shown.source, tip)
    approvals.require(work, shown.lane, shown.source)
    now = work.git.read_ref(shown.target)
    if now != shown.target_old:
        raise Refused(
            f"{branch_name(shown.target)} moved while the gate ran; nothing was changed.",
            detail=f"It was at {shown.target_old[:12]} and is at {str(now)[:12]}.",
            hint="Look at the preview again and land it on the new state.",
        )
    info = target.checkout_of(work, shown.target)
    if (info.path if info else None) != shown.checkout:
        raise Refused(
            f"Another checkout has {branch_name(shown.target)} now; nothing was changed.",
            hint="Look at the preview again.",
        )
    why = target.why_not_follow(work, info)
    if why:
        raise Refused(
            f"{branch_name(shown.target)} can't be followed: {why}.",
            hint="Finish or abort it there; nothing was changed.",
        )


def _plan(
    work: Workplace,
    shown: LandingPreview,
    new: CommitId,
    verdict: Verdict,
    red_reason: str,
    train: str,
) -> TargetPlan:
    name = f"land-{shown.lane}-{int(work.clock.now() * 1000)}"
    return TargetPlan(
        ref=shown.target,
        old=shown.target_old,
        new=new,
        checkout=str(shown.checkout) if shown.checkout else "",
        staging=str(target.staging_for(work, name)),
        lane=shown.lane,
        source=shown.source,
        branch=work.record(shown.lane).branch,
        how=shown.how,
        gate=str(verdict.state),
        flaky=verdict.flaky,
        log=verdict.log,
        red_reason=red_reason,
        task=shown.task,
        train=train,
    )


def _move(work: Workplace, running: Running, plan: TargetPlan) -> list[str]:
    """Abandon when it was refused before the point of no return; else leave it to recovery."""
    reason = f"cockpit: land {plan.lane}"
    try:
        return target.move(work, running, plan, reason)
    except CockpitError as error:
        if work.git.read_ref(RefName(plan.ref)) == plan.old:
            target.drop_staging(work, plan)
            running.abandon(error.title, error.hint)
        raise


def _outcome(
    shown: LandingPreview, landed: Landed, verdict: Verdict, after: str, pushed: str
) -> Outcome:
    seq, left = landed.op.seq, landed.left
    notes = [f"{len(left)} path(s) of yours were left as they are."] if left else []
    notes += [text for text in (after, pushed) if text]
    return Outcome(
        f"Landed {shown.lane} on {branch_name(shown.target)} as {landed.new[:10]} "
        f"(gate: {verdict.word}). `cockpit undo {seq}` takes it back. {' '.join(notes)}".rstrip(),
        landed.op,
        {
            "lane": shown.lane,
            "target": branch_name(shown.target),
            "old": shown.target_old,
            "new": landed.new,
            "source": shown.source,
            "gate": str(verdict.state),
            "flaky": verdict.flaky,
            "log": verdict.log,
            "left": list(left),
            "undo": seq,
            "after": after,
            "pushed": pushed,
        },
    )
