"""Every screen and dialog at every size and in every theme: nothing cut without a sign, nothing
over anything else, the ways out and to help in view, each text readable on its ground; and
recorded pictures of those that have none elsewhere."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest
from textual.geometry import Region
from textual.screen import ModalScreen
from textual.scrollbar import ScrollBar
from textual.widget import Widget
from textual.widgets import Input, TextArea

from cockpit.domain.theme import contrast
from cockpit.ui import themes
from cockpit.ui.look import CUT
from cockpit.ui.screens.base import Keyed
from cockpit.ui.widgets.hints import HintBar, Line
from cockpit.ui.widgets.lines_view import LinesView
from cockpit.ui.widgets.rows_view import RowsView
from tests.ui.drive import Session, known_themes, opened
from tests.ui.every_screen import SCREENS
from tests.ui.test_goldens import SIZES, compare

SMALL = (40, 10)
"""The smallest terminal that is not refused: everything must be reachable there too."""

ORNAMENT = set("╲─│╭╮╰╯┏┓┗┛━┃┄╌ ▁▂▃▄▅▆▇█▌▐▔▕")
"""Signs of frames and scroll bars, which need less contrast than text."""


@pytest.fixture(autouse=True)
def utc(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()


@pytest.mark.parametrize("name", SCREENS)
async def test_it_is_whole_at_every_size(name: str) -> None:
    place = SCREENS[name]
    fake = place.fresh()
    pictures = []
    async with opened(fake.fleet, supervisor=fake, size=(80, 24), hosted=place.hosted) as session:
        await place.open(session)
        assert session.app.screen is not session.app.board
        session.app.clear_notifications()
        for size in (*SIZES, SMALL):
            await session.pilot.resize_terminal(*size)
            await session.settle()
            is_small = size == SMALL
            found = [*out_of_place(session), *lost_ways(session, whole=not is_small)]
            found += [] if is_small else cut_off(session)
            assert not found, "\n".join([f"{size}:", *found, session.text()])
            if not is_small:
                pictures.append(f"{size[0]}×{size[1]}\n{picture(session)}\n")
        await session.pilot.resize_terminal(80, 24)
        await session.settle()
        before = session.text()
        for theme in known_themes():
            session.app.theme = themes.PREFIX + theme
            await session.settle()
            assert session.text() == before, f"{theme} says something else"
            assert not (hard := list(pale(session, theme))), f"{theme}: {hard}"
    compare(f"screens/{name}", "\n".join(pictures))


def picture(session: Session) -> str:
    """The screen; of a dialog its box alone, whatever lies behind it."""
    screen = session.app.screen
    if not isinstance(screen, ModalScreen):
        return session.text().rstrip()
    return "\n".join(painted(session, screen.query_one(".box").region))


# ------------------------------------------------------------------ what may be wrong


def shown(session: Session) -> dict[Widget, tuple[Region, Region]]:
    """The widgets of the screen that paint text, with their region and what can be seen of it."""
    placed = session.app.screen._compositor.full_map
    return {
        widget: (geometry.region, geometry.visible_region)
        for widget, geometry in placed.items()
        if not widget.children
        and widget.display
        and not isinstance(widget, ScrollBar)
        and not any(one.id in ("textual-toastrack", "textual-tooltip") for one in lineage(widget))
        and widget is not session.app.screen
    }


def lineage(widget: Widget) -> Iterator[Widget]:
    yield widget
    if isinstance(widget.parent, Widget):
        yield from lineage(widget.parent)


def named(widget: Widget) -> str:
    return f"{type(widget).__name__}#{widget.id or '-'}"


def out_of_place(session: Session) -> Iterator[str]:
    """What is squeezed to nothing, hangs out of its box or the screen, or lies over another."""
    found = shown(session)
    for widget, (region, seen) in found.items():
        height = widget.styles.height
        if not region.area and not (height is not None and height.value == 0):
            yield f"{named(widget)} has no room: {region}"
        elif region != seen:
            yield f"{named(widget)} is cut: {region}, of which {seen} is seen"
        if isinstance(widget, TextArea) and not region.height:
            yield f"{named(widget)} has {region.height} row to write in"
    painted = [(widget, region) for widget, (region, _) in found.items() if region.area]
    for place, (widget, region) in enumerate(painted):
        for other, its in painted[place + 1 :]:
            if region.overlaps(its):
                yield f"{named(widget)} {region} and {named(other)} {its} overlap"


def painted(session: Session, region: Region) -> list[str]:
    """The text that stands in a region (cells that a wide sign covers are left out)."""
    rows = [row.ljust(session.app.size.width) for row in session.text().split("\n")]
    rows += [" " * session.app.size.width] * (region.bottom - len(rows))
    return [row[region.x : region.right] for row in rows[region.y : region.bottom]]


def cut_off(session: Session) -> Iterator[str]:
    """Texts that end at an edge without a sign; prose and notes of dialogs that end with one."""
    is_dialog = isinstance(session.app.screen, ModalScreen)
    for widget in shown(session):
        rows = painted(session, widget.content_region)
        if isinstance(widget, RowsView):
            yield from cut_rows(widget, rows)
        elif isinstance(widget, LinesView):
            yield from cut_lines(widget, rows)
        elif isinstance(widget, Line) and not isinstance(widget, HintBar):
            told, plain = " ".join("".join(rows).split()), " ".join(widget.content.plain.split())
            if told.replace(" ", "") != plain.replace(" ", "") and not told.endswith(CUT):
                yield f"{named(widget)}: {plain!r} is shown as {told!r}"
            if is_dialog and CUT in told and CUT not in plain and not widget.has_class("-row"):
                yield f"{named(widget)}: {plain!r} does not end"
        elif isinstance(widget, Input) and not widget.value and widget.placeholder not in rows[0]:
            yield f"{named(widget)}: {widget.placeholder!r} has no room"


def cut_lines(widget: LinesView, rows: list[str]) -> Iterator[str]:
    left, top = widget.scroll_offset
    for y, row in enumerate(rows):
        line = widget.lines[top + y] if top + y < len(widget.lines) else None
        if line is None:
            continue
        begins = line.plain.rstrip()[left : left + 10].rstrip()
        bar = len(widget.lines) > widget.size.height
        room = widget.size.width - bar
        if line.cell_length > left + room and not row[:room].rstrip().endswith(CUT):
            yield f"{named(widget)}: {line.plain!r} ends as {row[-20:]!r}"
        if widget._wrap and line.rstrip().cell_length > room:
            yield f"{named(widget)}: prose is not wrapped: {line.plain!r}"
        if not left and begins.isascii() and begins[: room - 1] not in row:
            yield f"{named(widget)}: {line.plain!r} is shown as {row!r}"


def cut_rows(widget: RowsView, rows: list[str]) -> Iterator[str]:
    for row in widget.seen:
        cells = widget._draw(row, widget.room)
        text = rows[row - widget.scroll_offset.y]
        wide = cells[0].gutter.cell_length + cells[0].length if len(cells) == 1 else 0
        if wide > widget.room and CUT not in text:
            yield f"{named(widget)}: {cells[0].text.plain!r} is shown as {text!r}"


def lost_ways(session: Session, *, whole: bool) -> Iterator[str]:
    """The hints hold the way back and (`whole`) the way to help where there is one, uncut."""
    screen, key = session.app.screen, session.app.keymap.key
    assert isinstance(screen, Keyed)
    bar = screen.query_one(HintBar)
    told = "\n".join(painted(session, bar.region))
    back = {key("close"), key("no"), key("put_away"), key("pick_close"), "Esc"}
    keys = {bar.key_at(x, y) for x in range(bar.size.width) for y in range(bar.size.height)}
    if not back & keys:
        yield f"no way back in {told!r}"
    if whole and screen.helps and not {key("help"), key("help", writing=True)} & keys:
        yield f"no way to help in {told!r}"
    if whole and CUT in told:
        yield f"hints are cut: {told!r}"


def pale(session: Session, theme: str) -> Iterator[str]:
    """Texts of the screen itself that are hard to read on what they stand on."""
    palette, screen = known_themes()[theme], session.app.screen
    if palette.terminal:
        return
    room = screen.query_one(".box").region if isinstance(screen, ModalScreen) else screen.region
    for y, strip in enumerate(screen._compositor.render_strips()):
        x = 0
        for text, style, _ in strip:
            begin, x = x, x + len(text)
            inside = room.contains(begin, y) and room.contains(x - 1, y) if text else False
            if not inside or style is None or not style.color or not style.bgcolor:
                continue
            if set(text) <= ORNAMENT or style.reverse:
                continue
            fore, back = style.color.get_truecolor().hex, style.bgcolor.get_truecolor().hex
            if contrast(fore, back) < palette.contrast - 0.05:
                yield f"{text.strip()!r} at {begin},{y}: {fore} on {back}"
