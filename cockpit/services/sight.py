"""What the app sees of agents: panes listed over the live connection, frames as they come.

Frames that are drawn anyway are judged as they arrive; a pane that is off the screen is
captured only after its program printed something. So every lane's state is true within a
second, and nothing is asked, or forked, when nothing happens.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace

from cockpit.domain.activity import Activity, State
from cockpit.domain.events import ActivityChanged, Event, Link
from cockpit.domain.fleet import Fleet
from cockpit.domain.ids import LaneId, PaneId
from cockpit.domain.lane import LaneRecord
from cockpit.errors import CockpitError
from cockpit.services import looking
from cockpit.services.cockpit import LocalCockpit
from cockpit.services.ports import Frame, LivePanes, PaneInfo
from cockpit.services.workplace import Workplace

SGR = re.compile(r"\x1b\[[0-9;:]*m")


class Sight:
    """Judges lanes by their panes and publishes what is new. Lives on the event loop."""

    def __init__(
        self,
        local: LocalCockpit,
        *,
        fleet: Callable[[], Fleet],
        publish: Callable[[Event], None],
    ) -> None:
        self._local = local
        self._fleet = fleet
        self._publish = publish
        self._panes: dict[LaneId, PaneInfo] = {}
        self._rows: dict[PaneId, tuple[str, ...]] = {}
        self._heard: dict[PaneId, int] = {}
        """When each pane had printed last when its rows were taken (`PaneInfo.spoke`)."""
        self._judged: dict[LaneId, tuple[PaneInfo | None, tuple[str, ...], Activity]] = {}
        """What each lane's last verdict went by, and the verdict."""

    async def look(self, live: LivePanes, *, patient: bool = False) -> None:
        """List the panes and judge every lane. A connection that fails makes all unknown."""
        try:
            self._panes = await live.list_panes(patient=patient)
            for lane, view in self._fleet().lanes.items():
                if view.record is not None:
                    pane = self._panes.get(lane)
                    if pane is not None:
                        await self._refresh_rows(live, pane)
                    self._judge(view.record, pane)
        except CockpitError as error:
            self.lose(error.title)
            return
        self._publish(Link(True))

    async def _refresh_rows(self, live: LivePanes, pane: PaneInfo) -> None:
        """Capture a pane that printed since its rows were taken. tmux tells the time of it in
        whole seconds, so what was printed in the present one is looked at again."""
        if self._heard.get(pane.ref.pane, -1) >= pane.spoke and pane.ref.pane in self._rows:
            return
        frame = await live.capture_now(pane.ref.pane)
        if frame is not None:
            self._rows[pane.ref.pane] = plain(frame.rows)
            settled = pane.spoke < int(self._local.work.clock.now())
            self._heard[pane.ref.pane] = pane.spoke if settled else pane.spoke - 1

    def take(self, frame: Frame) -> None:
        """A frame that the live view captured."""
        self._rows[frame.pane] = plain(frame.rows)
        lane = self.lane_of(frame.pane)
        if lane is None:
            return
        pane, record = self._panes.get(lane), self._fleet().lanes[lane].record
        if pane is not None and record is not None:
            fresh = replace(
                pane,
                dead=frame.dead,
                exit_code=frame.exit_code,
                title=frame.title,
                width=frame.width,
                height=frame.height,
            )
            self._judge(record, fresh)

    def lose(self, why: str) -> None:
        """The connection is gone: every started lane is unknown, whatever it was."""
        self._publish(Link(False, why))
        now = self._local.work.clock.now()
        for lane, view in self._fleet().lanes.items():
            if view.record is not None and view.activity.state is not State.UNKNOWN:
                self._publish(ActivityChanged(lane, Activity(State.UNKNOWN, "none", why, now)))

    def lane_of(self, pane: PaneId) -> LaneId | None:
        """Whose pane it is, by the last list."""
        for lane, info in self._panes.items():
            if info.ref.pane == pane:
                return lane
        return None

    def _judge(self, record: LaneRecord, pane: PaneInfo | None) -> None:
        rows = self._rows.get(pane.ref.pane, ()) if pane is not None else ()
        if self._stands(record.lane, pane, rows):
            return

        def see(work: Workplace, known: dict[LaneId, Activity]) -> list[Event]:
            seen = looking.judge(work, record, pane, known.get(record.lane), rows)
            self._judged[record.lane] = (pane, rows, seen)
            return [ActivityChanged(record.lane, seen)]

        for event in self._local.judge(see):
            self._publish(event)

    def _stands(self, lane: LaneId, pane: PaneInfo | None, rows: tuple[str, ...]) -> bool:
        """Whether the lane's verdict still counts: nothing that it went by is another now. Only
        `working` ends by the mere passing of time (`judgement.HOLD`)."""
        view, last = self._fleet().lane(lane), self._judged.get(lane)
        if view is None or last is None or view.activity.state is State.WORKING:
            return False
        return view.activity is last[2] and last[0] == pane and last[1] is rows


def plain(rows: Sequence[str]) -> tuple[str, ...]:
    """The rows without their colours."""
    return tuple(SGR.sub("", row) for row in rows)
