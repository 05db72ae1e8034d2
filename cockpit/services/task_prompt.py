"""What an agent is told when a lane takes a task: a template filled with the task, the results
of what it depends on, the lane, and the rules.

The template is the first file that is there of `<templates>/task.md` (the folder that
lanes.yaml names), the user's `templates/task.md` in the configuration folder, and the one that
ships. What was told is kept in the state folder, and the journal names the file.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path, PurePath

from cockpit import paths
from cockpit.config.model import LaneConfig
from cockpit.domain.bus import BusFolder
from cockpit.domain.ids import RefName, branch_name
from cockpit.domain.task import TaskFile
from cockpit.domain.taskname import TaskId
from cockpit.domain.template import fill, unknown
from cockpit.errors import Refused
from cockpit.services import tasks
from cockpit.services.workplace import Workplace

TASK, ORACLE = "task.md", "oracle.md"

RESULT = 4_000
"""Characters of a result that are told with a task that depends on it; its file is named."""

FORM = """\
---
task: {task}
status: done
commit: the full id of your last commit
files: what you changed, separated by commas
tests: what you ran, and what came out
questions: what you want decided; empty if nothing
---
What you did, in a few lines. `status` is one of done, partial, blocked, failed."""


def folders(work: Workplace) -> Iterator[Path]:
    """Where templates are looked for, in order."""
    if work.config.templates:
        yield work.root / PurePath(work.config.templates)
    yield paths.config_home() / "templates"
    yield paths.shipped("templates")


def template(work: Workplace, name: str, known: Mapping[str, str]) -> str:
    """The template's text. Raises `Refused` for one that can't be read or that names what
    nothing fills in: an agent must not be told half of it."""
    for folder in folders(work):
        if not work.disk.is_folder(folder):
            continue
        found = work.bus_files.file(folder, name)
        if found is None:
            continue
        if found.content is None:
            raise Refused(f"The template {name} can't be read: {found.problem}.")
        try:
            text = found.content.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            raise Refused(
                f"The template {folder / name} is not UTF-8 text.", hint="Save it as such."
            ) from error
        wrong = unknown(text, known)
        if wrong:
            raise Refused(
                f"The template {folder / name} holds {', '.join(wrong[:5])}, which can't be "
                "filled in.",
                hint=f"Known names: {', '.join(sorted(known))}. A block is "
                "{{#name}}…{{/name}}.",
            )
        return text
    raise Refused(f"There is no template {name}.", hint="Install cockpit anew.")


def for_task(
    work: Workplace,
    lane: LaneConfig,
    task: TaskFile,
    *,
    worktree: Path,
    branch: RefName,
    note: str = "",
) -> str:
    """The prompt of a task in a lane. Raises `Refused` for a template that can't be filled."""
    root = tasks.root_of(work)
    zone = task.zone or lane.zone.include
    bus = PurePath(work.config.bus)
    result = bus / BusFolder.RESULTS / f"{task.id or 'task'}-result.md"
    values = {
        "lane": lane.lane,
        "title": task.title,
        "task": task.id or task.name,
        "task_file": str(root / BusFolder.TASKS / task.name),
        "text": _text(work, task),
        "worktree": str(worktree),
        "branch": branch_name(branch),
        "target": work.config.target,
        "zone": ", ".join(zone),
        "test": task.test,
        "context": "\n".join(f"- {name}" for name in task.context),
        "results": _results(work, task.depends),
        "result_file": result.as_posix(),
        "form": FORM.format(task=task.id or task.name),
        "note": note.strip(),
    }
    return fill(template(work, TASK, values), values)


def for_oracle(work: Workplace, note: str = "") -> str:
    """What an Oracle's agent is told when it starts."""
    root = tasks.root_of(work)
    lanes = (
        f"- {lane.lane} ({lane.agent}{f', {lane.role}' if lane.role else ''}): "
        f"{', '.join(lane.zone.include) or 'anything'}"
        for lane in work.config.lanes.values()
    )
    values = {
        "repository": work.repository,
        "root": str(work.root),
        "tasks": str(root / BusFolder.TASKS),
        "results": str(root / BusFolder.RESULTS),
        "plan": str(root / "master_plan.md"),
        "lanes": "\n".join(lanes),
        "target": work.config.target,
        "note": note.strip(),
    }
    return fill(template(work, ORACLE, values), values)


def _text(work: Workplace, task: TaskFile) -> str:
    """The file as it is; text only, since it is typed into a terminal."""
    found = work.bus_files.read(tasks.root_of(work), BusFolder.TASKS, task.name)
    content = found.content if found is not None and found.content is not None else b""
    return content.decode("utf-8-sig", "replace").strip()


def _results(work: Workplace, needed: tuple[TaskId, ...]) -> str:
    told = []
    for result in tasks.results_of(work, needed):
        body = result.body.strip()
        if len(body) > RESULT:
            body = f"{body[:RESULT]}\n… (the whole is in {BusFolder.RESULTS}/{result.name})"
        told.append(f"{result.task} ({BusFolder.RESULTS}/{result.name}):\n{body}")
    return "\n\n".join(told)
