"""Starting a run of a background lane: fresh from the target, its agent told what to do.

What the run changes (a start, a sync, a restart, a prompt) are operations of their own, with
recoveries of their own; this one says that nobody was asked, and is ended after them. What
can't be done as usual holds the lane for the commander; nothing is tried again by itself.

| died after | left behind | next start |
|---|---|---|
| intent | the journal entry | dropped; it is due again |
| the run noted, the lane made fresh | a lane without its prompt | dropped; due again later |
| a start, or a prompt that was typed | perhaps an agent that has it | held: never sent twice |
| prompt seen to be taken | a run that is not noted as such | the end is written |
"""

from __future__ import annotations

from dataclasses import replace

from cockpit.domain.background import Phase, Run, run_from_json, run_to_json
from cockpit.domain.ids import LaneId
from cockpit.domain.intents import Resume, RunBackground, Start
from cockpit.domain.operation import OpKind
from cockpit.domain.plans import BackgroundPlan
from cockpit.errors import CockpitError, DeliveryUnknown, Refused
from cockpit.services import (
    background,
    park,
    parked,
    renewing,
    standing,
    start,
    trust,
)
from cockpit.services.api import Outcome, Tell
from cockpit.services.running import Running, begin, own_lock
from cockpit.services.workplace import Workplace

UNKNOWN = "nobody knows whether its agent took the prompt"


def run(work: Workplace, intent: RunBackground, tell: Tell, by: str) -> Outcome:
    """Start the lane's run; `data["held"]` says why if it is held instead. Raises `Refused`
    with nothing changed when it may not run at all."""
    lane = intent.lane
    with work.locks.hold(own_lock(OpKind.BACKGROUND, lane), why=f"run {lane}"):
        before = background.run_of(work, lane)
        digest = _require_leave(work, lane, before)
        running = begin(
            work,
            tell,
            OpKind.BACKGROUND,
            lane=lane,
            by=by,
            summary=f"run {lane} in the background: {intent.why}",
            plan=BackgroundPlan(lane, "start", intent.why, digest, run_to_json(before)).to_json(),
        )
        running.step("note the run")
        now = Run(
            at=work.clock.now(),
            landing=intent.landing,
            seen=intent.seen,
            phase=Phase.BEGUN,
            prompted=before.prompted,
            digest=digest,
            said=before.said,
        )
        background.put_run(work, lane, now)
        try:
            _go(work, running, lane, tell, by)
        except CockpitError as error:
            why = UNKNOWN if isinstance(error, DeliveryUnknown) else error.clause
            return hold(work, running, replace(now, why=why), error.detail)
        background.put_run(
            work, lane, replace(now, phase=Phase.PROMPTED, prompted=work.clock.now())
        )
        op = running.done(f"{lane} works in the background: {intent.why}")
    return Outcome(f"Lane {lane} works in the background.", op, {"lane": lane, "held": ""})


def _require_leave(work: Workplace, lane: LaneId, before: Run) -> str:
    """The digest of the terms under which it may run. Raises `Refused`."""
    trust.require(work)
    state = standing.state_of(work, lane)
    if not state.is_valid or state.given is None:
        raise Refused(
            f"Lane {lane} has no standing approval that counts"
            + (f": {state.why}." if state.why else "."),
            hint=f"Look at it and give it with `cockpit approve {lane} --standing`.",
        )
    if background.is_stopped(work):
        raise Refused("Background lanes are stopped.", hint="`cockpit background go` ends that.")
    if before.phase is not Phase.REST:
        raise Refused(
            f"A run of lane {lane} is open already.", hint="`cockpit background` shows it."
        )
    return state.given.terms.digest


def hold(work: Workplace, running: Running, run: Run, detail: str = "") -> Outcome:
    """Keep the lane for the commander, durably, and end the operation."""
    lane = LaneId(str(running.op.lane))
    background.put_run(work, lane, replace(run, phase=Phase.HELD))
    op = running.done(f"{lane} waits for you: {run.why}", {"held": run.why, "detail": detail})
    said = f"Lane {lane} waits for you: {run.why}."
    return Outcome(said, op, {"lane": lane, "held": run.why, "detail": detail})


# ---------------------------------------------------------------- the steps


def _go(work: Workplace, running: Running, lane: LaneId, tell: Tell, by: str) -> None:
    """Lane, target, agent, prompt; each is looked at before it is done."""
    told = standing.prompt_of(work, work.config, work.lane(lane))
    if lane not in work.registry.lanes() and lane not in parked.lanes(work):
        running.step("start the lane")
        start.start(work, Start(lane, told), tell, by)
        return
    if lane not in work.registry.lanes():
        running.step("take the lane up again")
        park.resume(work, Resume(lane), tell, by)
    running.step("bring it up to date")
    renewing.refresh(work, lane, tell, by)
    running.step("give it the prompt")
    renewing.tell_agent(work, lane, told, tell, by)


# ---------------------------------------------------------------- after a death


def recover_start(work: Workplace, running: Running, plan: BackgroundPlan) -> str:
    """Words that follow `Operation N (…)`; what the run changed was ended before this."""
    lane = LaneId(plan.lane)
    run_now = background.run_of(work, lane)
    if run_now.phase in (Phase.PROMPTED, Phase.HELD):
        running.done(f"{lane} works in the background: {plan.why}")
        return "had been done"
    known = renewing.what_is_known(work, running.op)
    if known is None:
        before = run_from_json(plan.before) if plan.before else Run()
        began = run_now.phase is Phase.BEGUN
        background.put_run(work, lane, replace(before, at=run_now.at if began else before.at))
        running.abandon("it was interrupted before the agent had its prompt")
        return "was interrupted before the agent had its prompt, and was dropped"
    if known:
        at = running.op.at
        background.put_run(work, lane, replace(run_now, phase=Phase.PROMPTED, prompted=at))
        running.done(f"{lane} works in the background: {plan.why}")
        return "had given its prompt and goes on"
    hold(work, running, replace(run_now, why=UNKNOWN))
    return "may or may not have given its prompt; the lane waits for you"
