"""Whom typing is meant for, decided by the server in the turn in which it types. Pure.

Pane ids begin anew with each server and a pane can be given another program, so a pane is
typed into only while it runs the program that was last seen in it. And pasting into a dead
pane ends a 3.3a server with all lanes on it (seen), so it must live.
"""

from __future__ import annotations

from cockpit.adapters.tmux.failures import PaneGone
from cockpit.domain.ids import PaneId
from cockpit.errors import Refused

REPORT = "#{pane_id}|#{pane_dead}"
"""A format that says why typing was not done."""


def meant(pane: PaneId, pid: int | None) -> str:
    """The condition: the pane is there, lives, and runs `pid` if that is known. (Where the pane
    that is named is not there tmux looks at any other one.)"""
    alive = f"#{{==:#{{pane_id}}|#{{pane_dead}},{pane}|0}}"
    return f"#{{&&:{alive},#{{==:#{{pane_pid}},{pid}}}}}" if pid else alive


def why_not(pane: PaneId, report: str) -> PaneGone | Refused:
    """The error for what `REPORT` gave."""
    found, _, dead = report.strip().partition("|")
    if found != pane:
        return PaneGone(f"can't find pane: {pane}")
    if dead == "1":
        return Refused(
            f"The program in pane {pane} has ended, so nothing was typed.",
            hint="Run the agent again first.",
        )
    return Refused(
        f"Pane {pane} runs another program than before, so nothing was typed.",
        hint="It was restarted meanwhile; look at it and try again.",
    )
