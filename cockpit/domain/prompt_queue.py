"""Prompts that wait for the end of a lane's turn, as a value. Pure.

At most once: a prompt is `taken` from the line before a key of it is typed, and what became of
a taken one is read from the journal, never guessed.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
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

    @property
    def ids(self) -> frozenset[str]:
        """Of all that are in it, the one that is being typed included."""
        taken = () if self.taken is None else (self.taken,)
        return frozenset(one.id for one in (*self.waiting, *taken, *self.doubtful))

    def without(self, ids: Collection[str]) -> PromptQueue:
        """Less what waits or is doubtful of these; one that is being typed stays."""
        return replace(
            self,
            waiting=tuple(one for one in self.waiting if one.id not in ids),
            doubtful=tuple(one for one in self.doubtful if one.id not in ids),
        )

    def with_again(self, waiting: Iterable[Waiting], doubtful: Iterable[Waiting]) -> PromptQueue:
        """With these in their old places; what is in it already is not put in twice."""
        known = self.ids
        return replace(
            self,
            waiting=_put_in(self.waiting, (one for one in waiting if one.id not in known)),
            doubtful=_put_in(self.doubtful, (one for one in doubtful if one.id not in known)),
        )


def _put_in(line: tuple[Waiting, ...], more: Iterable[Waiting]) -> tuple[Waiting, ...]:
    """Each before the first that is newer; those of `line` keep their order, whatever the
    clock did meanwhile."""
    found = list(line)
    for one in more:
        place = next((at for at, other in enumerate(found) if other.at > one.at), len(found))
        found.insert(place, one)
    return tuple(found)


NO_PROMPTS = PromptQueue()


def queue_to_json(queue: PromptQueue) -> dict[str, Any]:
    return {
        "waiting": [waiting_to_json(one) for one in queue.waiting],
        "taken": waiting_to_json(queue.taken) if queue.taken is not None else None,
        "doubtful": [waiting_to_json(one) for one in queue.doubtful],
    }


def waiting_to_json(one: Waiting) -> dict[str, Any]:
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
        tuple(map(waiting_from_json, value["waiting"])),
        waiting_from_json(taken) if taken is not None else None,
        tuple(map(waiting_from_json, value["doubtful"])),
    )


def waiting_from_json(value: Mapping[str, Any]) -> Waiting:
    """Raises as `queue_from_json`."""
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
