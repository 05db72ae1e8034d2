"""A folded lane as one line: who it is, how it does, what it asks or works on, and its change.

All lanes' lines share their columns, so that states stand one below the other.
"""

from __future__ import annotations

from collections.abc import Sequence

from textual.content import Content

from cockpit.dataclass import dataclass
from cockpit.domain.activity import State, headline
from cockpit.domain.fleet import LaneView
from cockpit.domain.ids import LaneId
from cockpit.ui import present

CHOSEN = "▸"
ASKS = frozenset({State.ASKING, State.ERROR, State.LIMITED})
"""States whose detail is a sentence of the agent's own (that of an exit is its code)."""
MAX_NAME = 18
MAX_STATE = 16
LEAST_ABOUT = 12
"""Cells that what the lane is about gets before its numbers are left out."""


@dataclass(frozen=True, slots=True)
class Strip:
    """What one line says. `about` may be cut; `facts` are left out whole, by rank."""

    view: LaneView
    status: Content
    about: Content
    facts: Sequence[present.Part]


def strip(
    view: LaneView, now: float, *, task: Content = present.EMPTY, notes: Sequence[present.Part] = ()
) -> Strip:
    """The parts of a lane's line. `notes` are its marks (the train's, a clash), with ranks."""
    asks = headline(view.activity.detail) if view.activity.state in ASKS else ""
    about = present.text(asks, "$foreground") if asks else task or present.text(view.title)
    foot = present.panel_foot(view, branch=False)
    return Strip(view, present.status(view, now), about, [*notes, *foot])


@dataclass(frozen=True, slots=True)
class Columns:
    """Cells of the columns that all lines share."""

    name: int
    state: int


def columns_of(strips: Sequence[Strip], width: int) -> Columns:
    """As wide as what they hold, as far as lines of `width` have the room."""
    name = max((len(one.view.lane) for one in strips), default=0)
    state = max((one.status.cell_length for one in strips), default=0)
    fixed = 7
    name = min(name, MAX_NAME, max(6, width - fixed - min(state, MAX_STATE) - 2))
    return Columns(name, min(state, max(8, width - fixed - name - 2)))


def line(
    one: Strip, columns: Columns, width: int, *, chosen: bool, marked: bool, typing: bool = False
) -> Content:
    """`▸✚ A  alpha  ? asking 2m  Do you want to proceed?   ↑3  ~4 +120 −8`, `width` cells."""
    view = one.view
    lead = Content.assemble(
        (CHOSEN if chosen else " ", "bold $accent"),
        (present.MARK if marked else " ", "bold $accent"),
        Content.styled(
            f" {present.text(view.key, width=2).plain} ", present.key_style(view, chosen)
        ),
        " ",
        _padded(present.text(view.lane, "bold $accent" if chosen else "bold"), columns.name),
        "  ",
        _padded(one.status, columns.state),
    )
    rest = width - lead.cell_length - 3
    if rest <= 0:
        return lead.truncate(width, ellipsis=True)
    if typing:
        hint = Content.styled("typing · Ctrl-Q ends it", "bold $accent")
        return _joined(lead, hint if hint.cell_length <= rest else present.EMPTY, width)
    wants = min(one.about.cell_length, max(LEAST_ABOUT, rest // 2)) + 2 if one.about else 0
    facts = present.fit(one.facts, rest - wants, whole=True) if one.facts else present.EMPTY
    if facts.cell_length > rest - wants:
        facts = present.EMPTY
    room = rest - (facts.cell_length + 2 if facts else 0)
    about = one.about
    if about.cell_length > room:
        about = about.truncate(room, ellipsis=True) if room >= present.READABLE else present.EMPTY
    gap = " " * (rest - about.cell_length - facts.cell_length)
    return _joined(lead, Content.assemble(about, gap, facts), width)


def _joined(lead: Content, tail: Content, width: int) -> Content:
    joined = Content.assemble(lead, "  ", tail)
    return Content.assemble(joined, " " * max(0, width - joined.cell_length))


def _padded(content: Content, width: int) -> Content:
    if content.cell_length > width:
        return content.truncate(width, ellipsis=True)
    return Content.assemble(content, " " * (width - content.cell_length))


def drawn(
    strips: Sequence[Strip],
    width: int,
    columns: int,
    *,
    chosen: LaneId | None,
    marked: frozenset[LaneId],
    typing: bool = False,
) -> list[Content]:
    """All lines, `columns` lanes in each, read from left to right."""
    if not strips:
        return []
    places = [at * width // columns for at in range(columns + 1)]
    widths = [places[at + 1] - places[at] for at in range(columns)]
    shared = columns_of(strips, min(widths) - 1)
    rows = []
    for first in range(0, len(strips), columns):
        cells = []
        for at, one in enumerate(strips[first : first + columns]):
            lane = one.view.lane
            here = lane == chosen
            inner = widths[at] - (1 if at < columns - 1 else 0)
            cell = line(
                one, shared, inner, chosen=here, marked=lane in marked, typing=typing and here
            )
            cells.append(cell if inner == widths[at] else Content.assemble(cell, " "))
        rows.append(Content.assemble(*cells))
    return rows
