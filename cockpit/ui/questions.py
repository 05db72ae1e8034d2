"""What the one confirm dialog asks before an action that asks first."""

from __future__ import annotations

from collections.abc import Callable

from textual.content import Content

from cockpit.ui import present
from cockpit.ui.actions import Action
from cockpit.ui.reasons import (
    Context,
    Reason,
    able,
    targets,
    why_not_change,
    why_not_restart,
)

Question = tuple[Content, list[Content]]

MANY: dict[str, Callable[[Context], Reason]] = {
    "restart": why_not_restart,
    "stop": why_not_change,
}
"""Actions that ask first and are for all marked lanes: why one of them can't."""


def question(action: Action, context: Context, say: Callable[[str], str]) -> Question:
    """What the confirm dialog asks before an action that asks first; `say` puts keys into a
    reason."""
    why_not = MANY.get(action.id)
    if why_not is None:
        lane = context.lane.lane if context.lane is not None else ""
        return present.text(f"{action.title} {lane}?"), [Content(action.help)]
    names = ", ".join(able(context, why_not))
    lines = [Content(action.help)]
    for each in targets(context):
        reason = why_not(each)
        if reason is not None and each.lane is not None:
            lines.append(
                present.text(f"Not {each.lane.lane}: {say(reason)}", "$warning", width=300)
            )
    return present.text(f"{action.title} {names}?", width=300), lines
