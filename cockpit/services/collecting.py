"""Results that agents wrote in their own worktrees, taken into `results/` on the bus.

cockpit is the only one who writes there for a lane, and only the results of the lane's own
task. The lane's file stays. What lies on the bus is written over only where it is what was
collected from a lane before; else both are left, and the board says so.

| died after | left behind | next start |
|---|---|---|
| intent | the journal entry | dropped; the file is collected at the next look |
| the file written | the file | the end is written |
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection

from cockpit.dataclass import dataclass
from cockpit.domain.bus import BusFile, BusFolder
from cockpit.domain.ids import LaneId
from cockpit.domain.intents import Collect
from cockpit.domain.operation import OpKind
from cockpit.domain.plans import Plan
from cockpit.domain.taskname import TaskId, id_of_name
from cockpit.domain.text import safe
from cockpit.errors import CockpitError, Refused
from cockpit.services import efforts, tasks
from cockpit.services.api import Outcome, Tell
from cockpit.services.running import Running, abandoning, begin, own_lock
from cockpit.services.workplace import Workplace

FILE = "collected"
"""State file: by lane and name the digest of what was collected last."""


@dataclass(frozen=True, slots=True)
class CollectPlan(Plan):
    lane: str
    name: str
    digest: str


@dataclass(frozen=True, slots=True)
class Loose:
    """A result in a lane's worktree that the bus does not have; `why_not` says in a sentence
    why it is not taken."""

    lane: LaneId
    file: BusFile
    on_bus: bytes | None
    why_not: str = ""


def own(work: Workplace, lane: LaneId, task: TaskId) -> tuple[BusFile, ...]:
    """The results of `task`, its own, that lie in the lane's worktree; by their names alone: a
    lane writes no other task's result, whatever a header says."""
    record = work.registry.lanes().get(lane)
    if record is None or not task:
        return ()
    root = record.worktree / work.config.bus
    if not work.disk.is_folder(root) or work.disk.same(root, tasks.root_of(work)):
        return ()
    files = work.bus_files.listing(root, BusFolder.RESULTS).files
    return tuple(file for file in files if id_of_name(file.name) == task)


def loose(
    work: Workplace, shared: Collection[BusFile], lane: LaneId, files: Collection[BusFile]
) -> list[Loose]:
    """What of `files`, which lie in the lane, is to be collected, given what lies in
    `results/`."""
    there = {file.name: file.content for file in shared}
    return [
        _judge(work, lane, file, there.get(file.name))
        for file in files
        if file.content is not None and there.get(file.name) != file.content
    ]


def _judge(work: Workplace, lane: LaneId, file: BusFile, on_bus: bytes | None) -> Loose:
    if on_bus is None or _digest(on_bus) in _collected(work).values():
        return Loose(lane, file, on_bus)
    return Loose(
        lane,
        file,
        on_bus,
        f"{file.name} lies in results/ and, another one, in lane {lane}; remove one of them",
    )


def not_ours(work: Workplace, files: Collection[BusFile], names: Collection[str]) -> frozenset[str]:
    """Those of `names` that someone else may still be writing: what was collected is whole."""
    if not names:
        return frozenset()
    whole = set(_collected(work).values())
    mine = (file for file in files if file.name in names)
    return frozenset(file.name for file in mine if _digest(file.content or b"") not in whole)


def _collected(work: Workplace) -> dict[str, str]:
    try:
        value = work.state.read(FILE) or {}
    except CockpitError:
        return {}
    return {str(name): str(digest) for name, digest in value.items()}


def collect(work: Workplace, intent: Collect, tell: Tell, by: str) -> Outcome:
    """Take what the lane has written; a version that it replaces is kept in the state folder.
    Raises `Refused` where the bus has another file of that name. With nothing to take, nothing
    is journalled."""
    lane = intent.lane
    with work.locks.hold(own_lock(OpKind.COLLECT, lane), why=f"collect from {lane}"):
        shared = work.bus_files.listing(tasks.root_of(work), BusFolder.RESULTS).files
        task = tasks.task_of(work, lane)
        found = loose(
            work, shared, lane, own(work, lane, task.id if task is not None else TaskId(""))
        )
        refused = [one.why_not for one in found if one.why_not]
        taken = [_take(work, one, tell, by) for one in found if not one.why_not]
    if refused and not taken:
        raise Refused(f"{refused[0][0].upper()}{refused[0][1:]}.")
    names = ", ".join(map(str, map(safe, taken))) or "nothing"
    return Outcome(f"Collected {names} from {lane}.", None, {"lane": lane, "files": taken})


def _take(work: Workplace, one: Loose, tell: Tell, by: str) -> str:
    name, content = one.file.name, one.file.content or b""
    plan = CollectPlan(one.lane, name, _digest(content))
    running = begin(
        work,
        tell,
        OpKind.COLLECT,
        lane=one.lane,
        by=by,
        summary=f"collect {safe(name)} from {one.lane}",
        plan=plan.to_json(),
    )
    with abandoning(running):
        running.step(f"write {safe(name)}")
        root = tasks.root_of(work)
        if one.on_bus is None:
            work.bus_files.write_new(root, BusFolder.RESULTS, name, content)
        else:
            work.state.private_file(f"result-{_digest(one.on_bus)[:16]}.md", one.on_bus)
            work.bus_files.replace(root, BusFolder.RESULTS, name, old=one.on_bus, new=content)
        _remember(work, one.lane, name, plan.digest)
        efforts.ended(work, id_of_name(name))
    running.done(f"collected {safe(name)} from {one.lane}")
    return name


def _remember(work: Workplace, lane: LaneId, name: str, digest: str) -> None:
    """What this lane gave last: a later version from it may take its place."""
    with work.locks.hold("tasks", why="note what was collected"):
        work.state.write(FILE, {**_collected(work), f"{lane}/{name}": digest})


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def recover(work: Workplace, running: Running) -> str:
    """Words that follow `Operation N (…)`."""
    plan = CollectPlan.from_json(running.op.intent)
    found = work.bus_files.read(tasks.root_of(work), BusFolder.RESULTS, plan.name)
    content = found.content if found is not None else None
    if content is not None and _digest(content) == plan.digest:
        _remember(work, LaneId(plan.lane), plan.name, plan.digest)
        running.done(f"collected {safe(plan.name)} from {plan.lane}")
        return "had been done"
    running.abandon("it was interrupted before the file was written")
    return "was interrupted and dropped"
