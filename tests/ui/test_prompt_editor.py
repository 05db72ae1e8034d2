"""Writing a prompt in an editor of one's own: what was saved there is never lost."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from textual.widgets import TextArea

from cockpit.errors import Unavailable
from cockpit.ui import attach
from cockpit.ui.app import CockpitApp
from cockpit.ui.screens.prompt import PromptScreen
from tests.ui.drive import Session, opened
from tests.ui.fake import FakeSupervisor, fleet_of, view

ONE = fleet_of(view("alpha", 1))


class Drafts(FakeSupervisor):
    """Writes private files as the services do."""

    def __init__(self, folder: Path) -> None:
        super().__init__(ONE)
        self.folder = folder
        self.fake.draft_file = self.draft_file  # type: ignore[method-assign]

    def draft_file(self, text: str) -> Path:
        path = self.folder / f"draft-{len(list(self.folder.iterdir()))}.md"
        path.write_text(text + "\n")
        return path


@asynccontextmanager
async def editing(folder: Path, patch: pytest.MonkeyPatch, script: str) -> AsyncIterator[Session]:
    """A prompt that says `hi`, and an editor that runs `script`."""
    editor, drafts = folder / "editor", folder / "drafts"
    drafts.mkdir()
    editor.write_text(f"#!/bin/sh\ncd {folder}\necho >> opened\n{script}\n")
    editor.chmod(0o755)
    patch.setenv("EDITOR", str(editor))
    patch.delenv("VISUAL", raising=False)
    patch.setattr(CockpitApp, "suspend", lambda app: contextlib.nullcontext())
    patch.setattr(attach, "can_hand_over", lambda app: True)
    async with opened(ONE, supervisor=Drafts(drafts)) as session:
        await session.press("o", "h", "i")
        yield session


def written(session: Session) -> str:
    return session.app.screen.query_one(TextArea).text


def kept(folder: Path) -> list[Path]:
    return sorted((folder / "drafts").iterdir())


async def test_what_is_taken_leaves_no_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with editing(tmp_path, monkeypatch, 'echo more >> "$1"') as session:
        await session.press("ctrl+g")
        await session.until(lambda: written(session) == "hi\nmore")
        await session.until(lambda: not kept(tmp_path))


@pytest.mark.parametrize(
    ("script", "why"),
    [
        ('echo mine > "$1"; exit 3', "it ended with 3"),
        ('echo mine > "$1"; kill -9 $$', "it ended with -9"),
        ('{ echo mine; head -c 4200000 /dev/zero; } > "$1"', "larger than 4 MB"),
    ],
)
async def test_what_is_not_taken_stays_in_its_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str, why: str
) -> None:
    async with editing(tmp_path, monkeypatch, script) as session:
        await session.press("ctrl+g")
        await session.until(lambda: why in session.text())
        (path,) = kept(tmp_path)
        assert path.read_bytes().startswith(b"mine\n")
        assert path.name in session.text().replace("\n", "")
        assert written(session) == "hi"


@pytest.mark.parametrize("script", ["exit 1", "exit 0"])
async def test_an_editor_that_saved_nothing_leaves_no_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str
) -> None:
    async with editing(tmp_path, monkeypatch, script) as session:
        await session.press("ctrl+g")
        await session.until(lambda: (tmp_path / "opened").exists() and not kept(tmp_path))
        assert written(session) == "hi"


async def test_an_editor_that_is_not_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with editing(tmp_path, monkeypatch, "") as session:
        (tmp_path / "editor").unlink()
        await session.press("ctrl+g")
        await session.until(lambda: any("could not be started" in one for one in session.toasts()))
        assert not kept(tmp_path) and written(session) == "hi"


async def test_a_prompt_that_closes_meanwhile_leaves_the_text_and_says_where(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    script = 'echo mine > "$1"\nwhile [ ! -e go-on ]; do sleep 0.02; done'
    async with editing(tmp_path, monkeypatch, script) as session:
        await session.pilot.press("ctrl+g")
        await session.until((tmp_path / "opened").exists)
        screen = session.app.screen
        assert isinstance(screen, PromptScreen)
        screen.do_put_away()
        await session.until(lambda: not screen.is_open)
        (tmp_path / "go-on").touch()
        await session.until(lambda: bool(session.toasts()))
        (path,) = kept(tmp_path)
        assert path.read_text() == "mine\n"
        assert path.name in session.toasts()[0] and "the prompt was closed" in session.toasts()[0]


async def test_a_second_press_opens_no_second_editor(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    script = "while [ ! -e go-on ]; do sleep 0.02; done"
    async with editing(tmp_path, monkeypatch, script) as session:
        ask = session.supervisor.ask

        async def slowly(query: object) -> object:
            await asyncio.sleep(0.1)
            return await ask(query)  # type: ignore[arg-type]

        monkeypatch.setattr(session.supervisor, "ask", slowly)
        session.app.perform("in_editor")
        session.app.perform("in_editor")
        await session.until((tmp_path / "opened").exists)
        await asyncio.sleep(0.2)
        (tmp_path / "go-on").touch()
        await session.until(lambda: not kept(tmp_path))
        assert (tmp_path / "opened").read_text() == "\n"


async def test_one_terminal_is_given_to_one_program(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with editing(tmp_path, monkeypatch, "") as session:
        first = asyncio.create_task(attach.hand_over(session.app, ["sleep", "0.3"]))
        await session.until(lambda: attach.is_handed_over(session.app))
        with pytest.raises(Unavailable, match="Another program has this terminal"):
            await attach.hand_over(session.app, ["sh", "-c", f"touch {tmp_path}/second"])
        assert await first == 0
        assert await attach.hand_over(session.app, ["true"]) == 0
        assert not (tmp_path / "second").exists()
