"""What is remembered of tasks beside their files, in one state file under one lock.

Written at once and whole, so a death leaves the old or the new. A file that can't be read says
that nothing was tried and that nobody said go: the board can be drawn from the rest.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from cockpit.domain.memory import Memory, from_json, to_json
from cockpit.domain.taskname import TaskId
from cockpit.domain.work import Effort
from cockpit.errors import CockpitError
from cockpit.services.workplace import Workplace

FILE = "tasks"
LOCK = "tasks"


def read(work: Workplace) -> Memory:
    try:
        return from_json(work.state.read(FILE))
    except CockpitError:
        return Memory()


def change(work: Workplace, edit: Callable[[Memory], Memory], *, why: str) -> Memory:
    """Read, edit, write; durable on return. Returns what is remembered now. Raises
    `CockpitError` for a file that can't be read: it is not written over."""
    with work.locks.hold(LOCK, why=why):
        before = from_json(work.state.read(FILE))
        after = edit(before)
        if after != before:
            work.state.write(FILE, to_json(after))
    return after


def note(work: Workplace, task: TaskId, edit: Callable[[Effort], Effort], *, why: str) -> None:
    """Change what is remembered of one task."""
    change(work, lambda known: known.with_effort(edit(known.effort(task))), why=why)


def begun(work: Workplace, task: TaskId, *, lane: str, told: str, prompt: str = "") -> None:
    """A lane begins an attempt at the task now."""

    def edit(effort: Effort) -> Effort:
        return replace(
            effort,
            attempts=effort.attempts + 1,
            started=work.clock.now(),
            ended=0.0,
            lane=lane,
            failed="",
            told=told,
            prompt=prompt,
        )

    note(work, task, edit, why=f"{lane} begins {task}")


def ended(work: Workplace, task: TaskId) -> None:
    """The attempt at the task has told its result now."""
    now = work.clock.now()
    note(work, task, lambda effort: replace(effort, ended=now), why=f"{task} has its result")


def never_begun(work: Workplace, task: str, prompt: str) -> None:
    """Take back the attempt that was begun with this prompt, if it is the last one."""

    def edit(known: Memory) -> Memory:
        effort = known.efforts.get(TaskId(task))
        if effort is None or not prompt or effort.prompt != prompt:
            return known
        before = replace(
            effort, attempts=effort.attempts - 1, started=0.0, lane="", told="", prompt=""
        )
        return known.with_effort(before)

    change(work, edit, why=f"{task} was not begun")
