"""What the board of tasks shows: counts, what is wrong, the rows of the view, the chosen one.

Drawn anew only where the board or the plan is another one: the fleet changes many times a
second, and the rows of ten thousand tasks are sorted once for each board.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.content import Content
from textual.widgets import Input

from cockpit.domain.board import Board, TaskView
from cockpit.domain.fleet import Fleet
from cockpit.domain.ids import LaneId
from cockpit.domain.phases import held_tasks
from cockpit.domain.text import counted
from cockpit.ui import present, task_notes, task_rows
from cockpit.ui.actions import ACTIONS, Action, Scope
from cockpit.ui.screens.base import ReadingScreen
from cockpit.ui.task_reasons import is_worth, why_not
from cockpit.ui.task_timeline import (
    Timeline,
    axis_line,
    bar_line,
    forecast_parts,
    lane_note,
    legend,
)
from cockpit.ui.task_times import Times
from cockpit.ui.widgets.hints import HintBar, Line
from cockpit.ui.widgets.lines_view import LinesView
from cockpit.ui.widgets.rows_view import Cell, RowsView


class View(StrEnum):
    STATES = "by state"
    WAVES = "waves"
    TIMELINE = "timeline"


def view_at(heading: str, x: int) -> View | None:
    """The view whose name stands at a cell of the heading, the signs beside it included."""
    places = {view: heading.find(view) for view in View}
    found = [view for view, at in places.items() if 0 < at <= x + 1 <= at + len(view) + 1]
    return found[0] if found else None


class TasksView(ReadingScreen):
    """The three views share the cursor's task, as far as each has one."""

    scopes: ClassVar[tuple[Scope, ...]] = (Scope.TASKS, Scope.READING, Scope.ANYWHERE)
    opens = "open_task"
    field_hints: ClassVar[Mapping[str, Sequence[tuple[str, str]]]] = {
        "search": (
            ("Enter", "keep it"),
            ("Esc", "all tasks"),
        ),
    }
    CSS_PATH = "../tcss/tasks.tcss"

    def __init__(self, fleet: Fleet, lane: LaneId | None = None) -> None:
        super().__init__()
        self.fleet = fleet
        self.view = View.STATES
        self.table = task_rows.Table()
        self.times = Times()
        self.wanted = ""
        self.at_file = ""
        """The file of the chosen task, so that it is found again in other rows."""
        self._troubles: list[task_notes.Trouble] = []
        self._drawn: tuple[object, ...] = ()
        self._lane = lane

    def compose(self) -> ComposeResult:
        yield Line(id="heading")
        yield Line(id="counts")
        yield LinesView(id="trouble")
        yield Line(id="axis")
        yield RowsView(id="body")
        yield Line(id="say")
        yield Input(id="search", placeholder="show tasks with …")
        yield HintBar()

    def on_mount(self) -> None:
        mine = held_tasks(self.board.tasks).get(self._lane) if self._lane is not None else None
        self.at_file = mine.task.name if mine is not None else ""
        super().on_mount()
        self.refresh_all()

    @property
    def reader(self) -> RowsView:  # type: ignore[override]  # it moves as lines do
        return self.query_one("#body", RowsView)

    @property
    def board(self) -> Board:
        return self.fleet.board

    @property
    def keys(self) -> dict[str, str]:
        return {action.id: self.cockpit.keymap.key(action.id) for action in ACTIONS}

    @property
    def chosen(self) -> TaskView | None:
        """The task under the cursor; in the timeline the one that the lane works on."""
        if self.view is View.TIMELINE:
            return self._task_of_lane()
        return self.table.task(self.reader.cursor)

    def _task_of_lane(self) -> TaskView | None:
        shown, at = self.times.shown, self.reader.cursor
        if shown is None or not 0 <= at < len(shown.rows):
            return None
        row = shown.rows[at]
        held = held_tasks(self.board.tasks).get(LaneId(row.lane))
        if held is not None or not row.bars:
            return held
        later = [bar for bar in row.bars if bar.begin >= shown.now]
        return self.board.named((later[:1] or row.bars[-1:])[0].task)

    # ------------------------------------------------------------ showing

    def show_fleet(self, fleet: Fleet) -> None:
        self.fleet = fleet
        if (fleet.board, fleet.plan) != self._drawn:
            self.refresh_all()

    def refresh_all(self) -> None:
        """Everything anew; the cursor stays on its task."""
        if not self.is_open:
            return
        self._drawn = (self.board, self.fleet.plan)
        self._troubles = task_notes.troubles(self.board)
        if self.view is View.TIMELINE:
            self.cockpit.do(self._look_at_times())
        else:
            self._show_table()
        self.refresh_edges()

    def _show_table(self) -> None:
        build = task_rows.by_wave if self.view is View.WAVES else task_rows.by_state
        self.table = build(self.board, self.wanted)
        at = self.table.find(self.at_file) if self.at_file else None
        if at is None:
            at = self.table.beside(min(max(self.reader.cursor, 0), len(self.table.rows) - 1), 0)
        self.reader.show_rows(len(self.table.rows), self._draw_row, cursor=at)
        self._keep_in_view()

    def _keep_in_view(self) -> None:
        rows = self.reader
        if rows.count and rows.cursor not in rows.seen and rows.size.height:
            rows.scroll_to(0, max(0, rows.cursor - rows.size.height // 2), animate=False,
                           force=True, immediate=True)  # fmt: skip

    def _draw_row(self, row: int, width: int) -> Sequence[Cell]:
        chosen = row == self.reader.cursor
        found = self.table.rows[row]
        ground = "on $surface" if isinstance(found, task_rows.Heading) else ""
        line = task_rows.row_line(found, self.table, width, chosen=chosen)
        return [Cell(line, ground=ground, fixed=True)]

    async def _look_at_times(self) -> None:
        shown = await self.times.look(self.cockpit, self.fleet)
        if shown is not None and self.is_open and self.view is View.TIMELINE:
            self.reader.show_rows(len(shown.rows), self._draw_lane)
            self.refresh_edges()

    def _draw_lane(self, row: int, width: int) -> Sequence[Cell]:
        shown = self.times.shown
        if shown is None or row >= len(shown.rows):
            return []
        chosen = row == self.reader.cursor
        return [Cell(bar_line(shown.rows[row], shown, width, chosen=chosen), fixed=True)]

    # ------------------------------------------------------------ around the rows

    def refresh_edges(self) -> None:
        """The lines above and below the rows, and the hints."""
        width, height = self.size
        self.query_one("#heading", Line).show(self.heading())
        self.query_one("#counts", Line).show(self._counts(width))
        strip = self.query_one("#trouble", LinesView)
        most = 1 if height < 24 else 2 if height < 40 else 4
        lines = task_notes.strip_lines(self._troubles, self.keys, most)
        strip.set_lines(lines)
        strip.styles.height = len(lines)
        self.set_class(self.view is View.TIMELINE, "-timeline")
        if self.times.shown is not None:
            self.query_one("#axis", Line).show(axis_line(self.times.shown, width - 1))
        self.refresh_chosen()

    def refresh_chosen(self) -> None:
        """What the cursor is on."""
        self.query_one("#say", Line).show(self._said())
        self.refresh_hints()

    def heading(self) -> Content:
        parts: list[tuple[str, str]] = [(" Tasks ", "bold $accent")]
        for view in View:
            is_on = view is self.view
            parts.append((f"[{view}]" if is_on else f" {view} ", "bold" if is_on else "$muted"))
        count = counted(len(self.board.tasks), "task")
        if self.wanted:
            count = f"{sum(task_rows.matches(v, self.wanted) for v in self.board.tasks)} of {count}"
        found = present.text(f"/{self.wanted}", "bold $accent", width=40) if self.wanted else None
        rest: list[present.Part] = [
            (0, Content.assemble(*parts)),
            (0 if self.wanted else 5, Content.styled(count, "$muted"), True),
            (0, found or present.EMPTY),
        ]
        if self.view is View.TIMELINE and self.times.shown is not None:
            about = legend(self.times.shown)
        else:
            about = task_notes.go_parts(self.board, self.fleet.plan, self.keys)
        return present.fit([*rest, *about], max(1, self.size.width - 1))

    def _counts(self, width: int) -> Content:
        if self.view is View.TIMELINE:
            parts = forecast_parts(self.times.known) if self.times.known is not None else []
        else:
            parts = task_rows.count_parts(self.board)
        ranked: list[present.Part] = list(enumerate(parts))
        return Content.assemble(" ", present.fit(ranked, width - 2))

    def _said(self) -> Content:
        if self.view is View.TIMELINE:
            return self._said_of_lane(self.times.shown)
        view = self.table.task(self.reader.cursor)
        if view is not None:
            why = task_rows.reason_of(view)
            gap = "  " if why else ""
            return Content.assemble(" ", task_rows.one_line(view), gap, why)
        if self.board.tasks:
            return present.text(f" No task matches {self.wanted}.", "$warning", width=100)
        key = self.cockpit.keymap.key("new_task")
        return Content.assemble(
            (" There is no task yet: ", "$foreground"), (key, "bold $accent"),
            (" writes one, and so does any file in tasks/.", "$foreground"),
        )  # fmt: skip

    def _said_of_lane(self, shown: Timeline | None) -> Content:
        if shown is None:
            return Content.styled(" Looking at the journal …", "$accent")
        if 0 <= self.reader.cursor < len(shown.rows):
            return lane_note(shown.rows[self.reader.cursor], shown)
        return Content.styled(" No lane has worked on a task, and none is planned.", "$muted")

    def on_resize(self, event: events.Resize) -> None:
        self.call_after_refresh(self.refresh_edges)

    def hinted(self) -> list[Action]:
        """What works now; what is wrong first, where something is."""
        hidden = set() if self._troubles else {"tasks_trouble"}
        chosen = self.chosen
        return [
            action
            for action in super().hinted()
            if action.id not in hidden
            and is_worth(action.id, chosen)
            and why_not(action.id, chosen, self.fleet) is None
        ]
