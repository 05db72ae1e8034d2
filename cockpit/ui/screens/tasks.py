"""The board of tasks: by state, by wave, as a timeline, and what is done with the chosen one."""

from __future__ import annotations

from textual import events, on
from textual.widgets import Input

from cockpit.domain.events import Event, OperationEnded
from cockpit.ui.screens.task_keys import TaskKeys
from cockpit.ui.screens.tasks_view import TasksView, View, view_at
from cockpit.ui.task_notes import all_lines
from cockpit.ui.widgets.hints import Line
from cockpit.ui.widgets.lines_view import LinesView
from cockpit.ui.widgets.rows_view import RowsView


class TasksScreen(TasksView, TaskKeys):
    """What each key does."""

    def hints(self) -> list[tuple[str, str]]:
        return self.worded(self.hinted())

    # ------------------------------------------------------------ moving about

    def do_line_down(self) -> None:
        self._move(1)

    def do_line_up(self) -> None:
        self._move(-1)

    def do_page_down(self) -> None:
        self._move(max(1, self.reader.size.height - 2))

    def do_page_up(self) -> None:
        self._move(-max(1, self.reader.size.height - 2))

    def do_top(self) -> None:
        self._move(-self.reader.count)

    def do_bottom(self) -> None:
        self._move(self.reader.count)

    def _move(self, by: int) -> None:
        """Past what is only a heading; the first heading stays in view."""
        rows = self.reader
        if self.view is View.TIMELINE:
            rows.move(by)
            return
        to = self.table.beside(rows.cursor, by)
        if to < rows.count and self.table.task(to - 1) is None:
            rows.go_to(max(0, to - 1))
        rows.go_to(to)

    @on(RowsView.Chosen, "#body")
    def _went(self) -> None:
        if self.view is View.TIMELINE:
            self.refresh_chosen()
            return
        view = self.table.task(self.reader.cursor)
        if view is None:
            self.reader.go_to(self.table.beside(self.reader.cursor, 1))
            return
        self.at_file = view.task.name
        self.refresh_chosen()

    def do_next_view(self) -> None:
        order = list(View)
        self._turn_to(order[(order.index(self.view) + 1) % len(order)])

    @on(Line.Clicked, "#heading")
    def _heading_clicked(self, message: Line.Clicked) -> None:
        """A click on the name of a view shows it."""
        view = view_at(message.line.content.plain, message.x)
        if view is not None and view is not self.view:
            self._turn_to(view)

    @on(LinesView.Pointed, "#trouble")
    def _trouble_clicked(self) -> None:
        self.cockpit.perform("tasks_trouble")

    def _turn_to(self, view: View) -> None:
        chosen = self.chosen
        if chosen is not None:
            self.at_file = chosen.task.name
        self.view = view
        if self.view is View.TIMELINE:
            self.reader.show_rows(0, self._draw_lane)
        self.refresh_all()

    # ------------------------------------------------------------ looking into it

    def do_open_task(self) -> None:
        from cockpit.ui.screens.task import TaskScreen

        view = self.may("open_task")
        if view is not None:
            self.app.push_screen(TaskScreen(view, self.fleet))

    def do_tasks_trouble(self) -> None:
        from cockpit.ui.screens.trouble import TroubleScreen

        self.app.push_screen(TroubleScreen(all_lines(self._troubles, self.keys)))

    def hear(self, event: Event) -> bool:
        if isinstance(event, OperationEnded) and self.view is View.TIMELINE:
            self.refresh_all()
        return False

    # ------------------------------------------------------------ searching

    def do_search_tasks(self) -> None:
        if self.view is View.TIMELINE:
            self.view = View.STATES
            self.refresh_all()
        field = self.query_one("#search", Input)
        field.add_class("-open")
        field.focus()

    def on_key(self, event: events.Key) -> None:
        field = self.query_one("#search", Input)
        if field.has_focus and event.key in {"escape", "ctrl+q"}:
            event.stop()
            field.value = ""
            self._close_search()

    @on(Input.Changed, "#search")
    def _search(self, event: Input.Changed) -> None:
        if event.value != self.wanted:
            self.wanted = event.value
            self.refresh_all()

    @on(Input.Submitted, "#search")
    def _found(self) -> None:
        chosen = self.chosen
        if chosen is not None:
            self.at_file = chosen.task.name
        self._close_search()

    def _close_search(self) -> None:
        self.query_one("#search", Input).remove_class("-open")
        self.set_focus(None)
        self.refresh_chosen()

    def do_close(self) -> None:
        """Out of a search first."""
        if self.wanted:
            self.query_one("#search", Input).value = ""
            return
        super().do_close()
