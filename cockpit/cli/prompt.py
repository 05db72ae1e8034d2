"""The text of a prompt, from the command line, a file, or stdin."""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from collections.abc import Sequence
from typing import TYPE_CHECKING

from cockpit.errors import UsageError

if TYPE_CHECKING:
    from cockpit.cli.context import Context

MOST_BYTES = 4 << 20
"""Bytes of a prompt; more is a mistake in the file's name."""


def add_prompt_file(parser: ArgumentParser, what: str) -> None:
    parser.add_argument("-f", "--file", metavar="FILE", default="", help=what)


def prompt_text(context: Context, text: str | Sequence[str] | None, file: str) -> str:
    """The prompt. Raises `UsageError` when there is none, two, or one that is no text."""
    words = [text] if isinstance(text, str) else list(text or ())
    if file and words:
        raise UsageError("Give the text or a file, not both.")
    if len(words) > 1:
        raise UsageError(
            "The text came as several words.", hint="Put it in quotes, so that it stays one text."
        )
    prompt = read_text(context, file) if file else words[0] if words else ""
    if not prompt.strip():
        raise UsageError("The prompt is empty.", hint="Give some text, or -f FILE.")
    return prompt


def read_text(context: Context, file: str, what: str = "a prompt") -> str:
    """The text in a file, or on stdin for `-`. Raises `UsageError` for one that can't be read,
    is larger than 4 MB, or is no text."""
    try:
        if file == "-":
            content = sys.stdin.buffer.read(MOST_BYTES + 1)
        else:
            with context.resolve(file).open("rb") as opened:
                content = opened.read(MOST_BYTES + 1)
    except OSError as denied:
        raise UsageError(f"{file} can't be read: {denied.strerror}.") from denied
    if len(content) > MOST_BYTES:
        raise UsageError(f"{file} is larger than 4 MB; {what} is not that long.")
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as wrong:
        raise UsageError(
            f"{file} is not UTF-8 text (byte {wrong.start}).", hint="Convert it first."
        ) from wrong
