"""Parking lanes from the board. It asks only where something uncommitted goes along."""

from __future__ import annotations

from collections.abc import Sequence
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


async def ask_park(app: CockpitApp, lanes: Sequence[LaneId]) -> None:
    """The intents carry the previews' tokens: a yes to an older picture is refused."""
    previews = await app.ask_here(
        lambda cockpit: [cockpit.preview_teardown(lane) for lane in lanes]
    )
    if previews is None:
        return
    if any(one.holds_uncommitted or one.processes for one in previews):
        question = present.text(f"Park {', '.join(lanes)}?", width=300)
        lines: list[Content] = []
        for preview in previews:
            if len(previews) > 1:
                lines += [Content(""), present.text(preview.lane, "bold $accent")]
            lines += park_lines(preview)
        end = "Resuming a lane brings all of it back."
        lines += [Content(""), Content.styled(end, "$muted")]
        yes = "yes, park it" if len(previews) == 1 else f"yes, park all {len(previews)}"
        if not await app.push_screen_wait(ConfirmScreen(question, lines, yes=yes)):
            return
    for preview in previews:
        app.supervisor.submit(Park(preview.lane, preview.token))


def park_lines(preview: TeardownPreview) -> list[Content]:
    """What stays, and what goes to the trash."""
    name = branch_name(preview.branch)
    return [
        present.text(f"{name} stays at {(preview.tip or 'nothing')[:9]}"),
        present.text(f"its folder goes to {preview.trash}, with all that is in it"),
        *held_lines(preview),
    ]
