"""The train's queue: which lanes wait to land, and where the commander moved them.

One state file, shared by every cockpit on the repository and written whole under its own lock.
A landing takes its lane out as a part of its own end, so after any death the queue is what it
was less what landed.

| died after | left behind | next start |
|---|---|---|
| intent | the journal entry | dropped: the queue is as it was |
| the file written | the new queue | the end is written |
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import field
from typing import Any

from cockpit.dataclass import dataclass
from cockpit.domain.events import TrainChanged
from cockpit.domain.ids import CommitId, LaneId, branch_name
from cockpit.domain.intents import Queue
from cockpit.domain.operation import OpKind
from cockpit.domain.plans import QueuePlan, TrainPlan
from cockpit.domain.train import Car, CarState, Train, car_from_json
from cockpit.domain.train_order import Candidate, Move, order
from cockpit.errors import Refused
from cockpit.services import tasks
from cockpit.services.api import Outcome, Tell
from cockpit.services.running import Running, abandoning, begin
from cockpit.services.workplace import Workplace

FILE = "train-queue"
LOCK = "train-queue"


@dataclass(frozen=True, slots=True)
class Waiting:
    """The queue: lanes with the time since when they wait, moves in the order in which they
    were made, and how each lane's last ride ended."""

    since: Mapping[LaneId, float] = field(default_factory=dict)
    moves: tuple[Move, ...] = ()
    last: Mapping[LaneId, Mapping[str, Any]] = field(default_factory=dict)

    @property
    def lanes(self) -> tuple[LaneId, ...]:
        return tuple(self.since)

    def to_json(self) -> dict[str, Any]:
        return {
            "since": dict(self.since),
            "moves": [[move.lane, move.before] for move in self.moves],
            "last": {lane: dict(car) for lane, car in self.last.items()},
        }

    def without(self, lane: LaneId) -> Waiting:
        return Waiting(
            {other: at for other, at in self.since.items() if other != lane},
            tuple(move for move in self.moves if lane not in (move.lane, move.before)),
            {other: car for other, car in self.last.items() if other != lane},
        )

    def with_lane(self, lane: LaneId, at: float, before: LaneId | None) -> Waiting:
        """Queued, or moved if it was already; `before` None gives it back to the order."""
        moves = tuple(move for move in self.moves if move.lane != lane)
        if before is not None:
            moves = (*moves, Move(lane, before))
        return Waiting({**self.since, lane: self.since.get(lane, at)}, moves, self.last)


def read(work: Workplace) -> Waiting:
    """The queue as it is; what can't be understood in it is left out."""
    found = work.state.read(FILE) or {}
    since = found.get("since")
    moves = found.get("moves")
    last = found.get("last")
    return Waiting(
        {LaneId(lane): float(at) for lane, at in since.items()} if isinstance(since, dict) else {},
        tuple(Move(LaneId(one[0]), LaneId(one[1])) for one in moves if len(one) == 2)
        if isinstance(moves, list)
        else (),
        {LaneId(lane): car for lane, car in last.items() if isinstance(car, dict)}
        if isinstance(last, dict)
        else {},
    )


def queue(work: Workplace, intent: Queue, tell: Tell, by: str) -> Outcome:
    """Put a lane in, move it, or take it out. Raises `Refused` with nothing changed."""
    lane = intent.lane
    if not intent.out:
        work.record(lane)
    with work.locks.hold(LOCK, why=f"queue {lane}"):
        before = read(work)
        after, said = _changed(work, before, intent)
        running = begin(
            work,
            tell,
            OpKind.QUEUE,
            lane=lane,
            by=by,
            summary=said,
            plan=QueuePlan(lane, before.to_json(), after.to_json()).to_json(),
        )
        with abandoning(running):
            running.step("write the queue")
            work.state.write(FILE, after.to_json())
        op = running.done(said)
    if work.locks.is_free("train"):
        tell(TrainChanged(shown(work)))
    cars = [car.lane for car in cars_of(work, after)]
    return Outcome(
        f"{said[0].upper()}{said[1:]}.", op, {"lane": lane, "queued": cars, "out": intent.out}
    )


def _changed(work: Workplace, waiting: Waiting, intent: Queue) -> tuple[Waiting, str]:
    """The queue afterwards, and what is done, as a clause."""
    lane, before = intent.lane, intent.before
    name = branch_name(work.target)
    if intent.out:
        if lane not in waiting.since:
            raise Refused(f"Lane {lane} is not in the train.", hint="`cockpit train` shows who is.")
        return waiting.without(lane), f"took {lane} out of the train to {name}"
    if before is not None and (before == lane or before not in waiting.since):
        raise Refused(
            f"Lane {lane} can't go before {before}, which is not in the train.",
            hint="`cockpit train` shows who is.",
        )
    after = waiting.with_lane(lane, work.clock.now(), before)
    if before is not None:
        return after, f"put {lane} before {before} in the train to {name}"
    if lane in waiting.since:
        return after, f"gave {lane} back to the train's own order"
    return after, f"put {lane} into the train to {name}"


# ---------------------------------------------------------------- as part of other steps


def put(work: Workplace, lanes: Sequence[LaneId]) -> None:
    """Let lanes that are about to run wait like all others, so that a stop leaves them."""
    with work.locks.hold(LOCK, why="train"):
        waiting = read(work)
        for lane in lanes:
            if lane not in waiting.since:
                waiting = waiting.with_lane(lane, work.clock.now(), None)
        work.state.write(FILE, waiting.to_json())


def drop(work: Workplace, lane: LaneId) -> None:
    """Take a lane out that has landed or is gone; done again is fine."""
    with work.locks.hold(LOCK, why=f"{lane} landed"):
        waiting = read(work)
        if lane in waiting.since or lane in waiting.last:
            work.state.write(FILE, waiting.without(lane).to_json())


def note(work: Workplace, cars: Iterable[Mapping[str, Any]]) -> None:
    """Remember how the cars (as the journal has them) that did not land ended, for who looks
    later. What is known of other lanes stays."""
    with work.locks.hold(LOCK, why="train"):
        waiting = read(work)
        last = dict(waiting.last)
        for car in cars:
            lane = LaneId(str(car.get("lane")))
            last.pop(lane, None)
            if car.get("state") == CarState.ASIDE and lane in waiting.since:
                last[lane] = dict(car)
        after = Waiting(waiting.since, waiting.moves, last)
        if after != waiting:
            work.state.write(FILE, after.to_json())


# ---------------------------------------------------------------- for who looks


def shown(work: Workplace) -> Train | None:
    """The train without any building: as it runs in whatever process, else as it waits."""
    running = None if work.locks.is_free("train") else _running(work)
    if running is not None:
        return running
    cars = cars_of(work, read(work))
    if not cars:
        return None
    tip = work.git.read_ref(work.target) or CommitId("")
    return Train(work.target, tip, cars, gate=work.config.gate.run)


def cars_of(work: Workplace, waiting: Waiting) -> tuple[Car, ...]:
    """Who waits, in the order as far as tasks and the commander's moves give it."""
    known = [lane for lane in waiting.lanes if lane in work.config.lanes]
    places = order([candidate(work, lane, waiting) for lane in known], waiting.moves)
    cars = []
    for place in places:
        car = Car(place.lane, CarState.READY, place.why)
        last = waiting.last.get(place.lane)
        if last is not None and last.get("source") == (tip_of(work, place.lane) or ""):
            ended = car_from_json(last)
            car = ended if ended is not None else car
        cars.append(car)
    return tuple(cars)


def candidate(work: Workplace, lane: LaneId, waiting: Waiting) -> Candidate:
    """What the order knows of a lane without a look at git."""
    task = tasks.task_of(work, lane)
    return Candidate(
        lane,
        task=task.id if task is not None else "",
        depends=tuple(task.depends) if task is not None else (),
        priority=task.priority if task is not None else None,
        since=waiting.since.get(lane, 0.0),
    )


def tip_of(work: Workplace, lane: LaneId) -> CommitId | None:
    """The lane's commit; None where it is not started or its branch is gone."""
    record = work.registry.lanes().get(lane)
    return work.git.read_ref(record.branch) if record is not None else None


def _running(work: Workplace) -> Train | None:
    """The train that another process runs, as far as its journal entry tells."""
    op = next((op for op in work.journal.pending() if op.kind is OpKind.TRAIN), None)
    if op is None:
        return None
    plan = TrainPlan.from_json(op.intent)
    cars = [car for data in plan.cars if (car := car_from_json(data)) is not None]
    return Train(
        work.target, CommitId(plan.old), tuple(cars), gate=work.config.gate.run, running=True
    )


# ---------------------------------------------------------------- after a death


def recover(work: Workplace, running: Running) -> str:
    """Words that follow `Operation N (…)`. Hold `train-queue`."""
    plan = QueuePlan.from_json(running.op.intent)
    if (work.state.read(FILE) or {}) == plan.after:
        running.done(running.op.summary)
        return "had been done"
    running.abandon("it was interrupted before anything changed")
    return "was interrupted and dropped"
