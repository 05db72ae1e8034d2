"""Tasks and results on the bus: which one a lane has, and what is merged.

Read anew at each question (a file that did not change costs one `stat`); nothing here
decides anything by what an agent wrote. What is wrong with a file is a sentence beside the
answer, and an answer that would be a guess is None.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

from cockpit.dataclass import dataclass
from cockpit.domain.bus import BusFile, BusFolder, BusListing
from cockpit.domain.change import CommitLine
from cockpit.domain.ids import CommitId, LaneId
from cockpit.domain.merged import WANTED, merged_tasks
from cockpit.domain.notes import task_of as is_note
from cockpit.domain.result import ResultFile, parse_result
from cockpit.domain.task import TaskFile, TaskId, digest, parse_task
from cockpit.domain.taskname import id_of_name
from cockpit.errors import Refused
from cockpit.services.workplace import Workplace

KEPT = 20_000
"""Parsed files that are remembered; a file is parsed again only when its bytes change."""

TIPS_KEPT = 8


@dataclass(frozen=True, slots=True)
class Bus:
    """All task files, and what is wrong with those that are none (or hide one another)."""

    tasks: tuple[TaskFile, ...]
    problems: tuple[str, ...]

    def named(self, name: str) -> TaskFile | None:
        return next((task for task in self.tasks if task.name == name), None)

    def of(self, task: TaskId) -> tuple[TaskFile, ...]:
        return tuple(found for found in self.tasks if found.id == task)


@dataclass(frozen=True, slots=True)
class LaneTask:
    """A lane's task, or None with the reasons (no reason: it has none)."""

    task: TaskFile | None
    problems: tuple[str, ...] = ()


_task = lru_cache(KEPT)(parse_task)
_result = lru_cache(KEPT)(parse_result)


def root_of(work: Workplace) -> Path:
    """The folder that holds `tasks/`, `results/` and `master_plan.md`."""
    return work.root / work.config.bus


def bus_of(work: Workplace) -> Bus:
    """Every task on the bus, in the order of their names."""
    return read_bus(work.bus_files.listing(root_of(work), BusFolder.TASKS))


def read_result(file: BusFile) -> ResultFile:
    return _result(file.name, file.content or b"")


def read_bus(listing: BusListing) -> Bus:
    """The tasks of a folder that was read already."""
    tasks = tuple(
        _task(one.name, one.content)
        for one in listing.files
        if one.content is not None and not is_note(one.name)
    )
    problems = [*listing.problems, *(one.problem for one in listing.files if one.problem)]
    return Bus(tasks, (*problems, *_duplicates(tasks)))


def model_of(work: Workplace, name: str) -> str:
    """The model that the task in the file `name` wants; empty for none, or for no such file."""
    file = work.bus_files.read(root_of(work), BusFolder.TASKS, name) if name else None
    if file is None or file.content is None:
        return ""
    return _task(file.name, file.content).model


def _duplicates(tasks: Sequence[TaskFile]) -> list[str]:
    ids = [task.id for task in tasks if task.id]
    if len(set(ids)) == len(ids):
        return []
    by_id: dict[TaskId, list[str]] = {}
    for task in tasks:
        if task.id:
            by_id.setdefault(task.id, []).append(task.name)
    return [
        f"{' and '.join(names)} are both task {task}; rename all but one"
        for task, names in by_id.items()
        if len(names) > 1
    ]


# ---------------------------------------------------------------- a lane's task


def find(work: Workplace, lane: LaneId) -> LaneTask:
    """The lane's task: the file that it was started on, else the one whose `lane:` names it
    (of several, those that are merged don't count)."""
    bus = bus_of(work)
    record = work.registry.lanes().get(lane)
    if record is not None and record.task:
        return _started_on(work, bus, lane, record.task)
    mine = named_for(bus, lane)
    if len(mine) > 1:
        done = merged(work)
        mine = [task for task in mine if task.id not in done]
    if len(mine) > 1:
        names = ", ".join(task.name for task in mine)
        return LaneTask(None, (f"{len(mine)} task files name lane {lane}: {names}",))
    return LaneTask(mine[0] if mine else None)


def named_for(bus: Bus, lane: LaneId) -> list[TaskFile]:
    """The tasks whose files name the lane."""
    return [task for task in bus.tasks if task.lane.lower() == lane]


def _started_on(work: Workplace, bus: Bus, lane: LaneId, name: str) -> LaneTask:
    task = bus.named(name)
    if task is not None:
        return LaneTask(task)
    found = work.bus_files.read(root_of(work), BusFolder.TASKS, name)
    if found is not None and found.content is not None:
        return LaneTask(_task(name, found.content))
    if found is not None:
        return LaneTask(None, (found.problem,))
    return LaneTask(None, (f"the task file of lane {lane} is gone: {name}",))


def task_of(work: Workplace, lane: LaneId) -> TaskFile | None:
    return find(work, lane).task


def task_named(work: Workplace, text: str) -> TaskFile:
    """The task that a person means by `7`, `task-007` or a file's name. Raises `Refused`
    when none or several answer to it."""
    bus = bus_of(work)
    exact = bus.named(text.rpartition("/")[2])
    wanted = id_of_name(text)
    found = (exact,) if exact is not None else bus.of(wanted) if wanted else ()
    if len(found) == 1:
        return found[0]
    names = ", ".join(task.name for task in (found or bus.tasks)[:20]) or "none"
    what = "There is no task" if not found else f"{len(found)} files are task"
    raise Refused(
        f"{what} {text!r} in {root_of(work) / BusFolder.TASKS}.",
        detail=f"Task files: {names}.",
        hint="Name one of these files, or write it first.",
    )


def digest_of(work: Workplace, lane: LaneId) -> str:
    """sha256 of the lane's task file; empty when it has none.

    Raises `Refused` when the file that it was started on can't be read or is gone: what can't
    be read can't be approved.
    """
    found = find(work, lane)
    if found.task is not None:
        return found.task.digest
    record = work.registry.lanes().get(lane)
    if record is not None and record.task:
        raise Refused(
            f"The task of lane {lane} can't be read: {'; '.join(found.problems)}.",
            hint=f"Put {record.task} back into {root_of(work) / BusFolder.TASKS}.",
        )
    return ""


def lane_of_task(work: Workplace, task: TaskId) -> LaneId | None:
    """The started lane that works on the task, else the lane that the task's file names."""
    for lane, record in work.registry.lanes().items():
        if record.task and id_of_name(record.task) == task:
            return lane
    named = {LaneId(found.lane.lower()) for found in bus_of(work).of(task) if found.lane}
    named &= set(work.config.lanes)
    return named.pop() if len(named) == 1 else None


# ---------------------------------------------------------------- results


def result_of(work: Workplace, lane: LaneId) -> ResultFile | None:
    """The result of the lane's task, from the bus or the lane's own worktree, whichever is
    newer; without a task the one result that the lane has written."""
    task = task_of(work, lane)
    record = work.registry.lanes().get(lane)
    own = _results(work, record.worktree / work.config.bus) if record is not None else []
    if task is None:
        if record is not None and own:
            there = work.git.entries_at(record.base, [_in_repository(work, f.name) for f in own])
            own = [file for file in own if _in_repository(work, file.name) not in there]
        found = own if len(own) == 1 else []
    else:
        shared = _results(work, root_of(work))
        found = [file for file in (*shared, *own) if _is_of(file, task.id)]
    if not found:
        return None
    newest = max(found, key=lambda file: file.changed)
    return read_result(newest)


def results_of(work: Workplace, wanted: Sequence[TaskId]) -> list[ResultFile]:
    """The newest result on the bus of each of these tasks, where there is one."""
    newest: dict[TaskId, BusFile] = {}
    for file in sorted(_results(work, root_of(work)), key=lambda file: file.changed):
        newest[id_of_name(file.name) or read_result(file).task] = file
    return [read_result(newest[task]) for task in wanted if task in newest]


def result_digest(work: Workplace, task: TaskId) -> str:
    """sha256 of the newest result of the task on the bus; empty when there is none."""
    found = [file for file in _results(work, root_of(work)) if _is_of(file, task)]
    newest = max(found, key=lambda file: file.changed, default=None)
    return digest(newest.content or b"") if newest is not None else ""


def _results(work: Workplace, root: Path) -> list[BusFile]:
    if not work.disk.is_folder(root):
        return []
    listing = work.bus_files.listing(root, BusFolder.RESULTS)
    return [file for file in listing.files if file.content is not None]


def _is_of(file: BusFile, task: TaskId) -> bool:
    named = id_of_name(file.name)
    return (named or read_result(file).task) == task and bool(task)


def _in_repository(work: Workplace, name: str) -> str:
    prefix = Path(work.config.bus)
    return (prefix / BusFolder.RESULTS / name).as_posix()


def summary_for(work: Workplace, lane: LaneId, commits: Sequence[CommitLine]) -> str:
    """What a landing of the lane is called: its task's title, else the first line of its
    result, else the subject of its newest commit that is no merge: a sync tells nothing of what
    lands. Raw from outside."""
    task = task_of(work, lane)
    if task is not None:
        return task.title
    result = result_of(work, lane)
    if result is not None and result.first_line:
        return result.first_line
    own = [line for line in commits if not line.merges] or commits
    return own[0].subject if own else ""


# ---------------------------------------------------------------- merged?

_merged: dict[tuple[str, CommitId], frozenset[TaskId]] = {}
"""By repository and tip of the target; what a commit's history says never changes."""


def merged(work: Workplace) -> frozenset[TaskId]:
    """The tasks that the target's first-parent history holds; one git call a tip."""
    tip = work.git.read_ref(work.target)
    if tip is None:
        return frozenset()
    key = (str(work.git.common_dir), tip)
    known = _merged.get(key)
    if known is None:
        known = merged_tasks(work.git.history.saying(tip, WANTED))
        while len(_merged) >= TIPS_KEPT:
            _merged.pop(next(iter(_merged)), None)
        _merged[key] = known
    return known


def is_merged(work: Workplace, task: TaskId) -> bool:
    return task in merged(work)
