"""The train's front: what the intents `RunTrain` and `StopTrain` and the screens ask for."""

from __future__ import annotations

from cockpit.domain.events import TrainChanged
from cockpit.domain.ids import branch_name
from cockpit.domain.intents import RunTrain, StopTrain
from cockpit.domain.operation import OpKind
from cockpit.domain.train import Train
from cockpit.errors import Refused
from cockpit.services import landing, pushing, stopping, train_plan, train_queue, trust, upstream
from cockpit.services.api import Outcome, Tell
from cockpit.services.running import begin
from cockpit.services.train_run import Ride, summary_of
from cockpit.services.workplace import Workplace


def run(
    work: Workplace,
    intent: RunTrain,
    tell: Tell,
    by: str,
    *,
    radar: train_plan.LookAtRadar | None = None,
) -> Outcome:
    """Approve and land the cars one by one; `data["code"]` is the exit code that says how it
    went. Raises `Refused` with nothing changed when it can't begin at all."""
    trust.require(work)
    stop = stopping.listener(work)
    lanes = tuple(dict.fromkeys(intent.lanes))
    queued = train_queue.read(work).lanes
    count = len(lanes or queued)
    with landing.alone(work, f"train of {count}"):
        if not count:
            raise Refused(
                "No lane is in the train.", hint="Put one in with `cockpit train add LANE`."
            )
        notes = upstream.notes(work, tell, fetch=True)
        train = train_plan.plan(
            work,
            lanes or queued,
            named=bool(lanes),
            notes=notes,
            messages=dict(intent.messages),
            radar=radar,
        )
        _require_begin(intent, train)
        train_queue.put(work, lanes)
        ride = Ride(work, train, intent, tell, by, stop)
        running = begin(
            work,
            tell,
            OpKind.TRAIN,
            lane=None,
            by=by,
            summary=f"train of {len(train.cars)} to {branch_name(train.target)}",
            plan=ride.plan().to_json(),
        )
        tell(TrainChanged(ride.train))
        op = ride.go(running)
        pushed = pushing.pushed(work, tell, by, ride.landed, ride.tip) if ride.landed else ""
    if ride.landed:
        landing.offer(work, ride.landed[-1], tell)
    said = summary_of(ride.train)
    whole = f"{said[0].upper()}{said[1:]}. {pushed}".rstrip()
    return Outcome(whole, op, {**ride.data(), "pushed": pushed})


def _require_begin(intent: RunTrain, train: Train) -> None:
    """Raises `Refused` where the whole train can't begin."""
    landing.require_notes(train.notes)
    if intent.target_old is not None and intent.target_old != train.target_old:
        raise Refused(
            f"{branch_name(train.target)} moved since the train was shown.",
            hint="Look at the train again; nothing was changed.",
        )


def stop(work: Workplace, _intent: StopTrain, _tell: Tell, _by: str) -> Outcome:
    """Wish for a stop; what runs hears it within moments. Raises `Refused` if nothing runs."""
    if work.locks.is_free("train"):
        raise Refused("No train runs.", hint="`cockpit train` shows who waits.")
    stopping.wish(work)
    said = "The train stops now: a gate under way is ended, nothing more lands."
    return Outcome(said, None, {"stopping": True})
