"""Sent prompts and templates, as values, and filling in a lane's own values. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping

from cockpit.dataclass import dataclass
from cockpit.domain.ids import LaneId

MOST_SENT = 200
MOST_SENT_TEXT = 1 << 20
"""Characters of all sent prompts together."""

NAMES = ("lane", "key", "agent", "branch", "target", "worktree", "zone", "task", "title")
"""What can be filled in."""

_NAME = re.compile(r"\{\{(" + "|".join(NAMES) + r")\}\}")


@dataclass(frozen=True, slots=True)
class SentPrompt:
    text: str
    lanes: tuple[LaneId, ...]
    at: float


@dataclass(frozen=True, slots=True)
class PromptTemplate:
    """`where`: whose it is. One with a `problem` has no text."""

    name: str
    where: str
    text: str
    problem: str = ""


def placeholders(text: str) -> tuple[str, ...]:
    """Names in the text that are filled in, each once."""
    return tuple(dict.fromkeys(found[1] for found in _NAME.finditer(text)))


def filled(text: str, values: Mapping[str, str]) -> str:
    """The text with its placeholders filled in, in one pass; all else stays byte for byte."""
    return _NAME.sub(lambda found: values.get(found[1], found[0]), text)


def ordered(sent: tuple[SentPrompt, ...], lanes: tuple[LaneId, ...]) -> tuple[SentPrompt, ...]:
    """Those to one of these lanes first, each part as it was."""
    mine = [one for one in sent if set(one.lanes) & set(lanes)]
    return (*mine, *(one for one in sent if one not in mine))
