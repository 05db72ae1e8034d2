"""What an action did, in a few words that are the same whichever way it was reached."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, fields

from textual.widgets import Input, TextArea

from cockpit.domain.resolution import Point
from cockpit.ui.selection import Selection
from cockpit.ui.widgets.hints import Line
from cockpit.ui.widgets.lines_view import LinesView
from cockpit.ui.widgets.rows_view import RowsView
from tests.ui.drive import Session, screen_text

SAID = 60
"""Characters of what is said that are kept."""


@dataclass
class Outside:
    """What the app did to the world around it, as far as a test keeps it from doing so."""

    closed: int = 0
    ran: list[str] = field(default_factory=list)
    """Programs that the terminal was handed to."""


@dataclass(frozen=True)
class Look:
    """Everything that an action may change."""

    intents: tuple[str, ...]
    screens: tuple[object, ...]
    toasts: tuple[str, ...]
    notes: dict[str, str]
    places: tuple[object, ...]
    written: tuple[str, ...]
    focus: str
    selection: Selection
    typing: bool
    asked: int
    closed: int
    ran: tuple[str, ...]
    live: tuple[int, int]
    kept: int
    """Drafts of a resolution."""
    here: tuple[object, ...]
    """What the screen itself has for a cursor."""
    text: str


def look(session: Session, outside: Outside) -> Look:
    app, fake = session.app, session.supervisor
    screen = app.screen
    lists = [*screen.query(LinesView), *screen.query(RowsView)]
    written = [*screen.query(Input), *screen.query(TextArea)]
    lines = screen.query(Line)
    return Look(
        tuple(type(one).__name__ for one in fake.intents),
        tuple(app.screen_stack),
        tuple(session.toasts()),
        {one.id: one.content.plain.strip() for one in lines if one.id in ("note", "say")},
        tuple(_place(one) for one in lists if one.display and one.size),
        tuple(one.value if isinstance(one, Input) else one.text for one in written),
        _name(app.focused),
        app.board.selection,
        app.board.is_typing,
        fake.asked,
        outside.closed,
        tuple(outside.ran),
        (len(fake.fake_live.stepped), fake.fake_live.detached),
        len(fake.fake.answers.get("kept", ())),
        tuple(_own(screen, name) for name in ("row", "column", "here", "chosen")),
        screen_text(app),
    )


def _place(view: LinesView | RowsView) -> object:
    mine = (id(view), view.cursor, tuple(view.scroll_offset))
    return (*mine, view.shift, view.mark) if isinstance(view, RowsView) else mine


def _own(screen: object, name: str) -> object:
    """What a screen itself has for a cursor."""
    found = getattr(screen, name, None)
    return found if isinstance(found, str | Point) else None


def _name(widget: object) -> str:
    if not isinstance(widget, Input | TextArea):
        return ""
    return f"#{widget.id}" if widget.id else type(widget).__name__


def effect(before: Look, after: Look) -> str:
    """What came of it; empty if nothing did."""
    told = list(_outside(before, after)) + list(_screens(before, after))
    if before.screens == after.screens:
        told += _inside(before, after)
    elif after.selection.chosen != before.selection.chosen:
        told.append("chooses another lane")
    told += [f"says “{_cut(one)}”" for one in _new(before.toasts, after.toasts)]
    if not told and after.text != before.text:
        told.append("shows something else")
    if not told and after.asked > before.asked:
        told.append("reads anew")
    return ", ".join(told)


def _outside(before: Look, after: Look) -> Iterator[str]:
    for name in _new(before.intents, after.intents):
        yield f"wishes {name}"
    for program in _new(before.ran, after.ran):
        yield f"runs {program}"
    if after.closed > before.closed:
        yield "closes cockpit"
    stepped, detached = (new - old for old, new in zip(before.live, after.live, strict=True))
    if stepped:
        yield "steps into the pane"
    if detached:
        yield "gives the terminal back"
    if after.kept > before.kept:
        yield "keeps the choice"


def _new(before: tuple[str, ...], after: tuple[str, ...]) -> list[str]:
    return list(Counter(after) - Counter(before))


def _screens(before: Look, after: Look) -> Iterator[str]:
    old, new = list(before.screens), list(after.screens)
    while old and new and old[0] is new[0]:
        del old[0], new[0]
    for verb, screens in (("leaves", old), ("opens", new)):
        for screen in screens:
            yield f"{verb} {type(screen).__name__.removesuffix('Screen')}"


def _inside(before: Look, after: Look) -> Iterator[str]:
    changed = [
        one.name
        for one in fields(Selection)
        if getattr(before.selection, one.name) != getattr(after.selection, one.name)
    ]
    if changed:
        yield f"changes {' and '.join(changed)}"
    if before.typing != after.typing:
        yield "types into the pane"
    if before.focus != after.focus:
        yield f"goes into {after.focus}" if after.focus else f"leaves {before.focus}"
    if before.written != after.written:
        yield "writes"
    if (before.places, before.here) != (after.places, after.here):
        yield "moves"
    for name, said in after.notes.items():
        if said and said != before.notes.get(name):
            yield f"says “{_cut(said)}”"


def _cut(said: str) -> str:
    said = " ".join(said.split())
    return said if len(said) <= SAID else f"{said[: SAID - 1]}…"
