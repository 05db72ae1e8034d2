"""Running a train: each car is built anew on the target as it is then, gated, and landed by
itself; one that can't ride is put aside with its reason and the rest goes on.

Who is to blame for a gate that fails: the lane, if the target itself passes the same gate
right after. Otherwise the train stops and no lane is blamed; it also stops when the target
was moved by someone else, when the disk is full, when the gate can't be made ready, and when
the commander says so. What did not land stays queued.

| died after | left behind | next start |
|---|---|---|
| intent | the journal entry | the end is written: nothing landed |
| approvals | approvals that were not used | they stay: the commander gave them |
| a car's gate, its landing | entries of their own | `recovery` ends these first |
| the same | this entry with the cars as they were | the end is written, car by car; the |
| | | queue tells why a car was put aside |
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from cockpit.domain.events import LaneChanged, TrainChanged
from cockpit.domain.gate import GateState, Verdict
from cockpit.domain.ids import CommitId, LaneId, branch_name
from cockpit.domain.intents import RunTrain
from cockpit.domain.merge import LandingPreview
from cockpit.domain.operation import Operation, OpState
from cockpit.domain.plans import TrainPlan
from cockpit.domain.train import Aside, Car, CarState, Train, car_to_json
from cockpit.domain.train_order import Place
from cockpit.errors import CockpitError, Exit, Refused
from cockpit.services import afterwards, approvals, gate, landing, train_plan, train_queue
from cockpit.services.api import Tell
from cockpit.services.gate import Stop
from cockpit.services.landing_checks import look_at_lane, look_at_target
from cockpit.services.running import Running
from cockpit.services.train_look import clause
from cockpit.services.workplace import Workplace

ANOTHER_TASK = "its task changed since you looked"
OTHER_TERMS = "lanes.yaml asks for something else of its landing than when you looked"


class _Stopped(Exception):
    """The train goes no further; the present car stays queued."""

    def __init__(self, why: str, code: Exit):
        super().__init__(why)
        self.why = why
        self.code = code


class Ride:
    """One train on its way. `go` ends with `train` as it ended and `landed` in order."""

    def __init__(
        self, work: Workplace, train: Train, intent: RunTrain, tell: Tell, by: str, stop: Stop
    ) -> None:
        self.work = work
        self.train = replace(train, running=True)
        self.intent = intent
        self.tell = tell
        self.by = by
        self.stop = stop
        self.landed: list[LaneId] = []
        self.left: list[str] = []
        self.code = Exit.OK
        """Why the train stopped, as an exit code."""
        self._messages = dict(intent.messages)
        self._seen = dict(intent.seen)
        self._seen_tasks = dict(intent.tasks)
        self._seen_terms = dict(intent.terms)
        self._approved: dict[LaneId, LandingPreview] = {}
        self._tasks: set[str] = set()
        self._expected = train.target_old
        self._running: Running | None = None

    # ------------------------------------------------------------ the way

    @property
    def tip(self) -> CommitId:
        """Where the last car that landed left the target."""
        return self._expected

    def plan(self) -> TrainPlan:
        """What the journal keeps of the train."""
        train = self.train
        cars = [car_to_json(car) for car in train.cars]
        return TrainPlan(train.target, train.target_old, cars, train.stopped)

    def go(self, running: Running) -> Operation:
        """Approve what the commander's go covers, land car after car, write the end. Raises
        `CockpitError` where a step must be finished by recovery; the entry then stays open."""
        self._running = running
        try:
            return self._go(running)
        except CockpitError as error:
            self.train = replace(self.train, running=False, stopped=error.title)
            self.tell(TrainChanged(self.train))
            raise

    def _go(self, running: Running) -> Operation:
        try:
            running.step("note the approvals")
            for car in self.train.cars:
                self._approve(car)
            for car in self.train.cars:
                self._ride(car)
        except _Stopped as stopped:
            self._end(stopped.why, stopped.code)
        except KeyboardInterrupt:
            self._end("you interrupted it", Exit.INTERRUPTED)
            self._write_end(running)
            raise
        else:
            self._end("", Exit.OK)
        return self._write_end(running)

    def _write_end(self, running: Running) -> Operation:
        return running.done(summary_of(self.train), self.data())

    def data(self) -> dict[str, Any]:
        """How the train ended, for the journal and for `--json`."""
        return {
            "cars": [car_to_json(car) for car in self.train.cars],
            "landed": list(self.landed),
            "stopped": self.train.stopped,
            "left": list(self.left),
            "code": int(code_of(self.train.cars, self.code)),
        }

    def _end(self, why: str, code: Exit) -> None:
        self.code = code
        said = f"the train stopped: {why}" if why else ""
        cars = [
            replace(car, state=CarState.STOPPED, said=car.said or said)
            if car.state in (CarState.READY, CarState.GATING, CarState.LANDING)
            else car
            for car in self.train.cars
        ]
        self.train = replace(self.train, cars=tuple(cars), running=False, stopped=why)
        train_queue.note(self.work, map(car_to_json, cars))
        self._told()

    def _set(self, car: Car) -> None:
        self.train = self.train.with_car(car)
        self._told()

    def _told(self) -> None:
        """Durable first, so that another cockpit that hears of it finds it."""
        if self._running is not None:
            self._running.update(self.plan())
        self.tell(TrainChanged(self.train))

    # ------------------------------------------------------------ the go

    def _approve(self, car: Car) -> None:
        """The go counts for what was shown. A car that was put aside in the look rides if what
        kept it is gone when its turn comes, and only if it was shown."""
        shown = car.preview
        if shown is None or car.state is CarState.LANDED:
            return
        seen = self._seen.get(car.lane)
        if self._seen and seen is None:
            said = "it came into the train after you looked"
            self._set(car.put_aside(Aside.MOVED, said))
        elif seen is not None and seen != shown.source:
            moved = f"it was at {seen[:10]} when you looked and is at {shown.source[:10]}"
            self._set(car.put_aside(Aside.MOVED, moved))
        elif self._seen_tasks.get(car.lane, shown.task_digest) != shown.task_digest:
            self._set(car.put_aside(Aside.MOVED, ANOTHER_TASK))
        elif self._seen_terms.get(car.lane, shown.terms) != shown.terms:
            self._set(car.put_aside(Aside.MOVED, OTHER_TERMS))
        elif seen is None and self._is_void(shown):
            said = "its approval is void, and you have not looked at it since"
            self._set(car.put_aside(Aside.MOVED, said))
        else:
            if car.state is CarState.READY:
                approvals.give(self.work, car.lane, shown.source, shown.task_digest)
            self._approved[car.lane] = shown

    def _is_void(self, shown: LandingPreview) -> bool:
        given = self.work.approvals.get(shown.lane)
        return given is not None and (given.commit, given.task_digest) != (
            shown.source,
            shown.task_digest,
        )

    # ------------------------------------------------------------ one car

    def _ride(self, planned: Car) -> None:
        if self.stop():
            raise _Stopped("you stopped it", Exit.INTERRUPTED)
        approved = self._approved.get(planned.lane)
        if approved is None:
            return
        car = self._built(planned, approved)
        if car.state is not CarState.READY or car.preview is None:
            self._set(car)
            return
        verdict = self._gated(car)
        if not verdict.passed:
            self._blame(car, verdict)
            return
        self._land(replace(car, flaky=verdict.flaky, log=verdict.log), car.preview, verdict)

    def _built(self, planned: Car, approved: LandingPreview) -> Car:
        """The car on the target as it is now, every entry check anew."""
        work, lane = self.work, planned.lane
        fresh = Car(lane, CarState.READY, planned.why_here)
        if lane not in train_queue.read(work).since:
            return fresh.put_aside(Aside.DROPPED, "you took it out")
        look = look_at_target(work)
        self._require_target(look.tip)
        try:
            seen = look_at_lane(work, lane)
        except CockpitError as error:
            blind = replace(fresh, source=train_queue.tip_of(work, lane))
            return blind.put_aside(Aside.MOVED, clause(error.title))
        fresh = replace(fresh, source=seen.source)
        if seen.source != approved.source:
            moved = f"it was at {approved.source[:10]} and is at {seen.source[:10]}"
            return fresh.put_aside(Aside.MOVED, moved)
        if seen.digest != approved.task_digest:
            return fresh.put_aside(Aside.MOVED, ANOTHER_TASK)
        car = train_plan.car_of(
            work,
            seen,
            look,
            Place(lane, planned.why_here),
            onto=look.tip,
            ahead=self._tasks,
            message=self._messages.get(lane, ""),
        )
        if car.state is CarState.READY and planned.state is not CarState.READY:
            approvals.give(work, lane, approved.source, approved.task_digest)
        return car

    def _require_target(self, now: CommitId | None) -> None:
        if now != self._expected:
            name = branch_name(self.train.target)
            raise _Stopped(
                f"{name} was moved by someone else: it was at {self._expected[:10]} and is at "
                f"{str(now)[:10]}",
                Exit.REFUSED,
            )

    def _gated(self, car: Car) -> Verdict:
        assert car.preview is not None and car.preview.result is not None
        self._set(replace(car, state=CarState.GATING))
        return self._run_gate(car.lane, car.preview.result)

    def _run_gate(self, lane: LaneId | None, commit: CommitId, *, fresh: bool = False) -> Verdict:
        """The verdict, unless it is nobody's: then the train stops."""
        try:
            verdict = gate.run(
                self.work,
                lane,
                commit,
                self.tell,
                self.by,
                stop=self.stop,
                fresh=fresh,
                patience=self.work.config.gate.timeout,
            )
        except CockpitError as error:
            said = f"the gate could not be made ready: {clause(error.title)}"
            raise _Stopped(said, error.code) from error
        if verdict.state is GateState.STOPPED:
            raise _Stopped("you stopped it", Exit.INTERRUPTED)
        if verdict.state is GateState.FULL:
            raise _Stopped(verdict.said, Exit.FAILED)
        return verdict

    def _blame(self, car: Car, verdict: Verdict) -> None:
        """Whether it is the lane: run on the target itself, right now, the gate must pass."""
        assert car.preview is not None
        self._set(replace(car, state=CarState.GATING, said="red; is the target itself red?"))
        base = self._run_gate(None, car.preview.target_old, fresh=True)
        if not base.passed:
            name = branch_name(self.train.target)
            said = f"{name} itself does not pass ({base.said}); no lane is to blame"
            raise _Stopped(said, base.error.code)
        self._set(car.put_aside(Aside.RED, verdict.said, log=verdict.log))

    def _land(self, car: Car, shown: LandingPreview, verdict: Verdict) -> None:
        if self.stop():
            raise _Stopped("you stopped it", Exit.INTERRUPTED)
        assert shown.result is not None and self._running is not None
        self._set(replace(car, state=CarState.LANDING))
        train = self._running.op.id
        try:
            done = landing.take_home(self.work, shown, verdict, self.tell, self.by, train=train)
        except CockpitError as error:
            self._set(self._kept_off(car, shown, error))
            return
        self._expected = done.new
        self._tasks.add(shown.task)
        self.landed.append(car.lane)
        self.left += done.left
        after = afterwards.after_landing(self.work, car.lane, self.tell, self.by)
        self.tell(LaneChanged(car.lane, self.work.registry.lanes().get(car.lane)))
        self._set(replace(car, state=CarState.LANDED, said=after, seq=done.op.seq))

    def _kept_off(self, car: Car, shown: LandingPreview, error: CockpitError) -> Car:
        """What came between the gate and the landing: the lane (put aside), the target or the
        machine (the train stops). A target that moved all the same is finished by recovery."""
        now = self.work.git.read_ref(shown.target)
        if now not in (None, self._expected) and self.work.git.tree_of(now) == shown.tree:
            raise error
        self._require_target(now)
        if not isinstance(error, Refused):
            raise _Stopped(clause(error.title), error.code) from error
        tip = train_queue.tip_of(self.work, car.lane)
        given = self.work.approvals.get(car.lane)
        is_same = tip == shown.source and given is not None and given.commit == shown.source
        why = Aside.REFUSED if is_same else Aside.MOVED
        return replace(car, source=tip).put_aside(why, clause(error.title))


# ---------------------------------------------------------------- the end, in words


def summary_of(train: Train) -> str:
    """`landed 3 of 5 (alpha, beta, gamma); delta: the gate is red …`, a clause."""
    landed = [car.lane for car in train.cars if car.state is CarState.LANDED]
    words = f"landed {len(landed)} of {len(train.cars)} on {branch_name(train.target)}"
    said = [f"{words} ({', '.join(landed)})" if landed else words]
    said += [f"{car.lane}: {car.said}" for car in train.cars if car.state is CarState.ASIDE]
    if train.stopped:
        said.append(f"the train stopped: {train.stopped}")
    return "; ".join(said)


def code_of(cars: Sequence[Car], stopped: Exit) -> Exit:
    """0 only if every car landed, else the code of the first that did not."""
    codes = {Aside.CONFLICT: Exit.CONFLICT, Aside.RED: Exit.GATE_RED}
    for car in cars:
        if car.state is CarState.ASIDE and car.aside is not None:
            return codes.get(car.aside, Exit.REFUSED)
        if car.state is not CarState.LANDED:
            return stopped or Exit.FAILED
    return stopped


# ---------------------------------------------------------------- after a death


def recover(work: Workplace, running: Running) -> str:
    """Words that follow `Operation N (…)`; the train's landings were ended before this."""
    plan = TrainPlan.from_json(running.op.intent)
    done = {op.lane: op for op in work.journal.entries() if op.intent.get("train") == running.op.id}
    cars = [_as_it_ended(car, done.get(LaneId(str(car.get("lane"))))) for car in plan.cars]
    landed = [str(car["lane"]) for car in cars if car.get("state") == CarState.LANDED]
    summary = f"landed {len(landed)} of {len(cars)} before it was interrupted"
    stopped = plan.stopped or "it was interrupted"
    train_queue.note(work, cars)
    running.done(summary, {"cars": cars, "landed": landed, "stopped": stopped})
    names = f" ({', '.join(landed)})" if landed else ""
    return f"was interrupted after {len(landed)} of {len(cars)}{names} had landed; the rest waits"


def _as_it_ended(car: dict[str, Any], op: Operation | None) -> dict[str, Any]:
    if op is not None and op.state is OpState.DONE:
        return {**car, "state": str(CarState.LANDED), "aside": None, "seq": op.seq}
    if car.get("state") in (CarState.ASIDE, CarState.LANDED):
        return car
    return {**car, "state": str(CarState.STOPPED)}
