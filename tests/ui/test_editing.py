"""A text in the commander's editor: taken, or kept where it was saved."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from textual.app import App

from cockpit.errors import Refused, Unavailable
from cockpit.ui import attach
from cockpit.ui.editing import edited

MOST = 64


class Editor:
    """Saves `content` (None: nothing) and ends with `code`, or is cut off."""

    def __init__(self) -> None:
        self.content: bytes | None = None
        self.code = 0
        self.failure: BaseException | None = None
        self.beside = ""
        """A file that it leaves beside the text."""
        self.removes = False

    def save(self, path: Path) -> None:
        if self.content is not None:
            path.write_bytes(self.content)
        if self.beside:
            path.with_name(self.beside).write_bytes(b"swap")
        if self.removes:
            path.unlink()

    async def hand_over(self, app: object, argv: Sequence[str], *, cwd: Path | None) -> int:
        self.save(Path(argv[-1]))
        if self.failure is not None:
            raise self.failure
        return self.code


@pytest.fixture
def editor(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Editor:
    one = Editor()
    monkeypatch.setattr(attach, "hand_over", one.hand_over)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return one


def left(tmp_path: Path) -> bytes | None:
    """What lies in the one private folder that is still there."""
    folders = list(tmp_path.glob("cockpit-edit-*"))
    assert len(folders) < 2
    return (folders[0] / "conflict").read_bytes() if folders else None


async def edit(text: bytes = b"before\n", **how: Any) -> bytes:
    return await edited(App(), text, "conflict", most=MOST, **how)


@pytest.mark.parametrize("content", [None, b"after\r\n\xff", b"", b"x" * MOST])
async def test_what_was_saved_is_taken(
    editor: Editor, tmp_path: Path, content: bytes | None
) -> None:
    editor.content = content
    assert await edit() == (b"before\n" if content is None else content)
    assert left(tmp_path) is None


@pytest.mark.parametrize(
    ("content", "code", "why"),
    [
        (b"after\n", 3, "ended with code 3"),
        (b"x" * (MOST + 1), 0, "more than 0 KB"),
        (b"\xff", 0, "no text"),
    ],
)
async def test_what_can_not_be_taken_stays(
    editor: Editor, tmp_path: Path, content: bytes, code: int, why: str
) -> None:
    editor.content, editor.code = content, code
    with pytest.raises(Refused, match=why) as refused:
        await edit(is_text=True)
    assert left(tmp_path) == content and str(tmp_path) in refused.value.hint


async def test_an_editor_that_failed_and_saved_nothing_leaves_nothing(
    editor: Editor, tmp_path: Path
) -> None:
    editor.code = 1
    with pytest.raises(Refused, match="saved nothing"):
        await edit()
    assert left(tmp_path) is None


@pytest.mark.parametrize("failure", [Unavailable("no terminal"), asyncio.CancelledError()])
async def test_cut_off_what_was_saved_stays(
    editor: Editor, tmp_path: Path, failure: BaseException
) -> None:
    editor.failure = failure
    with pytest.raises(type(failure)):
        await edit()
    assert left(tmp_path) is None
    editor.content = b"after\n"
    with pytest.raises(type(failure)):
        await edit()
    assert left(tmp_path) == b"after\n"


async def test_the_swap_file_of_an_editor_that_died_stays(editor: Editor, tmp_path: Path) -> None:
    editor.code, editor.beside = 137, ".conflict.swp"
    with pytest.raises(Refused, match="saved nothing"):
        await edit()
    (kept,) = tmp_path.glob("cockpit-edit-*")  # noqa: ASYNC240 - of a test
    assert [one.name for one in kept.iterdir()] == [".conflict.swp"]


@pytest.mark.parametrize("failure", [None, asyncio.CancelledError()])
async def test_an_editor_that_takes_the_file_away(
    editor: Editor, tmp_path: Path, failure: BaseException | None
) -> None:
    """Being cut off stays that, and no folder stays."""
    editor.removes, editor.failure = True, failure
    with pytest.raises(Refused if failure is None else asyncio.CancelledError):
        await edit()
    assert left(tmp_path) is None


async def test_a_disk_that_takes_no_file(
    editor: Editor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "gone"))
    with pytest.raises(Refused, match="no file for the editor: No such file"):
        await edit()
