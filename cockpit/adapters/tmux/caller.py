"""What everything that asks tmux through the door has in common."""

from __future__ import annotations

from cockpit.adapters.tmux.failures import PaneGone
from cockpit.adapters.tmux.run import TmuxDoor


class Caller:
    def __init__(self, door: TmuxDoor):
        self.door = door

    def _display(self, target: str, text: str) -> str:
        """A format of tmux. Raises `PaneGone` when a pane is named that is not there (tmux
        itself would silently show another)."""
        where = ["-t", target] if target else []
        known = f"#{{pane_id}}|{text}" if target.startswith("%") else f"|{text}"
        shown = self.door.run(["display-message", "-p", *where, known]).text.removesuffix("\n")
        found, _, rest = shown.partition("|")
        if target.startswith("%") and found != target:
            raise PaneGone(f"can't find pane: {target}")
        return rest
