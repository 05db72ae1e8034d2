"""Prompts that wait until a lane's turn has ended: who carries out what is wished of them, and
how one is delivered.

Keeping one and calling some off are steps of the journal (`prompt_changes.py`); delivering is none
of its own, since what types the prompt is one. Step by step, under the lane's `lock_of` from begin
to end:

| died after | left behind | next delivery |
|---|---|---|
| taken from the line | `taken`, no step names it | back into the line: nothing was typed |
| the journal has the send | `taken`, a step names it | doubtful: it may have been typed |
| the send's end | `taken`, the step is done | forgotten if it was seen, else doubtful |

So it is typed at most once, and what is doubtful is shown and never typed again by itself.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import replace

from cockpit.domain.activity import State
from cockpit.domain.events import PromptsChanged
from cockpit.domain.ids import LaneId
from cockpit.domain.intents import CallOffPrompt, DeliverPrompt, Intent, Send
from cockpit.domain.operation import OpState
from cockpit.domain.prompt_queue import PromptQueue, Waiting
from cockpit.errors import CockpitError, DeliveryUnknown, Refused, TimedOut
from cockpit.services import prompt_changes, prompt_line, shared
from cockpit.services.api import Outcome, Tell
from cockpit.services.workplace import Workplace

Act = Callable[[Workplace, Intent, Tell, str], Outcome]


def carry_out(
    work: Workplace,
    intent: Send | DeliverPrompt | CallOffPrompt,
    tell: Tell,
    by: str,
    *,
    send: Act,
) -> Outcome:
    """`send` gives an agent a prompt now."""
    if isinstance(intent, CallOffPrompt):
        outcome = prompt_changes.call_off(work, intent, tell, by)
    elif isinstance(intent, DeliverPrompt):
        try:
            outcome = deliver(work, intent.lane, tell, by, send)
        finally:
            tell(changed(work))
        return outcome
    elif _is_idle(work, intent.lane) and not prompt_line.read(work, intent.lane):
        return send(work, replace(intent, when_idle=False), tell, by)
    else:
        outcome = prompt_changes.add(work, intent, tell, by)
    tell(changed(work))
    return outcome


def changed(work: Workplace) -> PromptsChanged:
    """All lines as they are. One that can't be read is empty here; `deliver` says why."""
    found = {}
    for lane in shared.records(work):
        try:
            queue = prompt_line.read(work, lane)
        except CockpitError:
            continue
        if queue:
            found[lane] = queue
    return PromptsChanged(found)


def _is_idle(work: Workplace, lane: LaneId) -> bool:
    """Whether its turn has ended, as far as its screen says now."""
    home = shared.home(work, lane)
    record = home.record(lane)
    pane = work.tmux.panes().get(lane)
    if pane is None or record.pane is None or pane.ref != record.pane or pane.dead:
        return False
    seen = work.agents.judge(
        record.agent,
        pane=pane,
        rows=work.tmux.capture(pane.ref.pane),
        previous=None,
        now=work.clock.now(),
    )
    return seen.state is State.IDLE


def deliver(work: Workplace, lane: LaneId, tell: Tell, by: str, send: Act) -> Outcome:
    """Send the first one. Raises what sending raises; one that was refused waits on, with the
    reason, and is not tried again by itself."""
    with ExitStack() as stack:
        try:
            stack.enter_context(
                work.locks.hold(
                    prompt_line.lock_of(lane), timeout=0.0, why="send a prompt that waited"
                )
            )
        except TimedOut as error:
            raise Refused(
                f"Another cockpit sends lane {lane} its prompt now.", hint="Wait for that one."
            ) from error
        return _deliver(work, lane, tell, by, send)


def _deliver(work: Workplace, lane: LaneId, tell: Tell, by: str, send: Act) -> Outcome:
    queue = _settled(work, prompt_line.read(work, lane))
    if not queue.waiting:
        prompt_line.write(work, lane, queue)
        raise Refused(f"No prompt waits for lane {lane}.", hint="It was sent, or called off.")
    first, rest = queue.waiting[0], queue.waiting[1:]
    if first.op != shared.home(work, lane).record(lane).op:
        error = Refused(
            f"Lane {lane} was started anew since a prompt was kept for it.",
            hint="Send it again if it is meant for this one, or call it off.",
        )
        kept = replace(first, why=error.title)
        prompt_line.write(work, lane, replace(queue, waiting=(kept, *rest)))
        raise error
    prompt_line.write(work, lane, replace(queue, waiting=rest, taken=first))
    work.probe("prompt taken from the line")
    wish = Send(lane, first.text, comments=first.comments, queued=first.id)
    try:
        outcome = send(work, wish, tell, by)
    except DeliveryUnknown:
        prompt_line.write(
            work, lane, replace(queue, waiting=rest, doubtful=(*queue.doubtful, first))
        )
        raise
    except CockpitError as error:
        prompt_line.write(work, lane, _after_refusal(work, queue, first, error))
        raise
    work.probe("prompt sent")
    prompt_line.write(work, lane, replace(queue, waiting=rest))
    prompt_line.forget(work, first.id)
    return outcome


def _after_refusal(
    work: Workplace, queue: PromptQueue, first: Waiting, error: CockpitError
) -> PromptQueue:
    """Back into the line where no key was typed (the journal has no send of it)."""
    rest = queue.waiting[1:]
    if prompt_changes.sent(work, first.id, first.at) is not None:
        return replace(queue, waiting=rest, doubtful=(*queue.doubtful, first))
    return replace(queue, waiting=(replace(first, why=error.title), *rest))


def _settled(work: Workplace, queue: PromptQueue) -> PromptQueue:
    """What became of one that a dead process had taken."""
    one = queue.taken
    if one is None:
        return queue
    sent = prompt_changes.sent(work, one.id, one.at)
    if sent is None:
        return replace(queue, taken=None, waiting=(one, *queue.waiting))
    if sent.state is OpState.DONE and sent.outcome.get("delivery") == "seen":
        return replace(queue, taken=None)
    return replace(queue, taken=None, doubtful=(*queue.doubtful, one))
