"""Both apps leave colours to the filter, and their tracebacks pass it."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from rich.console import Console
from rich.text import Text
from textual.filter import Monochrome, NoColor

from cockpit.services.looks import Look
from cockpit.services.wiring import build_founding
from cockpit.ui import chokepoint
from cockpit.ui.app import CockpitApp
from cockpit.ui.founding_app import FoundingApp
from cockpit.ui.run import run_founding
from tests.ui.fake import FakeSupervisor, fleet_of, view


@pytest.fixture(params=["board", "founding"])
def app(request: pytest.FixtureRequest, repo: Path, monkeypatch: pytest.MonkeyPatch) -> object:
    monkeypatch.setenv("NO_COLOR", "1")
    if request.param == "board":
        return CockpitApp(FakeSupervisor(fleet_of(view("alpha", 1))), hosted=False)
    founding = build_founding(repo)
    request.addfinalizer(founding.close)
    return FoundingApp(founding)


def test_textual_makes_no_greys(app: CockpitApp | FoundingApp) -> None:
    assert not [one for one in app._filters if isinstance(one, Monochrome | NoColor)]


def test_a_traceback_passes_the_filter(app: CockpitApp | FoundingApp) -> None:
    written = io.StringIO()
    app.error_console = Console(file=written)
    app._exit_renderables.append(Text("lost \x1b]52;c;eA==\x07 here"))
    app._print_error_renderables()
    assert "here" in written.getvalue() and "\x1b" not in written.getvalue()


@pytest.mark.parametrize("value", ["1", ""])
def test_the_first_screen_has_no_colour_under_no_color(
    value: str, repo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_COLOR", value)
    monkeypatch.setattr(FoundingApp, "run", lambda app: None)
    monkeypatch.setattr(chokepoint, "_wants_colours", chokepoint._wants_colours)
    founding = build_founding(repo)
    try:
        assert run_founding(founding, look=Look({})) is None
    finally:
        founding.close()
    assert chokepoint._wants_colours is not bool(value)
