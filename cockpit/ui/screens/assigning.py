"""Giving a task to a lane by hand: each lane says why it is or isn't the one."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content

from cockpit.domain.board import TaskView
from cockpit.domain.fleet import Fleet
from cockpit.domain.ids import LaneId
from cockpit.domain.intents import Assign
from cockpit.ui import present
from cockpit.ui.actions import Scope
from cockpit.ui.assign_lines import Choice, choice_lines, choices
from cockpit.ui.screens.base import BoxScreen
from cockpit.ui.task_rows import name_of
from cockpit.ui.widgets.hints import HintBar, Line
from cockpit.ui.widgets.lines_view import LinesView


class AssignScreen(BoxScreen):
    """The wish holds the digest of the text that is shown. A lane that isn't made for the task
    takes a second press."""

    scopes: ClassVar[tuple[Scope, ...]] = (Scope.ASSIGNING, Scope.READING)
    others: ClassVar[int] = 6

    def __init__(self, view: TaskView, fleet: Fleet) -> None:
        super().__init__()
        self._view = view
        self._choices = choices(view, fleet)
        self._warned: LaneId | None = None

    def compose(self) -> ComposeResult:
        with Vertical(classes="box"):
            yield Line(
                Content.assemble(
                    ("Give ", "bold"),
                    present.text(name_of(self._view), "bold $accent", width=60),
                    (" to which lane?  ", "bold"),
                    present.text(self._view.task.title, "$muted", width=200),
                )
            )
            yield LinesView(choice_lines(self._choices), cursor=True, id="body")
            yield Line(id="note")
            yield HintBar()

    def on_mount(self) -> None:
        super().on_mount()
        if self._choices:
            self.reader.cursor = 0

    @property
    def choice(self) -> Choice | None:
        at = self.reader.cursor
        return self._choices[at] if 0 <= at < len(self._choices) else None

    def show_fleet(self, fleet: Fleet) -> None:
        """Lanes come free while the list is open; the cursor stays on its lane."""
        here = self.choice
        found = choices(self._view, fleet)
        if found == self._choices:
            return
        self._choices = found
        self.reader.set_lines(choice_lines(found), keep=True)
        lanes = [one.lane for one in found]
        if here is not None and here.lane in lanes:
            self.reader.cursor = lanes.index(here.lane)

    def on_lines_view_chosen(self) -> None:
        self._warned = None
        self._note("")

    def _note(self, said: str) -> None:
        self.query_one("#note", Line).show(present.text(said, "bold $warning", width=300))

    def do_give_task(self) -> None:
        choice, task = self.choice, self._view.task
        if choice is None:
            return
        if choice.busy:
            self._note(f"{choice.lane} can't take it: {choice.busy}.")
        elif choice.unfit and self._warned != choice.lane:
            self._warned = choice.lane
            key = self.cockpit.keymap.key("give_task")
            self._note(f"{choice.lane} is not made for it: {choice.unfit}. {key} gives it anyway.")
        else:
            self.cockpit.supervisor.submit(Assign(task.name, choice.lane, digest=task.digest))
            self.dismiss(True)
