"""When a background lane is started, landed, or waits, and why: a pure table over the fleet.

What a lane's agent made is judged by the service that would land it, which looks at git; here
it is only known that its turn has ended. The clock comes from outside and may jump: forward it
makes each lane due once at most, back it lets each lane count anew from now.

| what holds (the first that does) | what comes |
|---|---|
| the last run is held | hold, until the commander lands it, puts it away, or says go |
| no standing approval, or it is void; stopped | off (a run that is open is held) |
| something is under way on the lane | wait |
| the lane's folder, branch and record disagree | hold |
| a run is open and its agent works, asks, is unknown, … | wait, or hold while it asks |
| … has failed | hold, until the commander says go |
| … rests for a while | judge: land it, hold it, or nothing came of it |
| the lane holds commits or uncommitted work of before | hold |
| its trigger is not due, a train runs, all slots are taken | wait |
| else | start |
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator

from cockpit.domain.activity import State, headline
from cockpit.domain.approval import Standing
from cockpit.domain.background import BY_HAND, Background, Deed, Next, Phase, Trigger
from cockpit.domain.fleet import Fleet, LaneView
from cockpit.domain.ids import LaneId
from cockpit.domain.landed import Merged
from cockpit.domain.sync import AT_REST, TURN

CALM = 5.0
"""Seconds that an agent must have rested after its prompt before its work is judged: it may
still show its old screen, and some pause between two steps of a turn."""

AHEAD = 60.0
"""Seconds that the last run may lie in the future before the clock counts as gone back."""

NOT_THERE = frozenset({State.PLANNED, State.PARKED})


def decide(fleet: Fleet, lane: LaneId, now: float) -> Next | None:
    """What comes next for the lane; None for one that is no background lane."""
    view = fleet.lanes.get(lane)
    if view is None or view.background is None:
        return None
    known = view.background
    if known.is_held and not _is_over(view, known):
        return Next(Deed.HOLD, known.run.why)
    if known.is_held:
        return Next(Deed.JUDGE, "the commander has seen to it")
    off = _why_off(fleet, known)
    if off and known.run.phase is Phase.PROMPTED:
        return Next(Deed.HOLD, off)
    if off:
        return Next(Deed.OFF, off)
    if view.busy:
        return Next(Deed.WAIT, view.busy)
    if view.fault is not None:
        return Next(Deed.HOLD, _clause(view.fault.title))
    if known.run.phase is Phase.BEGUN:
        return Next(Deed.WAIT, "it is being started")
    if known.run.phase is Phase.PROMPTED:
        return _follow(view, known, now)
    return _due(fleet, view, known, now)


def _is_over(view: LaneView, known: Background) -> bool:
    """Whether the commander has landed what is held, or put the lane away."""
    run = known.run
    if not run.prompted or run.prompted < run.at or run.why == BY_HAND:
        return False  # it was never started, or is held by hand: only a go says that it goes on
    if view.record is None:
        return view.activity.state in NOT_THERE
    facts = view.facts
    return facts is not None and facts.merged.merged is Merged.MERGED and not facts.dirty


def _why_off(fleet: Fleet, known: Background) -> str:
    if known.standing.standing is Standing.NONE:
        return "it has no standing approval"
    if not known.standing.is_valid:
        return f"its standing approval is void: {known.standing.why}"
    return "background work is stopped" if fleet.desk.stopped else ""


# ---------------------------------------------------------------- a run that is open


def _follow(view: LaneView, known: Background, now: float) -> Next:
    """What the lane's agent does with its prompt."""
    activity = view.activity
    if view.record is None and activity.state in NOT_THERE:
        return Next(Deed.JUDGE, "it was put away")
    if activity.state is State.ASKING:
        asked = headline(activity.detail)
        return Next(Deed.HOLD, f"its agent asks: {asked}" if asked else "its agent asks")
    if activity.state in TURN:
        return Next(Deed.WAIT, f"its agent is {activity.state}")
    if activity.state is State.UNKNOWN:
        return Next(Deed.WAIT, f"nobody knows whether its agent rests: {activity.rule}")
    if _has_failed(view):
        said = headline(activity.detail)
        why = "its agent ended" if activity.state is State.EXITED else "its turn ended in an error"
        return Next(Deed.HOLD, f"{why}: {said}" if said else why, latch=True)
    rests = now - max(known.run.prompted, activity.since)
    if 0 <= rests < CALM:
        return Next(Deed.WAIT, "its agent has just ended its turn")
    return Next(Deed.JUDGE, "its turn has ended")


def _has_failed(view: LaneView) -> bool:
    activity = view.activity
    if activity.state is State.EXITED:
        return activity.detail.strip() != "0"
    return activity.state is State.ERROR


# ---------------------------------------------------------------- no run is open


def _due(fleet: Fleet, view: LaneView, known: Background, now: float) -> Next:
    holds = _what_it_holds(fleet, view)
    if holds is not None:
        return holds
    if known.run.at > now + AHEAD:
        return Next(Deed.SETTLE, "the clock went back")
    wait = _why_wait(fleet, view, known, now)
    if wait is not None:
        return wait
    if not fleet.link.up:
        return Next(Deed.WAIT, "tmux does not answer")
    if fleet.train is not None and fleet.train.running:
        return Next(Deed.WAIT, "a train runs")
    if _is_full(fleet, view):
        return Next(Deed.WAIT, f"{fleet.desk.max_running} agents run already")
    return Next(Deed.START, _started_by(known))


def _what_it_holds(fleet: Fleet, view: LaneView) -> Next | None:
    """What keeps the lane from a fresh start: someone works in it, or work that is there."""
    if view.locked:
        return Next(Deed.WAIT, f"it is locked: {view.locked}")
    if view.record is None:
        return None
    state = view.activity.state
    if state is State.ASKING:
        return Next(Deed.HOLD, "its agent asks")
    if state in TURN:
        return Next(Deed.WAIT, f"its agent is {state}, and not for a run of cockpit's")
    if state is State.UNKNOWN:
        return Next(Deed.WAIT, f"nobody knows whether its agent rests: {view.activity.rule}")
    facts = view.facts
    if facts is None:
        return Next(Deed.WAIT, "git was not asked yet")
    if facts.operation:
        return Next(Deed.HOLD, f"a {facts.operation} is under way in it")
    if facts.dirty:
        return Next(Deed.HOLD, f"it holds {_count(facts.dirty, 'uncommitted path')}")
    if facts.ahead and facts.merged.merged not in (Merged.MERGED, Merged.NOTHING):
        return Next(Deed.HOLD, f"it holds {_count(facts.ahead, 'commit')} not on {fleet.target}")
    return None


def _why_wait(fleet: Fleet, view: LaneView, known: Background, now: float) -> Next | None:
    """Why its trigger has not come yet; None when it is due."""
    given = known.standing.given
    since = max(known.run.at, given.at if given is not None else 0.0)
    match known.on:
        case Trigger.INTERVAL:
            due = since + known.after
            if now < due:
                return Next(Deed.WAIT, f"it starts every {span(known.after)}", due)
        case Trigger.LANDING:
            last = max(known.run.landing, given.seq if given is not None else 0)
            if fleet.desk.landing <= last:
                return Next(Deed.WAIT, "it starts after a landing")
            due = min(fleet.desk.landed_at, now) + known.after
            if now < due:
                return Next(Deed.WAIT, f"it starts {span(known.after)} after a landing", due)
        case Trigger.IDLE:
            return _why_not_idle(fleet, known, now, since)
    return None


def _why_not_idle(fleet: Fleet, known: Background, now: float, since: float) -> Next | None:
    if known.run.at and known.run.seen == fleet_print(fleet):
        return Next(Deed.WAIT, "nothing happened since its last run")
    for view in others(fleet):
        state = view.activity.state
        if view.busy:
            return Next(Deed.WAIT, f"{view.lane} is busy: {view.busy}")
        if view.record is not None and state not in AT_REST | NOT_THERE:
            return Next(Deed.WAIT, f"{view.lane} is {state}")
        if view.record is not None:
            since = max(since, view.activity.since)
    due = since + known.after
    if now < due:
        return Next(Deed.WAIT, f"it starts when the fleet has rested for {span(known.after)}", due)
    return None


def others(fleet: Fleet) -> Iterator[LaneView]:
    """The lanes of the commander's own."""
    return (view for view in fleet.lanes.values() if view.background is None)


def _is_full(fleet: Fleet, view: LaneView) -> bool:
    """Whether the lane's agent would be one too many. One that runs takes no further slot."""
    running = [one.lane for one in fleet.lanes.values() if _runs(one)]
    limit = fleet.desk.max_running
    return 0 < limit <= len(running) and view.lane not in running


def _runs(view: LaneView) -> bool:
    gone = view.activity.state in (State.EXITED, *NOT_THERE)
    return view.record is not None and view.record.pane is not None and not gone


def _started_by(known: Background) -> str:
    match known.on:
        case Trigger.IDLE:
            return f"the fleet has rested for {span(known.after)}"
        case Trigger.INTERVAL:
            return f"every {span(known.after)}"
        case Trigger.LANDING:
            return "a lane has landed"


def fleet_print(fleet: Fleet) -> str:
    """What the other lanes hold and what landed, as a digest: an idle fleet starts a lane once
    for each time that something happened in it."""
    told: list[object] = [fleet.desk.landing]
    for view in sorted(others(fleet), key=lambda one: one.lane):
        facts = view.facts
        if facts is not None:
            told.append(
                [view.lane, facts.head, facts.dirty, facts.files, facts.added, facts.removed]
            )
    return hashlib.sha256(json.dumps(told).encode("ascii")).hexdigest()


# ---------------------------------------------------------------- words


def span(seconds: float) -> str:
    """`90s`, `10m`, `4h`, `2d`: the largest unit that is exact."""
    whole = int(seconds)
    for size, unit in ((86400, "d"), (3600, "h"), (60, "m")):
        if whole >= size and whole % size == 0:
            return f"{whole // size}{unit}"
    return f"{whole}s"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def _clause(title: str) -> str:
    return title.rstrip(".")
