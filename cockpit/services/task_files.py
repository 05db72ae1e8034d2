"""New task files on the bus: a number that nobody has, a name that says what it is about.

| died after | left behind | next start |
|---|---|---|
| intent | the journal entry | dropped |
| some files written | those files, each whole | noted as written |
"""

from __future__ import annotations

from collections.abc import Iterator

from cockpit.dataclass import dataclass
from cockpit.domain.bus import BusFolder
from cockpit.domain.intents import WriteTasks
from cockpit.domain.names import tidy
from cockpit.domain.operation import OpKind
from cockpit.domain.plans import Plan
from cockpit.domain.task import parse_task
from cockpit.domain.taskname import (
    PREFIX,
    TaskId,
    id_of_name,
    is_file_of_tasks,
    is_prefix,
    make_id,
    number_of,
    prefix_of,
)
from cockpit.domain.text import safe
from cockpit.errors import CockpitError, Refused
from cockpit.services import tasks
from cockpit.services.api import Outcome, Tell
from cockpit.services.running import Running, begin, own_lock
from cockpit.services.workplace import Workplace

TRIES = 20
"""Numbers that are tried when somebody else takes them first."""

SLUG = 40
"""Characters of the title that a file's name takes."""


@dataclass(frozen=True, slots=True)
class TasksPlan(Plan):
    names: tuple[str, ...]


def free_ids(work: Workplace, prefix: str = PREFIX) -> Iterator[TaskId]:
    """The next numbers that no task has, and that no result of an older one speaks for."""
    root = tasks.root_of(work)
    known = [task.id for task in tasks.bus_of(work).tasks]
    known += [id_of_name(f.name) for f in work.bus_files.listing(root, BusFolder.RESULTS).files]
    known += tasks.merged(work)
    last = max((number_of(task) for task in known if prefix_of(task) == prefix), default=0)
    for number in range(last + 1, last + 1 + TRIES):
        yield make_id(prefix, number)


def no_number() -> Refused:
    return Refused(
        f"No free number for a task was found in {TRIES} tries.",
        hint="Look at the names in tasks/.",
    )


def write(work: Workplace, intent: WriteTasks, tell: Tell, by: str) -> Outcome:
    """Write each text as a task of its own. Raises `Refused` where a name is taken; what was
    written before that stays, and is named."""
    texts = [text for text in intent.texts if text.strip()]
    if not texts:
        raise Refused("The task is empty.", hint="Write at least a line: it becomes the title.")
    if intent.name and len(texts) > 1:
        raise Refused("One name can't be that of several tasks.")
    names: list[str] = []
    with work.locks.hold(own_lock(OpKind.TASK, None), why="write tasks"):
        running = begin(
            work,
            tell,
            OpKind.TASK,
            lane=None,
            by=by,
            summary=f"write {len(texts)} task{'' if len(texts) == 1 else 's'}",
            plan=TasksPlan(()).to_json(),
        )
        try:
            for text in texts:
                names.append(_write_one(work, running, text, intent, names))
        except CockpitError as error:
            if not names:
                running.abandon(error.title, error.hint, detail=error.detail)
                raise
            running.done(_said(names))
            error.detail = "\n".join(filter(None, [f"{_said(names)} before that.", error.detail]))
            raise
        op = running.done(_said(names))
    return Outcome(f"{_said(names).capitalize()}.", op, {"files": names})


def _said(names: list[str]) -> str:
    told = ", ".join(str(safe(name)) for name in names[:3])
    return f"wrote {told}{f' and {len(names) - 3} more' if len(names) > 3 else ''}"


def _write_one(
    work: Workplace, running: Running, text: str, intent: WriteTasks, before: list[str]
) -> str:
    content = _content(text)
    root = tasks.root_of(work)
    for name in _names(work, text, intent):
        running.update(TasksPlan((*before, name)))
        running.step(f"write {safe(name)}")
        try:
            work.bus_files.write_new(root, BusFolder.TASKS, name, content)
        except Refused:
            if intent.name:
                raise
            continue
        return name
    raise no_number()


def _content(text: str) -> bytes:
    """The file: as it is given, with an end of line. A single line is a title."""
    plain = text.strip("\n")
    if "\n" not in plain and not plain.startswith("#"):
        plain = f"# {plain}"
    return f"{plain}\n".encode("utf-8", "surrogateescape")


def _names(work: Workplace, text: str, intent: WriteTasks) -> Iterator[str]:
    title = parse_task("task-1.md", _content(text)).title
    words = tidy(title).lower()[:SLUG].strip("-._")
    tail = f"-{words}.md" if words else ".md"
    if intent.prefix and not is_prefix(intent.prefix):
        raise Refused(
            f"{safe(intent.prefix, width=60)} is no prefix of a task.",
            hint="Give letters, such as task or ws.",
        )
    if not intent.name:
        for task in free_ids(work, (intent.prefix or PREFIX).lower()):
            yield f"{task}{tail}"
        return
    name, task = intent.name, id_of_name(intent.name)
    if not task or not name.isprintable():
        raise Refused(
            f"{safe(name, width=60)} names no task.",
            hint="Give a number, or a name like task-007-auth.",
        )
    if not is_file_of_tasks(name):
        name = f"{task}{tail}" if name.isdigit() or name.lower() == task else f"{name}.md"
    taken = tasks.bus_of(work).of(id_of_name(name))
    if taken:
        raise Refused(
            f"{safe(taken[0].name)} has that number already.", hint="Take another number."
        )
    yield name


def recover(work: Workplace, running: Running) -> str:
    """Words that follow `Operation N (…)`: each file is there whole, or not at all."""
    names = [str(name) for name in TasksPlan.from_json(running.op.intent).names]
    root = tasks.root_of(work)
    there = [n for n in names if work.bus_files.read(root, BusFolder.TASKS, n) is not None]
    if not there:
        running.abandon("it was interrupted before a task was written")
        return "had written nothing and was dropped"
    running.done(_said(there))
    return f"had written {len(there)} of its tasks"
