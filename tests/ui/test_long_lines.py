"""Lines as long as a minified file's: only what is in view is drawn, and one gets to the words
that changed."""

from __future__ import annotations

import time
import tracemalloc

import pytest

from cockpit.domain.activity import State
from cockpit.domain.change import LaneDiff, Layer
from cockpit.ui import long_lines
from cockpit.ui.diff_lines import Look, changed_columns, found_columns, row_cells
from cockpit.ui.diff_lines import Marks as NoMarks
from cockpit.ui.diff_rows import FileRows, Kind, file_rows
from cockpit.ui.long_lines import forget, long_line
from cockpit.ui.screens.diff import DiffScreen
from tests.ui.changes import file
from tests.ui.drive import opened
from tests.ui.fake import BASE, HEAD, FakeSupervisor, fleet_of, view

OLD = "var a=1;" * 12_500
NEW = "var a=1;" * 6_000 + "var needle=2;" + "var a=1;" * 6_500
MINIFIED = file("min.js", Layer.COMMITTED, f"@@ -1 +1 @@\n-{OLD}\n+{NEW}\n")


def rows(*, sides: bool = False) -> FileRows:
    return file_rows(MINIFIED, sides=sides)


@pytest.mark.parametrize(
    "text",
    ["plain " * 1000, "日本語 " * 1000, "\ta\t" * 1000, "caf\udce9\x1b[31m" * 1000],
    ids=["ascii", "wide", "tabs", "hostile"],
)
def test_a_window_holds_the_columns_asked_for(text: str) -> None:
    long = long_line(text)
    assert "\x1b" not in long.plain and "\udce9" not in long.plain
    for first in (0, 1, 777, long.length - 5, long.length + 50):
        begin, end = long.window(first, 40)
        assert long.column(begin) <= max(0, min(first, long.length))
        assert long.column(end) >= min(first + 40, long.length)
        assert end - begin <= 45


def test_of_a_long_line_only_what_is_in_view_is_drawn_fast() -> None:
    shown = rows()
    row = next(row for row in shown.rows if row.kind is Kind.LINE and row.line == 1)
    begun = time.perf_counter()
    for shift in range(0, 4000, 8):
        (cell,) = row_cells(shown, row, 200, Look(False, "a", shift, 200), NoMarks())
        assert len(cell.text.plain) <= 200
    assert (time.perf_counter() - begun) / 500 < 0.02
    assert cell.whole == len(NEW)
    assert cell.skipped == shift


def test_the_word_that_changed_is_known_and_coloured_far_to_the_right() -> None:
    for sides in (False, True):
        shown = rows(sides=sides)
        row = [row for row in shown.rows if row.kind is Kind.LINE][0 if sides else 1]
        part, column = changed_columns(shown, row)[-1]
        assert part == (1 if sides else 0)
        assert 0 <= column - 48_000 <= 4
        assert found_columns(shown, row, "needle") == [(part, 48_004)]
        look = Look(sides, "", 47_990, 60)
        cell = row_cells(shown, row, 60, look, NoMarks())[part]
        styled = [
            cell.text.plain[one.start : one.end]
            for one in cell.text.spans
            if "word" in str(one.style)
        ]
        assert any("needle" in text for text in styled)


async def test_keys_go_to_the_changed_word_and_back_and_a_sign_says_that_more_follows() -> None:
    fake = FakeSupervisor(fleet_of(view("alpha", 1, State.IDLE)))
    fake.fake.answers["diff"] = LaneDiff(BASE, HEAD, (), (MINIFIED,))
    async with opened(fake.fleet, supervisor=fake, size=(80, 24)) as session:
        await session.press("d")
        await session.until(lambda: "var a=1" in session.text())
        lines = [line for line in session.text().splitlines() if "var a=1" in line]
        assert all(line.rstrip().endswith("…") for line in lines)
        await session.press("j", "j", "j", "L")
        assert "var needle=2;" in session.text()
        await session.press("L")
        assert any("last one of this line" in toast for toast in session.toasts())
        await session.press("H")
        assert "needle" not in session.text()
        screen = session.app.screen
        assert isinstance(screen, DiffScreen)
        assert screen.body_rows.shift == 0
        await session.press("home", "L")
        assert any("No word of this line" in toast for toast in session.toasts())


def test_lines_that_were_looked_at_take_little_memory() -> None:
    wide = "x\u0101" * 100_000
    forget()
    tracemalloc.start()
    try:
        for number in range(30):
            line = long_line(f"{number}\tä{wide}")
        held, _ = tracemalloc.get_traced_memory()
        assert held < 40 << 20
        assert long_line(f"29\tä{wide}") is line, "the newest stay"
        del line
        forget()
        assert tracemalloc.get_traced_memory()[0] < 3 << 20
    finally:
        tracemalloc.stop()


async def test_closing_the_diff_lets_go_of_its_lines() -> None:
    fleet = fleet_of(view("alpha", 1, State.IDLE))
    supervisor = FakeSupervisor(fleet)
    supervisor.fake.answers["diff"] = LaneDiff(BASE, HEAD, (), (MINIFIED,))
    async with opened(fleet, supervisor=supervisor) as session:
        await session.press("d")
        assert isinstance(session.app.screen, DiffScreen)
        await session.until(lambda: bool(long_lines._ready))
        await session.press("escape")
        await session.until(lambda: not long_lines._ready)
