"""Reading a lane's change: the files at the side, the diff beside them."""

from __future__ import annotations

from bisect import bisect_right
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.content import Content

from cockpit.domain.change import LaneDiff
from cockpit.domain.ids import LaneId
from cockpit.ui import present
from cockpit.ui.actions import Scope
from cockpit.ui.diff_lines import DiffLines, diff_lines
from cockpit.ui.screens.base import ReadingScreen
from cockpit.ui.widgets.hints import HintBar, Line
from cockpit.ui.widgets.lines_view import LinesView


class DiffScreen(ReadingScreen):
    """Files by layer: committed, staged, unstaged and untracked apart."""

    scopes: ClassVar[tuple[Scope, ...]] = (Scope.DIFF, Scope.READING, Scope.ANYWHERE)
    CSS_PATH = "../tcss/diff.tcss"
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (70, "-wide")]  # noqa: RUF012 - Textual's declaration is an instance variable

    def __init__(self, lane: LaneId) -> None:
        super().__init__()
        self._lane = lane
        self._lines = DiffLines((), (), (), ())
        self._asked = 0

    def compose(self) -> ComposeResult:
        yield Line(present.text(f" {self._lane}: reading its change …", "$muted"), id="heading")
        with Horizontal():
            yield LinesView(cursor=True, id="files")
            yield LinesView(id="body")
        yield HintBar()

    def on_mount(self) -> None:
        super().on_mount()
        self.do_reload()

    @property
    def files(self) -> LinesView:
        return self.query_one("#files", LinesView)

    def do_reload(self) -> None:
        self.cockpit.do(self._load())

    async def _load(self) -> None:
        self._asked += 1
        mine = self._asked
        lane = self._lane
        diff = await self.cockpit.supervisor.ask(lambda cockpit: cockpit.diff(lane))
        if mine != self._asked or not self.is_attached:
            return
        self._lines = diff_lines(diff)
        self.query_one("#heading", Line).show(_heading(self._lane, diff))
        self.files.set_lines(self._lines.files, keep=True)
        nothing = [Content(""), Content("  Nothing differs from the target.")]
        self.reader.set_lines(self._lines.body or nothing, keep=True)
        if self._lines.rows and self.files.cursor not in self._lines.rows:
            self.files.cursor = self._lines.rows[0]

    def do_land_this(self) -> None:
        from cockpit.ui.screens.landing import LandingScreen

        self.app.switch_screen(LandingScreen(self._lane))

    # ------------------------------------------------------------ from file to file

    def _file_here(self) -> int:
        """The file that the body's first visible line belongs to."""
        return max(0, bisect_right(self._lines.starts, self.reader.scroll_offset.y) - 1)

    def do_next_file(self) -> None:
        self._go_to(self._chosen_file() + 1)

    def do_previous_file(self) -> None:
        self._go_to(self._chosen_file() - 1)

    def _chosen_file(self) -> int:
        rows = self._lines.rows
        return rows.index(self.files.cursor) if self.files.cursor in rows else self._file_here()

    def _go_to(self, file: int) -> None:
        if self._lines.rows:
            file = max(0, min(len(self._lines.rows) - 1, file))
            self.files.cursor = self._lines.rows[file]

    @on(LinesView.Chosen, "#files")
    def _file_chosen(self, message: LinesView.Chosen) -> None:
        if message.line in self._lines.rows:
            file = self._lines.rows.index(message.line)
            self.reader.scroll_to(0, self._lines.starts[file], animate=False)


def _heading(lane: LaneId, diff: LaneDiff) -> Content:
    commits = present.plural(len(diff.commits), "commit")
    files = present.plural(len({file.path for file in diff.files}), "file")
    added = sum(file.added or 0 for file in diff.files)
    removed = sum(file.removed or 0 for file in diff.files)
    return Content.assemble(
        present.text(f" {lane}", "bold $accent"),
        (f"  {commits}, {files}  ", "$foreground"),
        (f"+{present.number(added)}", "$success"),
        (f" −{present.number(removed)}", "$error"),
        (f"  {diff.base[:9]} → {diff.head[:9]}", "$muted"),
    )
