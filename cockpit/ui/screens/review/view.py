"""What the review screen shows: a page's rows, the tree of files, the heading."""

from __future__ import annotations

from collections.abc import Sequence

from textual.content import Content

from cockpit.domain.change import Layer
from cockpit.domain.ids import LaneId
from cockpit.ui import present
from cockpit.ui.diff_lines import HEADINGS, Look, row_cells
from cockpit.ui.diff_search import DiffSearch
from cockpit.ui.file_list import list_cell, row_of
from cockpit.ui.review_page import ReviewPage, Target
from cockpit.ui.screens.base import ReadingScreen
from cockpit.ui.widgets.hints import Line
from cockpit.ui.widgets.rows_view import Cell, RowsView

Place = tuple[str, str, int, int]
"""Layer and path of a file, row within it, row of the screen."""


class ReviewView(ReadingScreen):
    """The parts of the screen build on this: the page and how it is drawn."""

    def __init__(self, lane: LaneId) -> None:
        super().__init__()
        self.lane = lane
        self.page = ReviewPage()
        self.search = DiffSearch()
        self.note = ""
        """What the heading warns of."""

    @property
    def reader(self) -> RowsView:  # type: ignore[override]  # it moves as lines do
        return self.body_rows

    @property
    def files(self) -> RowsView:
        return self.query_one("#files", RowsView)

    @property
    def body_rows(self) -> RowsView:
        return self.query_one("#body", RowsView)

    @property
    def target(self) -> Target | None:
        """What the cursor is on."""
        return self.page.target(self.body_rows.cursor)

    # ------------------------------------------------------------ showing

    def place(self) -> Place:
        """Where the cursor is, so that it is found again in other rows: layer and path, row
        within the file, row of the screen."""
        view, page = self.body_rows, self.page
        if not page.files or view.cursor < 0:
            return "", "", 0, 0
        file, at = page.document.place(view.cursor)
        shown = page.files[file]
        return shown.layer.value, shown.path, at, view.cursor - view.scroll_offset.y

    def show_page(self, place: Place | None = None) -> None:
        """Show the page as it is now, the cursor at `place`."""
        page, view = self.page, self.body_rows
        layer, path, at, below = place or self.place()
        same = [number for number, file in enumerate(page.files) if file.path == path]
        exact = [number for number in same if page.files[number].layer.value == layer]
        file = (exact or same or [0])[0]
        cursor = page.document.number(file, at if exact else 0)
        if page.files:
            view.show_rows(page.document.count, self._cells, cursor=cursor, top=cursor - below)
        else:
            view.show_rows(2, _nothing)
        self.files.show_rows(len(page.tree), self._entry)
        self.follow_file()
        self.show_heading()
        self.refresh_hints()

    def redraw(self) -> None:
        """Draw what is in view anew; rows and places are the same."""
        self.body_rows.redraw()
        self.files.redraw()
        self.show_heading()

    def _cells(self, number: int, width: int) -> Sequence[Cell]:
        page = self.page
        place, _ = page.document.place(number)
        rows, row = page.document.row(number)
        look = Look(page.sides, self.search.wanted, self.body_rows.shift, width)
        return row_cells(rows, row, width, look, page.marks_of(place), page.colours.get(place, ()))

    def _entry(self, number: int, width: int) -> Sequence[Cell]:
        return [list_cell(self.page.tree[number], self.page.files, width, self.page.marks_of)]

    def show_heading(self) -> None:
        page = self.page
        count, added, removed = page.totals
        drafts = len(page.review.drafts)
        marked = self.body_rows.mark is not None
        parts: list[present.Part] = [
            (0, present.text(self.lane, "bold $accent")),
            (2, Content.styled(present.plural(len(page.diff.commits), "commit"), "$foreground")),
            (1, Content.styled(present.plural(count, "file"), "$foreground")),
            (
                1,
                Content.assemble(
                    (f"+{present.number(added)}", "$success"),
                    (f" −{present.number(removed)}", "$error"),
                ),
            ),
            (1, Content.styled(f"viewed {page.viewed}/{len(page.files)}", "$foreground")),
            (1, Content.styled(f"✎ {drafts}" if drafts else "", "bold $accent")),
            (0, self._where()),
            (0, Content.styled("range" if marked else "", "bold $warning")),
            (0, Content.styled(self.search.words(), "bold $warning")),
            (0, Content.styled(self.note, "bold $warning")),
            (1, Content.styled(_layer(page.layer), "bold $warning")),
            (1, Content.styled("no blanks" if page.ignore_space else "", "bold $warning")),
            (3, Content.styled(f"{page.diff.base[:9]} → {page.diff.head[:9]}", "$muted")),
        ]
        width = max(20, self.size.width - 2)
        self.query_one("#heading", Line).show(Content.assemble(" ", present.fit(parts, width)))

    def _where(self) -> Content:
        """The file of the cursor, while its own heading is out of view."""
        page, view = self.page, self.body_rows
        if not page.files:
            return present.EMPTY
        file, at = page.document.place(view.cursor)
        if view.cursor - at >= view.scroll_offset.y:
            return present.EMPTY
        name = present.text(page.files[file].path, "bold $foreground", width=1000)
        return name.truncate(max(12, self.size.width // 3), ellipsis=True)

    @property
    def width(self) -> int:
        """Columns of the diff."""
        return self.body_rows.size.width

    def follow_file(self) -> None:
        """The list's cursor on the file that the body's cursor is in."""
        row = row_of(self.page.tree, self.target.place) if self.target is not None else 0
        if row != self.files.cursor:
            self.files.go_to(row)

    def say(self, text: str) -> None:
        self.cockpit.toast(Content(text), severity="warning")


def _layer(layer: Layer | None) -> str:
    return f"only {HEADINGS[layer]}" if layer is not None else ""


def _nothing(row: int, width: int) -> Sequence[Cell]:
    return [Cell(Content("  Nothing differs from the target." if row else ""), fixed=True)]
