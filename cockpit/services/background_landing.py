"""Judging what a background lane made: landed under its standing approval, or held.

The landing is the one of `landing.py`, with the same checks and the same one step of the
target, an operation of its own that undo takes back. What is more: every note of the preview
holds it too, the gate must be green at the first try, and the standing approval is looked at
again after the gate, with lanes.yaml as it lies on the disk then.

| died after | left behind | next start |
|---|---|---|
| intent, gate | the journal entry, the gate's own | dropped; it is judged again |
| the approval of the one commit | an approval that nobody gave by hand | taken away, judged again |
| intent of the landing, compare-and-swap, … | see `services/target.py` | that one is ended first |
| end of the landing | a run that is still open | the run is ended |
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from cockpit.domain.background import Phase, Run, run_to_json
from cockpit.domain.background_hold import is_at_rest, is_nothing, why_hold, why_not_green
from cockpit.domain.gate import GateState
from cockpit.domain.ids import LaneId, branch_name
from cockpit.domain.intents import JudgeBackground
from cockpit.domain.merge import Check, LandingPreview
from cockpit.domain.operation import OpKind, OpState
from cockpit.domain.plans import BackgroundPlan
from cockpit.errors import CockpitError, Refused, TimedOut
from cockpit.services import (
    afterwards,
    approvals,
    background,
    gate,
    landing,
    pushing,
    standing,
    stopping,
    trust,
    upstream,
)
from cockpit.services.api import Outcome, Tell
from cockpit.services.background_run import hold
from cockpit.services.landing_preview import preview
from cockpit.services.running import Running, begin, own_lock
from cockpit.services.workplace import Workplace


class _Held(Exception):
    """It waits for the commander, for this reason."""

    def __init__(self, why: str, detail: str = "") -> None:
        super().__init__(why)
        self.why = why.rstrip(".")
        self.detail = detail


class _Later(Exception):
    """It can't be judged just now, and nothing is wrong with it."""


def judge(work: Workplace, intent: JudgeBackground, tell: Tell, by: str) -> Outcome:
    """Land the run's work, hold it, or end a run that made nothing; `data` tells which. Raises
    `Refused` with nothing changed while something else lands."""
    lane = intent.lane
    heard = stopping.listener(work)

    def stop() -> bool:
        return heard() or background.is_stopped(work)

    if not work.locks.is_free("train"):
        return _later(lane, "Something is landing already")
    with (
        landing.alone(work, f"judge {lane}"),
        work.locks.hold(own_lock(OpKind.BACKGROUND, lane), why=f"judge {lane}"),
    ):
        run = background.run_of(work, lane)
        if run.phase not in (Phase.PROMPTED, Phase.HELD):
            return Outcome(f"No run of {lane} is open.", None, {"lane": lane, "held": ""})
        look = _Held(intent.failed) if intent.failed else _look(work, lane)
        if look is None and lane in work.registry.lanes():
            return _later(lane, f"{lane} is at work again")
        running = begin(
            work,
            tell,
            OpKind.BACKGROUND,
            lane=lane,
            by=by,
            summary=f"judge what {lane} made in the background",
            plan=BackgroundPlan(
                lane, "judge", "its turn has ended", run.digest, run_to_json(run)
            ).to_json(),
        )
        try:
            if isinstance(look, _Held):
                raise look
            return _Judging(work, running, run, tell, by, stop).go(look)
        except _Held as held:
            return hold(work, running, replace(run, why=held.why), held.detail)
        except _Later as later:
            running.abandon(str(later))
            return _later(lane, str(later))


def _later(lane: LaneId, why: str) -> Outcome:
    return Outcome(f"{why}.", None, {"lane": lane, "held": "", "later": why})


def _look(work: Workplace, lane: LaneId) -> LandingPreview | _Held | None:
    """What landing it would do, or why that can't be said; None for a lane that is not there
    or whose agent is not known to rest: nothing is written down for that."""
    if lane not in work.registry.lanes():
        return None
    try:
        shown = preview(work, lane)
    except CockpitError as error:
        return _Held(error.title, error.detail)
    return shown if is_at_rest(shown.checks) else None


class _Judging:
    """One look at the work of a run, up to its end."""

    def __init__(
        self,
        work: Workplace,
        running: Running,
        run: Run,
        tell: Tell,
        by: str,
        stop: Callable[[], bool],
    ) -> None:
        self.work = work
        self.running = running
        self.run = run
        self.tell = tell
        self.by = by
        self.stop = stop
        self.lane = LaneId(str(running.op.lane))

    def go(self, shown: LandingPreview | None) -> Outcome:
        """`shown` is what landing it would do; None for a lane that is not there any more."""
        self.running.step("judge what it made")
        if shown is None:
            return self._end("it was put away before it landed")
        if is_nothing(shown):
            return self._end("it left nothing to land")
        if self.run.phase is Phase.HELD:
            raise _Held(self.run.why)  # only the commander lets go of what is held
        self._require_terms()
        self._require_usual(shown, upstream.notes(self.work, self.tell, fetch=True))
        return self._land(shown)

    def _require_terms(self) -> None:
        """The standing approval that the run was started under counts now, as it did then."""
        try:
            trust.require(self.work)
        except Refused as error:
            raise _Held(error.title, error.detail) from error
        state = standing.state_of(self.work, self.lane)
        if state.given is None or not state.is_valid:
            why = f"is void: {state.why}" if state.why else "was taken back"
            raise _Held(f"its standing approval {why}")
        if state.given.terms.digest != self.run.digest:
            raise _Held("its standing approval is another one than when it was started")

    def _require_usual(self, shown: LandingPreview, notes: tuple[Check, ...]) -> None:
        found = why_hold(shown, notes)
        if found is not None:
            raise _Held(found.text, "\n".join(found.paths))

    def _land(self, shown: LandingPreview) -> Outcome:
        work, lane = self.work, self.lane
        assert shown.result is not None
        try:
            verdict = gate.run(work, lane, shown.result, self.tell, self.by, stop=self.stop)
        except TimedOut as error:
            raise _Later(f"{lane} waits for the gate: {error.title}") from error
        except CockpitError as error:
            raise _Held(f"the gate could not be made ready: {error.title}", error.detail) from error
        if verdict.state is GateState.STOPPED or self.stop():
            raise _Later(f"The landing of {lane} was stopped")
        why = why_not_green(verdict)
        if why:
            raise _Held(why, f"{verdict.tail}\nThe whole log: {verdict.log}".strip())
        self._require_terms()
        plan = BackgroundPlan.from_json(self.running.op.intent)
        self.running.update(replace(plan, approving=shown.source))
        approvals.give(work, lane, shown.source, shown.task_digest)
        try:
            landed = landing.take_home(
                work, shown, verdict, self.tell, self.by, train=self.running.op.id
            )
        except CockpitError as error:
            now = work.git.read_ref(shown.target)
            if now not in (None, shown.target_old) and work.git.tree_of(now) == shown.tree:
                raise  # the target moved: what is left to do is recovery's
            approvals.revoke(work, lane)
            raise _Held(error.title, error.detail) from error
        said = f"landed as {landed.new[:10]}; `cockpit undo {landed.op.seq}` takes it back"
        outcome = self._end(said, landed=landed.op.seq)
        after = afterwards.after_landing(work, lane, self.tell, self.by)
        pushed = pushing.pushed(work, self.tell, self.by, [lane], landed.new)
        whole = " ".join(filter(None, (outcome.summary, after, pushed)))
        return replace(outcome, summary=whole, data={**outcome.data, "after": after})

    def _end(self, said: str, *, landed: int | None = None) -> Outcome:
        """The run is over; the next one begins when it is due."""
        lane = self.lane
        background.put_run(self.work, lane, replace(self.run, phase=Phase.REST, why="", said=said))
        op = self.running.done(f"{lane}: {said}", {"landed": landed})
        return Outcome(
            f"Lane {lane}: {said}.", op, {"lane": lane, "held": "", "landed": landed, "said": said}
        )


# ---------------------------------------------------------------- after a death


def recover_judging(work: Workplace, running: Running, plan: BackgroundPlan) -> str:
    """Words that follow `Operation N (…)`; its landing was ended before this. Raises `Refused`
    while that one can't be ended."""
    lane = LaneId(plan.lane)
    mine = [op for op in work.journal.entries() if op.intent.get("train") == running.op.id]
    if any(op.state is OpState.PENDING for op in mine):
        raise Refused("Its landing can't be ended yet.", hint="Mend what that one names.")
    done = next((op for op in mine if op.state is OpState.DONE), None)
    run = background.run_of(work, lane)
    if done is not None:
        name = branch_name(work.target)
        said = f"landed on {name}; `cockpit undo {done.seq}` takes it back"
        background.put_run(work, lane, replace(run, phase=Phase.REST, why="", said=said))
        running.done(f"{lane}: {said}", {"landed": done.seq})
        return "had landed, and was ended"
    given = work.approvals.get(lane)
    if plan.approving and given is not None and given.commit == plan.approving:
        approvals.revoke(work, lane)
    running.abandon("it was interrupted before anything landed")
    return "was interrupted before anything landed; it is judged again"
