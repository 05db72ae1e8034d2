"""Calling a task off, with a reason."""

from __future__ import annotations

from typing import ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Input

from cockpit.domain.board import TaskView
from cockpit.domain.intents import CallOff
from cockpit.ui import present
from cockpit.ui.actions import Scope
from cockpit.ui.screens.base import BoxScreen
from cockpit.ui.task_rows import name_of
from cockpit.ui.widgets.hints import HintBar, Line
from cockpit.ui.widgets.lines_view import LinesView


class CallOffScreen(BoxScreen):
    scopes: ClassVar[tuple[Scope, ...]] = (Scope.READING,)
    others: ClassVar[int] = 6

    def __init__(self, view: TaskView) -> None:
        super().__init__()
        self._view = view

    def compose(self) -> ComposeResult:
        view = self._view
        lines = [present.text(view.task.title, width=400)]
        if view.holder is not None:
            said = f"Lane {view.holder.lane} has it and stays as it is: interrupt it or tear it "
            lines.append(present.text(f"{said}down on the board.", "$warning", width=300))
        lines.append(Content.styled("What needs it waits until it is taken up again.", "$muted"))
        with Vertical(classes="box"):
            yield Line(present.text(f"Call {name_of(view)} off?", "bold", width=100))
            yield LinesView(lines, wrap=True, id="body")
            yield Input(placeholder="why (may stay empty)")
            yield HintBar()

    def on_mount(self) -> None:
        super().on_mount()
        self.query_one(Input).focus()

    def hints(self) -> list[tuple[str, str]]:
        return [("Enter", "call it off"), ("Esc", "leave it")]

    def on_key(self, event: events.Key) -> None:
        if event.key in {"escape", "ctrl+q"}:
            self.dismiss(False)

    @on(Input.Submitted)
    def _said(self, event: Input.Submitted) -> None:
        self.cockpit.supervisor.submit(CallOff(self._view.task.name, event.value.strip()))
        self.dismiss(True)
