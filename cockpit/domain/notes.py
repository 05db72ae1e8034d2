"""Words to a lane as files: `tasks/task-001-answer.md` or `tasks/task-001-prompt.md`, with or
without a further number (`task-001-answer-2.md`). What stands in one is told, once, to the lane
that has the task, so that who knows only the file formats can take part.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from enum import StrEnum
from functools import lru_cache

from cockpit.dataclass import dataclass
from cockpit.domain.activity import State
from cockpit.domain.sync import AT_REST
from cockpit.domain.taskname import TaskId, id_of_name
from cockpit.domain.work import Holder

MOST = 64 << 10
"""Bytes of a note that are told; a longer one is refused whole."""

_NAME = re.compile(
    r"(?P<task>.+)-(?P<kind>answer|prompt)(?:-[0-9]{1,6})?\.(?:md|markdown|txt)", re.IGNORECASE
)


class Told(StrEnum):
    """How far a note is."""

    WAITS = "waits"
    BEGUN = "begun"
    """It was about to be typed when cockpit died: nobody knows; never told again by itself."""
    DONE = "done"


@dataclass(frozen=True, slots=True)
class Note:
    """One file. The text is raw from outside."""

    name: str
    task: TaskId
    text: str
    digest: str

    @property
    def is_answer(self) -> bool:
        """Whether it answers what the result of its task asks."""
        match = _NAME.fullmatch(self.name)
        return match is not None and match["kind"].casefold() == "answer"


@lru_cache(20_000)
def task_of(name: str) -> TaskId:
    """The task whose lane a file of this name is for; empty for a file that is no note."""
    match = _NAME.fullmatch(name)
    return id_of_name(f"{match['task']}.md") if match is not None else TaskId("")


def read(name: str, content: bytes) -> Note | None:
    """The note in a file; None for a file that is none."""
    task = task_of(name)
    if not task:
        return None
    text = content.decode("utf-8-sig", "replace").strip()
    return Note(name, task, text, hashlib.sha256(content).hexdigest())


def why_not_yet(
    note: Note,
    holder: Holder | None,
    *,
    covered: bool,
    told: Mapping[str, tuple[str, Told]],
    arriving: bool,
) -> str | None:
    """Why the note is not told now, a clause; empty when it is to be told, None when there is
    nothing to say: it was told. `told` has by name the digest that was told, and how far."""
    digest, state = told.get(note.name, ("", Told.WAITS))
    if digest == note.digest and state is Told.DONE:
        return None
    if digest == note.digest and state is Told.BEGUN:
        return "nobody knows whether it was told: look at the lane, and write it anew if it was not"
    if arriving:
        return "it is being written"
    if not note.text:
        return "it is empty"
    if len(note.text.encode("utf-8", "replace")) > MOST:
        return f"it is longer than {MOST >> 10} KiB"
    if holder is None:
        return f"no lane has {note.task}"
    if not covered:
        return "it is told when you say go for what is written later (`cockpit plan go --follow`)"
    if holder.activity is State.ASKING:
        return f"lane {holder.lane} asks on its screen: only you answer that"
    if holder.activity not in AT_REST:
        return f"lane {holder.lane} is {holder.activity}: it is told when its turn has ended"
    return ""
