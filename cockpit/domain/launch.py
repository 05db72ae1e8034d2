"""How a lane's agent is run, as a value: what the agents' adapter plans and services carry out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field

from cockpit.dataclass import dataclass


@dataclass(frozen=True, slots=True)
class AnswerKeys:
    """How a question on the agent's screen is answered, in tmux keys."""

    choice: tuple[str, ...] = ("{n}",)
    """Presses a numbered choice; `{n}` is its number."""
    yes: tuple[str, ...] = ()
    no: tuple[str, ...] = ()
    """Answer a question that offers `y` and `n`; empty types the letter."""
    words: str = ""
    """A regular expression on the label of the choice after which words can be typed; empty
    when the agent's dialogs have no such choice."""
    typed: bool = True
    """Whether words may be typed at a question without choices that can be read. False where
    Enter after them would confirm what happens to be marked."""


@dataclass(frozen=True, slots=True)
class Launch:
    """How to run an agent: argument list, extra environment, whether the prompt is in it.
    `ready` is a regular expression on the screen after which a prompt may be pasted."""

    argv: tuple[str, ...]
    env: Mapping[str, str]
    prompt_given: bool
    ready: str
    interrupt: tuple[str, ...]
    """tmux keys that stop the agent's turn."""
    session_name: str = ""
    takes_prompts: bool = True
    """Whether words typed at it are a prompt; a shell would run them."""
    answers: AnswerKeys = field(default_factory=AnswerKeys)
