"""Every intent, to the service that carries it out."""

from __future__ import annotations

from cockpit.domain.intents import (
    Adopt,
    ApplyHunk,
    Approve,
    ApproveStanding,
    Assign,
    CallOffPrompt,
    Commit,
    DeliverPrompt,
    Dispatch,
    EmptyTrash,
    Follow,
    Gate,
    HandBack,
    Intent,
    Interrupt,
    JudgeBackground,
    Land,
    LeaveOut,
    Lock,
    Move,
    Park,
    PullRequest,
    Queue,
    Rename,
    Resolve,
    Restart,
    RestoreTrash,
    Resume,
    RunBackground,
    RunTrain,
    Send,
    Start,
    Stop,
    StopTrain,
    Sync,
    Teardown,
    Trust,
    Undo,
    Unlock,
)
from cockpit.services import (
    adopt,
    approvals,
    assigning,
    background_deeds,
    gate,
    handback,
    hunks,
    landing,
    leaving_out,
    locked,
    moving,
    panes,
    park,
    parked,
    prompt_queue,
    prompts,
    pull_request,
    rename,
    resolving,
    rubbish,
    shared,
    start,
    sync,
    taking,
    task_deeds,
    teardown,
    train,
    train_queue,
    trust,
    undo,
    upstream,
)
from cockpit.services.api import Outcome, Tell
from cockpit.services.workplace import Workplace


def carry_out(work: Workplace, intent: Intent, tell: Tell, by: str) -> Outcome:
    """How it ended well; raises `CockpitError`."""
    if isinstance(intent, Lock | Unlock):
        return locked.change(work, intent, tell, by)
    locked.guard(work, intent)
    lane = getattr(intent, "lane", None)
    if isinstance(intent, DeliverPrompt | CallOffPrompt) or (
        isinstance(intent, Send) and intent.when_idle
    ):
        return prompt_queue.carry_out(work, intent, tell, by, send=carry_out)
    if lane is not None and shared.is_shared(work, lane):
        return shared.carry_out(work, intent, tell, by)
    match intent:
        case Start(lane, prompt, task, changes, fetch) if task:
            wish = Assign(task, lane, note=prompt, with_changes=changes, fetch=fetch)
            return assigning.assign(work, wish, tell, by)
        case Start(lane, prompt, with_changes=False) if lane in parked.lanes(work):
            return park.resume(work, Resume(lane, prompt), tell, by)
        case Start():
            return start.start(work, intent, tell, by)
        case Adopt():
            return adopt.adopt(work, intent, tell, by)
        case Stop():
            return panes.stop(work, intent, tell, by)
        case Restart():
            return panes.restart(work, intent, tell, by)
        case Interrupt():
            return panes.interrupt(work, intent, tell, by)
        case Send():
            return prompts.send(work, intent, tell, by)
        case Gate():
            return gate.gate(work, intent, tell, by)
        case Approve():
            return approvals.approve(work, intent, tell, by)
        case Commit():
            return taking.commit(work, intent, tell, by)
        case LeaveOut():
            return leaving_out.leave_out(work, intent, tell, by)
        case Land():
            return landing.land(work, intent, tell, by)
        case Teardown():
            return teardown.teardown(work, intent, tell, by)
        case Undo():
            return undo.undo(work, intent, tell, by)
        case RestoreTrash():
            return rubbish.restore(work, intent, tell, by)
        case EmptyTrash():
            return rubbish.empty(work, intent, tell, by)
        case Follow():
            return upstream.follow(work, intent, tell, by)
        case PullRequest():
            return pull_request.request(work, intent, tell, by)
        case Trust():
            return trust.trust(work, intent, tell, by)
        case Resolve():
            return resolving.resolve(work, intent, tell, by)
        case HandBack():
            return handback.hand_back(work, intent, tell, by)
        case ApplyHunk():
            return hunks.apply(work, intent, tell, by)
        case Queue():
            return train_queue.queue(work, intent, tell, by)
        case StopTrain():
            return train.stop(work, intent, tell, by)
        case Sync():
            return sync.sync(work, intent, tell, by)
        case Park():
            return park.park(work, intent, tell, by)
        case Rename():
            return rename.rename(work, intent, tell, by)
        case Move():
            return moving.move(work, intent, tell, by)
        case Resume():
            return park.resume(work, intent, tell, by)
        case ApproveStanding() | Dispatch() | RunBackground() | JudgeBackground():
            return background_deeds.carry_out(work, intent, tell, by)
        case RunTrain():
            raise ValueError("a train is run by who knows the radar")
        case _:
            return task_deeds.carry_out(work, intent, tell, by)
