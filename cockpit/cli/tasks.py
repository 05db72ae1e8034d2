"""Naming tasks on the command line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cockpit.domain.taskname import id_of_name
from cockpit.domain.text import safe
from cockpit.errors import UsageError

if TYPE_CHECKING:
    from cockpit.domain.board import Board, TaskView

SHOWN = 20
"""Names that an error lists."""


def find(board: Board, text: str) -> TaskView:
    """The task that a person means by `7`, `task-007`, a file's name or its path. Raises
    `UsageError` when none or several answer to it."""
    if not text.strip():
        raise UsageError("The name of the task is empty.", hint="`cockpit task ls` shows them.")
    name = text.rpartition("/")[2]
    exact = [view for view in board.tasks if view.task.name == name]
    wanted = id_of_name(text)
    found = exact or [view for view in board.tasks if wanted and view.task.id == wanted]
    if len(found) == 1:
        return found[0]
    listed = [view.task.name for view in found or board.tasks]
    more = f" and {len(listed) - SHOWN} more" if len(listed) > SHOWN else ""
    detail = f"Task files: {', '.join(map(str, map(safe, listed[:SHOWN]))) or 'none'}{more}."
    if found:
        raise UsageError(
            f"{len(found)} files are task {wanted}.",
            detail=detail,
            hint="Give the file's name, and rename all but one.",
        )
    raise UsageError(
        f"There is no task {safe(text, width=60)!s}{_guess(board, str(wanted))}",
        detail=detail,
        hint="`cockpit task ls` shows them; `cockpit task new` writes one.",
    )


def _guess(board: Board, wanted: str) -> str:
    import difflib

    known = [str(view.task.id) for view in board.tasks[:2_000]]
    near = difflib.get_close_matches(wanted, known, n=1) if wanted else []
    return f"; did you mean {near[0]}?" if near else "."
