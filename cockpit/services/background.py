"""What is known of background lanes, for who looks and for who acts: standing approvals, last
runs, whether the commander stopped them all; and the commander's word to stop or go on.

Everything is in small state files, written under a lock of its own. A damaged one is never
taken for leave to act: the lane is held, all are stopped. Reading forks nothing.

| died after | left behind | next start |
|---|---|---|
| intent of a stop or go | the journal entry | dropped |
| the file written | the new state | dropped all the same; it can be said again |
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from cockpit.config.model import BackgroundOn, LaneConfig
from cockpit.domain import background
from cockpit.domain.background import BY_HAND, Background, Desk, Dispatcher, Phase, Run, Trigger
from cockpit.domain.events import BackgroundChanged
from cockpit.domain.ids import LaneId
from cockpit.domain.intents import Dispatch
from cockpit.domain.operation import OpKind, OpState
from cockpit.errors import CockpitError, Refused
from cockpit.services import standing, target, trust
from cockpit.services.api import Outcome, Tell
from cockpit.services.running import abandoning, begin, own_lock
from cockpit.services.workplace import Workplace

LOCK = "dispatcher"
"""Held by the one app that acts for background lanes, as long as it is open."""

FILE = "dispatch"
"""State file: whether the commander stopped what happens by itself."""

LOOKED_AT = 200
"""Newest steps of the journal among which the last landing is looked for; one that is older
is no news, and the runs remember which they knew of."""


def lanes_of(work: Workplace) -> list[LaneConfig]:
    return [
        lane for lane in work.config.lanes.values() if lane.background.on is not BackgroundOn.NEVER
    ]


def look(work: Workplace, *, here: bool = False) -> BackgroundChanged | None:
    """All of it as it is; None where there is no background lane. `here`: this very process
    acts for them."""
    lanes = lanes_of(work)
    if not lanes:
        return None
    known = {
        lane.lane: Background(
            Trigger(lane.background.on),
            lane.background.after,
            standing.state_of(work, lane.lane),
            run_of(work, lane.lane),
        )
        for lane in lanes
    }
    landing, landed_at = _last_landing(work, set(known))
    newest = max(landing, *(one.run.landing for one in known.values()))
    desk = Desk(
        stopped=is_stopped(work),
        dispatcher=_dispatcher(work, here),
        landing=newest,
        landed_at=landed_at,
        max_running=work.config.launch.max_running,
    )
    return BackgroundChanged(known, desk)


def _dispatcher(work: Workplace, here: bool) -> Dispatcher:
    if here:
        return Dispatcher.HERE
    return Dispatcher.NOBODY if work.locks.is_free(LOCK) else Dispatcher.ELSEWHERE


def _last_landing(work: Workplace, without: set[LaneId]) -> tuple[int, float]:
    """Step and time of the newest landing of a lane of the commander's own: background lanes
    must not start one another for ever."""
    for op in reversed(work.journal.entries(last=LOOKED_AT)):
        if op.kind is OpKind.LAND and op.state is OpState.DONE and op.lane not in without:
            return op.seq, op.ended or op.at
    return 0, 0.0


# ---------------------------------------------------------------- the last run


def run_of(work: Workplace, lane: LaneId) -> Run:
    """A file that can't be read holds the lane: what it did last is not known."""
    try:
        value = work.state.read(_name(lane))
        return background.run_from_json(value) if value is not None else Run()
    except CockpitError as error:
        why = error.title.rstrip(".")
    except (KeyError, TypeError, ValueError):
        why = "what was written of its last run is damaged"
    return Run(phase=Phase.HELD, at=work.clock.now(), why=why)


def put_run(work: Workplace, lane: LaneId, run: Run) -> None:
    """Durable on return. Hold `own_lock(BACKGROUND, lane)`."""
    work.state.write(_name(lane), background.run_to_json(run))


def settle(work: Workplace, lane: LaneId) -> None:
    """The clock went back: the lane's interval and rest count from now."""
    with work.locks.hold(own_lock(OpKind.BACKGROUND, lane), why="the clock went back"):
        run = run_of(work, lane)
        if run.at > work.clock.now():
            put_run(work, lane, replace(run, at=work.clock.now()))


def _name(lane: LaneId) -> str:
    return f"background-{lane}"


# ---------------------------------------------------------------- stop and go


def is_stopped(work: Workplace) -> bool:
    try:
        value = work.state.read(FILE)
    except CockpitError:
        return True
    return value is not None and value.get("stopped") is not False


def dispatch(work: Workplace, intent: Dispatch, tell: Tell, by: str) -> Outcome:
    """Stop what happens by itself, let it go on, or let go of what one lane holds. A go says
    that the commander has seen the target as it is now."""
    if intent.go:
        trust.require(work)
    if intent.lane is not None:
        _require_background(work, intent.lane)
    what = _what(intent)
    lock = own_lock(OpKind.DISPATCH if intent.lane is None else OpKind.BACKGROUND, intent.lane)
    with work.locks.hold(lock, why=what):
        running = begin(
            work,
            tell,
            OpKind.DISPATCH,
            lane=intent.lane,
            by=by,
            summary=what,
            plan={"go": intent.go, "lane": intent.lane},
        )
        with abandoning(running):
            running.step("write it down")
            said = _carry_out(work, intent)
        op = running.done(said)
    data: dict[str, Any] = {"go": intent.go, "lane": intent.lane}
    return Outcome(f"{said[0].upper()}{said[1:]}.", op, data)


def _require_background(work: Workplace, lane: LaneId) -> None:
    work.lane(lane)
    if lane not in {one.lane for one in lanes_of(work)}:
        raise Refused(
            f"Lane {lane} is no background lane.",
            hint="`cockpit background` shows those that there are.",
        )


def _what(intent: Dispatch) -> str:
    if intent.lane is None:
        return "let background lanes go on" if intent.go else "stop background lanes"
    return f"let {intent.lane} go on" if intent.go else f"hold {intent.lane}"


def _carry_out(work: Workplace, intent: Dispatch) -> str:
    if intent.go:
        target.see(work)
    if intent.lane is None:
        work.state.write(FILE, {"stopped": not intent.go})
        return "background lanes go on" if intent.go else "background lanes are stopped"
    run = run_of(work, intent.lane)
    if not intent.go:
        put_run(work, intent.lane, replace(run, phase=Phase.HELD, why=BY_HAND))
        return f"{intent.lane} is held"
    was_told = run.prompted > 0 and run.prompted >= run.at
    phase = run.phase
    if phase is Phase.HELD:
        phase = Phase.PROMPTED if was_told else Phase.REST
    put_run(work, intent.lane, replace(run, phase=phase, why=""))
    return f"{intent.lane} goes on"
