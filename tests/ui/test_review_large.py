"""The review of a change of very many files: what would hold up the screen happens in a thread,
and what nobody looks at is not kept."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from typing import TypeVar

from textual.widgets import Input

from cockpit.domain.activity import State
from cockpit.domain.change import FileDiff, LaneDiff, Layer
from cockpit.services.api import Cockpit
from cockpit.ui.diff_search import DiffSearch
from cockpit.ui.review_page import FEW, ReviewPage, parsed
from cockpit.ui.screens.diff import DiffScreen
from tests.ui.changes import file, large
from tests.ui.drive import Session, opened
from tests.ui.fake import FakeSupervisor, fleet_of, view

T = TypeVar("T")
IDLE = fleet_of(view("alpha", 1, State.IDLE))
COUNT = FEW + 100
NEEDLE = "src/part07/f00307.py"


class Slow(FakeSupervisor):
    """Answers only while `open` is set, as threads that are busy."""

    def __init__(self, diff: LaneDiff) -> None:
        super().__init__(IDLE)
        self.fake.answers["diff"] = diff
        self.gate = asyncio.Event()
        self.gate.set()
        self.asked = 0

    def ask(self, query: Callable[[Cockpit], T]) -> Awaitable[T]:
        async def answer() -> T:
            self.asked += 1
            await self.gate.wait()
            return query(self.cockpit)

        return answer()


def screen(session: Session) -> DiffScreen:
    found = session.app.screen
    assert isinstance(found, DiffScreen)
    return found


def two_layers() -> LaneDiff:
    diff = large(COUNT)
    more = file("notes.txt", Layer.UNTRACKED, "@@ -0,0 +1 @@\n+remember\n")
    return replace(diff, files=(*diff.files, more))


async def search(session: Session, wanted: str) -> None:
    await session.press("slash")
    session.app.screen.query_one("#search", Input).value = wanted
    await session.press("enter")


async def test_what_holds_no_match_stays_unread() -> None:
    fake = Slow(large(COUNT))
    fake.fake.answers["bodies"] = {NEEDLE: "@@ -0,0 +1 @@\n+needle\n"}
    async with opened(IDLE, supervisor=fake, size=(120, 30)) as session:
        await session.press("d")
        await search(session, "needle")
        await session.until(lambda: screen(session).search.words() == "match 1/1")

        assert len(screen(session).page.waiting()) > COUNT // 2
        target = screen(session).target
        assert target is not None and target.file.path == NEEDLE


async def test_leaving_while_a_search_reads_ends_it_quietly() -> None:
    fake = Slow(large(COUNT))
    async with opened(IDLE, supervisor=fake, size=(120, 30)) as session:
        await session.press("d")
        await session.settle()
        fake.gate.clear()
        await search(session, "needle")
        await session.until(lambda: "to read" in session.text())
        await session.press("m")
        assert not isinstance(session.app.screen, DiffScreen)
        fake.gate.set()
        await session.settle()
        await session.settle()


async def test_a_page_that_is_built_anew_meets_the_last_choice() -> None:
    """Two layers chosen one after the other while the thread is busy: the second counts."""
    fake = Slow(two_layers())
    async with opened(IDLE, supervisor=fake, size=(160, 30)) as session:
        await session.press("d")
        await session.settle()
        fake.gate.clear()
        await session.press("f")
        assert len(screen(session).page.files) == COUNT + 1, "nothing was built on the loop"
        await session.press("f")
        fake.gate.set()
        await session.until(lambda: len(screen(session).page.files) == 1)

        assert screen(session).page.layer is Layer.UNTRACKED
        assert "remember" in session.text()


async def test_side_by_side_and_a_reading_meanwhile_agree() -> None:
    fake = Slow(large(COUNT))
    async with opened(IDLE, supervisor=fake, size=(200, 30)) as session:
        await session.press("d")
        await session.settle()
        fake.gate.clear()
        await session.press("r", "v")
        assert not any(rows.sides for rows in screen(session).page.document.files)
        fake.gate.set()
        await session.until(lambda: screen(session).page.document.files[0].sides)
        await session.settle()
        assert screen(session).page.choices[1] is True


# ------------------------------------------------------------------ pure


def page_of(*files: FileDiff) -> ReviewPage:
    page = ReviewPage()
    page.diff = LaneDiff("1" * 40, "2" * 40, (), tuple(files))
    page.build()
    return page


def found(page: ReviewPage, wanted: str) -> Sequence[tuple[int, int]]:
    looked = DiffSearch(wanted)
    looked.find(page)
    return looked.matches


def test_a_whole_body_is_passed_over_only_if_no_line_shows_it() -> None:
    body = (
        "@@ -1,3 +1,4 @@\n plain\n+Kelvin 3\N{KELVIN SIGN}\n+e\N{COMBINING ACUTE ACCENT}t\n+ta\tb\n"
    )
    page = page_of(file("a.txt", Layer.COMMITTED, body))

    assert len(found(page, "3K")) == 1
    assert len(found(page, "3k")) == 1
    assert len(found(page, "\N{LATIN SMALL LETTER E WITH ACUTE}t")) == 1
    assert len(found(page, "ta\tb")) == 1
    assert len(found(page, "PLAIN")) == 0
    assert len(found(page, "plain")) == 1
    assert len(found(page, "a.txt")) == 1


def test_the_next_match_goes_around_both_ways() -> None:
    page = page_of(*(file(f"{n}.txt", Layer.COMMITTED, "@@ -0,0 +1 @@\n+needle\n") for n in "abc"))
    looked = DiffSearch("needle")
    looked.find(page)
    rows = [page.document.number(*match) for match in looked.matches]
    assert len(rows) == 3

    def go(row: int, by: int, *, here: bool = False) -> int:
        match = looked.next_row(page, row, by, here=here)
        assert match is not None
        return page.document.number(*match)

    assert go(rows[0], 1) == rows[1]
    assert go(rows[0], 1, here=True) == rows[0]
    assert go(rows[2], 1) == rows[0]
    assert go(rows[1], -1) == rows[0]
    assert go(rows[0], -1) == rows[2]
    assert go(0, 1) == rows[0]
    assert go(0, -1) == rows[2]


def test_what_is_read_goes_where_it_was_asked_for() -> None:
    page = page_of(*large(5).files)
    wanted = [1, 3]
    read = [replace(page.files[at], loaded=True, body="@@ -0,0 +1 @@\n+x\n") for at in wanted]
    stray = replace(page.files[0], path="elsewhere.py", loaded=True)

    page.take(wanted, parsed([*read, stray]))

    assert page.waiting() == [0, 2, 4]
    assert page.document.count == page.document.starts[-1]
