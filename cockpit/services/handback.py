"""Giving a lane's conflict to an agent: a task file with both sides, and a prompt naming it.

| died after | left behind | next start |
|---|---|---|
| intent | the journal entry | dropped |
| task file | the file | noted as written; nobody is prompted by itself |

The prompt is a step of its own (`prompts.py`), given after the file is whole.
"""

from __future__ import annotations

from cockpit.dataclass import dataclass
from cockpit.domain.bus import BusFolder
from cockpit.domain.conflict import Conflict
from cockpit.domain.handback import ORACLE, prompt_text, task_text
from cockpit.domain.ids import LaneId, branch_name
from cockpit.domain.intents import HandBack, Send
from cockpit.domain.operation import Operation, OpKind
from cockpit.domain.plans import Plan
from cockpit.errors import CockpitError, Refused
from cockpit.services import locked, prompts, shared, task_files, tasks
from cockpit.services.api import Outcome, Tell
from cockpit.services.running import Running, begin, own_lock
from cockpit.services.workplace import Workplace


@dataclass(frozen=True, slots=True)
class HandBackPlan(Plan):
    lane: str
    to: str
    task: str
    """The task file's name."""


def hand_back(work: Workplace, intent: HandBack, tell: Tell, by: str) -> Outcome:
    """Write the task and prompt the agent. Raises `Refused` when there is no conflict, or it is
    not the one that was shown; what `prompts.send` raises comes after the file was written."""
    record = work.record(intent.lane)
    to, listener = _whom(work, intent)
    if listener is not None:
        locked.require_free(work, listener, "given a task")
    source, target = work.git.read_ref(record.branch), work.git.read_ref(work.target)
    if source is None or target is None:
        raise Refused(f"A branch of lane {intent.lane} or the target is gone.")
    seen = (intent.source or source, intent.target_old or target)
    if seen != (source, target):
        raise Refused(
            f"Lane {intent.lane} or the target moved since the conflict was shown.",
            hint="Look at the conflict again; nothing was written.",
        )
    conflict = work.git.conflicts.look(source, target, intent.lane, work.config.target)
    if not conflict.files:
        raise Refused(
            f"Lane {intent.lane} does not conflict with {work.config.target}.",
            hint="There is nothing to hand back.",
        )
    content = task_text(conflict, branch_name(record.branch), to=to, note=intent.note)
    with work.locks.hold(own_lock(OpKind.HAND_BACK, intent.lane), why="hand back"):
        op, name = _write(work, tell, by, conflict, to, content)
    data = {"lane": intent.lane, "to": to, "task": name, "prompted": listener is not None}
    if listener is None:
        return Outcome(
            f"Wrote the conflict of {intent.lane} as {name}; nobody runs as {to}.", op, data
        )
    path = tasks.root_of(work) / BusFolder.TASKS / name
    try:
        said = Send(listener, prompt_text(str(path), conflict))
        prompts.send(shared.home(work, listener), said, tell, by)
    except CockpitError as error:
        raise CockpitError(
            f"The task was written as {name}, but {listener} was not prompted: {error.title}",
            detail=error.detail,
            hint=error.hint,
            code=error.code,
        ) from error
    return Outcome(f"Handed the conflict of {intent.lane} to {listener} as {name}.", op, data)


def _whom(work: Workplace, intent: HandBack) -> tuple[str, LaneId | None]:
    """(name, the lane to prompt). Raises `UsageError` for a lane that is not there."""
    to = intent.to or intent.lane
    if to != ORACLE or ORACLE in work.config.lanes:
        lane = work.lane(LaneId(to)).lane
        shared.home(work, lane).record(lane)
        return lane, lane
    started = shared.records(work)
    for name, each in work.config.lanes.items():
        if each.role.casefold() == ORACLE and name in started:
            return ORACLE, name
    return ORACLE, None


def _write(
    work: Workplace, tell: Tell, by: str, conflict: Conflict, to: str, content: str
) -> tuple[Operation, str]:
    lane = conflict.lane
    summary = f"hand the conflict of {lane} to {to}"
    for task in task_files.free_ids(work):
        name = f"{task}-resolve-{lane}.md"
        plan = HandBackPlan(lane, to, name)
        running = begin(
            work, tell, OpKind.HAND_BACK, lane=lane, by=by, summary=summary, plan=plan.to_json()
        )
        running.step(f"write {name}")
        try:
            work.bus_files.write_new(
                tasks.root_of(work), BusFolder.TASKS, name, content.encode("utf-8", "replace")
            )
        except Refused as error:
            running.abandon(error.title, error.hint)
            continue
        except CockpitError as error:
            running.abandon(error.title, error.hint)
            raise
        return running.done(f"handed the conflict of {lane} to {to} as {name}"), name
    raise task_files.no_number()


def recover(work: Workplace, running: Running) -> str:
    """Note what a death left: the file is there whole, or not at all."""
    plan = HandBackPlan.from_json(running.op.intent)
    if work.bus_files.read(tasks.root_of(work), BusFolder.TASKS, plan.task) is None:
        running.abandon("it was interrupted before the task was written")
        return "had written nothing and was dropped"
    running.done(f"wrote {plan.task}; nobody was prompted")
    return f"had written {plan.task}; nobody was prompted"
