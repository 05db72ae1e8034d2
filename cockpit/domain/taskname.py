"""Names of tasks: prefix and number are the identity, the rest of a file's name is free.

`tasks/task-001-auth.md`, `results/task-001-result.md`, `results/task-001-auth-result.md`,
`ws-03-meta-refactor.md`, `WS_03.md` and `001.md` are read.
"""

from __future__ import annotations

import re
from typing import NewType

TaskId = NewType("TaskId", str)
"""`<prefix>-<number>`, lower case, the number padded: `task-001`, `ws-03`. Two spellings of
one task are one id. Empty for a name that holds no number."""

PREFIX = "task"
"""The prefix of a bare number, where nothing else says one."""

_WIDTHS = {PREFIX: 3}
"""Digits of the number as the seeds write it; two for every other prefix."""

_NAME = re.compile(
    r"(?:(?P<prefix>[A-Za-z]+(?:[-_][A-Za-z]+)*?)[-_ #]{0,2})?(?P<number>[0-9]{1,9})"
    r"(?![0-9])(?P<rest>.*)",
    re.DOTALL,
)
_PREFIX = re.compile(r"[A-Za-z]{1,30}(?:-[A-Za-z]{1,30}){0,3}")
_MENTION = re.compile(r"(?<![A-Za-z0-9.])(?:([A-Za-z]+)[-_ ]?#?|#)?([0-9]{1,9})(?![0-9A-Za-z])")
_SUFFIX = (".md", ".markdown", ".txt")
_NOT_TASKS = frozenset({"readme", "index", "template", "example", "contributing"})


def is_file_of_tasks(name: str) -> bool:
    """Whether a name in `tasks/` or `results/` may be a task or a result: not an editor's
    temporary file, not a hidden file, not a README."""
    lower = name.lower()
    return (
        lower.endswith(_SUFFIX)
        and not lower.startswith((".", "#", "_", "~"))
        and _stem(lower) not in _NOT_TASKS
    )


def id_of_name(name: str) -> TaskId:
    """The task that a file's name stands for; empty if it holds no number."""
    match = _NAME.fullmatch(_stem(name.rsplit("/", 1)[-1]))
    if match is None or (match["rest"] and match["rest"][0].isalpha() and not match["prefix"]):
        return TaskId("")
    prefix = (match["prefix"] or PREFIX).lower().replace("_", "-")
    return make_id(PREFIX if prefix == "result" else prefix, int(match["number"]))


def make_id(prefix: str, number: int) -> TaskId:
    """The id of a prefix and a number."""
    return TaskId(f"{prefix}-{number:0{_WIDTHS.get(prefix, 2)}d}")


def slug_of(name: str) -> str:
    """What a name says after its number: `auth` of `task-001-auth.md`."""
    match = _NAME.fullmatch(_stem(name.rsplit("/", 1)[-1]))
    return match["rest"].strip("-_. ") if match is not None else ""


def number_of(task: TaskId) -> int:
    """The number in an id; 0 in an empty one."""
    digits = task.rpartition("-")[2]
    return int(digits) if digits.isascii() and digits.isdigit() else 0


def prefix_of(task: TaskId) -> str:
    return task.rpartition("-")[0] or PREFIX


def is_prefix(text: str) -> bool:
    """Whether tasks may be called `<text>-NN`, and are read as such."""
    return (
        prefix_of(id_of_name(f"{text}-1")) == text.lower() and _PREFIX.fullmatch(text) is not None
    )


def ids_in(text: str, *, like: TaskId) -> tuple[TaskId, ...]:
    """The tasks that one text names (`002`, `#2`, `WS-22`, `tasks/task-002-api.md`); a bare
    number takes the prefix of `like`."""
    stem = _stem(text.strip().strip("[]`\"'()").rsplit("/", 1)[-1])
    match = _NAME.fullmatch(stem)
    if match is not None and (match["prefix"] is not None and " " not in match["rest"].strip()):
        return (make_id(match["prefix"].lower().replace("_", "-"), int(match["number"])),)
    found: dict[TaskId, None] = {}
    for word, digits in _MENTION.findall(text):
        prefix = word.lower() if word and word.lower() not in _JOINING else prefix_of(like)
        found[make_id(prefix, int(digits))] = None
    return tuple(found)


_JOINING = frozenset({"and", "or", "on", "after", "also", "then", "needs", "no", "nr", "number"})


def _stem(name: str) -> str:
    lower = name.lower()
    for suffix in _SUFFIX:
        if lower.endswith(suffix):
            return name[: -len(suffix)]
    return name
