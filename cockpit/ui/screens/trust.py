"""Trusting lanes.yaml: every line of it that would run something, then yes or no."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.content import Content

from cockpit.domain.intents import Trust
from cockpit.ui import present
from cockpit.ui.screens.confirm import ConfirmScreen

if TYPE_CHECKING:
    from cockpit.ui.app import CockpitApp

LINE = 400
"""Characters of one line that are shown."""


async def ask_trust(app: CockpitApp, *, always: bool) -> None:
    """Show what lanes.yaml would run and take a yes to exactly that (by its digest). Without
    `always` only if it is not trusted yet and there is something to trust."""
    state = await app.supervisor.ask(lambda cockpit: cockpit.trust())
    if state.trusted:
        if always:
            app.toast(Content("lanes.yaml is trusted as it is now."))
        return
    if not state.lines and not always:
        return
    if not always and (app.is_writing or app.screen.is_modal):
        said = "lanes.yaml is not trusted yet: until it is, no lane starts and no gate runs."
        app.toast(Content(said), severity="warning")
        return
    lines = [present.text(f"  {line}", width=LINE) for line in state.lines]
    lines += [
        Content(""),
        Content.styled("Until you say yes, no lane is started and no gate is run.", "$muted"),
    ]
    question = Content("lanes.yaml would run or reach this. Trust it?")
    screen = ConfirmScreen(question, lines, yes="yes, trust it")
    if await (app.push_screen_wait if always else app.ask_unasked)(screen):
        app.supervisor.submit(Trust(state.digest))
