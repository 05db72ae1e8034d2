"""Choosing files of a lane: those that a commit takes, or those that shall not land."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Input

from cockpit.dataclass import dataclass
from cockpit.ui import present
from cockpit.ui.actions import Scope
from cockpit.ui.screens.base import BoxScreen
from cockpit.ui.widgets.hints import HintBar, Line
from cockpit.ui.widgets.lines_view import LinesView


@dataclass(frozen=True, slots=True)
class PathRow:
    """One file that can be chosen. `note` says what becomes of it, or why it stands there."""

    path: str
    note: str
    chosen: bool


class PathsScreen(BoxScreen):
    """Dismissed with True by the yes; `chosen` and `message` then hold the answer."""

    scopes: ClassVar[tuple[Scope, ...]] = (Scope.CHOOSING, Scope.READING)
    opens = "toggle_path"
    field_hints: ClassVar[Mapping[str, Sequence[tuple[str, str]]]] = {
        "message": (
            ("Enter", "done"),
            ("Esc", "back to the files"),
        ),
    }
    others: ClassVar[int] = 7

    def __init__(
        self,
        title: str,
        rows: Sequence[PathRow],
        *,
        message: str,
        yes: str,
        note: str = "",
        refusal: str = "",
    ) -> None:
        super().__init__()
        self._title = title
        self._rows = list(rows)
        self._marks = [row.chosen for row in rows]
        self._yes = yes
        self._note = note
        self._refusal = refusal
        self.message = message

    @property
    def chosen(self) -> tuple[str, ...]:
        return tuple(
            row.path for row, marked in zip(self._rows, self._marks, strict=True) if marked
        )

    @property
    def is_all(self) -> bool:
        return all(self._marks)

    def compose(self) -> ComposeResult:
        with Vertical(classes="box"):
            yield Line(present.text(self._title, "bold"))
            yield LinesView(self._lines(), cursor=True, id="body")
            yield Line(id="note")
            yield Input(
                self.message,
                placeholder="message of the commit",
                select_on_focus=False,
                id="message",
            )
            yield HintBar()

    def on_mount(self) -> None:
        super().on_mount()
        self.reader.cursor = 0
        self.set_focus(None)
        if self._refusal:
            self._say(self._refusal, "bold $error")
        elif self._note:
            self._say(self._note, "$muted")

    def on_resize(self, event: events.Resize) -> None:
        self.call_after_refresh(self._show)

    def _show(self) -> None:
        self.reader.set_lines(self._lines(), keep=True)

    def _lines(self) -> list[Content]:
        """Of long paths the end, so that what becomes of the file is seen too."""
        room = max(24, self.reader.size.width * 3 // 5) if self.is_mounted else 1000
        return [
            Content.assemble(
                ("▣ " if marked else "□ ", "bold $accent" if marked else "$muted"),
                present.text(present.path_end(row.path, room), "" if marked else "$muted"),
                present.text(f"  {row.note}" if row.note else "", "$muted"),
            )
            for row, marked in zip(self._rows, self._marks, strict=True)
        ]

    def _say(self, text: str, style: str = "bold $warning") -> None:
        self.query_one("#note", Line).show(present.text(text, style))

    def hints(self) -> list[tuple[str, str]]:
        key = self.cockpit.keymap.key
        leave = (key("close"), "leave it")
        if self._refusal:
            return [leave]
        return [
            (key("take_chosen"), self._yes),
            (key("toggle_path"), "mark"),
            (key("toggle_paths"), "all or none"),
            (key("path_message"), "message"),
            leave,
        ]

    # ------------------------------------------------------------ keys

    def do_toggle_path(self) -> None:
        at = self.reader.cursor
        if 0 <= at < len(self._marks):
            self._marks[at] = not self._marks[at]
            self._show()

    def do_toggle_paths(self) -> None:
        self._marks = [not self.is_all] * len(self._marks)
        self._show()

    def do_path_message(self) -> None:
        self.query_one(Input).focus()

    def do_take_chosen(self) -> None:
        if self._refusal:
            self._say(self._refusal, "bold $error")
        elif not any(self._marks):
            self._say(f"No file is marked; {self.cockpit.keymap.key('toggle_path')} marks one.")
        else:
            self.message = " ".join(self.query_one(Input).value.split())
            self.dismiss(True)

    def on_key(self, event: events.Key) -> None:
        """Out of the message's line, back to the list."""
        if self.query_one(Input).has_focus and event.key in {"escape", "ctrl+q", "down", "up"}:
            self.set_focus(None)
            event.stop()

    @on(Input.Submitted)
    def _message_done(self) -> None:
        self.set_focus(None)
