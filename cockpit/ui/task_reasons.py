"""Why something can't be done with the chosen task: each a full sentence, `{id}` for keys."""

from __future__ import annotations

from collections.abc import Callable

from cockpit.domain.board import TaskView
from cockpit.domain.fleet import Fleet
from cockpit.domain.handing_out import to_do
from cockpit.domain.work import UNDERWAY, Work
from cockpit.ui.actions import Action
from cockpit.ui.reasons import Reason

OF_TASK = frozenset(
    {"open_task", "assign_task", "retry_task", "call_off", "edit_task", "task_diff", "task_lane"}
)
"""Actions that are about the chosen task."""

MAY_RETRY = frozenset({Work.FAILED, Work.BLOCKED})


def why_not(action: str, view: TaskView | None, fleet: Fleet) -> Reason:
    """None where it can be done, or where nothing is known against it."""
    if action in OF_TASK and view is None:
        return "No task is chosen; {new_task} writes one."
    if action == "go_plan" and not to_do(fleet.board):
        return "There is no task that could start; {new_task} writes one."
    if action == "stop_plan" and not fleet.plan.going:
        return "Nothing starts by itself, so there is nothing to stop."
    check = _CHECKS.get(action)
    return check(view, fleet) if check is not None and view is not None else None


def is_worth(action: str, view: TaskView | None) -> bool:
    """Whether a hint is worth its room: a lane that only asks is answered, not torn down."""
    return action != "retry_task" or (view is not None and view.work is Work.FAILED)


def hint(action: Action, view: TaskView | None) -> str:
    """The word of a hint, for what the key does with this task."""
    if action.id == "call_off" and view is not None and view.work is Work.CANCELLED:
        return "take up again"
    return action.short or action.title.lower()


def _assign(view: TaskView, fleet: Fleet) -> Reason:
    name = view.task.id or view.task.name
    if view.holder is not None:
        return f"Lane {view.holder.lane} has {name}; {{retry_task}} takes it away once it failed."
    if view.work is Work.MERGED:
        return f"{name} is merged."
    if view.work is Work.CANCELLED:
        return f"{name} is called off; {{call_off}} takes it up again."
    if view.arriving:
        return f"{name} is still being written."
    if view.work not in (Work.READY, Work.FAILED):
        return f"{name} can't start: {view.why}."
    if not fleet.plan.lanes:
        return "No lane of lanes.yaml takes tasks."
    return None


def _retry(view: TaskView, fleet: Fleet) -> Reason:
    name = view.task.id or view.task.name
    if not view.task.id:
        return _no_number(view)
    if view.work in MAY_RETRY:
        return None
    if view.work in UNDERWAY and view.holder is not None:
        return f"{name} has not failed: {view.why}."
    return f"{name} has not failed; it is {view.work}."


def _call_off(view: TaskView, fleet: Fleet) -> Reason:
    if view.work is Work.MERGED:
        return f"{view.task.id} is merged already."
    return None if view.task.id else _no_number(view)


def _no_number(view: TaskView) -> str:
    return f"The name of {view.task.name} holds no number, so nothing can be kept of it."


def _diff(view: TaskView, fleet: Fleet) -> Reason:
    lane = fleet.lane(view.holder.lane) if view.holder is not None else None
    if lane is None or lane.record is None:
        return f"No lane works on {view.task.id or view.task.name}."
    return None


def _lane(view: TaskView, fleet: Fleet) -> Reason:
    if view.holder is None or fleet.lane(view.holder.lane) is None:
        return f"No lane has {view.task.id or view.task.name}."
    return None


_CHECKS: dict[str, Callable[[TaskView, Fleet], Reason]] = {
    "assign_task": _assign,
    "retry_task": _retry,
    "call_off": _call_off,
    "task_diff": _diff,
    "task_lane": _lane,
}
