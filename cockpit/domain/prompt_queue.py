"""Prompts that wait for the end of a lane's turn, as a value. Pure.

At most once: a prompt is `taken` from the line before a key of it is typed, and what became of
a taken one is read from the journal, never guessed.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cockpit.dataclass import dataclass

MOST = 20
"""Prompts that may wait for one lane."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """One prompt. `why` says what stood in its way when it was tried last."""

    id: str
    text: str
    at: float
    by: str = ""
    comments: tuple[str, ...] = ()
    why: str = ""
    op: str = ""
    """The step that the lane was made by: another lane of that name does not get it."""

    @property
    def first_line(self) -> str:
        return next((line.strip() for line in self.text.splitlines() if line.strip()), "")


@dataclass(frozen=True, slots=True)
class PromptQueue:
    waiting: tuple[Waiting, ...] = ()
    taken: Waiting | None = None
    """Being typed now, or it was when its process died."""
    doubtful: tuple[Waiting, ...] = ()
    """Typed, and nobody knows whether they were taken; never sent again by themselves."""

    def __bool__(self) -> bool:
        return bool(self.waiting or self.taken or self.doubtful)

    @property
    def is_due(self) -> bool:
        """Whether the next one can be tried: one that is in somebody's hands is settled first."""
        return bool(self.waiting or self.taken) and not (self.waiting and self.waiting[0].why)


NO_PROMPTS = PromptQueue()


def queue_to_json(queue: PromptQueue) -> dict[str, Any]:
    return {
        "waiting": [_to_json(one) for one in queue.waiting],
        "taken": _to_json(queue.taken) if queue.taken is not None else None,
        "doubtful": [_to_json(one) for one in queue.doubtful],
    }


def _to_json(one: Waiting) -> dict[str, Any]:
    return {
        "id": one.id,
        "text": one.text,
        "at": one.at,
        "by": one.by,
        "comments": list(one.comments),
        "why": one.why,
        "op": one.op,
    }


def queue_from_json(value: Mapping[str, Any]) -> PromptQueue:
    """Raises `KeyError`, `TypeError` or `ValueError` for what we did not write: a line of prompts
    that is half understood must not be typed."""
    taken = value["taken"]
    return PromptQueue(
        tuple(map(_from_json, value["waiting"])),
        _from_json(taken) if taken is not None else None,
        tuple(map(_from_json, value["doubtful"])),
    )


def _from_json(value: Mapping[str, Any]) -> Waiting:
    text, comments = value["text"], value["comments"]
    if not isinstance(text, str) or not isinstance(comments, list):
        raise TypeError("not a prompt")
    return Waiting(
        str(value["id"]),
        text,
        float(value["at"]),
        str(value["by"]),
        tuple(str(one) for one in comments),
        str(value["why"]),
        str(value["op"]),
    )
