"""lanes.yaml changed while the app runs: what it says of looks is taken over, the difference is
shown, and what runs anew is asked to be trusted, once nothing is being written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from textual.content import Content
from textual.widgets import Input, TextArea

from cockpit.dataclass import dataclass
from cockpit.domain.configuration import Applies, ConfigChange, summed_up
from cockpit.domain.events import ConfigRead, ConfigRefused
from cockpit.ui import present

if TYPE_CHECKING:
    from cockpit.ui.app import CockpitApp

KEPT = 20
"""Readings that are kept for the screen."""

VALUE = 200
"""Characters of a value that are shown."""


@dataclass(frozen=True, slots=True)
class Reading:
    """A reading of lanes.yaml that changed something, and when (seconds since the epoch)."""

    at: float
    changes: tuple[ConfigChange, ...]
    trusted: bool


class ConfigNews:
    """One an app."""

    def __init__(self, app: CockpitApp) -> None:
        self._app = app
        self.readings: list[Reading] = []
        self.refused: ConfigRefused | None = None

    def hear(self, event: ConfigRead | ConfigRefused) -> None:
        if isinstance(event, ConfigRefused):
            self.refused = event
            lines = [
                f"{event.file} is wrong; what it said before still counts.",
                *event.problems[:4],
                *([f"and {len(event.problems) - 4} more"] if len(event.problems) > 4 else []),
            ]
            self._app.toast(_lines(lines), severity="error")
            return
        mended, self.refused = self.refused is not None, None
        if event.changes:
            self.readings = [
                Reading(self._app.now(), event.changes, event.trusted),
                *self.readings,
            ][:KEPT]
            self._take_over(event.changes)
        self._say(event, mended)

    def _take_over(self, changes: Sequence[ConfigChange]) -> None:
        """What the app itself goes by."""
        app = self._app
        config = app.supervisor.cockpit.config
        tops = {change.key.split(".")[0] for change in changes}
        if "theme" in tops:
            app.wear(config.theme)
        if "keys" in tops:
            app.take_keys(config.keys.values())
        if "layout" in tops:
            self._lay_out(config.columns, config.order == "urgent")
        app.board.once_mounted(app.board.reread)

    def _lay_out(self, columns: int, urgent: bool) -> None:
        """What changed in the file goes before what the commander chose; the rest stays."""
        board = self._app.board
        before, now = board.fresh, board.selection
        board.fresh = replace(before, columns=columns, urgent=urgent)
        if columns != before.columns:
            now = replace(now, columns=columns)
        if urgent != before.urgent:
            now = replace(now, urgent=urgent)
        board.change(now)

    def _say(self, event: ConfigRead, mended: bool) -> None:
        app = self._app
        if not event.changes:
            if mended:
                app.toast(present.text(f"{event.file} is right again, and says what it did."))
            return
        begin = "is right again and changed" if mended else "changed"
        lines = [f"{event.file} {begin}: {summed_up(event.changes)}."]
        for applies in (Applies.START, Applies.SERVER):
            later = [change.key for change in event.changes if change.applies is applies]
            if later:
                lines.append(f"Counts {applies.value}: {', '.join(later[:4])}")
        asks = not event.trusted and self._is_at_rest()
        if not event.trusted and not asks:
            lines.append("What it runs is to be trusted again before a lane starts or a gate runs.")
        key = app.keymap.key("palette")
        lines.append(f"{key} then “Configuration” shows all of it.")
        app.toast(_lines(lines), severity="information" if event.trusted else "warning")
        if asks:
            app.do(self._ask())

    def _is_at_rest(self) -> bool:
        """Whether a question may open: the board is on top and no key goes elsewhere."""
        app = self._app
        writing = isinstance(app.focused, Input | TextArea)
        return app.screen is app.board and not writing and not app.board.is_typing

    async def _ask(self) -> None:
        from cockpit.ui.screens.trust import ask_trust

        await ask_trust(self._app, always=False)


def _lines(lines: Sequence[str]) -> Content:
    parts = [present.text(line, width=VALUE).plain for line in lines]
    return Content("\n".join(parts))


def change_lines(changes: Sequence[ConfigChange]) -> list[Content]:
    """The changes by when they count, each with its values before and after."""
    lines: list[Content] = []
    for applies in Applies:
        some = [change for change in changes if change.applies is applies]
        if some:
            lines.append(Content.styled(f"  counts {applies.value}", "$accent"))
        for change in some:
            sign = " asks for trust" if change.trust else ""
            lines.append(
                Content.assemble(
                    present.text(f"    {change.key}", "bold", width=VALUE), (sign, "bold $warning")
                )
            )
            if change.before:
                lines.append(present.text(f"      − {change.before}", "$error", width=VALUE))
            if change.after:
                lines.append(present.text(f"      + {change.after}", "$success", width=VALUE))
    return lines
