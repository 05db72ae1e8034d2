"""The commander's word on tasks: go and stop, call one off, try one again.

Nothing starts by itself without a go, and the go names texts: a task that was written or
changed since is not covered, unless the commander said that it should be (DESIGN §3.5). A stop
ends no agent.

| died after | left behind | next start |
|---|---|---|
| intent | the journal entry | dropped: nothing was changed |
| the file written | what is remembered now | the end is written |
| retry: the lane torn down | a failed task without a lane | dropped; it can be said again |
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from cockpit.domain.ids import LaneId
from cockpit.domain.intents import CallOff, Plan, Retry, Teardown
from cockpit.domain.memory import Go, Memory
from cockpit.domain.operation import Operation, OpKind
from cockpit.domain.task import TaskFile
from cockpit.domain.text import safe
from cockpit.domain.work import Effort
from cockpit.errors import Refused
from cockpit.services import claims, efforts, target, tasks, teardown, trust
from cockpit.services.api import Outcome, Tell
from cockpit.services.running import Running, abandoning, begin, own_lock
from cockpit.services.workplace import Workplace

REASON = 200
"""Characters of a reason that are kept."""


def plan(work: Workplace, intent: Plan, tell: Tell, by: str) -> Outcome:
    """Say go for these tasks, or stop. Raises `Refused` for a task whose text is another one
    than the commander saw."""
    if intent.go:
        trust.require(work)
        _require_seen(work, intent)
    what = "say go for the plan" if intent.go else "stop the plan"

    def edit(known: Memory) -> Memory:
        if not intent.go:
            return replace(known, go=Go())
        named = {**(known.go.tasks if known.go.going else {}), **dict(intent.tasks)}
        return replace(known, go=Go(True, intent.follow, work.clock.now(), named))

    said = _said(intent)
    op = _change(work, tell, by, what, said, edit, then=target.see if intent.go else None)
    data = {"going": intent.go, "follow": intent.follow, "tasks": [n for n, _ in intent.tasks]}
    return Outcome(f"{said[0].upper()}{said[1:]}.", op, data)


def _require_seen(work: Workplace, intent: Plan) -> None:
    if not intent.tasks and not intent.follow:
        raise Refused(
            "There is no task to say go for.", hint="Write one into tasks/ first, then say go."
        )
    bus = tasks.bus_of(work)
    for name, digest in intent.tasks:
        found = bus.named(name)
        if found is None:
            raise Refused(f"There is no task file {safe(name)}.", hint="Look at the plan again.")
        if digest and found.digest != digest:
            raise Refused(
                f"The task {safe(name)} changed since it was shown.",
                hint="Look at it again; nothing was started.",
            )


def _said(intent: Plan) -> str:
    if not intent.go:
        return "the plan is stopped; agents that run go on"
    count = len(intent.tasks)
    told = f"{count} task{'' if count == 1 else 's'} may start"
    return f"{told}, and whatever is written later" if intent.follow else told


def call_off(work: Workplace, intent: CallOff, tell: Tell, by: str) -> Outcome:
    """Call a task off, or take that back."""
    task = _with_number(work, intent.task)
    reason = " ".join(intent.reason.split())[:REASON] or "called off"
    what = f"{'take up' if intent.back else 'call off'} {task.id}"

    def edit(effort: Effort) -> Effort:
        return replace(effort, cancelled="" if intent.back else reason)

    said = f"{task.id} is {'open again' if intent.back else f'called off: {safe(reason)}'}"
    op = _change(work, tell, by, what, said, lambda known: _with(known, task, edit), task=task.id)
    return Outcome(f"{said[0].upper()}{said[1:]}.", op, {"task": task.id, "back": intent.back})


def retry(work: Workplace, intent: Retry, tell: Tell, by: str) -> Outcome:
    """Let a failed task be tried again: its lane goes into the trash, whole, and it is open
    again. What the lane held comes back with one undo."""
    task = _with_number(work, intent.task)
    if task.id in tasks.merged(work):
        raise Refused(f"{task.id} is merged already.", hint="Write a new task instead.")
    agents = {lane.agent for lane in work.config.lanes.values()}
    if intent.agent and intent.agent not in agents:
        raise Refused(
            f"No lane has the agent {safe(intent.agent)}.",
            hint=f"Name one of: {', '.join(sorted(agents))}.",
        )
    holder = claims.holder_of(work, task.name)
    if holder is not None:
        teardown.teardown(work, Teardown(holder, intent.token), tell, by)

    outdated = tasks.result_digest(work, task.id)

    def edit(effort: Effort) -> Effort:
        again = replace(effort, lane="", failed="", cancelled="", ended=0.0, agent=intent.agent)
        return replace(again, outdated=outdated)

    said = f"{task.id} is open for another try"
    said += f" by {safe(intent.agent)}" if intent.agent else ""
    what = f"try {task.id} again"
    op = _change(work, tell, by, what, said, lambda known: _with(known, task, edit), task=task.id)
    data = {"task": task.id, "agent": intent.agent, "torn_down": holder}
    return Outcome(f"{said[0].upper()}{said[1:]}.", op, data)


def failed(work: Workplace, task: TaskFile, why: str, lane: LaneId) -> None:
    """Remember that an attempt came to nothing, so that it does not begin again by itself."""
    efforts.note(
        work,
        task.id,
        lambda effort: replace(effort, failed=why, lane=lane, ended=work.clock.now()),
        why=f"{task.id} failed",
    )


def _with(known: Memory, task: TaskFile, edit: Callable[[Effort], Effort]) -> Memory:
    return known.with_effort(edit(known.effort(task.id)))


def _with_number(work: Workplace, text: str) -> TaskFile:
    task = tasks.task_named(work, text)
    if not task.id:
        raise Refused(
            f"The name of {safe(task.name)} holds no number, so nothing can be kept of it.",
            hint="Rename it to something like task-001-auth.md.",
        )
    return task


def _change(
    work: Workplace,
    tell: Tell,
    by: str,
    what: str,
    said: str,
    edit: Callable[[Memory], Memory],
    *,
    then: Callable[[Workplace], None] | None = None,
    task: str = "",
) -> Operation:
    """One journalled change of what is remembered."""
    with work.locks.hold(own_lock(OpKind.PLAN, None), why=what):
        told = {"said": said, "task": task}
        running = begin(work, tell, OpKind.PLAN, lane=None, by=by, summary=what, plan=told)
        with abandoning(running):
            running.step("write it down")
            seq = running.op.seq
            efforts.change(work, lambda known: replace(edit(known), seq=seq), why=what)
            if then is not None:
                then(work)
        return running.done(said)


def recover(work: Workplace, running: Running) -> str:
    """Words that follow `Operation N (…)`: what is remembered names the last step that wrote."""
    if efforts.read(work).seq == running.op.seq:
        running.done(str(running.op.intent.get("said", running.op.summary)))
        return "had been done"
    running.abandon("it was interrupted")
    return "was interrupted and dropped"
