"""All tasks as they are: files, lanes, what the target holds, what our own state remembers.

A look reads the folders anew (a file that did not change costs one `stat`) and forks at most
one git call for each new tip of the target. `TaskDesk` remembers between looks which files
are still being written.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

from cockpit.config.model import BackgroundOn, LaneMode
from cockpit.dataclass import dataclass
from cockpit.domain.activity import State, headline
from cockpit.domain.arriving import Arrivals
from cockpit.domain.assignment import Offer
from cockpit.domain.background import Dispatcher
from cockpit.domain.board import Board, Seen, draw
from cockpit.domain.bus import BusFile, BusFolder
from cockpit.domain.events import BoardChanged
from cockpit.domain.fleet import Fleet, LaneView
from cockpit.domain.handback import ORACLE
from cockpit.domain.ids import LaneId
from cockpit.domain.memory import Memory
from cockpit.domain.operation import OpKind
from cockpit.domain.result import ResultFile
from cockpit.domain.sync import TURN
from cockpit.domain.task import TaskFile, digest
from cockpit.domain.task_desk import PlanDesk
from cockpit.domain.taskname import TaskId, id_of_name
from cockpit.domain.work import Effort, Holder
from cockpit.services import answers, background, collecting, efforts, notes, papers, tasks
from cockpit.services.workplace import Workplace
from cockpit.services.zones import zone_of


@dataclass(frozen=True, slots=True)
class Look:
    """A board, and when to look again because a file is still being written (monotonic)."""

    event: BoardChanged
    due: float | None = None
    tell: tuple[tuple[LaneId, str], ...] = ()
    """Notes that are to be told now: lane and name of the file."""


class TaskDesk:
    """Draws the board. May be used from several threads; one looks at a time."""

    def __init__(self, work: Callable[[], Workplace]) -> None:
        self._now = work
        self._work = work()
        """What the present look began with."""
        self._guard = threading.Lock()
        self._tasks = Arrivals()
        self._results = Arrivals()
        self._own: dict[LaneId, Arrivals] = {}
        self._last: Board | None = None

    def look(self, fleet: Fleet, *, here: bool = False) -> tuple[Look, list[LaneId]]:
        """The board beside this fleet, and the lanes that hold results to be collected.
        `here`: this very process starts tasks."""
        with self._guard:
            self._work = self._now()
            return self._look(fleet, here)

    def _look(self, fleet: Fleet, here: bool) -> tuple[Look, list[LaneId]]:
        work = self._work
        root = tasks.root_of(work)
        listing = work.bus_files.listing(root, BusFolder.TASKS)
        claims = work.bus_files.listing(root, BusFolder.RESULTS)
        now, wall = work.clock.monotonic(), work.clock.now()
        arriving = self._tasks.look(listing.files, now=now, wall=wall)
        coming = self._results.look(claims.files, now=now, wall=wall)
        coming = collecting.not_ours(work, claims.files, coming)
        bus = tasks.read_bus(listing)
        known = efforts.read(work)
        results = _results(claims.files, coming, known)
        merged = tasks.merged(work)
        given_to = _given_to(work, fleet, bus, merged)
        given = answers.given(work, claims.files)
        holders = {
            name: replace(holder, answered=given.get(holder.lane, frozenset()))
            for name, holder in _holders(work, fleet, bus, results, given_to)
        }
        own = {
            lane: collecting.loose(work, claims.files, lane, files)
            for lane, files in self._own_results(given_to, now, wall).items()
        }
        spoken = notes.due(work, listing.files, holders, known, arriving)
        lanes = [lane for lane, found in own.items() if any(not one.why_not for one in found)]
        seen = Seen(
            tasks=bus.tasks,
            merged=merged,
            efforts=_with_lost(bus, known, holders, merged),
            holders=holders,
            results=results,
            arriving=arriving,
            told={n: told for n in holders if (told := known.effort(id_of_name(n)).told)},
            go=_covered(bus, known),
            problems=(
                *bus.problems,
                *claims.problems,
                *_unread(claims.files),
                *_gone(work, bus),
                *(one.why_not for found in own.values() for one in found if one.why_not),
                *papers.problems_of(work),
                *spoken.problems,
            ),
        )
        watched = (self._tasks, self._results, *self._own.values())
        due = [at for one in watched if (at := one.due) is not None]
        self._last = draw(seen, self._last)
        event = BoardChanged(self._last, _desk(work, known, here))
        return Look(event, min(due) if due else None, spoken.tell), lanes

    def _own_results(
        self, given_to: Mapping[LaneId, str], now: float, wall: float
    ) -> dict[LaneId, tuple[BusFile, ...]]:
        """By lane what lies in its own worktree, once all of it is whole."""
        found = {
            lane: collecting.own(self._work, lane, id_of_name(name))
            for lane, name in given_to.items()
        }
        self._own = {
            lane: self._own.get(lane, Arrivals()) for lane, files in found.items() if files
        }
        return {
            lane: found[lane]
            for lane, seen in self._own.items()
            if not seen.look(found[lane], now=now, wall=wall)
        }


def _results(files: tuple[BusFile, ...], coming: frozenset[str], known: Memory) -> list[ResultFile]:
    """What lies in `results/`, the newest last, less what is still being written and what an
    attempt left that was given up."""
    outdated = {effort.outdated for effort in known.efforts.values() if effort.outdated}
    return [
        tasks.read_result(file)
        for file in sorted(files, key=lambda file: file.changed)
        if file.content is not None
        and file.name not in coming
        and not (outdated and digest(file.content) in outdated)
    ]


def _unread(files: tuple[BusFile, ...]) -> Iterator[str]:
    return (file.problem for file in files if file.problem)


def _gone(work: Workplace, bus: tasks.Bus) -> Iterator[str]:
    """Tasks that were deleted while a lane works on them."""
    for lane, record in work.registry.lanes().items():
        if record.task and bus.named(record.task) is None:
            yield (
                f"{record.task}, which lane {lane} works on, is gone or can't be read: put it "
                f"back, or tear lane {lane} down"
            )


def _covered(bus: tasks.Bus, known: Memory) -> Mapping[str, str]:
    """By file the digest that the go covers."""
    if not known.go.going:
        return {}
    if known.go.follow:
        return {task.name: task.digest for task in bus.tasks}
    return known.go.tasks


# ---------------------------------------------------------------- who has what


def _given_to(
    work: Workplace, fleet: Fleet, bus: tasks.Bus, merged: frozenset[TaskId]
) -> dict[LaneId, str]:
    """By lane the name of its task's file: what it was started on, else the one open task that
    names it, once there is work in the lane (a landing of it counts as that task: `tasks.find`).
    A lane that rests with nothing in it is free."""
    found: dict[LaneId, str] = {}
    for lane, record in work.registry.lanes().items():
        if record.task:
            found[lane] = record.task
        elif _has_work(fleet.lanes.get(lane)):
            mine = [task for task in tasks.named_for(bus, lane) if task.id not in merged]
            if len(mine) == 1:
                found[lane] = mine[0].name
    return found


def _has_work(view: LaneView | None) -> bool:
    if view is None:
        return False
    facts = view.facts
    return view.activity.state in TURN or (facts is not None and bool(facts.ahead or facts.dirty))


def _holders(
    work: Workplace,
    fleet: Fleet,
    bus: tasks.Bus,
    results: list[ResultFile],
    given_to: Mapping[LaneId, str],
) -> Iterator[tuple[str, Holder]]:
    by_task = {result.task: result for result in results}
    for op in work.journal.pending():
        name = str(op.intent.get("task") or "")
        if op.kind in (OpKind.ASSIGN, OpKind.START) and name and op.lane is not None:
            yield name, Holder(op.lane, State.STARTING)
    for lane, given in given_to.items():
        task = bus.named(given)
        if task is not None:
            yield task.name, _holder(work, fleet, lane, task, by_task.get(task.id))


def _holder(
    work: Workplace, fleet: Fleet, lane: LaneId, task: TaskFile, result: ResultFile | None
) -> Holder:
    view = fleet.lanes.get(lane)
    if view is None:
        return Holder(lane, State.UNKNOWN, result=result)
    train = fleet.train
    car = train.car(lane) if train is not None else None
    return Holder(
        lane,
        view.activity.state,
        approval=view.approval.standing,
        queued=car is not None,
        car=car.state if car is not None and train is not None and train.running else None,
        result=result,
        asks=_asks(view, result),
    )


def _asks(view: LaneView, result: ResultFile | None) -> str:
    """What the lane needs the commander for, a clause."""
    state = view.activity.state
    said = headline(view.activity.detail)
    match state:
        case State.ASKING:
            return f"asks: {said}" if said else "asks something"
        case State.LIMITED:
            return "has reached its rate limit"
        case State.ERROR if result is None:
            return f"ended its turn in an error: {said}" if said else "ended its turn in an error"
        case State.EXITED if result is None:
            return "has ended its agent and written no result"
        case _:
            return ""


def _with_lost(
    bus: tasks.Bus,
    known: Memory,
    holders: Mapping[str, Holder],
    merged: frozenset[TaskId],
) -> Mapping[TaskId, Effort]:
    """The efforts, with those counted as failed whose lane was put away before it landed: they
    must not begin again by themselves."""
    found = dict(known.efforts)
    at_work = {task: effort for task, effort in found.items() if effort.lane and not effort.failed}
    for task in bus.tasks if at_work else ():
        effort = at_work.get(task.id)
        if effort is not None and task.name not in holders and task.id not in merged:
            why = f"lane {effort.lane} was put away before its work had landed"
            found[task.id] = replace(effort, failed=why)
    return found


# ---------------------------------------------------------------- the plan as a whole


def _desk(work: Workplace, known: Memory, here: bool) -> PlanDesk:
    return PlanDesk(
        going=known.go.going,
        follow=known.go.follow,
        since=known.go.since,
        dispatcher=_dispatcher(work, here),
        max_running=work.config.launch.max_running,
        lanes={
            lane.lane: Offer(
                lane.lane,
                lane.key,
                zone_of(lane),
                lane.agent,
                lane.role,
                takes_model=work.agents.takes_model(lane.agent),
                takes_prompts=work.agents.takes_prompts(lane.agent),
            )
            for lane in work.config.lanes.values()
            if lane.mode is LaneMode.WORKTREE
            and lane.background.on is BackgroundOn.NEVER
            and lane.role.casefold() != ORACLE
        },
    )


def _dispatcher(work: Workplace, here: bool) -> Dispatcher:
    if here:
        return Dispatcher.HERE
    return Dispatcher.NOBODY if work.locks.is_free(background.LOCK) else Dispatcher.ELSEWHERE
