"""The plan: the five phases with who stands where, the times, and the checklist."""

from __future__ import annotations

from typing import ClassVar

from textual import events
from textual.content import Content

from cockpit.domain.checklist import checklist
from cockpit.domain.events import Event, OperationEnded
from cockpit.domain.fleet import Fleet
from cockpit.domain.phases import phases
from cockpit.ui import present, task_notes
from cockpit.ui.actions import Scope
from cockpit.ui.plan_lines import plan_lines
from cockpit.ui.screens.base import ReadingScreen
from cockpit.ui.task_times import Times
from cockpit.ui.widgets.hints import Line
from cockpit.ui.widgets.lines_view import LinesView


class PlanScreen(ReadingScreen):
    """Ticks by itself: drawn from the fleet, times from the journal as well."""

    scopes: ClassVar[tuple[Scope, ...]] = (Scope.PLAN, Scope.READING, Scope.ANYWHERE)

    def __init__(self, fleet: Fleet) -> None:
        super().__init__()
        self._fleet = fleet
        self._times = Times()
        self._drawn: object = None

    def body(self) -> LinesView:
        return LinesView(wrap=True, id="body")

    def on_mount(self) -> None:
        super().on_mount()
        self._show()
        self.cockpit.do(self._look())

    def heading(self) -> Content:
        keys = {name: self.cockpit.keymap.key(name) for name in ("go_plan",)}
        go = task_notes.go_parts(self._fleet.board, self._fleet.plan, keys)
        parts: list[present.Part] = [(0, Content.styled(" Plan", "bold $accent")), *go]
        return present.fit(parts, max(1, self.app.size.width - 1))

    async def _look(self) -> None:
        if await self._times.look(self.cockpit, self._fleet) is not None and self.is_open:
            self._show()

    def _show(self) -> None:
        cadence = self.cockpit.supervisor.cockpit.config.merge.cadence
        lines = plan_lines(
            self._fleet,
            phases(self._fleet),
            checklist(self._fleet, cadence=cadence),
            self._times.known,
            max(20, self.size.width - 2),
        )
        self.query_one("#heading", Line).show(self.heading())
        self.reader.set_lines(lines, keep=True)

    def show_fleet(self, fleet: Fleet) -> None:
        changed = fleet.board is not self._fleet.board
        self._fleet = fleet
        self._show()
        if changed:
            self.cockpit.do(self._look())

    def hear(self, event: Event) -> bool:
        if isinstance(event, OperationEnded):
            self.cockpit.do(self._look())
        return False

    def on_resize(self, event: events.Resize) -> None:
        self.call_after_refresh(self._show)

    # ------------------------------------------------------------ keys

    def do_plan_tasks(self) -> None:
        """To the board of tasks, which lies below where this was opened from there."""
        self.dismiss()

    def do_close_round(self) -> None:
        from cockpit.ui.screens.closing import ask_close

        self.cockpit.do(ask_close(self.cockpit))

    def do_plan_go(self) -> None:
        from cockpit.ui.screens.going import GoScreen

        self.app.push_screen(GoScreen(self._fleet))
