"""Prompts that wait until a lane's turn has ended: one small state file a lane.

Delivering one, step by step, under the lock `prompts-<lane>` from begin to end:

| died after | left behind | next delivery |
|---|---|---|
| taken from the line | `taken`, no step names it | back into the line: nothing was typed |
| the journal has the send | `taken`, a step names it | doubtful: it may have been typed |
| the send's end | `taken`, the step is done | forgotten if it was seen, else doubtful |

So it is typed at most once, and what is doubtful is shown and never typed again by itself.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import replace

from cockpit.domain.activity import State
from cockpit.domain.events import PromptsChanged
from cockpit.domain.ids import LaneId
from cockpit.domain.intents import CallOffPrompt, DeliverPrompt, Intent, Send
from cockpit.domain.operation import Operation, OpKind, OpState
from cockpit.domain.prompt_queue import (
    MOST,
    NO_PROMPTS,
    PromptQueue,
    Waiting,
    queue_from_json,
    queue_to_json,
)
from cockpit.errors import CockpitError, DeliveryUnknown, Refused, TimedOut
from cockpit.services import shared
from cockpit.services.api import Outcome, Tell
from cockpit.services.workplace import Workplace

Act = Callable[[Workplace, Intent, Tell, str], Outcome]

LOOKED_AT = 2_000
"""Newest steps of the journal among which a taken prompt is looked for."""


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
        outcome = call_off(work, intent)
    elif isinstance(intent, DeliverPrompt):
        try:
            outcome = deliver(work, intent.lane, tell, by, send)
        finally:
            tell(changed(work))
        return outcome
    elif _is_idle(work, intent.lane) and not read(work, intent.lane):
        return send(work, replace(intent, when_idle=False), tell, by)
    else:
        outcome = add(work, intent, by)
    tell(changed(work))
    return outcome


def changed(work: Workplace) -> PromptsChanged:
    """All lines as they are. One that can't be read is empty here; `deliver` says why."""
    found = {}
    for lane in shared.records(work):
        try:
            queue = read(work, lane)
        except CockpitError:
            continue
        if queue:
            found[lane] = queue
    return PromptsChanged(found)


def read(work: Workplace, lane: LaneId) -> PromptQueue:
    """Raises `CockpitError` for a damaged one."""
    value = work.state.read(_name(lane))
    if not value:
        return NO_PROMPTS
    try:
        return queue_from_json(value)
    except (KeyError, TypeError, ValueError) as error:
        raise CockpitError(
            f"The prompts that wait for lane {lane} can't be read.",
            detail=str(error),
            hint=f"Nothing of them is sent. `cockpit send {lane} --call-off` puts them aside.",
        ) from error


def _write(work: Workplace, lane: LaneId, queue: PromptQueue) -> None:
    if queue:
        work.state.write(_name(lane), queue_to_json(queue))
    else:
        work.state.remove(_name(lane))


def _name(lane: LaneId) -> str:
    return f"prompts-{lane}"


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


def add(work: Workplace, intent: Send, by: str) -> Outcome:
    """Keep a prompt, durable on return. Raises `Refused` for an empty one, or one too many."""
    lane = intent.lane
    if not intent.text.strip():
        raise Refused("The prompt is empty.", hint="Write some text to send.")
    record = shared.home(work, lane).record(lane)
    with work.locks.hold(_name(lane), why="keep a prompt"):
        queue = read(work, lane)
        if len(queue.waiting) >= MOST:
            raise Refused(
                f"{MOST} prompts wait for lane {lane} already.",
                hint="Let the agent work, or call them off.",
            )
        one = Waiting(
            secrets.token_hex(6),
            intent.text,
            work.clock.now(),
            by,
            tuple(intent.comments),
            op=record.op,
        )
        _write(work, lane, replace(queue, waiting=(*queue.waiting, one)))
    return Outcome(
        f"Kept for {lane}: it is sent when its turn has ended, by a cockpit that is open.",
        None,
        {"lane": lane, "delivery": "waiting", "id": one.id, "place": len(queue.waiting) + 1},
    )


def call_off(work: Workplace, intent: CallOffPrompt) -> Outcome:
    """Forget waiting prompts. One that is being typed is not called back."""
    lane = intent.lane
    with work.locks.hold(_name(lane), why="call a prompt off"):
        try:
            queue = read(work, lane)
        except CockpitError:
            aside = work.state.set_aside(_name(lane))
            said = f"The prompts that waited for {lane} could not be read; they lie aside: {aside}"
            return Outcome(said, None, {"lane": lane, "called_off": []})
        gone = [one for one in queue.waiting if intent.id in ("", one.id)]
        doubtful = [one for one in queue.doubtful if intent.id in ("", one.id)]
        if not gone and not doubtful:
            raise Refused(f"No prompt waits for lane {lane}.", hint="It may have been sent.")
        kept = replace(
            queue,
            waiting=tuple(one for one in queue.waiting if one not in gone),
            doubtful=tuple(one for one in queue.doubtful if one not in doubtful),
        )
        _write(work, lane, kept)
    count = len(gone)
    what = f"{count} prompt{'' if count == 1 else 's'}" if count else "What was doubtful"
    return Outcome(
        f"{what} for {lane} called off.",
        None,
        {"lane": lane, "called_off": [one.id for one in (*gone, *doubtful)]},
    )


def deliver(work: Workplace, lane: LaneId, tell: Tell, by: str, send: Act) -> Outcome:
    """Send the first one. Raises what sending raises; one that was refused waits on, with the
    reason, and is not tried again by itself."""
    with ExitStack() as stack:
        try:
            stack.enter_context(
                work.locks.hold(_name(lane), timeout=0.0, why="send a prompt that waited")
            )
        except TimedOut as error:
            raise Refused(
                f"Another cockpit sends lane {lane} its prompt now.", hint="Wait for that one."
            ) from error
        return _deliver(work, lane, tell, by, send)


def _deliver(work: Workplace, lane: LaneId, tell: Tell, by: str, send: Act) -> Outcome:
    queue = _settled(work, read(work, lane))
    if not queue.waiting:
        _write(work, lane, queue)
        raise Refused(f"No prompt waits for lane {lane}.", hint="It was sent, or called off.")
    first, rest = queue.waiting[0], queue.waiting[1:]
    if first.op != shared.home(work, lane).record(lane).op:
        error = Refused(
            f"Lane {lane} was started anew since a prompt was kept for it.",
            hint="Send it again if it is meant for this one, or call it off.",
        )
        kept = replace(first, why=error.title)
        _write(work, lane, replace(queue, waiting=(kept, *rest)))
        raise error
    _write(work, lane, replace(queue, waiting=rest, taken=first))
    work.probe("prompt taken from the line")
    wish = Send(lane, first.text, comments=first.comments, queued=first.id)
    try:
        outcome = send(work, wish, tell, by)
    except DeliveryUnknown:
        _write(work, lane, replace(queue, waiting=rest, doubtful=(*queue.doubtful, first)))
        raise
    except CockpitError as error:
        _write(work, lane, _after_refusal(work, queue, first, error))
        raise
    work.probe("prompt sent")
    _write(work, lane, replace(queue, waiting=rest))
    return outcome


def _after_refusal(
    work: Workplace, queue: PromptQueue, first: Waiting, error: CockpitError
) -> PromptQueue:
    """Back into the line where no key was typed (the journal has no send of it)."""
    rest = queue.waiting[1:]
    if _sent(work, first) is not None:
        return replace(queue, waiting=rest, doubtful=(*queue.doubtful, first))
    return replace(queue, waiting=(replace(first, why=error.title), *rest))


def _settled(work: Workplace, queue: PromptQueue) -> PromptQueue:
    """What became of one that a dead process had taken."""
    one = queue.taken
    if one is None:
        return queue
    sent = _sent(work, one)
    if sent is None:
        return replace(queue, taken=None, waiting=(one, *queue.waiting))
    if sent.state is OpState.DONE and sent.outcome.get("delivery") == "seen":
        return replace(queue, taken=None)
    return replace(queue, taken=None, doubtful=(*queue.doubtful, one))


def _sent(work: Workplace, one: Waiting) -> Operation | None:
    """The step that typed it, if any."""
    found = work.journal.entries(last=LOOKED_AT)
    if len(found) == LOOKED_AT and found[0].at > one.at:
        found = work.journal.entries()
    for op in reversed(found):
        if op.kind is OpKind.SEND and op.intent.get("queued") == one.id:
            return op
    return None
