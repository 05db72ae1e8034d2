"""Which lanes a task may be given to by hand, each with why it is or isn't the one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from textual.content import Content

from cockpit.dataclass import dataclass
from cockpit.domain.assignment import Offer, underway, why_not_in
from cockpit.domain.board import TaskView
from cockpit.domain.fleet import Fleet
from cockpit.domain.handing_out import offer_of
from cockpit.domain.ids import LaneId
from cockpit.domain.work import UNDERWAY
from cockpit.ui import present


@dataclass(frozen=True, slots=True)
class Choice:
    """A lane. `busy` says why it can't take the task now, `unfit` why it isn't made for it."""

    lane: LaneId
    offer: Offer
    busy: str = ""
    unfit: str = ""
    started: bool = False

    @property
    def fits(self) -> bool:
        return not self.busy and not self.unfit


def choices(view: TaskView, fleet: Fleet) -> list[Choice]:
    """Every lane that takes tasks: those that fit first, then the free, then the busy."""
    held = {
        other.holder.lane: underway(other.task, other.holder.lane)
        for other in fleet.board.tasks
        if other.work in UNDERWAY and other.holder is not None
    }
    agent = view.effort.agent if view.effort is not None else ""
    task = replace(view.task, agent=agent) if agent else view.task
    found = []
    for lane, base in fleet.plan.lanes.items():
        seen = fleet.lane(lane)
        if seen is not None:
            offer = offer_of(seen, base, held)
            unfit = why_not_in(task, offer)
            found.append(Choice(lane, offer, offer.busy, unfit, seen.record is not None))
    return sorted(found, key=lambda one: (bool(one.busy), bool(one.unfit), one.offer.since))


def choice_lines(found: Sequence[Choice]) -> list[Content]:
    """A line for each."""
    width = max((len(one.lane) for one in found), default=0)
    return [_line(one, min(width, 16)) for one in found]


def _line(one: Choice, width: int) -> Content:
    if one.busy:
        glyph, style, said = "✗", "$muted", one.busy
    elif one.unfit:
        glyph, style, said = "△", "$warning", f"not made for it: {one.unfit}"
    else:
        glyph, style, said = "✓", "$success", "free"
        said += ", is brought to the target first" if one.started else ", is started for it"
    about = ", ".join(filter(None, (one.offer.agent, one.offer.role)))
    zone = ", ".join(one.offer.zone.include)
    name = present.text(one.lane, "bold $foreground", width=40).truncate(width, ellipsis=True)
    return Content.assemble(
        (f" {glyph} ", f"bold {style}"),
        present.text(f"{one.offer.key:<2}", "bold $accent", width=4),
        name.pad_right(max(0, width - name.cell_length) + 1),
        present.text(f"{said}  ", style, width=160),
        present.text(about, "$foreground", width=60),
        present.text(f"  {zone}" if zone else "", "$muted", width=120),
    )
