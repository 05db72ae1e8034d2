"""How the review screen reads: the list first, bodies as they come into view, colours after
that; none of it on the event loop, and an older answer never replaces a newer one."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence

from textual import on

from cockpit.domain.change import FileDiff
from cockpit.domain.lane import GitFacts
from cockpit.ui.review_page import ReviewPage, parsed
from cockpit.ui.screens.review.view import ReviewView
from cockpit.ui.syntax import colours_of
from cockpit.ui.widgets.rows_view import RowsView


class ReviewReading(ReviewView):
    asked = 0
    """Counts the readings: what belongs to an older one is given up."""
    facts: GitFacts | None = None
    """What git said of the lane when the diff was read."""
    _reading = False
    _colouring = False
    _stale = False
    """A choice was made since the page was built."""
    _building = False

    def do_reload(self) -> None:
        self.cockpit.do(self._load())

    async def _load(self) -> None:
        self.asked += 1
        mine, lane, blanks = self.asked, self.lane, self.page.ignore_space
        view = self.cockpit.supervisor.fleet.lane(lane)
        facts = view.facts if view is not None else None
        ask = self.cockpit.supervisor.ask
        diff = await ask(lambda cockpit: cockpit.diff(lane, bodies=False, ignore_space=blanks))
        review = await ask(lambda cockpit: cockpit.review(lane))
        page = await ask(lambda cockpit: self.page.built_from(diff, review))
        if mine != self.asked or not self.is_open:
            return
        place = self.place()
        while page.choices != self.page.choices:  # another key came meanwhile
            page = await ask(lambda cockpit: self.page.built_from(diff, review))
            if mine != self.asked or not self.is_open:
                return
            place = self.place()
        page.outside, page.clashes = self.page.outside, self.page.clashes
        self.page, self.facts, self.note = page, facts, ""
        self.show_page(place)
        self.read_on()

    async def rebuild(self) -> None:
        """A large page as a choice wants it, built in a thread; what is chosen meanwhile
        counts, and a page that was read anew meanwhile knows of it."""
        self._stale = True
        if self._building:
            return
        self._building = True
        try:
            while self._stale and self.is_open:
                self._stale = False
                old, place = self.page, self.place()
                page = await self._built_anew(old)
                if not self._stale and self.page is old and self.is_open:
                    page.outside, page.clashes = old.outside, old.clashes
                    self.page = page
                    self.show_page(place)
        finally:
            self._building = False
        self.read_on()

    def _built_anew(self, page: ReviewPage) -> Awaitable[ReviewPage]:
        return self.cockpit.supervisor.ask(lambda _: page.built_from(page.diff, page.review))

    def read_on(self) -> None:
        """Read the bodies that are looked at next, and colour those in view."""
        if not self.is_open:
            return
        if not self._reading and self.page.wanted(self.body_rows.seen):
            self._reading = True
            self.cockpit.do(self._read())
        elif not self._colouring and self.page.uncoloured(self.body_rows.seen) is not None:
            self._colouring = True
            self.cockpit.do(self._colour())

    async def _read(self) -> None:
        try:
            while self.is_open and (places := self.page.wanted(self.body_rows.seen)):
                await self.read_files(places)
        finally:
            self._reading = False
        self.read_on()

    async def read_files(
        self, places: Sequence[int], *, only: Callable[[FileDiff], bool] = lambda _: True
    ) -> None:
        """Read the bodies of some files, and show those that `only` wants; given up when the
        diff was read anew meanwhile."""
        page, lane, mine = self.page, self.lane, self.asked
        diff, files, blanks = page.diff, [page.files[at] for at in places], page.ignore_space
        read = await self.cockpit.supervisor.ask(
            lambda cockpit: parsed(
                filter(only, cockpit.file_diffs(lane, diff, files, ignore_space=blanks))
            )
        )
        if mine == self.asked and page is self.page and self.is_open:
            place = self.place()
            page.take(places, read)
            if read:
                self.show_page(place)

    async def _colour(self) -> None:
        """Lexers are slow: one file after the other, in a thread, only what is in view."""
        page, loop = self.page, asyncio.get_running_loop()
        try:
            while self.is_open and (at := page.uncoloured(self.body_rows.seen)) is not None:
                rows, mine = page.document.files[at], self.asked
                path, hunks = rows.file.path, rows.hunks
                colours = await loop.run_in_executor(None, colours_of, path, hunks)
                if mine != self.asked or not self.is_open:
                    break
                if at < len(page.files) and page.document.files[at].hunks is hunks:
                    page.colours[at] = colours
                    if colours:
                        self.body_rows.redraw()
        finally:
            self._colouring = False
        if self.is_open and self.page.uncoloured(self.body_rows.seen) is not None:
            self.read_on()

    @on(RowsView.Looked, "#body")
    def _looked(self) -> None:
        self.read_on()
