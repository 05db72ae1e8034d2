"""A text in the commander's editor, by a private file: what was saved there is never lost."""

from __future__ import annotations

import asyncio
import os
import shutil
import tempfile
from pathlib import Path
from typing import Any

from textual.app import App

from cockpit.errors import Refused
from cockpit.ui import attach


async def edited(
    app: App[Any], text: bytes, name: str, *, most: int, is_text: bool = False
) -> bytes:
    """`text` as the editor leaves it, in a file called `name`.

    Raises `Refused` where the editor fails, leaves more than `most` bytes or (`is_text`) what
    is not UTF-8; if it saved something new, that stays, and the hint says where. The file also
    stays if this is cut off.
    """
    folder = Path(await asyncio.to_thread(tempfile.mkdtemp, prefix="cockpit-edit-"))
    path = folder / name
    path.write_bytes(text)
    is_done = False
    try:
        code = await attach.hand_over(app, attach.editor_argv(os.environ, path), cwd=folder)
        content = _left(path, most)
        why = f"it ended with code {code}" if code else _why_not(content, most, is_text)
        if why and content != text:
            raise Refused(
                f"Nothing was taken from the editor: {why}.", hint=f"Its text is in {path}"
            )
        is_done = True
        if why:
            raise Refused(f"Nothing was taken from the editor: {why}, and saved nothing.")
        return content
    finally:
        if is_done or _left(path, len(text)) == text:
            await asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True)


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
