"""The prompts that wait for the end of a lane's turn, as they lie in the state folder: the line of
each lane, and each prompt by itself for as long as a step of the journal may bring it back.

Whoever writes a line holds its lock, `lock_of`.
"""

from __future__ import annotations

from cockpit.domain.ids import LaneId
from cockpit.domain.operation import OpKind
from cockpit.domain.prompt_queue import (
    NO_PROMPTS,
    PromptQueue,
    Waiting,
    queue_from_json,
    queue_to_json,
    waiting_from_json,
    waiting_to_json,
)
from cockpit.errors import CockpitError
from cockpit.services.running import own_lock
from cockpit.services.workplace import Workplace


def lock_of(lane: LaneId) -> str:
    return own_lock(OpKind.PROMPT, lane)


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


def write(work: Workplace, lane: LaneId, queue: PromptQueue) -> None:
    if queue:
        work.state.write(_name(lane), queue_to_json(queue))
    else:
        work.state.remove(_name(lane))


def set_aside(work: Workplace, lane: LaneId) -> str:
    """Move a line that can't be read out of the way; returns where it lies now."""
    return work.state.set_aside(_name(lane))


def _name(lane: LaneId) -> str:
    return f"prompts-{lane}"


# ---------------------------------------------------------------- one by itself


def keep(work: Workplace, one: Waiting) -> None:
    """Durable on return. The journal names a prompt by its id alone: it may be long, and hold
    what nobody wants to see in a log."""
    work.state.write(_single(one.id), waiting_to_json(one))


def kept(work: Workplace, prompt: str) -> Waiting | None:
    """None for one that is gone, or that can't be read."""
    try:
        value = work.state.read(_single(prompt))
        return waiting_from_json(value) if value else None
    except (CockpitError, KeyError, TypeError, ValueError):
        return None


def forget(work: Workplace, prompt: str) -> None:
    """One that was sent: nothing brings it back."""
    work.state.remove(_single(prompt))


def _single(prompt: str) -> str:
    return f"prompt-{prompt}"
