"""Closing the round: the gate on the target, then away with the lanes that have landed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.content import Content

from cockpit.domain.intents import CloseRound
from cockpit.domain.rounds import RoundPreview, said
from cockpit.ui import present
from cockpit.ui.screens.confirm import ConfirmScreen

if TYPE_CHECKING:
    from cockpit.ui.app import CockpitApp


async def ask_close(app: CockpitApp) -> None:
    """Preview, question, intent. What goes is looked at again by the service: a lane that is
    another one by then stays."""
    seen = await app.ask_here(lambda cockpit: cockpit.preview_round())
    if seen is None:
        return
    screen = ConfirmScreen(
        Content("Close the round?"), closing_lines(seen), yes="yes, close the round"
    )
    if await app.push_screen_wait(screen):
        app.supervisor.submit(CloseRound())


def closing_lines(seen: RoundPreview) -> list[Content]:
    """What is gated, which lanes go, which stay and why, and the round so far."""
    gate = "; ".join(seen.gate) if seen.gate else "there is none, so the target counts as good"
    lines = [
        present.text(f"so far    {said(seen.summary)}", width=300),
        present.text(f"gate      {gate}", width=400),
        present.text(f"on        {seen.target[:9]}", "$muted", width=40),
    ]
    going = [entry.lane for entry in seen.lanes if not entry.why_not]
    names = ", ".join(going) or "no lane: none is merged"
    lines.append(present.text(f"goes      {names}", "bold" if going else "$muted", width=400))
    for entry in seen.lanes:
        if entry.why_not:
            lines.append(present.text(f"stays     {entry.lane}: {entry.why_not}", width=300))
    end = "A red gate closes nothing. What goes lies in the trash; undo brings each lane back."
    return [*lines, Content(""), Content.styled(end, "$muted")]
