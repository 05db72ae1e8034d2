"""Which tasks the target's history says are merged. Pure.

A landing's message names its task in its last block, which cockpit alone writes; a later
commit that takes the landing back (or takes that back) changes the answer.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from cockpit.domain.ids import CommitId
from cockpit.domain.merge import TRAILER_APPROVAL, TRAILER_LANE, TRAILER_TASK
from cockpit.domain.taskname import TaskId, id_of_name

_TRAILER = re.compile(r"([A-Za-z0-9][A-Za-z0-9-]*)[ \t]*:[ \t]*(.*)")
_COMMIT = re.compile(r"[0-9a-f]{40,64}")
_TAKES_BACK = re.compile(
    r"^(?:Takes back what ([0-9a-f]{40,64}) brought|This reverts commit ([0-9a-f]{40,64}))",
    re.MULTILINE,
)

WANTED = (rf"^{TRAILER_TASK}:", "^Takes back what [0-9a-f]", "^This reverts commit [0-9a-f]")
"""Patterns (for `git log --grep`) of which a message must hold one to say anything here."""


def task_in(message: str) -> TaskId:
    """The task that a landing's message names in its last block, else empty. A block that is
    not all trailers, or that does not name the lane as ours do, says nothing."""
    return id_of_name(_trailers(message).get(TRAILER_TASK, "").strip())


def approved_in(message: str) -> CommitId | None:
    """The lane's commit whose landing the message tells of, by the same rule."""
    said = _trailers(message).get(TRAILER_APPROVAL, "").strip()
    return CommitId(said) if _COMMIT.fullmatch(said) else None


def _trailers(message: str) -> dict[str, str]:
    """The last block, if it is all trailers and names the lane as ours do; else nothing."""
    block = message.replace("\r\n", "\n").rstrip().rpartition("\n\n")[2].split("\n")
    found = [_TRAILER.fullmatch(line) for line in block]
    if not all(found):
        return {}
    said = {match[1]: match[2] for match in found if match is not None}
    return said if TRAILER_LANE in said else {}


def taken_back_in(message: str) -> list[str]:
    """The commits that a message says it takes back, ours or `git revert`'s."""
    return [one or other for one, other in _TAKES_BACK.findall(message)]


def merged_tasks(commits: Sequence[tuple[CommitId, str]]) -> frozenset[TaskId]:
    """The tasks whose landing stands, by (commit, message), newest first."""
    gone: set[str] = set()
    found = set()
    for commit, message in commits:
        if commit in gone:
            continue
        gone.update(taken_back_in(message))
        task = task_in(message)
        if task:
            found.add(task)
    return frozenset(found)
