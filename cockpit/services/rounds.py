"""Closing a round: the target is gated, what is merged is torn down, the round is summed up.

A red gate closes nothing. No lane is torn down by it that a sweep of merged lanes would leave
(`sweep.py`), and each goes by a teardown of its own, which one undo takes back.

| died after | left behind | next start |
|---|---|---|
| intent | the journal entry | dropped: nothing was closed |
| gate | the gate's own entry | the same |
| lanes noted | the entry with the lanes that go | those that are as they were noted go |
| some lanes torn down | fewer lanes, an entry each | the others go, the end is written |
"""

from __future__ import annotations

from dataclasses import field, replace

from cockpit.dataclass import dataclass
from cockpit.domain import task_history
from cockpit.domain.ids import CommitId, LaneId
from cockpit.domain.intents import CloseRound, Teardown
from cockpit.domain.operation import OpKind
from cockpit.domain.plans import Plan
from cockpit.domain.result import ResultStatus
from cockpit.domain.rounds import RoundPreview, RoundSummary, said, sum_up, to_json
from cockpit.domain.taskname import id_of_name
from cockpit.errors import CockpitError, Refused
from cockpit.services import efforts, gate, stopping, sweep, tasks, teardown, trails, trust
from cockpit.services.api import Outcome, Tell
from cockpit.services.landing import alone
from cockpit.services.running import Running, abandoning, begin, own_lock
from cockpit.services.workplace import Workplace


@dataclass(frozen=True, slots=True)
class RoundPlan(Plan):
    commit: str
    """The target, as it is gated."""
    gate: str = ""
    """The gate's verdict; empty until it is known."""
    lanes: list[list[str]] = field(default_factory=list)
    """Each lane that goes, with the token of what was seen of it."""


def preview(work: Workplace) -> RoundPreview:
    """What closing the round would do now; nothing is changed, and the gate is not run."""
    lanes = tuple(sweep.preview(work, merged_only=True))
    return RoundPreview(_tip(work), work.config.gate.run, lanes, summary(work))


def summary(work: Workplace) -> RoundSummary:
    """The round so far."""
    bus = tasks.bus_of(work)
    ids = [task.id for task in bus.tasks if task.id]
    records = work.registry.lanes()
    held = {id_of_name(record.task) for record in records.values() if record.task}
    results = tasks.results_of(work, ids)
    given_up = {one.task for one in results if one.status is ResultStatus.FAILED}
    made = task_history.turns(work.journal.entries())
    return sum_up(
        bus.tasks,
        merged=tasks.merged(work),
        efforts=efforts.read(work).efforts,
        held=held,
        given_up=given_up,
        trail=trails.of(work),
        spans=task_history.measured(made),
    )


def close(work: Workplace, _intent: CloseRound, tell: Tell, by: str) -> Outcome:
    """Close the round. Raises `GateRed` with everything as it was, `Refused` when something is
    landing or the target moved while it was gated."""
    trust.require(work)
    stop = stopping.listener(work)
    lock = own_lock(OpKind.ROUND, None)
    with work.locks.hold(lock, timeout=0.5, why="close the round"), alone(work, "close the round"):
        plan = RoundPlan(_tip(work))
        running = begin(
            work,
            tell,
            OpKind.ROUND,
            lane=None,
            by=by,
            summary="close the round",
            plan=plan.to_json(),
        )
        with abandoning(running):
            plan = _gated(work, running, plan, tell, by, stop)
        return _finish(work, running, plan, tell, by)


def _tip(work: Workplace) -> CommitId:
    tip = work.git.read_ref(work.target)
    if tip is None:
        raise Refused(
            f"The target branch {work.config.target} has no commit yet.",
            hint="There is no round to close.",
        )
    return tip


def _gated(
    work: Workplace, running: Running, plan: RoundPlan, tell: Tell, by: str, stop: gate.Stop
) -> RoundPlan:
    """The plan with the verdict and the lanes that go, durable."""
    running.step(f"gate {work.config.target}")
    verdict = gate.run(work, None, CommitId(plan.commit), tell, by, stop=stop)
    if not verdict.passed:
        raise verdict.error
    if _tip(work) != plan.commit:
        raise Refused(
            f"{work.config.target} moved while it was gated; the round was not closed.",
            hint="Close it again.",
        )
    running.step("look which lanes are merged")
    going = [one for one in sweep.preview(work, merged_only=True) if one.preview]
    lanes = [[one.lane, one.preview.token] for one in going if one.preview and not one.why_not]
    plan = replace(plan, gate=verdict.word, lanes=lanes)
    running.update(plan)
    return plan


def _finish(work: Workplace, running: Running, plan: RoundPlan, tell: Tell, by: str) -> Outcome:
    """Tear down what was noted, as far as it is as it was, and write the end."""
    stay = _tear_down(work, running, plan, tell, by)
    told = summary(work)
    there = work.registry.lanes()
    gone = [lane for lane, _ in plan.lanes if lane not in there]
    text = f"closed the round: {said(told)}"
    data = {"commit": plan.commit, "gate": plan.gate, "torn_down": gone, "stay": stay}
    op = running.done(text, {**data, **to_json(told)})
    notes = f" Tore down {', '.join(gone)}; `cockpit undo` brings each back." if gone else ""
    notes += "".join(f" {lane} stays: {why}." for lane, why in stay.items())
    return Outcome(f"{text[0].upper()}{text[1:]}.{notes}", op, {**data, **to_json(told)})


def _tear_down(
    work: Workplace, running: Running, plan: RoundPlan, tell: Tell, by: str
) -> dict[str, str]:
    """By lane that could not go why it stays, a clause: one that fails keeps no other back."""
    stay: dict[str, str] = {}
    for lane, token in plan.lanes:
        if LaneId(lane) not in work.registry.lanes():
            continue
        running.step(f"tear down {lane}")
        try:
            teardown.teardown(work, Teardown(LaneId(lane), token), tell, by)
        except CockpitError as error:
            stay[lane] = error.title.rstrip(".")
    return stay


def recover(work: Workplace, running: Running) -> str:
    """Words that follow `Operation N (…)`; teardowns were recovered before this."""
    plan = RoundPlan.from_json(running.op.intent)
    if not plan.gate:
        running.abandon("it was interrupted before the target had passed its gate")
        return "had closed nothing and was dropped"
    _finish(work, running, plan, running.tell, "recovery")
    return "was finished"
