"""Undoing what was done to the line of prompts that wait for a lane: one that was kept is called
off while it still waits, and those that were called off wait again, in their old places.

| died after | left behind | next start |
|---|---|---|
| intent | the line as it was | what was to go goes; what was to come back: dropped |
| the line written | the line of before | the end is written |

So a death never leaves a prompt to be typed that the commander took back, and never brings one
back by itself.
"""

from __future__ import annotations

from cockpit.domain.ids import LaneId
from cockpit.domain.operation import Operation, OpKind
from cockpit.domain.prompt_queue import MOST, PromptQueue, Waiting
from cockpit.errors import CockpitError, Refused
from cockpit.services import prompt_line, shared
from cockpit.services.api import UndoPreview
from cockpit.services.prompt_changes import PromptPlan, first_words, has_happened, sent
from cockpit.services.running import Running
from cockpit.services.undoing.contract import Undoing, came_after, later_steps
from cockpit.services.workplace import Workplace

_LATER = (OpKind.PROMPT, OpKind.RENAME, OpKind.TEARDOWN, OpKind.PARK)


def _preview(work: Workplace, op: Operation) -> UndoPreview:
    plan = PromptPlan.from_json(op.intent)
    try:
        queue = prompt_line.read(work, LaneId(plan.lane))
    except CockpitError as error:
        return UndoPreview(op, (), (error.title.rstrip("."),))
    why = _why_not(work, op, plan, queue)
    if why:
        return UndoPreview(op, (), why)
    if plan.added:
        words = first_words(work, plan.added)
        return UndoPreview(op, (f"the prompt for {plan.lane} does not wait any more: {words}",), ())
    lines = []
    if plan.removed:
        words = first_words(work, plan.removed)
        lines.append(f"sent when the turn of {plan.lane} has ended: {words}")
    if plan.removed_doubtful:
        words = first_words(work, plan.removed_doubtful)
        lines.append(f"noted as doubtful again, and not sent by itself: {words}")
    return UndoPreview(op, tuple(lines), ())


def _why_not(
    work: Workplace, op: Operation, plan: PromptPlan, queue: PromptQueue
) -> tuple[str, ...]:
    later = tuple(came_after(step) for step in later_steps(work, op, _LATER)[-1:])
    if plan.aside:
        return (f"the line could not be read; it lies aside: {op.outcome.get('aside', '')}",)
    if plan.added:
        return _why_not_off(work, op, plan, queue, later)
    if plan.goes & queue.ids:
        return (*later, f"they wait for {plan.lane} already")
    found = _kept(work, (*plan.removed, *plan.removed_doubtful))
    if len(found) < len(plan.goes):
        return ("the text of a prompt is gone from the state folder",)
    if not _is_for_this_lane(work, LaneId(plan.lane), found):
        return later or (f"lane {plan.lane} is not there any more, or was started anew",)
    if len(queue.waiting) + len(plan.removed) > MOST:
        return (f"{len(queue.waiting)} prompts wait for {plan.lane}, and {MOST} may",)
    return ()


def _why_not_off(
    work: Workplace, op: Operation, plan: PromptPlan, queue: PromptQueue, later: tuple[str, ...]
) -> tuple[str, ...]:
    waiting = {one.id for one in queue.waiting}
    if waiting >= set(plan.added):
        return ()
    typed = [step for prompt in plan.added if (step := sent(work, prompt, op.at)) is not None]
    if typed:
        return (f"step {typed[-1].seq} typed it ({typed[-1].summary})",)
    if queue.taken is not None and queue.taken.id in plan.added:
        return ("it is being typed now",)
    return later or (f"it does not wait for {plan.lane} any more",)


def _is_for_this_lane(work: Workplace, lane: LaneId, prompts: list[Waiting]) -> bool:
    record = shared.records(work).get(lane)
    return record is not None and all(one.op == record.op for one in prompts)


def _kept(work: Workplace, prompts: tuple[str, ...] | list[str]) -> list[Waiting]:
    found = (prompt_line.kept(work, prompt) for prompt in prompts)
    return [one for one in found if one is not None]


def _plan(work: Workplace, op: Operation) -> PromptPlan:
    return PromptPlan.from_json(op.intent).backwards


def _advance(work: Workplace, running: Running) -> str:
    plan = PromptPlan.from_json(running.op.intent)
    lane = LaneId(plan.lane)
    running.step("write the line of before")
    queue = prompt_line.read(work, lane)
    back, doubtful = _kept(work, plan.added), _kept(work, plan.doubtful)
    if len(back) + len(doubtful) < len(plan.comes):
        raise Refused("The text of a prompt is gone from the state folder.")
    prompt_line.write(work, lane, queue.without(plan.goes).with_again(back, doubtful))
    return ""


def _nothing_happened(work: Workplace, running: Running) -> bool:
    return not has_happened(work, running.op, PromptPlan.from_json(running.op.intent))


def _recover(work: Workplace, running: Running) -> str:
    plan = PromptPlan.from_json(running.op.intent)
    if plan.comes and not has_happened(work, running.op, plan):
        running.abandon("it was interrupted before anything changed")
        return "had changed nothing and was dropped"
    if plan.goes:
        _advance(work, running)
    running.done(f"undid {running.op.undoes} after an interruption")
    return "was finished"


def _locks(op: Operation) -> list[str]:
    return [prompt_line.lock_of(LaneId(str(op.intent.get("lane", op.lane or ""))))]


def _is_moot(work: Workplace, op: Operation) -> bool:
    """Typed, called off or brought back since, or for a lane that is gone."""
    plan = PromptPlan.from_json(op.intent)
    try:
        queue = prompt_line.read(work, LaneId(plan.lane))
    except CockpitError:
        return True
    if plan.added:
        return not {one.id for one in queue.waiting} >= set(plan.added)
    return plan.aside or bool(_why_not(work, op, plan, queue))


UNDOING = Undoing(_preview, _plan, _advance, _locks, _nothing_happened, _recover, moot=_is_moot)
