"""Locked lanes: the commander's word that a lane stays as it is, with the reason.

A lock is a guard against what cockpit would do, by a key, by a command or by itself. While it
holds the lane is

- not torn down, parked, renamed or moved, and no undoing takes it away,
- not swept (`teardown --merged`, the closing of a round),
- not given a task (a conflict that is handed to it is one) or a note about one, and not started
  in the background,
- not synced, resolved or committed to: its branch stays where it is, and so does what is staged
  or uncommitted in it,
- not landed or queued, and left by a train.

It can be looked at, stepped into, talked to, started, stopped and approved, and its agent can
do whatever it does: git knows nothing of the lock. One small state file a lane.

| died after | left behind | next start |
|---|---|---|
| intent | the lock as it was | dropped |
| the file written or taken away | the lock of after | the end is written |
"""

from __future__ import annotations

from dataclasses import field
from typing import Any

from cockpit.dataclass import dataclass
from cockpit.domain.ids import LaneId
from cockpit.domain.intents import (
    ApplyHunk,
    Assign,
    Commit,
    Intent,
    Land,
    LeaveOut,
    Lock,
    Park,
    PullRequest,
    Queue,
    Resolve,
    RunBackground,
    Start,
    Sync,
    Teardown,
    TellNote,
    Unlock,
)
from cockpit.domain.operation import Operation, OpKind
from cockpit.domain.plans import Plan
from cockpit.domain.text import safe
from cockpit.errors import CockpitError, Refused, UsageError
from cockpit.services.api import Outcome, Tell, UndoPreview
from cockpit.services.running import Running, abandoning, begin, own_lock
from cockpit.services.undoing.contract import Undoing, came_after, later_steps
from cockpit.services.workplace import Workplace

LONGEST = 200
"""Characters of a reason."""

GUARDED: dict[type, str] = {
    Teardown: "torn down",
    Park: "parked",
    Land: "landed",
    PullRequest: "landed",
    Queue: "queued",
    Sync: "synced",
    Resolve: "resolved",
    Commit: "committed to",
    LeaveOut: "committed to",
    ApplyHunk: "changed",
    Assign: "given a task",
    TellNote: "told anything about its task",
    RunBackground: "started in the background",
}
"""What a locked lane is kept from, as a past participle. Renames, moves and the handing back of
a conflict, which may go to another lane, look themselves."""


@dataclass(frozen=True, slots=True)
class LockPlan(Plan):
    """The lock before and after; an empty one for none."""

    lane: str
    before: dict[str, Any] = field(default_factory=dict)
    after: dict[str, Any] = field(default_factory=dict)


def reason_of(work: Workplace, lane: LaneId) -> str:
    """Why the lane is locked, one safe line; empty where it isn't. A damaged lock holds: it is
    never taken for leave."""
    try:
        value = work.state.read(_name(lane))
    except CockpitError:
        return "its lock can't be read"
    if value is None:
        return ""
    return safe(str(value.get("reason", "")), width=LONGEST).text or "no reason given"


def why(work: Workplace, lane: LaneId) -> str:
    """The lock as a clause; empty where there is none."""
    reason = reason_of(work, lane)
    return f"lane {lane} is locked: {reason}" if reason else ""


def require_free(work: Workplace, lane: LaneId, what: str) -> None:
    """Raises `Refused` for a locked lane; `what` is the participle of what it is kept from."""
    reason = reason_of(work, lane)
    if reason:
        raise Refused(
            f"Lane {lane} is locked and can't be {what}: {reason}.",
            hint=f"`cockpit unlock {lane}` takes the lock off.",
        )


def guard(work: Workplace, intent: Intent) -> None:
    """Raises `Refused` for what a lock keeps the intent's lane from."""
    what = GUARDED.get(type(intent), "")
    if isinstance(intent, Start) and intent.task:
        what = "given a task"
    if isinstance(intent, Queue) and intent.out:
        return
    lane: LaneId | None = getattr(intent, "lane", None)
    if what and lane is not None:
        require_free(work, lane, what)


# ---------------------------------------------------------------- locking, unlocking


def change(work: Workplace, intent: Lock | Unlock, tell: Tell, by: str) -> Outcome:
    """Lock the lane (again, with another reason), or take the lock off."""
    lane = intent.lane
    if lane not in work.registry.lanes() and lane not in work.shared.lanes():
        work.lane(lane)
    reason = _reason(intent)
    with work.locks.hold(own_lock(OpKind.LOCK, lane), why="lock"):
        before = _raw(work, lane)
        if not reason and not before:
            raise Refused(f"Lane {lane} is not locked.")
        after = {"reason": reason, "at": work.clock.now()} if reason else {}
        what = f"lock {lane}: {reason}" if reason else f"unlock {lane}"
        running = begin(
            work,
            tell,
            OpKind.LOCK,
            lane=lane,
            by=by,
            summary=what,
            plan=LockPlan(lane, before, after).to_json(),
        )
        with abandoning(running):
            running.step("write the lock" if after else "take the lock off")
            _put(work, lane, after)
        op = running.done(_said(lane, after))
    said = f"Locked {lane}: {reason}." if reason else f"Unlocked {lane}."
    return Outcome(said, op, {"lane": lane, "locked": reason, "undo": op.seq})


def _reason(intent: Lock | Unlock) -> str:
    if isinstance(intent, Unlock):
        return ""
    reason = safe(" ".join(intent.reason.split()).rstrip("."), width=LONGEST + 1).text
    if not reason:
        raise UsageError("Say why the lane is locked: who meets the lock will want to know.")
    if len(reason) > LONGEST:
        raise UsageError(f"The reason is longer than {LONGEST} characters.")
    return reason


def _said(lane: str, after: dict[str, Any]) -> str:
    return f"locked {lane}: {after['reason']}" if after else f"unlocked {lane}"


def _raw(work: Workplace, lane: LaneId) -> dict[str, Any]:
    """The lock as it is written; of a damaged one a lock that says so."""
    try:
        return dict(work.state.read(_name(lane)) or {})
    except CockpitError:
        return {"reason": "its lock could not be read"}


def _put(work: Workplace, lane: LaneId, value: dict[str, Any]) -> None:
    if value:
        work.state.write(_name(lane), value)
    else:
        work.state.remove(_name(lane))


def _name(lane: LaneId) -> str:
    return f"lock-{lane}"


def recover(work: Workplace, running: Running) -> str:
    """Words that follow `Operation N (…)`; the file tells whether it happened."""
    plan = LockPlan.from_json(running.op.intent)
    if _raw(work, LaneId(plan.lane)) == plan.after:
        running.done(_said(plan.lane, plan.after))
        return "had been done"
    running.abandon("it was interrupted")
    return "was interrupted and dropped"


# ---------------------------------------------------------------- undoing


def _preview(work: Workplace, op: Operation) -> UndoPreview:
    done = LockPlan.from_json(op.intent)
    if _raw(work, LaneId(done.lane)) != done.after:
        ways = tuple(came_after(step) for step in later_steps(work, op, (OpKind.LOCK,))[-1:])
        return UndoPreview(op, (), ways or (f"the lock of {done.lane} is another one now",))
    if done.before:
        line = f"{done.lane} is locked again: {done.before.get('reason', '')}"
    else:
        line = f"{done.lane} is not locked any more"
    return UndoPreview(op, (safe(line, width=LONGEST * 2).text,), ())


def _plan(work: Workplace, op: Operation) -> LockPlan:
    done = LockPlan.from_json(op.intent)
    return LockPlan(done.lane, done.after, done.before)


def _advance(work: Workplace, running: Running) -> str:
    plan = LockPlan.from_json(running.op.intent)
    running.step("bring the lock of before back")
    _put(work, LaneId(plan.lane), plan.after)
    return ""


def _nothing_happened(work: Workplace, running: Running) -> bool:
    plan = LockPlan.from_json(running.op.intent)
    return _raw(work, LaneId(plan.lane)) != plan.after


def _locks(op: Operation) -> list[str]:
    return [own_lock(OpKind.LOCK, op.lane)]


def _is_moot(work: Workplace, op: Operation) -> bool:
    """Changed since, so that nothing of it is left to take back."""
    done = LockPlan.from_json(op.intent)
    return _raw(work, LaneId(done.lane)) != done.after


UNDOING = Undoing(_preview, _plan, _advance, _locks, _nothing_happened, moot=_is_moot)
