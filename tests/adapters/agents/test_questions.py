"""What recorded screens of the real agents ask, and with which keys it is answered."""

from __future__ import annotations

import pytest

from cockpit.adapters.agents import presets
from cockpit.domain import choices, inbox
from cockpit.domain.choices import Choice
from cockpit.domain.ids import LaneId
from cockpit.domain.inbox import Question
from cockpit.domain.reply import reply_to
from cockpit.errors import Refused
from tests.adapters.agents.test_screens import SCREENS, read

STORES = ("SQLite", "Redis", "Type something.", "Chat about this")


def asked(name: str) -> Question:
    agent = name.partition("-")[0]
    found = inbox.on_screen(LaneId("alpha"), read(agent, name), None)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("name", "said", "labels"),
    [
        ("claude-c-permission-bash", "git add -A && git commit", ("Yes", "Yes, and don't", "No")),
        ("claude-c-permission-write", "Do you want to create NOTES.md?", ("Yes", "Yes, al", "No")),
        ("claude-c-question", "Which store should I use?", STORES),
        ("claude-0-trust", "Accessing workspace", ("Yes, I trust", "No, exit")),
        ("claude-0b-apikey", "Do you want to use this API key?", ("Yes", "No (recommended)")),
        ("codex-c-permission", "$ touch DB2.md", ("Yes, proceed (y)", "Yes, and", "No, and tell")),
        ("codex-0-trust", "Trust this folder?", ("Trust and continue", "Back to")),
    ],
)
def test_what_agents_ask(name: str, said: str, labels: tuple[str, ...]) -> None:
    question = asked(name)
    assert said in question.text and question.whole
    assert [one.key for one in question.choices] == [str(n) for n in range(1, len(labels) + 1)]
    for one, label in zip(question.choices, labels, strict=True):
        assert one.label.startswith(label)


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("gemini-c-permission", ("1", "2", "3")),
        ("gemini-c-question", ("1", "2", "3")),
        ("opencode-c-question", ("1", "2", "3")),
        ("aider-c-permission", ("y", "n")),
    ],
)
def test_choices_are_read_without_a_preset(name: str, found: tuple[str, ...]) -> None:
    """A preset of the user's need only tell that the agent asks."""
    rows = [row for row in (SCREENS / f"{name}.txt").read_text().split("\n") if row.strip()]
    assert tuple(one.key for one in choices.read(rows).choices) == found


@pytest.mark.parametrize(
    ("name", "answer", "keys", "words"),
    [
        ("claude-c-permission-bash", "1", ("1",), ""),
        ("claude-c-question", "Redis", ("2",), ""),
        ("claude-c-question", "Postgres", ("3",), "Postgres"),
        ("codex-c-permission", "2", ("2",), ""),
        ("codex-c-permission", "use a file", ("3",), "use a file"),
        ("gemini-c-permission", "1", ("1",), ""),
        ("gemini-c-question", "Redis", ("2",), ""),
        ("gemini-c-question", "Postgres", ("3",), "Postgres"),
        ("opencode-c-question", "Redis", ("2",), ""),
        ("opencode-c-question", "Postgres", ("3",), "Postgres"),
        ("opencode-c-permission", "yes", ("Enter",), ""),
        ("opencode-c-permission", " N ", ("Escape",), ""),
        ("aider-c-permission", "y", ("y",), ""),
        ("aider-d-0", "d", ("d",), ""),
    ],
)
def test_what_is_typed_for_an_answer(
    name: str, answer: str, keys: tuple[str, ...], words: str
) -> None:
    preset = presets.find(name.partition("-")[0])
    assert preset is not None
    reply = reply_to(asked(name), answer, preset.answer)
    assert (reply.keys, reply.words) == (keys, words)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("opencode-c-permission", "no, use a file"),  # typed, Enter would allow it
        ("opencode-c-permission", "Allow always"),
        ("gemini-c-permission", "no, use a file"),
        ("aider-c-permission", "no, use a file"),
    ],
)
def test_words_that_could_press_something_are_refused(name: str, words: str) -> None:
    preset = presets.find(name.partition("-")[0])
    assert preset is not None
    with pytest.raises(Refused):
        reply_to(asked(name), words, preset.answer)


def test_a_note_is_not_a_choice() -> None:
    assert asked("claude-c-question").choices[0] == Choice("1", "SQLite", "SQLite it is")
