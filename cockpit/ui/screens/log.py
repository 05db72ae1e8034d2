"""The journal: every step, newest first, and undoing one of them."""

from __future__ import annotations

import time
from typing import ClassVar

from textual.content import Content

from cockpit.domain.events import Event, OperationEnded
from cockpit.domain.operation import Operation, OpState
from cockpit.domain.undone import undone_by, why_not_undo
from cockpit.ui import present
from cockpit.ui.actions import Action, Scope
from cockpit.ui.deeds import undo_step
from cockpit.ui.screens.base import ReadingScreen
from cockpit.ui.widgets.hints import Line
from cockpit.ui.widgets.lines_view import LinesView

LAST = 500
"""Steps that are shown."""
_STATES = {
    OpState.DONE: ("✓", "$success"),
    OpState.PENDING: ("◔", "$warning"),
    OpState.ABANDONED: ("✗", "$error"),
}


def log_line(step: Operation, undone: dict[int, int]) -> Content:
    """One step: number, whether it can be undone, when, how it ended, what, by whom; one that
    was undone is dimmed and says by which step."""
    glyph, style = _STATES[step.state]
    words = "$foreground"
    if step.seq in undone:
        glyph, style, words = "◇", "$muted", "$muted"
    when = time.strftime("%d %b %H:%M:%S", time.localtime(step.at))
    line = Content.assemble(
        (f"{step.seq:>5} ", "$muted"),
        ("  " if why_not_undo(step, undone) else "↶ ", "bold $accent"),
        (f"{when}  ", "$muted"),
        (f"{glyph} ", f"bold {style}"),
        (f"{step.kind.value:<9} ", f"bold {words}"),
        present.text(step.lane or "", "$accent"),
        "  " if step.lane else "",
        present.text(step.summary, words),
    )
    error = step.outcome.get("error")
    if step.state is OpState.ABANDONED and error:
        line = Content.assemble(line, present.text(f"  {error}", "$error", width=200))
    if step.seq in undone:
        line = Content.assemble(line, (f"  undone by {undone[step.seq]}", "bold $warning"))
    return Content.assemble(line, (f"  {step.by}", "$muted"))


class LogScreen(ReadingScreen):
    """The cursor chooses a step; its undo key previews and asks."""

    scopes: ClassVar[tuple[Scope, ...]] = (Scope.LOG, Scope.READING, Scope.ANYWHERE)
    opens = "undo_this"

    def __init__(self) -> None:
        super().__init__()
        self._steps: list[Operation] = []
        self._undone: dict[int, int] = {}
        self._asked = 0

    def heading(self) -> Content:
        return Content.styled(" Journal", "bold $accent")

    def body(self) -> LinesView:
        return LinesView(cursor=True, id="body")

    def on_mount(self) -> None:
        super().on_mount()
        self.do_reload_log()

    def do_reload_log(self) -> None:
        self.cockpit.do(self._load())

    async def _load(self) -> None:
        self._asked += 1
        mine = self._asked
        steps = await self.cockpit.supervisor.ask(lambda cockpit: cockpit.log(last=LAST))
        if mine != self._asked or not self.is_open:
            return
        self._steps = sorted(steps, key=lambda step: step.seq, reverse=True)
        self._undone = undone_by(steps)
        lines = [log_line(step, self._undone) for step in self._steps]
        self.reader.set_lines(lines or [Content("  Nothing has been done yet.")], keep=True)
        count = present.plural(len(self._steps), "step")
        self.query_one("#heading", Line).show(
            Content.assemble((" Journal", "bold $accent"), (f"  {count}, newest first", "$muted"))
        )
        self.refresh_hints()

    @property
    def step(self) -> Operation | None:
        at = self.reader.cursor
        return self._steps[at] if 0 <= at < len(self._steps) else None

    def why_not_undo(self, step: Operation | None) -> str | None:
        if step is None:
            return "There is no step to undo."
        why = why_not_undo(step, self._undone)
        return f"Step {step.seq} ({step.kind.value}) {why}." if why else None

    def hinted(self) -> list[Action]:
        hidden = {"undo_this"} if self.why_not_undo(self.step) else set()
        return [action for action in super().hinted() if action.id not in hidden]

    def on_lines_view_chosen(self) -> None:
        self.refresh_hints()

    def do_undo_this(self) -> None:
        reason, step = self.why_not_undo(self.step), self.step
        if reason is not None or step is None:
            self.cockpit.toast(Content(reason or ""), severity="warning")
            return
        self.cockpit.do(undo_step(self.cockpit, step.seq))

    def hear(self, event: Event) -> bool:
        if isinstance(event, OperationEnded):
            self.do_reload_log()
        return False
