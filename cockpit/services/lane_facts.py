"""What our state remembers of a lane by its name, brought to another name.

Each fact is written under the new name before it goes from the old one, so a death in between
leaves both, and doing it again ends it. What is bound to commits, to a task's text or to the
operation that made the lane stays bound to them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from cockpit.domain.ids import LaneId
from cockpit.domain.memory import Memory
from cockpit.domain.train_order import Move
from cockpit.errors import Refused
from cockpit.services import answers, collecting, efforts, port_slots, standing, train_queue
from cockpit.services.train_queue import Waiting
from cockpit.services.workplace import Workplace

OWN = ("review", "sync", "resolution-draft", "background", "prompts")
"""State files of a lane alone, `<name>-<lane>`, that don't hold its name."""


def refuse_taken(work: Workplace, new: LaneId) -> None:
    """Raises `Refused` where a yes is still on record for a lane of that name: it was never
    given to this one."""
    if work.approvals.get(new) is not None or work.state.read(f"standing-{new}") is not None:
        raise Refused(
            f"An approval is on record for a lane {new}, which this lane must not inherit.",
            hint=f"Take it back with `cockpit approve {new} --revoke` (or `--standing --revoke`), "
            "or choose another name.",
        )


def rename(work: Workplace, old: LaneId, new: LaneId) -> None:
    """Bring all of it to the new name; can be done again. Hold both lanes."""
    _approval(work, old, new)
    _standing(work, old, new)
    for name in OWN:
        value = work.state.read(f"{name}-{old}")
        if value is not None:
            work.state.write(f"{name}-{new}", value)
            work.state.remove(f"{name}-{old}")
    _queue(work, old, new)
    _by_lane(work, old, new)
    _efforts(work, old, new)
    port_slots.rename(work, old, new)


def _approval(work: Workplace, old: LaneId, new: LaneId) -> None:
    given = work.approvals.get(old)
    if given is not None:
        work.approvals.put(replace(given, lane=new))
        work.approvals.use(old)


def _standing(work: Workplace, old: LaneId, new: LaneId) -> None:
    """A standing approval names everything that the lane may do; its name is none of that."""
    record = standing.raw(work, old)
    if record is not None:
        standing.put(work, new, {**record, "lane": new})
        standing.put(work, old, None)


def _queue(work: Workplace, old: LaneId, new: LaneId) -> None:
    def named(lane: LaneId) -> LaneId:
        return new if lane == old else lane

    with work.locks.hold(train_queue.LOCK, why=f"rename {old}"):
        waiting = train_queue.read(work)
        after = Waiting(
            {named(lane): at for lane, at in waiting.since.items()},
            tuple(Move(named(move.lane), named(move.before)) for move in waiting.moves),
            {named(lane): _car(car, old, new) for lane, car in waiting.last.items()},
        )
        if after != waiting:
            work.state.write(train_queue.FILE, after.to_json())


def _car(car: Mapping[str, Any], old: LaneId, new: LaneId) -> Mapping[str, Any]:
    return {**car, "lane": new} if car.get("lane") == old else car


def _by_lane(work: Workplace, old: LaneId, new: LaneId) -> None:
    """Answers that were given, and results that were collected, each in one file for all."""
    with work.locks.hold(answers.LOCK, why=f"rename {old}"):
        known = dict(work.state.read(answers.FILE) or {})
        if old in known:
            known[new] = known.pop(old)
            work.state.write(answers.FILE, known)
    with work.locks.hold("tasks", why=f"rename {old}"):
        taken = dict(work.state.read(collecting.FILE) or {})
        own = [name for name in taken if name.startswith(f"{old}/")]
        for name in own:
            taken[f"{new}/{name.partition('/')[2]}"] = taken.pop(name)
        if own:
            work.state.write(collecting.FILE, taken)


def _efforts(work: Workplace, old: LaneId, new: LaneId) -> None:
    def edit(known: Memory) -> Memory:
        for effort in known.efforts.values():
            if effort.lane == old:
                known = known.with_effort(replace(effort, lane=new))
        return known

    efforts.change(work, edit, why=f"rename {old}")
