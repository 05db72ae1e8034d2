"""How long a plan takes on so many lanes: what the commander is shown before the go.

List scheduling: whenever a lane is free, the ready task with the longest way to the end
begins, explicit priority first. It is what dispatch does with real lanes, so the forecast and
the work agree. Seed 004 compares this with one agent that takes one task after another.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Mapping, Sequence

from cockpit.dataclass import dataclass
from cockpit.domain.dependencies import Dependencies, Seconds, in_order
from cockpit.domain.taskname import TaskId

UNRANKED = 1_000
"""The priority of a task that names none: after all that do."""

Rank = tuple[int, float, tuple[str, int, str]]


@dataclass(frozen=True, slots=True)
class Slot:
    """A task on a lane (counted from 0), in seconds from the start of the plan."""

    task: TaskId
    lane: int
    begin: float
    end: float


@dataclass(frozen=True, slots=True)
class Schedule:
    """When each task would run. What can't become ready is in none of it."""

    slots: tuple[Slot, ...] = ()

    @property
    def length(self) -> float:
        """Seconds from the first start to the last end."""
        return max((slot.end for slot in self.slots), default=0.0)

    @property
    def one_by_one(self) -> float:
        """Seconds that one lane would need for the same."""
        return sum(slot.end - slot.begin for slot in self.slots)

    @property
    def gain(self) -> float:
        """How many times faster than one by one; 1 for an empty plan."""
        return self.one_by_one / self.length if self.length else 1.0


def rank(task: TaskId, priority: int | None, level: float) -> Rank:
    """A key that sorts ready tasks, what should begin first first."""
    return (UNRANKED if priority is None else priority, -level, in_order(task))


def simulate(
    graph: Dependencies,
    seconds: Seconds,
    lanes: int,
    *,
    priorities: Mapping[TaskId, int | None] | None = None,
    exclusive: Mapping[TaskId, Sequence[str]] | None = None,
) -> Schedule:
    """The plan on `lanes` lanes that can do any task. `exclusive` names what a task needs for
    itself alone while it runs. Deterministic."""
    return _Simulation(graph, seconds, priorities or {}, exclusive or {}).run(lanes)


class _Simulation:
    def __init__(
        self,
        graph: Dependencies,
        seconds: Seconds,
        priorities: Mapping[TaskId, int | None],
        exclusive: Mapping[TaskId, Sequence[str]],
    ) -> None:
        levels = graph.levels(seconds)
        self._graph = graph
        self._seconds = seconds
        self._ranks = {task: rank(task, priorities.get(task), levels[task]) for task in levels}
        self._exclusive = exclusive
        self._left = {task: len(graph.waits_for(task)) for task in levels}
        self._ready = sorted(
            (self._ranks[task], task) for task, count in self._left.items() if not count
        )
        self._held: set[str] = set()
        self._parked: dict[str, list[tuple[Rank, TaskId]]] = {}
        """By what it needs and another task has: who waits, so that nobody is asked in vain.
        Of what is free again only the first is asked, since the rest wait for that one."""

    def run(self, lanes: int) -> Schedule:
        free = list(range(max(lanes, 1)))
        running: list[tuple[float, int, TaskId]] = []
        slots: list[Slot] = []
        now = 0.0
        while True:
            for task in self._begin(len(free)):
                lane = heapq.heappop(free)
                end = now + self._seconds(task)
                slots.append(Slot(task, lane, now, end))
                heapq.heappush(running, (end, lane, task))
            if not running:
                return Schedule(tuple(slots))
            now = running[0][0]
            while running and running[0][0] <= now:
                _, lane, task = heapq.heappop(running)
                heapq.heappush(free, lane)
                self._end(task)

    def _begin(self, most: int) -> list[TaskId]:
        """The ready tasks that begin now, at most so many."""
        chosen: list[TaskId] = []
        while self._ready and len(chosen) < most:
            entry = heapq.heappop(self._ready)
            wanted = self._exclusive.get(entry[1], ())
            taken = next((need for need in wanted if need in self._held), None)
            if taken is None:
                self._held.update(wanted)
                chosen.append(entry[1])
            else:
                heapq.heappush(self._parked.setdefault(taken, []), entry)
                self._ask_next(need for need in wanted if need not in self._held)
        return chosen

    def _ask_next(self, needs: Iterable[str]) -> None:
        """Of each of these free things the first who waits for it is ready again."""
        for need in needs:
            if waiting := self._parked.get(need):
                heapq.heappush(self._ready, heapq.heappop(waiting))

    def _end(self, task: TaskId) -> None:
        needs = self._exclusive.get(task, ())
        self._held.difference_update(needs)
        self._ask_next(needs)
        for other in self._graph.needed_by.get(task, ()):
            if other in self._left:
                self._left[other] -= 1
                if not self._left[other]:
                    heapq.heappush(self._ready, (self._ranks[other], other))
