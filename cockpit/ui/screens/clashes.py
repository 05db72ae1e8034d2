"""The radar as a matrix: who would run into whom, in which files and lines, and which order of
landing hurts least."""

from __future__ import annotations

from typing import ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.containers import Container
from textual.content import Content

from cockpit.domain.clash import Clash, Radar
from cockpit.domain.fleet import Fleet
from cockpit.domain.ids import LaneId
from cockpit.errors import CockpitError
from cockpit.ui import clash_lines, clash_matrix, present
from cockpit.ui.actions import Action, Scope
from cockpit.ui.clash_matrix import Side
from cockpit.ui.screens.base import ReadingScreen
from cockpit.ui.widgets.hints import HintBar, Line
from cockpit.ui.widgets.lines_view import LinesView

WIDE = 100
"""Columns from which the details stand beside the matrix and not below it."""


class ClashesScreen(ReadingScreen):
    """The cursor is a cell, kept by its two sides when lanes come and go."""

    scopes: ClassVar[tuple[Scope, ...]] = (Scope.CLASHES, Scope.READING, Scope.ANYWHERE)
    CSS_PATH = "../tcss/clashes.tcss"

    def __init__(self, fleet: Fleet, lane: LaneId | None = None) -> None:
        super().__init__()
        self._fleet = fleet
        self._shown = fleet.radar
        self.matrix = clash_matrix.matrix_of(fleet, fleet.radar)
        self.row, self.column = _first_cell(fleet.radar, self.matrix.lanes, lane)
        self._clash: Clash | None = None
        self._read: tuple[object, ...] = ()
        """What the hunks that are shown were read of."""
        self._asked = 0
        self._looking = fleet.radar.target is None
        self._failed = ""
        """Why there is no picture at all."""

    def compose(self) -> ComposeResult:
        yield Line(self.heading(), id="heading")
        with Container(id="halves"):
            yield LinesView(id="matrix")
            yield LinesView(wrap=True, id="body")
        yield HintBar()

    def on_mount(self) -> None:
        super().on_mount()
        self._place()
        self._show()
        if self._looking:
            self.do_clash_again()

    def heading(self) -> Content:
        return clash_lines.heading(self.matrix, self.app.size.width)

    # ------------------------------------------------------------ showing

    def show_fleet(self, fleet: Fleet) -> None:
        fresh = fleet.radar is not self._fleet.radar
        self._fleet = fleet
        if fresh:
            self._looking, self._failed = False, ""
        self._take(fleet.radar if fresh else self._shown)

    def _take(self, radar: Radar) -> None:
        """Show another picture, the cursor on the same two sides if they are still there."""
        self._shown = radar
        matrix = clash_matrix.matrix_of(self._fleet, radar)
        if matrix == self.matrix and self._read:
            return
        self.matrix = matrix
        if self.row not in matrix.lanes:
            self.row, self.column = _first_cell(radar, matrix.lanes, None)
        elif self.column is not None and self.column not in matrix.lanes:
            self.column = None
        if self.is_mounted:
            self.query_one("#heading", Line).show(self.heading())
            self._place()
            self._show()

    def on_resize(self, event: events.Resize) -> None:
        self.query_one("#heading", Line).show(self.heading())
        self._place()
        self.call_after_refresh(self._draw)  # the matrix knows its room only then

    def _place(self) -> None:
        """Details beside the matrix or below it; neither takes all of the room."""
        width, height = self.app.size
        wide = width >= WIDE
        self.set_class(wide, "-wide")
        view = self.query_one("#matrix", LinesView)
        if wide:
            view.styles.width = min(clash_matrix.matrix_width(self.matrix) + 2, width * 55 // 100)
            view.styles.height = "1fr"
        else:
            view.styles.width = "1fr"
            view.styles.height = min(len(self.matrix.lanes) + 1, max(4, (height - 2) // 2))

    def _show(self) -> None:
        """The matrix, what is known of the cell, and its hunks as soon as they were read."""
        self._draw()
        of = self._sides()
        if of == self._read:
            return
        self._read, self._clash = of, None
        self._tell(reading=self._is_clash)
        if self._is_clash:
            self.cockpit.do(self._read_hunks())

    def _draw(self) -> None:
        view = self.query_one("#matrix", LinesView)
        if self.row is None:
            view.set_lines([])
            return
        lines, _ = clash_matrix.matrix_lines(self.matrix, self._cell(), *self._room(view))
        view.set_lines(lines)

    def _room(self, view: LinesView) -> tuple[int, int]:
        """Columns and rows that the matrix is drawn in."""
        width = view.size.width or self.app.size.width
        return width, view.size.height or len(self.matrix.lanes) + 1

    @on(LinesView.Pointed, "#matrix")
    def _cell_clicked(self, message: LinesView.Pointed) -> None:
        """A click chooses a cell; one on the chosen cell goes into it."""
        room = self._room(message.view)
        cell = clash_matrix.cell_at(self.matrix, self._cell(), *room, message.line, message.x)
        if cell is None:
            return
        if cell == self._cell() and message.line:
            self.cockpit.perform("clash_review")
        self.row, self.column = self.matrix.lanes[cell[0]], self.matrix.columns[cell[1]]
        self._show()

    def _tell(self, *, reading: bool = False) -> None:
        if self.row is None:
            started = sum(view.record is not None for view in self._fleet.lanes.values())
            empty = clash_lines.empty_lines(started, looking=self._looking, failed=self._failed)
            self.reader.set_lines(empty)
            return
        lines = clash_lines.cell_lines(
            self.matrix, self.row, self.column, self._clash, reading=reading
        )
        order = clash_lines.order_lines(self.matrix)
        self.reader.set_lines([*lines, Content(""), *order, Content(""), clash_matrix.legend()])
        self.refresh_hints()

    async def _read_hunks(self) -> None:
        self._asked += 1
        mine, row, column = self._asked, self.row, self.column
        if row is None:
            return
        try:
            found = await self.cockpit.supervisor.ask(lambda cockpit: cockpit.clash(row, column))
        except CockpitError:
            if mine == self._asked and self.is_open:
                self._tell()
            raise
        if mine == self._asked and self.is_open:
            self._clash = found
            self._tell()

    def _cell(self) -> tuple[int, int]:
        """Row and column of the cursor."""
        lanes = self.matrix.lanes
        row = lanes.index(self.row) if self.row in lanes else 0
        column = self.matrix.columns.index(self.column)
        return row, column

    def _sides(self) -> tuple[object, ...]:
        """What decides what the details say."""
        radar = self.matrix.radar
        sides = [radar.sides.get(side) if side is not None else radar.target for side in self._pair]
        return (self.row, self.column, *sides, radar)

    @property
    def _pair(self) -> tuple[Side, ...]:
        return (self.row, self.column) if self.row is not None else ()

    @property
    def _is_clash(self) -> bool:
        return self.row is not None and (self.row, self.column) in self.matrix.counts

    # ------------------------------------------------------------ keys

    def hinted(self) -> list[Action]:
        hidden = set() if self._may_review() else {"clash_review"}
        return [action for action in super().hinted() if action.id not in hidden]

    def _may_review(self) -> bool:
        return self._is_clash and self.column is None

    def _move(self, down: int, right: int) -> None:
        if self.row is None:
            return
        row, column = self._cell()
        lanes, columns = self.matrix.lanes, self.matrix.columns
        self.row = lanes[max(0, min(len(lanes) - 1, row + down))]
        self.column = columns[max(0, min(len(columns) - 1, column + right))]
        self._show()

    def do_clash_left(self) -> None:
        self._move(0, -1)

    def do_clash_right(self) -> None:
        self._move(0, 1)

    def do_clash_up(self) -> None:
        self._move(-1, 0)

    def do_clash_down(self) -> None:
        self._move(1, 0)

    def do_clash_next(self) -> None:
        """To the next cell that clashes, row by row and around; each pair is met once."""
        lanes, columns = self.matrix.lanes, self.matrix.columns
        cells = [
            (row, column)
            for number, row in enumerate(lanes)
            for column in columns[: number + 1]
            if (row, column) in self.matrix.counts
        ]
        if not cells:
            self.cockpit.toast(Content("Nobody clashes with anybody."))
            return
        here = self._cell()
        places = [(lanes.index(row), columns.index(column)) for row, column in cells]
        after = [cell for cell, place in zip(cells, places, strict=True) if place > here]
        self.row, self.column = (after or cells)[0]
        self._show()

    def do_clash_review(self) -> None:
        if self.row is None or not self._may_review():
            target = self.matrix.target
            text = (
                f"Two lanes can't be resolved against each other: land one, then review the "
                f"other's conflict with {target}."
                if self._is_clash
                else "There is no conflict in this cell to review."
            )
            self.cockpit.toast(present.text(text), severity="warning")
            return
        from cockpit.ui.screens.conflict import ConflictScreen

        self.app.push_screen(ConflictScreen(self.row))

    def do_clash_again(self) -> None:
        self.cockpit.do(self._look_again())

    async def _look_again(self) -> None:
        try:
            radar = await self.cockpit.supervisor.ask(lambda cockpit: cockpit.clashes())
        except CockpitError as error:
            self._looking = False
            self._failed = "\n".join(filter(None, (error.title, error.detail, error.hint)))
            if self.is_open:
                self._tell()
            raise
        self._looking, self._failed = False, ""
        if self.is_open:
            self._read = ()
            self._take(radar)


def _first_cell(
    radar: Radar, lanes: tuple[LaneId, ...], lane: LaneId | None
) -> tuple[LaneId | None, Side]:
    """Where the cursor begins: on a clash of the chosen lane, else on any, else at the top."""
    if not lanes:
        return None, None
    if lane in lanes and lane is not None:
        mine = radar.of(lane)
        return lane, mine[0].other if mine else None
    if radar.clashes:
        return radar.clashes[0].lane, radar.clashes[0].other
    return lanes[0], None
