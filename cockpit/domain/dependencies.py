"""Which task needs which: circles, what is missing, waves, the critical path.

Files come in any state and by the ten thousand, so everything here is iterative and linear
in tasks and dependencies. A wave is a view only; what may start is decided task by task
(DESIGN §9): a dependency is met when it is merged into the target.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import field
from functools import cached_property, lru_cache
from itertools import pairwise

from cockpit.dataclass import dataclass
from cockpit.domain.taskname import TaskId, number_of, prefix_of

Seconds = Callable[[TaskId], float]
"""How long a task takes."""


@lru_cache(20_000)
def in_order(task: TaskId) -> tuple[str, int, str]:
    """A key that sorts tasks as a person counts them: `ws-3` before `ws-12`."""
    return (prefix_of(task), number_of(task), task)


@dataclass(frozen=True)
class Dependencies:
    """The graph of the tasks that are known. Not slotted: what is asked of it is kept."""

    needs: Mapping[TaskId, tuple[TaskId, ...]]
    """By task what it depends on, itself and the unknown included, each once."""
    done: frozenset[TaskId] = frozenset()
    """Tasks that are merged; they hold nobody back, also where their file is gone."""

    # ------------------------------------------------------------ what holds a task back

    def waits_for(self, task: TaskId) -> tuple[TaskId, ...]:
        """What `task` needs and is not merged yet."""
        needs = self.needs.get(task, ())
        if self.done.isdisjoint(needs):
            return needs
        return tuple(need for need in needs if need not in self.done)

    def missing(self, task: TaskId) -> tuple[TaskId, ...]:
        """What `task` itself needs and is neither known nor merged."""
        return tuple(need for need in self.waits_for(task) if need not in self.needs)

    @cached_property
    def circles(self) -> tuple[tuple[TaskId, ...], ...]:
        """Tasks that need each other, each circle once, in the order in which one needs the
        next, its first task named twice."""
        placed = {task for layer in self._layers for task in layer}
        left = {task: needs for task, needs in self._open.items() if task not in placed}
        inside = {task: tuple(n for n in needs if n in left) for task, needs in left.items()}
        return tuple(_circle(part, inside) for part in _knots(inside))

    @cached_property
    def stuck(self) -> Mapping[TaskId, TaskId]:
        """Tasks that can't become ready whatever is merged, each with the next on the way to
        the reason (see `way`)."""
        found: dict[TaskId, TaskId] = {}
        for circle in self.circles:
            found.update(pairwise(circle))
        for task in self._open:
            lost = self.missing(task)
            if lost and task not in found:
                found[task] = lost[0]
        todo = list(found)
        for reached in todo:
            for other in self.needed_by.get(reached, ()):
                if other not in found:
                    found[other] = reached
                    todo.append(other)
        return found

    def way(self, task: TaskId, most: int = 1_000_000) -> tuple[TaskId, ...]:
        """From a stuck task to the reason, at most so many steps of it: the last of the whole
        way is missing, or stands on the way already (a circle). Empty for a task that isn't
        stuck."""
        path: dict[TaskId, None] = {}
        at: TaskId | None = task if task in self.stuck else None
        while at is not None and at not in path and len(path) < most:
            path[at] = None
            at = self.stuck.get(at)
        return tuple(path) if at is None or len(path) >= most else (*path, at)

    # ------------------------------------------------------------ the whole picture

    @cached_property
    def _open(self) -> dict[TaskId, tuple[TaskId, ...]]:
        """What is not merged, with what of it each one still waits for."""
        is_known = self.needs.__contains__
        found: dict[TaskId, tuple[TaskId, ...]] = {}
        for task in self.needs:
            if task not in self.done:
                waits = self.waits_for(task)
                found[task] = waits if all(map(is_known, waits)) else tuple(filter(is_known, waits))
        return found

    @cached_property
    def needed_by(self) -> Mapping[TaskId, tuple[TaskId, ...]]:
        """By task those that wait for it."""
        found: dict[TaskId, list[TaskId]] = {}
        for task, needs in self._open.items():
            for need in needs:
                found.setdefault(need, []).append(task)
        return {task: tuple(others) for task, others in found.items()}

    @cached_property
    def waves(self) -> tuple[tuple[TaskId, ...], ...]:
        """What could be worked on at once, then what could after it, and so on; the merged and
        the stuck stand in none."""
        if not self.stuck:
            return self._layers
        waves = (tuple(task for task in one if task not in self.stuck) for one in self._layers)
        return tuple(wave for wave in waves if wave)

    @cached_property
    def wave_of(self) -> Mapping[TaskId, int]:
        """By task its wave, from 0; what stands in none is missing."""
        return {task: at for at, wave in enumerate(self.waves) for task in wave}

    @cached_property
    def _layers(self) -> tuple[tuple[TaskId, ...], ...]:
        """The same, as if what is missing were there; what is in a circle or behind one stands
        in none. (A task that is not stuck needs none that is, so it stands where it would.)"""
        left = {task: len(needs) for task, needs in self._open.items()}
        layer = sorted((task for task, count in left.items() if not count), key=in_order)
        layers: list[tuple[TaskId, ...]] = []
        while layer:
            layers.append(tuple(layer))
            after: list[TaskId] = []
            for task in layer:
                for other in self.needed_by.get(task, ()):
                    left[other] -= 1
                    if not left[other]:
                        after.append(other)
            layer = sorted(after, key=in_order)
        return tuple(layers)

    def levels(self, seconds: Seconds) -> dict[TaskId, float]:
        """By task the seconds of the longest way from its start to an end of the plan: what
        should be begun first. (The bottom level of list scheduling.)"""
        found: dict[TaskId, float] = {}
        for wave in reversed(self.waves):
            for task in wave:
                after = (found.get(other, 0.0) for other in self.needed_by.get(task, ()))
                found[task] = seconds(task) + max(after, default=0.0)
        return found

    def critical_path(self, seconds: Seconds) -> tuple[TaskId, ...]:
        """The longest way through what is left; no number of lanes is faster than it."""
        levels = self.levels(seconds)
        path: list[TaskId] = []
        ahead: Iterable[TaskId] = self.waves[0] if self.waves else ()
        while True:
            known = [task for task in ahead if task in levels]
            if not known:
                return tuple(path)
            path.append(min(known, key=lambda task: (-levels[task], in_order(task))))
            ahead = self.needed_by.get(path[-1], ())


def dependencies(
    needs: Iterable[tuple[TaskId, Sequence[TaskId]]], done: Collection[TaskId] = ()
) -> Dependencies:
    """The graph of tasks with what each depends on; of two with one id the first counts."""
    found: dict[TaskId, tuple[TaskId, ...]] = {}
    for task, wanted in needs:
        if task:
            found.setdefault(task, tuple(dict.fromkeys(wanted)) if wanted else ())
    return Dependencies(found, frozenset(done))


# ---------------------------------------------------------------- circles


@dataclass(slots=True)
class _Walk:
    """Where a depth-first walk stands (Tarjan's strongly connected components)."""

    index: dict[TaskId, int] = field(default_factory=dict)
    low: dict[TaskId, int] = field(default_factory=dict)
    stack: list[TaskId] = field(default_factory=list)
    held: set[TaskId] = field(default_factory=set)

    def enter(self, task: TaskId) -> None:
        self.index[task] = self.low[task] = len(self.index)
        self.stack.append(task)
        self.held.add(task)

    def leave(self, task: TaskId) -> list[TaskId]:
        """The component that `task` is the first of; empty if it is in an earlier one's."""
        if self.low[task] != self.index[task]:
            return []
        part: list[TaskId] = []
        while not part or part[-1] != task:
            part.append(self.stack.pop())
        self.held.difference_update(part)
        return part


def _knots(needs: Mapping[TaskId, Sequence[TaskId]]) -> Iterator[list[TaskId]]:
    """The components of more than one task, and the tasks that need themselves."""
    walk = _Walk()
    for root in needs:
        if root in walk.index:
            continue
        walk.enter(root)
        path = [(root, iter(needs[root]))]
        while path:
            task, rest = path[-1]
            need = next(rest, None)
            if need is None:
                path.pop()
                if path:
                    above = path[-1][0]
                    walk.low[above] = min(walk.low[above], walk.low[task])
                part = walk.leave(task)
                if len(part) > 1 or (part and part[0] in needs[part[0]]):
                    yield part
            elif need not in walk.index:
                walk.enter(need)
                path.append((need, iter(needs[need])))
            elif need in walk.held:
                walk.low[task] = min(walk.low[task], walk.index[need])


def _circle(part: Sequence[TaskId], needs: Mapping[TaskId, Sequence[TaskId]]) -> tuple[TaskId, ...]:
    """One circle through the first task of a component, a shortest one, closed."""
    start = min(part, key=in_order)
    inside = set(part)
    before: dict[TaskId, TaskId] = {}
    todo = [start]
    for task in todo:
        for need in needs[task]:
            if need == start:
                path = [task]
                while path[-1] != start:
                    path.append(before[path[-1]])
                return (*reversed(path), start)
            if need in inside and need not in before:
                before[need] = task
                todo.append(need)
    raise AssertionError("a component has a circle through each of its tasks")
