"""How one moves in a review: from file to file, hunk to hunk, match to match; and what is
shown of it."""

from __future__ import annotations

from collections.abc import Sequence

from textual import on
from textual.widgets import Input

from cockpit.domain.change import Layer
from cockpit.ui.diff_lines import changed_columns, found_columns
from cockpit.ui.diff_search import DiffSearch
from cockpit.ui.screens.review.reading import ReviewReading
from cockpit.ui.screens.review.view import Place
from cockpit.ui.widgets.rows_view import RowsView

SIDES = 100
"""Columns of the diff from which old and new go beside each other."""


TOGETHER = 50
"""Files that a search reads together."""


class ReviewMoving(ReviewReading):
    _left: Place | None = None
    """Where the cursor was before a file was looked for by its name."""

    @on(RowsView.Chosen, "#body")
    def _row_chosen(self) -> None:
        self.follow_file()
        self.show_heading()
        self.read_on()
        self.refresh_hints()

    @on(RowsView.Chosen, "#files")
    def _file_chosen(self, message: RowsView.Chosen) -> None:
        if not message.clicked or not 0 <= message.row < len(self.page.tree):
            return
        row = self.page.tree[message.row]
        if row.file is not None:
            self._go_to_file(row.file)
        elif row.tree is not None:
            self.toggle_folder(row.key)

    def do_next_file(self) -> None:
        if self.search.wanted:
            self.cockpit.do(self.go_to_match(1))
        else:
            self._go_to_file(self._file() + 1)

    def do_previous_file(self) -> None:
        self._go_to_file(self._file() - 1)

    def do_previous_match(self) -> None:
        self.cockpit.do(self.go_to_match(-1))

    def _file(self) -> int:
        return self.page.document.place(self.body_rows.cursor)[0]

    def _go_to_file(self, place: int) -> None:
        if self.page.files:
            self.body_rows.go_to(self.page.document.number(place, 0), top=True)

    def do_next_hunk(self) -> None:
        self._go_to_hunk(1)

    def do_previous_hunk(self) -> None:
        self._go_to_hunk(-1)

    def _go_to_hunk(self, by: int) -> None:
        row = self.page.document.next_hunk(self.body_rows.cursor, by)
        if row is not None:
            self.body_rows.go_to(row)
            view = self.body_rows
            if row - view.scroll_offset.y > view.size.height // 2:
                view.scroll_to(0, row - 3, animate=False, force=True, immediate=True)

    def do_next_word(self) -> None:
        """The next changed word of the line, or place that was searched for, out of view."""
        view, columns = self.body_rows, self._found_here()
        if not columns and self.page.files:
            columns = changed_columns(*self.page.document.row(view.cursor))
        if not columns:
            self.say("No word of this line is known to have changed.")
            return
        rooms = self._rooms()
        beyond = [one for one in columns if one[1] >= view.shift + rooms[one[0]] - 1]
        self._show_column((beyond or columns)[:1])
        if not beyond:
            self.say("That was the last one of this line.")

    def do_line_start(self) -> None:
        self.body_rows.show_column(0, self.width)

    def _found_here(self) -> list[tuple[int, int]]:
        if not self.page.files or not self.search.wanted:
            return []
        return found_columns(*self.page.document.row(self.body_rows.cursor), self.search.wanted)

    def _show_column(self, columns: Sequence[tuple[int, int]]) -> None:
        for cell, column in columns:
            self.body_rows.show_column(column, self._rooms()[cell])

    def _rooms(self) -> list[int]:
        """Columns that each part of the cursor's row has for text."""
        view = self.body_rows
        cells = self._cells(view.cursor, self.width)
        return [max(2, self.width // len(cells) - cell.gutter.cell_length) for cell in cells]

    def do_close(self) -> None:
        """Escape ends a range, then a search, then the screen."""
        if self.body_rows.mark is not None:
            self.body_rows.set_mark(None)
            self.show_heading()
        elif self.search.wanted:
            self.search = DiffSearch()
            self.redraw()
            self.refresh_hints()
        else:
            self.dismiss()

    # ------------------------------------------------------------ how it is shown

    def do_side_by_side(self) -> None:
        if not self.page.sides and self.width < SIDES:
            key = self.cockpit.keymap.key("file_list")
            self.say(f"Side by side needs {SIDES} columns for the diff; {key} hides the list.")
            return
        self.page.sides = not self.page.sides
        self.body_rows.set_mark(None)
        if self.page.is_large:
            self.cockpit.do(self.rebuild())
        else:
            self.page.build_rows()
            self.show_page()

    def do_blanks(self) -> None:
        self.page.ignore_space = not self.page.ignore_space
        self.do_reload()

    def do_layer(self) -> None:
        choices: list[Layer | None] = [None, *self.page.layers()]
        at = choices.index(self.page.layer) if self.page.layer in choices else 0
        place = self.place()
        self.page.layer = choices[(at + 1) % len(choices)]
        if self.page.is_large:
            self.cockpit.do(self.rebuild())
        else:
            self.page.build()
            self.show_page(place)
            self.read_on()

    def do_file_list(self) -> None:
        self.toggle_class("-alone")

    def do_fold_file(self) -> None:
        if self.page.files:
            place = self._file()
            self.page.fold(place, not self.page.document.files[place].folded)
            self._go_to_file(place)
            self.show_page()
            self.read_on()

    def do_fold_folder(self) -> None:
        rows, at = self.page.tree, self.files.cursor
        if not 0 <= at < len(rows):
            return
        tree = rows[at].tree
        if tree is not None and tree.folder:
            self.toggle_folder(rows[at].key)
            return
        above = [row for row in rows[:at] if row.tree is not None and row.tree.folder]
        mine = [row for row in above if row.tree and self._file() in row.tree.files]
        if mine:
            self.toggle_folder(mine[-1].key)

    def toggle_folder(self, key: str) -> None:
        self.page.closed ^= {key}
        self.page.build_tree()
        self.files.show_rows(len(self.page.tree), self._entry)
        self.follow_file()

    def do_goto_file(self) -> None:
        field = self.query_one("#goto", Input)
        self._left = self.place()
        field.value = ""
        field.add_class("-open")
        field.focus()

    @on(Input.Changed, "#goto")
    def _go_on_typing(self, event: Input.Changed) -> None:
        place = self.page.named(event.value)
        if event.input.has_focus and place is not None:
            self._go_to_file(place)

    @on(Input.Submitted, "#goto")
    def _stay_at_file(self, event: Input.Submitted) -> None:
        self._close_search(event.input)
        if event.value and self.page.named(event.value) is None:
            self.say("No file of this change has that in its path.")

    # ------------------------------------------------------------ searching

    def do_search(self) -> None:
        field = self.query_one("#search", Input)
        field.add_class("-open")
        field.focus()

    def on_key(self, event: object) -> None:
        if getattr(event, "key", "") not in {"escape", "ctrl+q"}:
            return
        field = self.query_one("#search", Input)
        if field.has_focus:
            self._close_search(field)
        field = self.query_one("#goto", Input)
        if field.has_focus:
            self._close_search(field)
            self.show_page(self._left)

    @on(Input.Submitted, "#search")
    def _search_for(self, event: Input.Submitted) -> None:
        self.search = DiffSearch(event.value)
        self._close_search(event.input)
        if self.search.wanted:
            self.cockpit.do(self.go_to_match(1, here=True))

    def _close_search(self, field: Input) -> None:
        field.remove_class("-open")
        self.set_focus(None)
        self.redraw()
        self.refresh_hints()

    async def go_to_match(self, by: int, *, here: bool = False) -> None:
        """The next match after the cursor, or before it; files are read as far as needed."""
        search = self.search
        if not search.wanted:
            return
        while self.is_open and search is self.search and (left := search.unread(self.page)):
            search.left = len(left)
            self.show_heading()
            page, places = self.page, left[:TOGETHER]
            await self.read_files(places, only=search.may_hold)
            if page is self.page:
                search.passed |= set(places)
        await self.cockpit.supervisor.ask(lambda _: search.find(self.page))
        if search is not self.search or not self.is_open:
            return
        row = search.next_row(self.page, self.body_rows.cursor, by, here=here)
        if row is not None:
            self.page.unfold(row[0])
            self.show_page()
            self.body_rows.go_to(self.page.document.number(*row))
            self._show_column(self._found_here()[:1])
        self.redraw()
        self.refresh_hints()
