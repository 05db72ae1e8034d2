"""One task in full."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.content import Content

from cockpit.domain.board import TaskView
from cockpit.domain.done import Evidence
from cockpit.domain.events import Event, OperationEnded
from cockpit.domain.fleet import Fleet
from cockpit.domain.operation import Operation
from cockpit.domain.task_history import steps
from cockpit.domain.work import Work
from cockpit.errors import CockpitError
from cockpit.ui import task_lines
from cockpit.ui.actions import Action, Scope
from cockpit.ui.screens.base import ReadingScreen
from cockpit.ui.screens.task_keys import TaskKeys
from cockpit.ui.task_reasons import is_worth, why_not
from cockpit.ui.task_times import STEPS
from cockpit.ui.widgets.hints import Line

NOT_HERE = frozenset({"open_task", "next_view", "search_tasks", "tasks_trouble"})
"""Keys of the board of tasks that mean nothing here."""


class TaskScreen(ReadingScreen, TaskKeys):
    """Follows its task by the name of its file; evidence and history are looked at anew when
    something has ended, or on demand."""

    scopes: ClassVar[tuple[Scope, ...]] = (
        Scope.TASK,
        Scope.TASKS,
        Scope.READING,
        Scope.ANYWHERE,
    )

    def __init__(self, view: TaskView, fleet: Fleet) -> None:
        super().__init__()
        self.fleet = fleet
        self._view = view
        self._is_gone = False
        self._evidence: Evidence | None = None
        self._why_no_evidence = ""
        self._steps: Sequence[Operation] | None = None
        self._asked = 0

    @property
    def chosen(self) -> TaskView | None:
        return self._view

    def on_mount(self) -> None:
        super().on_mount()
        self._show(keep=False)
        self.do_task_again()

    def heading(self) -> Content:
        line = task_lines.heading(self._view)
        if self._is_gone:
            return Content.assemble(line, ("  its file is gone", "bold $error"))
        return line

    def _show(self, *, keep: bool = True) -> None:
        look = task_lines.TaskLook(
            self._view,
            self.fleet,
            self.cockpit.now(),
            self._evidence,
            self._why_no_evidence,
            self._steps,
        )
        self.query_one("#heading", Line).show(self.heading())
        self.reader.set_lines(task_lines.task_lines(look), keep=keep)
        self.refresh_hints()

    def show_fleet(self, fleet: Fleet) -> None:
        lane = self._view.holder.lane if self._view.holder is not None else None
        same = fleet.board is self.fleet.board
        if same and (lane is None or fleet.lane(lane) is self.fleet.lane(lane)):
            self.fleet = fleet
            return
        self.fleet = fleet
        name = self._view.task.name
        found = next((view for view in fleet.board.tasks if view.task.name == name), None)
        self._is_gone = found is None
        self._view = found or self._view
        self._show()

    # ------------------------------------------------------------ what is looked at

    def do_task_again(self) -> None:
        self.cockpit.do(self._look())

    async def _look(self) -> None:
        self._asked += 1
        mine, task = self._asked, self._view.task
        log = await self.cockpit.supervisor.ask(lambda cockpit: cockpit.log(last=STEPS))
        in_order = sorted(log, key=lambda step: step.seq)
        if mine != self._asked or not self.is_open:
            return
        self._steps = steps(in_order, task.id, task.name)
        self._show()
        evidence, why = await self._look_at_evidence(task.name)
        if mine == self._asked and self.is_open:
            self._evidence, self._why_no_evidence = evidence, why
            self._show()

    async def _look_at_evidence(self, name: str) -> tuple[Evidence | None, str]:
        """What the task's 'done' rests on, or why that can't be said."""
        if self._view.work in (Work.DRAFT, Work.WAITING, Work.READY, Work.CANCELLED):
            return None, ""
        try:
            found = await self.cockpit.supervisor.ask(lambda cockpit: cockpit.evidence(name))
        except CockpitError as error:
            return None, f"{error.title} {error.hint}".strip()
        return found, ""

    def hear(self, event: Event) -> bool:
        if isinstance(event, OperationEnded):
            self.do_task_again()
        return False

    def hinted(self) -> list[Action]:
        return [
            action
            for action in super().hinted()
            if action.id not in NOT_HERE
            and is_worth(action.id, self._view)
            and why_not(action.id, self._view, self.fleet) is None
        ]

    def hints(self) -> list[tuple[str, str]]:
        return self.worded(self.hinted())

    # ------------------------------------------------------------ keys that mean nothing here

    def do_open_task(self) -> None:
        """It is open."""

    def do_next_view(self) -> None:
        """There is one."""

    def do_search_tasks(self) -> None:
        """The list of tasks has it."""

    def do_tasks_trouble(self) -> None:
        """The task's own troubles stand at its top."""
