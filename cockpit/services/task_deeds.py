"""The front of tasks: their intents, each to the module that carries it out."""

from __future__ import annotations

from cockpit.domain.intents import (
    Answer,
    Assign,
    CallOff,
    CloseRound,
    Collect,
    Plan,
    Retry,
    TellNote,
    WriteTasks,
)
from cockpit.services import answering, assigning, collecting, notes, plan, rounds, task_files
from cockpit.services.api import Outcome, Tell
from cockpit.services.workplace import Workplace

TaskIntent = Answer | Assign | CallOff | CloseRound | Collect | Plan | Retry | TellNote | WriteTasks


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
        case TellNote():
            return notes.tell(work, intent, tell, by)
        case Answer():
            return answering.answer(work, intent, tell, by)
        case CloseRound():
            return rounds.close(work, intent, tell, by)
