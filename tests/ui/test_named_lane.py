"""What the palette and a lane's menu say they do, they do with that lane."""

from __future__ import annotations

import pytest

from cockpit.domain.ids import LaneId
from cockpit.domain.intents import Interrupt
from tests.ui.drive import opened
from tests.ui.fake import fleet_of, view

ALPHA, GAMMA = LaneId("alpha"), LaneId("gamma")
THREE = fleet_of(view("alpha", 1), view("beta", 2), view("gamma", 3))
MARK_BETA = ("l", "space", "h")


@pytest.mark.parametrize(
    ("keys", "lane"),
    [
        (("colon", *"interrupt", "space", *"gamma", "enter"), GAMMA),
        (("full_stop", *"interrupt", "enter"), ALPHA),
    ],
)
async def test_the_named_lane_is_meant_whichever_are_marked(
    keys: tuple[str, ...], lane: LaneId
) -> None:
    async with opened(THREE) as session:
        await session.press(*MARK_BETA, *keys)
        assert session.supervisor.intents == [Interrupt(lane)]
