"""Writing a task: many lines, written only by a key; while it grows, how it will be read."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import TextArea

from cockpit.domain.intents import WriteTasks
from cockpit.domain.task import parse_task
from cockpit.domain.text import counted
from cockpit.ui import present
from cockpit.ui.actions import Scope
from cockpit.ui.screens.base import Keyed
from cockpit.ui.task_timeline import length
from cockpit.ui.widgets.hints import HintBar, Line
from cockpit.ui.widgets.writing import Writing

if TYPE_CHECKING:
    from cockpit.ui.app import CockpitApp

MANY = 200
"""Tasks that one list of lines may become: more is a paste that went wrong."""


async def write_task(app: CockpitApp) -> None:
    """The editor with the draft that was put away, then the intent."""
    texts = await app.push_screen_wait(TaskTextScreen(app.task_draft))
    if texts:
        app.supervisor.submit(WriteTasks(texts))


def each_line(text: str) -> tuple[str, ...]:
    """The lines that are not empty, without the marks of a list."""
    found = []
    for line in text.split("\n"):
        plain = line.strip()
        for mark in ("- [ ] ", "- [x] ", "- ", "* ", "+ "):
            if plain.startswith(mark):
                plain = plain.removeprefix(mark).strip()
                break
        if plain:
            found.append(plain)
    return tuple(found)


def reading(text: str) -> Content:
    """How a text will be read: title, needs, zone, and what is not understood."""
    if not text.strip():
        return Content.styled(
            "The first line is the title. A header between two --- lines may say depends, zone, "
            "lane, agent, priority, estimate.",
            "$muted",
        )
    task = parse_task("task-0.md", text.encode("utf-8", "replace"))
    said = [f"title: {task.title}"]
    said += [f"needs {', '.join(task.depends)}"] if task.depends else []
    said += [f"zone {', '.join(task.zone)}"] if task.zone else []
    said += [f"for lane {task.lane}"] if task.lane else []
    said += [f"agent {task.agent}"] if task.agent else []
    said += [length(task.estimate)] if task.estimate is not None else []
    line = present.text(" · ".join(said), "$success", width=300)
    if not task.problems:
        return line
    wrong = present.text(f"{present.FAULT} {task.problems[0]}  ", "bold $warning", width=200)
    return Content.assemble(wrong, line)


class TaskTextScreen(Keyed, ModalScreen[tuple[str, ...]], inherit_bindings=False):
    """Dismissed with the texts of the tasks, none when it was put away; the draft is kept."""

    scopes: ClassVar[tuple[Scope, ...]] = (Scope.PROMPT, Scope.TASK_TEXT)
    text_scopes: ClassVar[tuple[Scope, ...]] = (Scope.PROMPT, Scope.TASK_TEXT)
    CSS_PATH = "../tcss/tasks.tcss"

    def __init__(self, draft: str) -> None:
        super().__init__()
        self._draft = draft

    def compose(self) -> ComposeResult:
        with Vertical(classes="box"):
            yield Line(Content.styled("New task", "bold"))
            yield Line(id="note")
            area = Writing(self._draft, tab_behavior="indent", soft_wrap=True)
            area.highlight_cursor_line = False
            yield area
            yield HintBar()

    def on_mount(self) -> None:
        area = self.query_one(TextArea)
        area.move_cursor(area.document.end)
        area.focus()
        self._show()

    @property
    def text(self) -> str:
        return self.query_one(TextArea).text

    def hints(self) -> list[tuple[str, str]]:
        key = self.cockpit.keymap.key
        lines = len(each_line(self.text))
        each = (
            [(key("write_each"), f"as {counted(lines, 'task')}, one a line")] if lines > 1 else []
        )
        return [(key("submit"), "write it"), *each, (key("put_away"), "put away")]

    @on(TextArea.Changed)
    def _show(self) -> None:
        self.query_one("#note", Line).show(reading(self.text))
        self.refresh_hints()

    def _warn(self, said: str) -> None:
        self.query_one("#note", Line).show(Content.styled(said, "bold $warning"))

    def do_submit(self) -> None:
        if not self.text.strip():
            self._warn("There is nothing to write yet.")
            return
        self._write((self.text,))

    def do_write_each(self) -> None:
        lines = each_line(self.text)
        if not lines:
            self._warn("There is nothing to write yet.")
        elif len(lines) > MANY:
            self._warn(f"{len(lines)} lines are too many at once: {MANY} is the most.")
        else:
            self._write(lines)

    def _write(self, texts: tuple[str, ...]) -> None:
        self.cockpit.task_draft = ""
        self.dismiss(texts)

    def keep_draft(self) -> None:
        area = self.query_one_optional(TextArea)
        if area is not None:
            self.cockpit.task_draft = area.text

    def do_put_away(self) -> None:
        self.cockpit.task_draft = self.text
        self.dismiss(())
