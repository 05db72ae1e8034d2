"""What is typed for an answer to a question: pure, from the question and the agent's keys.

Words are never typed into a dialog of choices, where a letter of them could press one, unless
the agent's preset names the choice after which words are expected.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import replace

from cockpit.dataclass import dataclass
from cockpit.domain.choices import Choice
from cockpit.domain.inbox import Question
from cockpit.domain.launch import AnswerKeys
from cockpit.domain.text import counted
from cockpit.errors import Refused


@dataclass(frozen=True, slots=True)
class Reply:
    """What is typed: keys first, then words with Enter. `enter`: Enter as well, should the
    question still stand there with the key's letter after it."""

    said: str
    keys: tuple[str, ...] = ()
    words: str = ""
    enter: bool = False


def reply_to(question: Question, text: str, keys: AnswerKeys) -> Reply:
    """What to type for this answer. Raises `Refused` where words could press a choice."""
    lane = question.lane
    if not question.rows:
        raise Refused(
            f"Lane {lane} asks something that can't be read from its screen.",
            hint=f"Answer it in its pane: `cockpit attach {lane}`.",
        )
    choice = choice_of(question, text)
    if choice is not None:
        return _pressed(choice, keys)
    leads = next((one for one in question.choices if _takes_words(one, keys)), None)
    if leads is not None:
        return replace(_pressed(leads, keys), said=length(text), words=text)
    if not question.choices and not keys.typed:
        return _unseen_choice(question, text, keys)
    if question.choices:
        raise Refused(
            f"What lane {lane} asks takes one of its choices, not words.",
            detail=listed(question.choices),
            hint=f"Choose one; then tell it more with `cockpit send {lane}`.",
        )
    return Reply(length(text), words=text)


def _pressed(choice: Choice, keys: AnswerKeys) -> Reply:
    said = f"{choice.key} {choice.label}"
    if choice.is_number:
        return Reply(said, tuple(key.replace("{n}", choice.key) for key in keys.choice))
    preset = {"y": keys.yes, "n": keys.no}.get(choice.key[:1], ())
    if preset:
        return Reply(said, preset)
    if len(choice.key) == 1:
        return Reply(said, (choice.key,), enter=True)
    return Reply(said, words=choice.key)


def _unseen_choice(question: Question, text: str, keys: AnswerKeys) -> Reply:
    """An answer to a dialog whose choices can't be read off its screen: yes and no only."""
    word = text.strip().casefold()
    pressed = {"y": keys.yes, "yes": keys.yes, "n": keys.no, "no": keys.no}.get(word, ())
    if pressed:
        return Reply(word, pressed)
    raise Refused(
        f"What lane {question.lane} asks takes yes or no here, not words.",
        hint=f"Answer `yes` or `no`, or step in with `cockpit attach {question.lane}`.",
    )


def _takes_words(choice: Choice, keys: AnswerKeys) -> bool:
    return bool(keys.words) and re.search(keys.words, choice.label) is not None


def length(text: str) -> str:
    return f"in {counted(len(text), 'character')}"


def choice_of(question: Question, text: str) -> Choice | None:
    """The choice that an answer names, by its key or its whole label; None for words of the
    commander's own. Raises `Refused` for a number that is no choice."""
    wanted = text.strip().casefold()
    by_key = [one for one in question.choices if one.key.casefold() == wanted]
    by_label = [one for one in question.choices if one.label.casefold() == wanted]
    found = by_key or by_label
    if len(found) == 1:
        return found[0]
    if len(found) > 1 or (wanted.isdigit() and question.choices):
        raise Refused(
            f"{text.strip()[:40]!r} is none of the choices of lane {question.lane}.",
            detail=listed(question.choices),
            hint="Answer with one of these.",
        )
    return None


def listed(found: Collection[Choice]) -> str:
    """The choices for people: `1 Yes, 2 No`."""
    return ", ".join(f"{one.key} {one.label}" for one in found)


def prompt_of(question: Question, text: str) -> str:
    return f"Re: {question.text}\n{text}"
