"""Task files: what the commander or the Oracle writes for a lane to do (DESIGN §9).

Every key is optional and a file with no header is valid. Nothing of it is trusted and
nothing is lost: what is not understood stays in `extra`, `body` and the file itself, and
is said in `problems`.
"""

from __future__ import annotations

import hashlib

from cockpit.dataclass import dataclass
from cockpit.domain import header, values
from cockpit.domain.fields import Fields
from cockpit.domain.prose import opening
from cockpit.domain.result import ResultFile as ResultFile
from cockpit.domain.result import ResultStatus as ResultStatus
from cockpit.domain.result import parse_result as parse_result
from cockpit.domain.taskname import TaskId as TaskId
from cockpit.domain.taskname import id_of_name, ids_in, slug_of

ALIASES = {
    "title": "title",
    "name": "title",
    "summary": "title",
    "id": "id",
    "task": "id",
    "task-id": "id",
    "depends": "depends",
    "depends-on": "depends",
    "dependencies": "depends",
    "dependency": "depends",
    "deps": "depends",
    "blocked-by": "depends",
    "zone": "zone",
    "zones": "zone",
    "lane": "lane",
    "agent": "agent",
    "model": "model",
    "priority": "priority",
    "role": "role",
    "estimate": "estimate",
    "estimated": "estimate",
    "needs": "needs",
    "context": "context",
    "test": "test",
    "tests": "test",
}
KNOWN = frozenset(ALIASES)


@dataclass(frozen=True, slots=True)
class TaskFile:
    """One task file, read. Texts are raw from outside; show them through `safe`."""

    id: TaskId
    """By the file's name; empty when that holds no number."""
    name: str
    title: str
    depends: tuple[TaskId, ...] = ()
    zone: tuple[str, ...] = ()
    lane: str = ""
    agent: str = ""
    model: str = ""
    priority: int | None = None
    """The smaller the sooner."""
    role: str = ""
    estimate: int | None = None
    """Seconds of work."""
    needs: tuple[str, ...] = ()
    context: tuple[str, ...] = ()
    test: str = ""
    extra: tuple[tuple[str, str], ...] = ()
    """Keys that mean nothing here, as written, with their text."""
    body: str = ""
    digest: str = ""
    """sha256 of the file's bytes: what an approval is bound to."""
    problems: tuple[str, ...] = ()
    """Why it *needs a look*, each a clause for people; a task with problems still counts."""


def parse_task(name: str, raw: bytes) -> TaskFile:
    """The task in a file called `name`. Never raises, whatever `raw` is."""
    document = header.read(raw, KNOWN)
    ours = id_of_name(name)
    fields = Fields(document, ALIASES)
    title = _identify(name, ours, fields)
    if not raw.strip():
        fields.problems.append("it is empty")
    return TaskFile(
        id=ours,
        name=name,
        title=fields.text("title") or title or opening(document.body) or slug_of(name) or name,
        depends=_depends(ours, fields),
        zone=fields.items("zone"),
        lane=fields.text("lane"),
        agent=fields.text("agent"),
        model=fields.read("model", values.model, "name of a model") or "",
        priority=fields.read("priority", values.priority, "number"),
        role=fields.text("role"),
        estimate=fields.read("estimate", values.seconds, "length of time such as 90m or 4h"),
        needs=fields.items("needs"),
        context=fields.items("context"),
        test=fields.block("test"),
        extra=fields.extra,
        body=document.body,
        digest=digest(raw),
        problems=tuple(fields.problems),
    )


def digest(raw: bytes) -> str:
    """sha256 of a task file's bytes, as approvals hold it."""
    return hashlib.sha256(raw).hexdigest()


def _identify(name: str, ours: TaskId, fields: Fields) -> str:
    """Compare what the header says of the task's id with its name; returns the title that a
    `task:` line holds where it names no task."""
    title = ""
    if not ours:
        fields.problems.append("its name has no number, so no result and no task can refer to it")
    for entry in fields.all("id"):
        said = ids_in(entry.value, like=ours)
        if ours and ours in said:
            continue
        if entry.key == "task" and not title:
            title = values.one_line(values.whole(entry))
        fields.keep(entry)
        if said and entry.key != "task":
            fields.problems.append(f"its header says {entry.value[:60]!r}, its name {ours or name}")
    return title


def _depends(ours: TaskId, fields: Fields) -> tuple[TaskId, ...]:
    found: dict[TaskId, None] = {}
    for item in fields.items("depends"):
        ids = ids_in(item, like=ours)
        if not ids:
            fields.problems.append(f"it depends on {item[:80]!r}, which names no task")
        found.update(dict.fromkeys(ids))
    if ours and ours in found:
        fields.problems.append("it depends on itself")
    return tuple(found)
