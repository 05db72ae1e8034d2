"""All tasks at once, as the board shows them: each with its state, and what is wrong.

Pure: from the files as they were read, what the target holds, what our own state remembers,
and the lanes as they are seen. Ten thousand tasks are drawn in a fraction of a second.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import field

from cockpit.dataclass import dataclass
from cockpit.domain.dependencies import Dependencies, dependencies
from cockpit.domain.result import ResultFile
from cockpit.domain.task import TaskFile
from cockpit.domain.taskname import TaskId
from cockpit.domain.work import MOST_STEPS, Effort, Holder, Work, held, loose


@dataclass(frozen=True, slots=True)
class Seen:
    """What a board is drawn from."""

    tasks: Sequence[TaskFile]
    merged: Collection[TaskId] = ()
    efforts: Mapping[TaskId, Effort] = field(default_factory=dict)
    holders: Mapping[str, Holder] = field(default_factory=dict)
    """By the name of the task's file."""
    results: Sequence[ResultFile] = ()
    """What lies in `results/`."""
    arriving: Collection[str] = ()
    """Names of task files that are still being written."""
    told: Mapping[str, str] = field(default_factory=dict)
    """By the name of a task's file the digest of the text that its lane was told."""
    go: Mapping[str, str] = field(default_factory=dict)
    """By the name of a task's file the digest of the text that the commander said go for."""
    problems: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class TaskView:
    """A task as the board shows it."""

    task: TaskFile
    work: Work
    why: str = ""
    """A clause: what it waits for, what is to be mended, what its lane does."""
    holder: Holder | None = None
    effort: Effort | None = None
    wave: int | None = None
    """From 0; None outside the waves."""
    arriving: bool = False
    """Its file is still being written."""
    changed: bool = False
    """Its file is not the one that its lane was told any more."""


@dataclass(frozen=True, slots=True)
class Board:
    """All tasks, in the order of their names, and what is wrong on the bus as a whole."""

    tasks: tuple[TaskView, ...] = ()
    problems: tuple[str, ...] = ()
    strays: tuple[str, ...] = ()
    """Results that belong to no task, each a sentence without its period."""
    go: frozenset[str] = field(default_factory=frozenset)
    """The names of the tasks that the commander has said go for, as they are now."""
    graph: Dependencies = field(default_factory=lambda: dependencies(()))

    def named(self, task: TaskId) -> TaskView | None:
        return next((view for view in self.tasks if view.task.id == task), None)


def draw(seen: Seen, before: Board | None = None) -> Board:
    """The board of what was seen. Where most of it is as on the board `before`, that part is
    not worked out again."""
    first: dict[TaskId, str] = {}
    for task in seen.tasks:
        if task.id:
            first.setdefault(task.id, task.name)
    graph = dependencies(((task.id, task.depends) for task in seen.tasks), seen.merged)
    known: dict[str, TaskView] = {}
    if before is not None and before.graph == graph:
        graph = before.graph
        known = _nobodys(before, first)
        for name in (*seen.holders, *seen.arriving, *(first.get(task) for task in seen.efforts)):
            known.pop(name or "", None)
    views = tuple(
        old
        if (old := known.get(task.name)) is not None and old.task is task
        else _view(task, seen, graph, first)
        for task in seen.tasks
    )
    go: frozenset[str] = frozenset()
    if seen.go:
        go = frozenset(task.name for task in seen.tasks if seen.go.get(task.name) == task.digest)
    strays = tuple(_strays(seen.results, first, seen.merged))
    return Board(views, tuple(seen.problems), strays, go, graph)


def _nobodys(before: Board, first: Mapping[TaskId, str]) -> dict[str, TaskView]:
    """By the name of their files the tasks that nobody had worked on, each the only or first
    one of its number then and now: in the same graph they are what they were."""
    was_first: dict[TaskId, TaskView] = {}
    for view in before.tasks:
        was_first.setdefault(view.task.id, view)
    return {
        view.task.name: view
        for task, view in was_first.items()
        if view.holder is None
        and view.effort is None
        and not view.arriving
        and first.get(task) == view.task.name
    }


def _view(
    task: TaskFile,
    seen: Seen,
    graph: Dependencies,
    first: Mapping[TaskId, str],
) -> TaskView:
    effort = seen.efforts.get(task.id)
    holder = seen.holders.get(task.name)
    hidden = first.get(task.id, task.name)
    arriving = task.name in seen.arriving
    is_first = hidden == task.name
    if task.id in graph.done and is_first:
        work, why = Work.MERGED, ""
    elif holder is not None:
        work, why = held(holder)
    else:
        work, why = loose(
            task,
            effort,
            waits_for=graph.waits_for(task.id) if is_first else (),
            way=graph.way(task.id, MOST_STEPS + 1) if is_first else (),
            arriving=arriving,
            hidden_by="" if is_first else hidden,
        )
    told = seen.told.get(task.name)
    return TaskView(
        task=task,
        work=work,
        why=why,
        holder=holder,
        effort=effort,
        wave=graph.wave_of.get(task.id) if is_first else None,
        arriving=arriving,
        changed=holder is not None and told is not None and told != task.digest,
    )


def _strays(
    results: Iterable[ResultFile], known: Mapping[TaskId, str], merged: Collection[TaskId]
) -> Iterable[str]:
    for result in results:
        if not result.task:
            yield f"{result.name} says nowhere which task it is of"
        elif result.task not in known and result.task not in merged:
            yield f"{result.name} is the result of {result.task}, and there is no such task"
