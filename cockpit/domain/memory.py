"""What our own state remembers of tasks, as one JSON value: efforts, and the go.

A value that someone damaged is read as far as it goes; what it does not say plainly is no go.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, field, fields, replace
from typing import Any

from cockpit.dataclass import dataclass
from cockpit.domain.taskname import TaskId
from cockpit.domain.work import Effort


@dataclass(frozen=True, slots=True)
class Go:
    """What the commander said go for. `tasks` holds by the name of a task's file the digest of
    its text: a task that is another one now is not covered."""

    going: bool = False
    follow: bool = False
    """It covers also what is written or changed later."""
    since: float = 0.0
    tasks: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Memory:
    efforts: Mapping[TaskId, Effort] = field(default_factory=dict)
    go: Go = field(default_factory=Go)
    seq: int = 0
    """The last step of the journal by which the commander changed it."""

    def effort(self, task: TaskId) -> Effort:
        return self.efforts.get(task) or Effort(task)

    def with_effort(self, effort: Effort) -> Memory:
        return replace(self, efforts={**self.efforts, effort.task: effort})


def to_json(memory: Memory) -> dict[str, Any]:
    efforts = {task: _plain(effort) for task, effort in memory.efforts.items()}
    go = {**asdict(memory.go), "tasks": dict(memory.go.tasks)}
    return {"efforts": efforts, "go": go, "seq": memory.seq}


def _plain(effort: Effort) -> dict[str, Any]:
    """What differs from an effort that was never made."""
    told = asdict(effort)
    del told["task"]
    return {name: value for name, value in told.items() if value}


def from_json(value: Mapping[str, Any] | None) -> Memory:
    """Never raises."""
    if value is None:
        return Memory()
    known = value.get("efforts")
    efforts = {
        TaskId(str(task)): _effort(TaskId(str(task)), told)
        for task, told in (known.items() if isinstance(known, Mapping) else ())
    }
    seq = value.get("seq")
    return Memory(efforts, _go(value.get("go")), seq if isinstance(seq, int) else 0)


def _effort(task: TaskId, told: object) -> Effort:
    """What of it has the right form; a name that an older or newer cockpit wrote is nothing."""
    if not isinstance(told, Mapping):
        return Effort(task)
    forms = {one.name: _FORMS[str(one.type)] for one in fields(Effort) if one.name != "task"}
    sound = {name: told[name] for name, form in forms.items() if isinstance(told.get(name), form)}
    return replace(Effort(task), **sound)


_FORMS: dict[str, tuple[type, ...]] = {"int": (int,), "float": (int, float), "str": (str,)}


def _go(told: object) -> Go:
    if not isinstance(told, Mapping) or told.get("going") is not True:
        return Go()
    named = told.get("tasks")
    items = named.items() if isinstance(named, Mapping) else ()
    tasks = {str(name): str(digest) for name, digest in items}
    since = told.get("since")
    return Go(
        going=True,
        follow=told.get("follow") is True,
        since=float(since) if isinstance(since, int | float) else 0.0,
        tasks=tasks,
    )
