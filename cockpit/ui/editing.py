"""A text in the commander's editor, by a private file: what was saved there is never lost."""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import tempfile
from pathlib import Path
from typing import Any

from textual.app import App

from cockpit.errors import CockpitError, Refused
from cockpit.ui import attach


async def edited(
    app: App[Any], text: bytes, name: str, *, most: int, is_text: bool = False
) -> bytes:
    """`text` as the editor leaves it, in a file called `name`.

    Raises `Refused` where there can be no such file, or the editor fails, leaves more than `most`
    bytes or (`is_text`) what is not UTF-8; if it saved something new, that stays, and the hint
    says where. It also stays if this is cut off, and so does the swap file of an editor that
    died.
    """
    path = await asyncio.to_thread(_written, text, name)
    is_taken = False
    try:
        code = await attach.hand_over(app, attach.editor_argv(os.environ, path), cwd=path.parent)
        content = _left(path, most)
        why = f"it ended with code {code}" if code else _why_not(content, most, is_text)
        if why and content != text:
            raise Refused(
                f"Nothing was taken from the editor: {why}.", hint=f"Its text is in {path}"
            )
        if why:
            raise Refused(f"Nothing was taken from the editor: {why}, and saved nothing.")
        is_taken = True
        return content
    finally:
        _clear(path, text, is_taken)


def _written(text: bytes, name: str) -> Path:
    """A file with this text in a folder of its own. Raises `Refused`."""
    try:
        path = Path(tempfile.mkdtemp(prefix="cockpit-edit-"), name)
        path.write_bytes(text)
    except OSError as error:
        raise Refused(f"There can be no file for the editor: {error.strerror}.") from error
    return path


def _clear(path: Path, text: bytes, is_taken: bool) -> None:
    """Take the folder away, unless something in it is to be had nowhere else."""
    if is_taken:
        shutil.rmtree(path.parent, ignore_errors=True)
        return
    with contextlib.suppress(CockpitError, OSError):
        if _left(path, len(text)) == text:
            path.unlink()
    with contextlib.suppress(OSError):  # what is left in it is kept
        path.parent.rmdir()


def _why_not(content: bytes, most: int, is_text: bool) -> str:
    if len(content) > most:
        return f"it left more than {most >> 10} KB"
    if is_text:
        try:
            content.decode("utf-8")
        except UnicodeDecodeError as error:
            return f"it left no text: {error}"
    return ""


def _left(path: Path, most: int) -> bytes:
    """What is in the file now, at most one byte more than `most`. Raises `Refused`."""
    try:
        with path.open("rb") as file:
            return file.read(most + 1)
    except OSError as error:
        raise Refused(f"What the editor left in {path} can't be read: {error.strerror}.") from error
