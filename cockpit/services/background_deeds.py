"""The front of background lanes: their intents, each to the module that carries it out."""

from __future__ import annotations

from cockpit.domain.intents import ApproveStanding, Dispatch, JudgeBackground, RunBackground
from cockpit.services import background, background_landing, background_run, standing
from cockpit.services.api import Outcome, Tell
from cockpit.services.workplace import Workplace

BackgroundIntent = ApproveStanding | Dispatch | RunBackground | JudgeBackground


def carry_out(work: Workplace, intent: BackgroundIntent, tell: Tell, by: str) -> Outcome:
    match intent:
        case ApproveStanding():
            return standing.approve(work, intent, tell, by)
        case Dispatch():
            return background.dispatch(work, intent, tell, by)
        case RunBackground():
            return background_run.run(work, intent, tell, by)
        case JudgeBackground():
            return background_landing.judge(work, intent, tell, by)
