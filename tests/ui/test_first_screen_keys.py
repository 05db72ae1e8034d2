"""Keys that count on every other screen, and clicks, on the screen that offers a lanes.yaml."""

from __future__ import annotations

from pathlib import Path

import pytest

from cockpit.ui.widgets.hints import HintBar
from tests.ui.test_proposal import visiting


@pytest.mark.parametrize("key", ["question_mark", "colon", "f1", "ctrl+p"])
async def test_help_and_palette_do_not_end_it(key: str, repo: Path) -> None:
    async with visiting(repo) as visit:
        await visit.until_shows("lanes.yaml")
        await visit.press(key)
        assert visit.app.is_running
        assert "last line" in visit.toasts()


async def test_a_click_beside_the_hints_does_not_end_it(repo: Path) -> None:
    async with visiting(repo) as visit:
        await visit.until_shows("lanes.yaml")
        await visit.pilot.click(HintBar, offset=(110, 0))
        await visit.pilot.pause()
        assert visit.app.is_running
