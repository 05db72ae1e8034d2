"""Words of the board about itself: what narrows it, and what it says when it is empty."""

from __future__ import annotations

from collections.abc import Callable

from textual.content import Content

from cockpit.domain.fleet import Fleet
from cockpit.domain.text import counted
from cockpit.ui import present
from cockpit.ui.selection import Selection


def note(selection: Selection, fleet: Fleet, key_of: Callable[[str], str]) -> str:
    """What the commander did to the board, for its header; empty where all is as it was."""
    notes = []
    if not fleet.link.up:
        notes.append(f"{key_of('restart')} runs a lane's agent again")
    if selection.marked:
        notes.append(f"{len(selection.marked)} marked{_hidden(selection, fleet)}")
    if selection.zoomed:
        order = selection.order(fleet)
        at = order.index(selection.chosen) + 1 if selection.chosen in order else 0
        notes.append(f"zoomed {at} of {len(order)}" if len(order) > 1 else "zoomed")
    if selection.columns and not selection.zoomed:
        notes.append(counted(selection.columns, "column"))
    if selection.urgent:
        notes.append("who needs you first")
    if selection.wanted:
        shown = len(selection.order(fleet))
        notes.append(f"{shown} of {len(fleet.lanes)} shown")
    return " · ".join(notes)


def _hidden(selection: Selection, fleet: Fleet) -> str:
    """How many of the marked lanes are out of view: actions leave those alone."""
    hidden = len(selection.marked) - len(selection.meant(fleet))
    return f", {hidden} out of view" if hidden else ""


def nothing(selection: Selection, fleet: Fleet, key_of: Callable[[str], str]) -> list[Content]:
    """What stands where no lane does, and what to do about it."""
    if fleet.lanes:
        wanted = present.text(selection.wanted.strip(), "bold", width=40)
        back = (key_of("back"), "bold $accent")
        return [
            Content.assemble("No lane has “", wanted, "”."),
            present.EMPTY,
            Content.assemble(back, " shows all lanes again."),
        ]
    return [
        Content("There is no lane yet."),
        present.EMPTY,
        Content("Add one to lanes.yaml, as `cockpit init --example` shows; it appears here."),
    ]
