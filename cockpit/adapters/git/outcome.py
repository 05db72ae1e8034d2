"""How a git process ended: its answer, or the failure that its caller didn't expect."""

from __future__ import annotations

import os
from collections.abc import Sequence

from cockpit.dataclass import dataclass
from cockpit.errors import CockpitError


@dataclass(frozen=True, slots=True)
class Answer:
    """A finished call. `truncated`: the output reached its cap and the rest was not read."""

    code: int
    out: bytes
    err: str
    truncated: bool = False

    @property
    def line(self) -> str:
        """The output as one line of text without its line end."""
        return os.fsdecode(self.out).rstrip("\n")


class GitFailed(CockpitError):
    """A git command ended with an exit code that its caller didn't expect."""

    def __init__(self, argv: Sequence[str], answer: Answer):
        self.argv = tuple(argv)
        self.answer = answer
        full = "No space left" in answer.err
        why = "The disk is full: " if full else ""
        title = f"{why}git {verb_of(argv)} failed (exit code {answer.code})."
        super().__init__(title, detail=answer.err.strip()[-2000:], hint=hint_for(answer.err))


def verb_of(argv: Sequence[str]) -> str:
    words = iter(argv)
    for word in words:
        if word == "-c":
            next(words, None)
        elif not word.startswith("-"):
            return word
    return ""


def hint_for(err: str) -> str:
    for sign, hint in (
        ("No space left", "Free some space on the disk and try again; nothing was half done."),
        (
            "Permission denied",
            "Look at the owner and mode of the file or folder that is named above.",
        ),
        ("Read-only file system", "The repository lies on a read-only file system."),
        (
            "tell me who you are",
            "Run `git config --global user.name` and `user.email` with your name and address.",
        ),
        ("unable to auto-detect email", "Run `git config --global user.email YOUR-ADDRESS`."),
        (".lock': File exists", "Another git is working here, or one was killed: see the path."),
    ):
        if sign in err:
            return hint
    return ""
