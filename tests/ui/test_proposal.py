"""The screen that offers a lanes.yaml, over a real repository."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, cast

import pytest
from textual import events

from cockpit.adapters.agents.catalogue import AgentCatalogue
from cockpit.config.load import load_config
from cockpit.errors import Refused
from cockpit.services.founding import Founding
from cockpit.services.looks import Look
from cockpit.services.wiring import build_founding
from cockpit.ui import attach
from cockpit.ui.app import CockpitApp
from cockpit.ui.founding_app import FoundingApp
from tests.conftest import git
from tests.ui.drive import known_themes, screen_text

SIZES = ((60, 20), (80, 24), (120, 40), (200, 60), (300, 80))


class Visit:
    """Somebody before the screen."""

    def __init__(self, app: FoundingApp, pilot: Any) -> None:
        self.app = app
        self.pilot = pilot

    def text(self) -> str:
        return screen_text(cast(CockpitApp, self.app))

    async def until(self, there: Callable[[], bool]) -> None:
        for _ in range(1500):
            if there():
                return
            await asyncio.sleep(0.01)
            await self.pilot.pause()
        raise AssertionError(f"it did not come to that:\n{self.text()}")

    async def until_shows(self, words: str) -> None:
        await self.until(lambda: words in self.text())

    async def press(self, key: str) -> None:
        await self.pilot.press(key)
        await self.until(lambda: not self.app.keydesk.holds)
        await self.pilot.pause()

    def toasts(self) -> str:
        return "\n".join(notice.message for notice in self.app._notifications)


@asynccontextmanager
async def visiting(
    repo: Path, size: tuple[int, int] = (120, 40), founding: Founding | None = None
) -> AsyncIterator[Visit]:
    founding = founding or build_founding(repo)
    app = FoundingApp(founding, look=Look(known_themes()))
    try:
        async with app.run_test(size=size, notifications=True) as pilot:
            yield Visit(app, pilot)
    finally:
        founding.close()


def replaced(path: str, text: str) -> str:
    """What an editor does; returns what it was given."""
    before = Path(path).read_text()
    Path(path).write_text(text)
    return before


@pytest.mark.parametrize("size", SIZES, ids=str)
async def test_it_is_readable_at_every_size(size: tuple[int, int], repo: Path) -> None:
    (repo / "Makefile").write_text("test:\n")
    async with visiting(repo, size) as visit:
        await visit.until_shows("the lanes alpha, beta.")
        shown = visit.text()
        assert "project  has no lanes.yaml yet" in shown
        assert "alpha:" in shown
        for words in ("Enter write it", "e edit first", "Esc leave"):
            assert words in shown.splitlines()[-1]
        await visit.press("G")
        await visit.until_shows("Three to seven lanes")
        assert max(map(len, visit.text().splitlines())) <= size[0]


@pytest.mark.parametrize("agents", [("claude",), ()])
async def test_the_first_lines_say_who_will_work(
    agents: tuple[str, ...], repo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(AgentCatalogue, "installed", lambda _self: list(agents))
    async with visiting(repo) as visit:
        await visit.until_shows("the lanes alpha, beta.")
        lead = visit.text().splitlines()[1]
        assert ("No agent found" in lead) == (not agents), lead


async def test_enter_writes_what_is_shown(repo: Path) -> None:
    async with visiting(repo, (200, 60)) as visit:
        await visit.until_shows("the lanes alpha, beta.")
        shown = visit.text()
        assert "alpha/work (new, from main at" in shown
        assert f"{repo.parent}/project-beta" in shown
        assert not (repo / "lanes.yaml").exists()
        await visit.press("enter")
        await visit.until(lambda: visit.app.return_value is not None)
    assert visit.app.return_value == repo / "lanes.yaml"
    for line in (repo / "lanes.yaml").read_text().splitlines():
        assert line in shown
    assert list(load_config(repo / "lanes.yaml").lanes) == ["alpha", "beta"]


@pytest.mark.parametrize("key", ["escape", "q", "ctrl+q"])
async def test_leaving_writes_nothing(key: str, repo: Path) -> None:
    async with visiting(repo) as visit:
        await visit.until_shows("alpha, beta")
        await visit.press(key)
        await visit.until(lambda: not visit.app.is_running or visit.app._exit)
    assert visit.app.return_value is None
    assert not (repo / "lanes.yaml").exists()


async def test_the_editor_comes_first(repo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    texts = ["lanes: {one: {agnet: shell}}\n", "lanes: {one: {agent: shell}}\n"]
    seen: list[str] = []

    async def edit(_app: object, argv: Sequence[str], *, cwd: Path | None = None) -> int:
        seen.append(replaced(argv[-1], texts.pop(0)))
        return 0

    monkeypatch.setattr(attach, "hand_over", edit)
    async with visiting(repo) as visit:
        await visit.until_shows("alpha, beta")
        await visit.press("e")
        await visit.until_shows("lanes.one.agnet: unknown key; did you mean agent?")
        await visit.press("enter")
        await visit.until(lambda: "Mend it first" in visit.toasts())
        assert not (repo / "lanes.yaml").exists()
        await visit.press("e")
        await visit.until_shows("gives it the lane one.")
        await visit.press("enter")
        await visit.until(lambda: visit.app.return_value is not None)
    assert "alpha:" in seen[0] and seen[1] == "lanes: {one: {agnet: shell}}\n"
    assert (repo / "lanes.yaml").read_text() == "lanes: {one: {agent: shell}}\n"


async def test_a_failing_editor_changes_nothing(
    repo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(_app: object, argv: Sequence[str], *, cwd: Path | None = None) -> int:
        replaced(argv[-1], "lost: 1\n")
        return 3

    monkeypatch.setattr(attach, "hand_over", fail)
    async with visiting(repo) as visit:
        await visit.until_shows("alpha, beta")
        await visit.press("e")
        await visit.until(lambda: "ended with code 3" in visit.toasts())
        assert "alpha:" in visit.text()


async def test_a_file_that_appeared_meanwhile_stays(repo: Path) -> None:
    async with visiting(repo) as visit:
        await visit.until_shows("alpha, beta")
        (repo / "lanes.yaml").write_text("theirs\n")
        await visit.press("enter")
        await visit.until(lambda: "never overwrites" in visit.toasts())
        await visit.press("escape")
    assert (repo / "lanes.yaml").read_text() == "theirs\n"


async def test_hostile_names_are_shown_as_text(repo: Path) -> None:
    odd = repo.parent / "project-[red]x[/nope]"
    git(repo, "worktree", "add", "-q", "-b", "odd/work", str(odd))
    (repo / "a[bold]\x1b]0;t\x07").write_text("x")
    (repo / ".git" / "info" / "exclude").write_text("a*\n")
    async with visiting(repo, (200, 60)) as visit:
        await visit.until_shows("../project-[red]x[/nope]")
        assert "a[bold]␛]0;t␇" in visit.text()
        assert "\x1b" not in visit.text()


class Broken:
    """A founding that can't look."""

    repository = "project"

    def draft(self) -> None:
        raise Refused("It can not be looked at.", hint="Mend it.")

    def close(self) -> None:
        """Nothing is open."""


async def test_what_can_not_be_proposed_is_said(repo: Path) -> None:
    async with visiting(repo, founding=cast(Founding, Broken())) as visit:
        await visit.until_shows("It can not be looked at.")
        assert "Mend it." in visit.text() and "write it" not in visit.text()
        await visit.press("enter")
        await visit.press("e")
        assert visit.app.is_running
        await visit.press("escape")


async def test_a_burst_of_pasted_text_writes_nothing(repo: Path) -> None:
    async with visiting(repo) as visit:
        await visit.until_shows("alpha, beta")
        visit.app.post_message(events.Paste("e\nn\n"))
        await visit.until(lambda: "pasted text" in visit.toasts())
        assert not (repo / "lanes.yaml").exists()
