"""The live desk: what is watched, how large panes are made, what holds while one is inside."""

from __future__ import annotations

from collections.abc import Sequence

from cockpit.domain.ids import PaneId, WindowId
from cockpit.domain.lane import PaneRef
from cockpit.errors import Unavailable
from cockpit.ui.live import LiveDesk, Shown
from tests.ui.fake import FakeLive, record


def pane(number: int) -> PaneRef:
    found = record("alpha", number).pane
    assert found is not None
    return found


class Desk:
    def __init__(self, *shown: Shown) -> None:
        self.live = FakeLive()
        self.shown: Sequence[Shown] = shown
        self.desk = LiveDesk(self.live, lambda: (self.shown, PaneId("%1")))


async def test_sizes_have_a_floor_and_are_sent_once() -> None:
    made = Desk(Shown(pane(1), 38, 9), Shown(pane(2), 150, 50))
    await made.desk.settle()
    assert made.live.sizes == {WindowId("@1"): (80, 24), WindowId("@2"): (150, 50)}
    made.live.sizes.clear()
    await made.desk.settle()
    assert made.live.sizes == {}
    made.shown = (Shown(pane(1), 100, 9),)
    await made.desk.settle()
    assert made.live.sizes == {WindowId("@1"): (100, 24)}


async def test_nothing_is_resized_while_inside_and_everything_after() -> None:
    made = Desk(Shown(pane(1), 100, 30))
    await made.desk.settle()
    made.desk.step_in("alpha")
    made.live.sizes.clear()
    made.shown = (Shown(pane(1), 120, 30),)
    await made.desk.settle()
    assert made.live.sizes == {}
    made.desk.came_back()
    await made.desk.settle()
    assert made.live.sizes == {WindowId("@1"): (120, 30)}
    assert made.live.paused == [True, False]


async def test_a_pane_that_went_does_not_stop_the_others() -> None:
    class Gone(FakeLive):
        async def resize(self, window: WindowId, width: int, height: int) -> None:
            if window == "@1":
                raise Unavailable("can't find window")
            await super().resize(window, width, height)

    made = Desk(Shown(pane(1), 100, 30), Shown(pane(2), 100, 30))
    made.desk.live = live = Gone()
    await made.desk.settle()
    assert live.sizes == {WindowId("@2"): (100, 30)}


def test_the_client_is_told_only_of_changes() -> None:
    made = Desk(Shown(pane(1), 100, 30))
    made.desk.look()
    assert (made.live.watched, made.live.focused) == ({PaneId("%1"): 1001}, "%1")
    made.live.watched = {}
    made.desk.look()
    assert made.live.watched == {}
    made.shown = ()
    made.desk.look()
    made.shown = (Shown(pane(1), 100, 30),)
    made.desk.look()
    assert made.live.watched == {PaneId("%1"): 1001}


async def test_without_a_client_nothing_happens() -> None:
    desk = LiveDesk(None, lambda: ((), None))
    desk.look()
    await desk.settle()
    desk.step_in("alpha")
    desk.came_back()
    assert desk.inside == ""
