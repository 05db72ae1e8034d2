"""What the timeline is drawn from, looked at in a worker: the journal and a forecast."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cockpit.domain.fleet import Fleet
from cockpit.domain.forecast import Forecast, forecast, spans_of
from cockpit.domain.task_history import measured, turns
from cockpit.services.api import Cockpit
from cockpit.ui.task_timeline import Timeline, timeline

if TYPE_CHECKING:
    from cockpit.ui.app import CockpitApp

STEPS = 5_000
"""Steps of the journal, the latest, that are read."""


class Times:
    """What was looked at last; an older look never replaces a newer one."""

    def __init__(self) -> None:
        self.known: Forecast | None = None
        self.shown: Timeline | None = None
        self._asked = 0

    async def look(self, app: CockpitApp, fleet: Fleet) -> Timeline | None:
        """None when another look was asked for meanwhile."""
        self._asked += 1
        mine, now = self._asked, app.now()

        def look(cockpit: Cockpit) -> tuple[Forecast, Timeline]:
            made = turns(sorted(cockpit.log(last=STEPS), key=lambda op: op.seq))
            known = forecast(fleet.board, fleet.plan, spans_of(fleet.board, measured(made)), now)
            return known, timeline(fleet, known, made, now)

        known, shown = await app.supervisor.ask(look)
        if mine != self._asked:
            return None
        self.known, self.shown = known, shown
        return shown
