"""Parking a lane from the board. It asks only where something uncommitted goes along."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.content import Content

from cockpit.domain.ids import LaneId, branch_name
from cockpit.domain.intents import Park
from cockpit.domain.teardown import TeardownPreview
from cockpit.ui import present
from cockpit.ui.screens.confirm import ConfirmScreen
from cockpit.ui.screens.teardown import held_lines

if TYPE_CHECKING:
    from cockpit.ui.app import CockpitApp


async def ask_park(app: CockpitApp, lane: LaneId) -> None:
    """The intent carries the preview's token: a yes to an older picture is refused."""
    preview = await app.supervisor.ask(lambda cockpit: cockpit.preview_teardown(lane))
    if preview.holds_uncommitted or preview.processes:
        question = present.text(f"Park {lane}?")
        screen = ConfirmScreen(question, park_lines(preview), yes="yes, park it")
        if not await app.push_screen_wait(screen):
            return
    app.supervisor.submit(Park(lane, preview.token))


def park_lines(preview: TeardownPreview) -> list[Content]:
    """What stays, and what goes to the trash."""
    name = branch_name(preview.branch)
    return [
        present.text(f"{name} stays at {(preview.tip or 'nothing')[:9]}"),
        present.text(f"its folder goes to {preview.trash}, with all that is in it"),
        *held_lines(preview),
        Content(""),
        Content.styled("Resuming the lane brings all of it back.", "$muted"),
    ]
