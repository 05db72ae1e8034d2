"""The front of tasks: their intents, each to the module that carries it out."""

from __future__ import annotations

from cockpit.domain.intents import (
    Assign,
    CallOff,
    Collect,
    Plan,
    Retry,
    WriteTasks,
)
from cockpit.services import assigning, collecting, plan, task_files
from cockpit.services.api import Outcome, Tell
from cockpit.services.workplace import Workplace

TaskIntent = Assign | CallOff | Collect | Plan | Retry | WriteTasks


def carry_out(work: Workplace, intent: TaskIntent, tell: Tell, by: str) -> Outcome:
    match intent:
        case Assign():
            return assigning.assign(work, intent, tell, by)
        case Plan():
            return plan.plan(work, intent, tell, by)
        case CallOff():
            return plan.call_off(work, intent, tell, by)
        case Retry():
            return plan.retry(work, intent, tell, by)
        case WriteTasks():
            return task_files.write(work, intent, tell, by)
        case Collect():
            return collecting.collect(work, intent, tell, by)
