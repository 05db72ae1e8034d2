"""A lane takes a task: claimed at once and for everybody, then made ready, then told.

A lane that was never started is started; one that has landed its last task is brought to the
target first, so it begins from what its task depends on. What the assignment changes (a start,
a sync, a restart, a prompt) are operations of their own, recovered before this one.

| died after | left behind | next start |
|---|---|---|
| intent | the journal entry, which is the claim | dropped: the task is free again |
| lane brought to the target | a lane at the target | dropped; the task is free again |
| task noted, nothing told | a lane that is said to have it | the note is taken back, dropped |
| a start, or a prompt that was typed | perhaps an agent that has it | kept; never told twice |
| prompt seen to be taken | an entry without its end | the end is written |
"""

from __future__ import annotations

from dataclasses import replace

from cockpit.config.model import LaneConfig
from cockpit.dataclass import dataclass
from cockpit.domain.ids import LaneId, branch_ref
from cockpit.domain.intents import Assign, Start
from cockpit.domain.lane import LaneRecord
from cockpit.domain.operation import OpKind
from cockpit.domain.plans import Plan
from cockpit.domain.task import TaskFile
from cockpit.domain.text import safe
from cockpit.errors import CockpitError, DeliveryUnknown, Refused
from cockpit.services import (
    claims,
    efforts,
    panes,
    parked,
    renewing,
    start,
    task_prompt,
    tasks,
    trust,
)
from cockpit.services.api import Outcome, Tell
from cockpit.services.naming import branch_of, worktree_of
from cockpit.services.running import Running, begin, own_lock
from cockpit.services.workplace import Workplace


@dataclass(frozen=True, slots=True)
class AssignPlan(Plan):
    lane: str
    task: str
    """The file's name."""
    id: str
    digest: str
    had: str = ""
    """The task that the lane had before."""
    prompt: str = ""
    """The file that holds what the agent is told."""


def assign(work: Workplace, intent: Assign, tell: Tell, by: str) -> Outcome:
    """Start the lane on the task, or tell a lane that is done its next. Raises `Refused` with
    everything as it was, `DeliveryUnknown` when the task was typed and nobody saw it taken."""
    trust.require(work)
    lane = work.lane(intent.lane)
    with work.locks.hold(own_lock(OpKind.ASSIGN, lane.lane), why=f"{lane.lane} takes a task"):
        task = _require_task(work, intent)
        record = _require_lane(work, lane, task)
        told = task_prompt.for_task(
            work,
            lane,
            task,
            worktree=record.worktree
            if record is not None
            else worktree_of(work, lane, task=task.name),
            branch=record.branch
            if record is not None
            else branch_ref(branch_of(work, lane, task=task.name)),
            note=intent.note,
        )
        before = record.task if record is not None else ""
        plan = AssignPlan(lane.lane, task.name, task.id, task.digest, before)
        with claims.claiming(work, task.name, lane.lane):
            running = begin(
                work,
                tell,
                OpKind.ASSIGN,
                lane=lane.lane,
                by=by,
                summary=f"{lane.lane} takes {task.id or safe(task.name)}",
                plan=plan.to_json(),
            )
        try:
            content = told.encode("utf-8", "surrogateescape")
            kept = work.state.private_file(f"told-{running.op.seq}.md", content)
            plan = replace(plan, prompt=str(kept))
            running.update(plan)
            if record is None:
                wish = Start(lane.lane, told, with_changes=intent.with_changes, fetch=intent.fetch)
                _start(work, running, plan, wish, tell, by)
            else:
                _renew(work, running, plan, told, tell, by)
        except DeliveryUnknown:
            running.done(f"{lane.lane} has {task.id}; nobody saw it taken", {"delivery": "unknown"})
            raise
        except CockpitError as error:
            if running.has_open_parts:
                raise
            _take_back(work, plan)
            running.abandon(error.title, error.hint, detail=error.detail)
            raise
        op = running.done(_said(plan), {"prompt": plan.prompt})
    data = {"lane": lane.lane, "task": task.id, "file": task.name, "prompt": plan.prompt}
    return Outcome(f"Lane {lane.lane} has {task.id}: {safe(task.title)}.", op, data)


def _said(plan: AssignPlan) -> str:
    return f"{plan.lane} has {plan.id or plan.task}"


def _require_task(work: Workplace, intent: Assign) -> TaskFile:
    task = tasks.task_named(work, intent.task)
    if intent.digest and task.digest != intent.digest:
        raise Refused(
            f"The task {task.id} changed since it was shown.",
            hint="Look at it again; nothing was started.",
        )
    done = tasks.merged(work)
    if task.id in done:
        raise Refused(f"{task.id} is merged already.", hint="Write a new task instead.")
    missing = [need for need in task.depends if need not in done]
    if missing:
        raise Refused(
            f"{task.id} needs {', '.join(missing)}, which is not merged into "
            f"{work.config.target} yet.",
            hint="Land that first, or change `depends:` in the task.",
        )
    return task


def _require_lane(work: Workplace, lane: LaneConfig, task: TaskFile) -> LaneRecord | None:
    """The lane's record, None for one that is not started. Raises `Refused` for a lane that
    can't take a task."""
    record = work.registry.lanes().get(lane.lane)
    if record is None:
        if lane.lane in parked.lanes(work):
            raise Refused(
                f"Lane {lane.lane} is parked.",
                hint=f"Take it up with `cockpit resume {lane.lane}`, or tear it down.",
            )
        return None
    if record.task == task.name:
        raise Refused(
            f"Lane {lane.lane} has {task.id} already.",
            hint=f"Talk to it with `cockpit send {lane.lane} …`.",
        )
    other = tasks.find(work, lane.lane).task if record.task else None
    if other is not None and other.id not in tasks.merged(work):
        raise Refused(
            f"Lane {lane.lane} has {other.id}, which has not landed.",
            hint=f"Land it, or tear lane {lane.lane} down first.",
        )
    lane = panes.lane_on(work, lane, task.name)
    if not panes.plan_launch(work, lane, "", resume=False).takes_prompts:
        raise Refused(
            f"The agent {lane.agent} of lane {lane.lane} takes no prompts.",
            hint=f"Tear lane {lane.lane} down and start it on the task, or work in it yourself.",
        )
    return record


# ---------------------------------------------------------------- the steps


def _start(
    work: Workplace, running: Running, plan: AssignPlan, wish: Start, tell: Tell, by: str
) -> None:
    """`wish` holds what the agent is told; one that takes no prompts is told nothing."""
    lane = LaneId(plan.lane)
    running.step("start the lane")
    takes = panes.plan_launch(work, work.lane(lane), "", resume=False).takes_prompts
    _begun(work, plan)
    prompt = wish.prompt if takes else ""
    start.start(work, replace(wish, prompt=prompt, task=plan.task), tell, by)


def _renew(
    work: Workplace, running: Running, plan: AssignPlan, told: str, tell: Tell, by: str
) -> None:
    lane = LaneId(plan.lane)
    running.step("bring it up to date")
    renewing.refresh(work, lane, tell, by)
    running.step("note the task")
    _put_task(work, lane, plan.task)
    _begun(work, plan)
    running.step("give it the prompt")
    renewing.tell_agent(work, lane, told, tell, by)


def _put_task(work: Workplace, lane: LaneId, name: str) -> None:
    with work.locks.hold(f"lane-{lane}", why="note its task"):
        work.registry.put(replace(work.record(lane), task=name))


def _begun(work: Workplace, plan: AssignPlan) -> None:
    task = tasks.task_named(work, plan.task)
    if task.id:
        efforts.begun(work, task.id, lane=plan.lane, told=plan.digest, prompt=plan.prompt)


def _take_back(work: Workplace, plan: AssignPlan) -> None:
    """The task is free again, and the lane has what it had."""
    lane = LaneId(plan.lane)
    record = work.registry.lanes().get(lane)
    if record is not None and record.task == plan.task:
        _put_task(work, lane, plan.had)
    efforts.never_begun(work, plan.id, plan.prompt)


# ---------------------------------------------------------------- after a death


def recover(work: Workplace, running: Running) -> str:
    """Words that follow `Operation N (…)`; what it is made of was ended before this."""
    plan = AssignPlan.from_json(running.op.intent)
    record = work.registry.lanes().get(LaneId(plan.lane))
    known = renewing.what_is_known(work, running.op)
    if record is None or record.task != plan.task or known is None:
        _take_back(work, plan)
        running.abandon("it was interrupted before the agent was told")
        return "was interrupted before the agent was told, and was dropped"
    if known:
        running.done(_said(plan), {"prompt": plan.prompt})
        return "had been done"
    running.done(f"{_said(plan)}; nobody knows whether it was told", {"delivery": "unknown"})
    return "may or may not have told the agent; look at the lane"
