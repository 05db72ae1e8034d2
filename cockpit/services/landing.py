"""Landing one lane: an exact preview, an approval bound to it, the gate, one step forward."""

from __future__ import annotations

from cockpit.domain.ids import CommitId, LaneId, RefName, branch_name
from cockpit.domain.intents import Approve, Land
from cockpit.domain.merge import Approval, LandingPreview
from cockpit.domain.operation import Operation, OpKind
from cockpit.domain.plans import TargetPlan
from cockpit.errors import CockpitError, Conflict, Refused
from cockpit.services import gate, target, trust
from cockpit.services.api import Outcome, Tell
from cockpit.services.landing_preview import preview
from cockpit.services.running import Running, begin, own_lock
from cockpit.services.workplace import Workplace


def approve(work: Workplace, intent: Approve, tell: Tell, by: str) -> Outcome:
    """Approve exactly the lane's present commit, or take an approval back."""
    record = work.record(intent.lane)
    tip = work.git.read_ref(record.branch)
    if tip is None:
        raise Refused(f"Lane {intent.lane} has no branch any more.", hint="Tear it down.")
    if intent.commit is not None and intent.commit != tip:
        raise _moved(intent.lane, intent.commit, tip)
    what = "revoke the approval of" if intent.revoke else "approve"
    with work.locks.hold(own_lock(OpKind.APPROVE, intent.lane), why=what):
        running = begin(
            work,
            tell,
            OpKind.APPROVE,
            lane=intent.lane,
            by=by,
            summary=f"{what} {intent.lane} at {tip[:10]}",
            plan={"lane": intent.lane, "commit": tip, "revoke": intent.revoke},
        )
        running.step(what)
        if intent.revoke:
            work.approvals.use(intent.lane)
            summary = f"revoked the approval of {intent.lane}"
        else:
            work.approvals.put(Approval(intent.lane, tip, "", work.clock.now()))
            summary = f"approved {intent.lane} at {tip[:10]}"
        op = running.done(summary)
    return Outcome(
        summary[0].upper() + summary[1:] + ".",
        op,
        {"lane": intent.lane, "commit": tip, "revoked": intent.revoke},
    )


def land(work: Workplace, intent: Land, tell: Tell, by: str) -> Outcome:
    """Approve and land `intent.lane`: gate first, then one compare-and-swap of the target.

    Raises `Conflict`, `Refused` or `GateRed`; the target then is where it was.
    """
    trust.require(work)
    lane = intent.lane
    shown = preview(work, lane, message=intent.message)
    _require_seen(intent, shown)
    require_landable(shown)
    assert shown.result is not None
    work.approvals.put(Approval(lane, shown.source, "", work.clock.now()))
    verdict = gate.run(work, lane, shown.result, tell, by)
    with (
        work.locks.hold(f"lane-{lane}", why="land"),
        work.locks.hold("target", why=f"land {lane}"),
    ):
        _require_unchanged(work, shown)
        running = _begin(work, tell, shown, by, gate_verdict=verdict)
        plan = TargetPlan.from_json(running.op.intent)
        left = _move(work, running, plan)
        work.approvals.use(lane)
        op = running.done(
            f"landed {lane} on {branch_name(shown.target)} as {shown.result[:10]}",
            {"old": shown.target_old, "new": shown.result, "left": left},
        )
    return _outcome(shown, op, verdict, left)


def require_landable(shown: LandingPreview) -> None:
    """Raises `Conflict` with the paths, or `Refused` naming every failing check."""
    if shown.conflicts:
        raise Conflict(
            f"Lane {shown.lane} conflicts with {branch_name(shown.target)} in "
            f"{len(shown.conflicts)} file(s); nothing was changed.",
            paths=shown.conflicts,
            detail="\n".join(shown.conflicts),
            hint=f"Ask the lane to merge {branch_name(shown.target)} and resolve it, "
            "then land it again.",
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


def _require_seen(intent: Land, shown: LandingPreview) -> None:
    if intent.source is not None and intent.source != shown.source:
        raise _moved(intent.lane, intent.source, shown.source)
    if intent.target_old is not None and intent.target_old != shown.target_old:
        raise Refused(
            f"{branch_name(shown.target)} moved since the preview was shown.",
            hint="Look at the preview again; nothing was changed.",
        )


def _require_unchanged(work: Workplace, shown: LandingPreview) -> None:
    """After the gate: lane, target and approval are still what was shown."""
    record = work.record(shown.lane)
    tip = work.git.read_ref(record.branch)
    if tip != shown.source:
        raise _moved(shown.lane, shown.source, tip)
    approval = work.approvals.get(shown.lane)
    if approval is None or approval.commit != shown.source:
        raise Refused(
            f"The approval of lane {shown.lane} was taken back while the gate ran.",
            hint="Approve it again; nothing was changed.",
        )
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


def _begin(
    work: Workplace, tell: Tell, shown: LandingPreview, by: str, *, gate_verdict: str
) -> Running:
    name = f"land-{shown.lane}-{int(work.clock.now() * 1000)}"
    plan = TargetPlan(
        ref=shown.target,
        old=shown.target_old,
        new=str(shown.result),
        checkout=str(shown.checkout) if shown.checkout else "",
        staging=str(target.staging_for(work, name)),
        lane=shown.lane,
        source=shown.source,
        branch=work.record(shown.lane).branch,
        how=work.config.lanes[shown.lane].merge or work.config.merge.how,
        gate=gate_verdict,
    )
    return begin(
        work,
        tell,
        OpKind.LAND,
        lane=shown.lane,
        by=by,
        summary=f"land {shown.lane} on {branch_name(shown.target)}",
        plan=plan.to_json(),
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


def _moved(lane: LaneId, seen: CommitId, now: CommitId | None) -> Refused:
    return Refused(
        f"Lane {lane} moved since it was looked at; the approval does not count.",
        detail=f"It was at {seen[:12]} and is at {str(now)[:12]}.",
        hint="Look at the preview again; nothing was changed.",
    )


def _outcome(shown: LandingPreview, op: Operation, verdict: str, left: list[str]) -> Outcome:
    note = f" {len(left)} path(s) of yours were left as they are." if left else ""
    return Outcome(
        f"Landed {shown.lane} on {branch_name(shown.target)} as {str(shown.result)[:10]} "
        f"(gate: {verdict}). `cockpit undo {op.seq}` takes it back.{note}",
        op,
        {
            "lane": shown.lane,
            "target": branch_name(shown.target),
            "old": shown.target_old,
            "new": shown.result,
            "source": shown.source,
            "gate": verdict,
            "left": left,
            "undo": op.seq,
        },
    )
