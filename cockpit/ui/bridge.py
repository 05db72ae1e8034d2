"""Between the supervisor and the widgets: everything crosses as a message, nothing else does.

One app-level worker runs the supervisor; its events and the control client's frames become
messages to the app and the pane views (chain: see `messages`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from textual.app import App

from cockpit.domain.events import (
    ConfigRead,
    ConfigRefused,
    Event,
    GateOutput,
    Link,
    Notice,
    OperationEnded,
    OperationStep,
    TrainChanged,
)
from cockpit.domain.fleet import Fleet
from cockpit.domain.ids import PaneId
from cockpit.errors import CockpitError
from cockpit.services.api import Supervisor
from cockpit.services.ports import Frame
from cockpit.ui.messages import FleetChanged, FrameArrived, Told
from cockpit.ui.widgets.pane_view import PaneView

TOLD = (OperationStep, OperationEnded, GateOutput, Notice, Link, TrainChanged, ConfigRead,
        ConfigRefused)  # fmt: skip
"""Events that are more than a change of the fleet. A train's every state is told, since the
last one must not be missed when the next fleet has none."""


class Bridge:
    """`view_of` finds the view that shows a pane now, if any."""

    def __init__(
        self,
        app: App[None],
        supervisor: Supervisor,
        view_of: Callable[[PaneId], PaneView | None],
    ) -> None:
        self._app = app
        self._supervisor = supervisor
        self._view_of = view_of
        self._shown: Fleet | None = None

    async def run(self) -> None:
        """Run the supervisor until cancelled; what ends it early is shown, not hidden."""
        supervisor = self._supervisor
        unsubscribe = supervisor.subscribe(self._hear)
        if supervisor.live is not None:
            supervisor.live.on_frame = self._paint
        self._app.post_message(FleetChanged(supervisor.fleet))
        try:
            await supervisor.run()
        except CockpitError as error:
            self._app.post_message(Told(Notice(f"{error.title} {error.hint}".strip(), "error")))
            down = replace(supervisor.fleet, link=Link(False, error.title))
            self._app.post_message(FleetChanged(down))
        finally:
            unsubscribe()

    def _hear(self, event: Event, fleet: Fleet) -> None:
        if fleet is not self._shown:  # a flood of gate output changes no fleet
            self._shown = fleet
            self._app.post_message(FleetChanged(fleet))
        if isinstance(event, TOLD):
            self._app.post_message(Told(event))

    def _paint(self, frame: Frame) -> None:
        view = self._view_of(frame.pane)
        if view is not None and view.is_attached:
            view.post_message(FrameArrived(frame))
