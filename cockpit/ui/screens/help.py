"""All keys, from the registry."""

from __future__ import annotations

from textwrap import wrap

from textual import events
from textual.content import Content

from cockpit.ui.actions import ACTIONS, Danger, Scope, is_range
from cockpit.ui.keymap import Keymap, shown
from cockpit.ui.screens.base import ReadingScreen

TITLES = {
    Scope.ANYWHERE: "On every screen",
    Scope.BOARD: "On the board",
    Scope.READING: "In any list or text",
    Scope.DIFF: "In a diff",
    Scope.COMMENTS: "In the list of comments",
    Scope.LANDING: "In the landing preview",
    Scope.INBOX: "In the inbox",
    Scope.CLASHES: "In the matrix of clashes",
    Scope.CONFLICT: "In a conflict",
    Scope.TRAIN: "In the train",
    Scope.TASKS: "On the board of tasks and on one task",
    Scope.TASK: "On one task",
    Scope.GOING: "Before a go",
    Scope.ASSIGNING: "While choosing a lane for a task",
    Scope.RETRYING: "Before another try",
    Scope.PLAN: "In the plan",
    Scope.TASK_TEXT: "While writing a task",
    Scope.LOG: "In the journal",
    Scope.GRAPH: "In the audit trail",
    Scope.PROMPT: "While writing a prompt",
    Scope.CONFIRM: "In a question",
    Scope.CHOOSING: "While choosing files",
    Scope.LEAVING: "While leaving",
    Scope.DIGEST: "In the digest",
    Scope.WRITING: "While writing a prompt to an agent",
}
_NOTES = {Danger.ASKS: "asks first", Danger.PREVIEWS: "shows first what would happen"}


KEYS = 20
"""Cells of the column that holds the keys."""


def help_lines(keymap: Keymap, width: int) -> list[Content]:
    """Every action with its keys, by where it counts, wrapped to `width` cells."""
    lines: list[Content] = [
        Content.styled(
            "Lower case is safe, upper case is stronger. A key that can't act now says why.",
            "$muted",
        )
    ]
    for scope, title in TITLES.items():
        lines += [Content(""), Content.styled(title, "bold $accent")]
        for action in ACTIONS:
            if action.scope is scope:
                keys = keymap.keys(action)
                named = " ".join(shown(key) for key in keys)
                if is_range(keys):
                    named = f"{keys[0]}-{keys[-1]}"
                where = named or f"{keymap.key('palette')} {action.title}"
                note = _NOTES.get(action.danger, "")
                about = f"{action.help} ({note})" if note else action.help
                lines += _entry(where, about, width)
    lines += [Content(""), Content.styled("Inside a pane", "bold $accent")]
    return lines + _entry("Ctrl-Q", "Back to the board.", width)


def _entry(keys: str, about: str, width: int) -> list[Content]:
    rows = wrap(about, max(20, width - KEYS - 2)) or [""]
    first = Content.assemble((f"  {keys:<{KEYS - 3}} ", "bold $foreground"), rows[0])
    return [first, *(Content(" " * KEYS + row) for row in rows[1:])]


class HelpScreen(ReadingScreen):
    def heading(self) -> Content:
        return Content.styled(" Keys", "bold $accent")

    def do_help(self) -> None:
        self.dismiss()

    def on_resize(self, event: events.Resize) -> None:
        self.reader.set_lines(help_lines(self.cockpit.keymap, event.size.width - 1), keep=True)
