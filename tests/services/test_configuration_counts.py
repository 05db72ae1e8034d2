"""What a lanes.yaml that is read anew leaves on the board, and when it counts."""

from __future__ import annotations

import pytest

from cockpit.domain.events import ConfigRead
from cockpit.domain.fleet import apply
from cockpit.domain.ids import LaneId
from cockpit.domain.intents import Lock, Stop, Teardown, Unlock
from cockpit.errors import CockpitError
from tests.services.conftest import Desk

ALPHA, BETA = LaneId("alpha"), LaneId("beta")
LANES = "target: main\nlanes:\n  alpha: {agent: shell}\n  beta: {agent: shell}\n"


def test_a_lane_that_is_torn_down_after_lanes_yaml_dropped_it_is_gone(desk: Desk) -> None:
    desk.start()
    cockpit = desk.cockpit()
    fleet = cockpit.fleet()
    desk.configure(LANES.replace("  alpha: {agent: shell}\n", ""))
    read = cockpit.read_config()
    assert isinstance(read, ConfigRead)
    fleet = apply(fleet, read)
    assert not fleet.lanes[ALPHA].listed
    for wish in (Lock(ALPHA, "as it is"), Unlock(ALPHA), Stop(ALPHA), Teardown(ALPHA)):
        cockpit.carry_out(wish, desk.events.append, by="test")
        for event in desk.events:
            fleet = apply(fleet, event)
        desk.events.clear()
        if isinstance(wish, Lock):
            assert fleet.lanes[ALPHA].locked == "as it is"
    assert list(fleet.lanes) == list(cockpit.fleet().lanes) == [BETA]


def test_one_that_could_not_be_told_is_read_again(desk: Desk) -> None:
    """Else it would count, and nobody had heard of it."""
    cockpit = desk.cockpit()
    before = cockpit.config
    cockpit.work.state.write("trust", {"digest": "x"})
    whole = desk.state("trust").read_bytes()
    desk.state("trust").write_bytes(b"{")
    desk.configure(LANES + 'gate: {run: ["true"]}\nmerge: {push: origin, pull_request: x}\n')
    with pytest.raises(CockpitError):
        cockpit.read_config()
    assert cockpit.config == before
    desk.state("trust").write_bytes(whole)
    assert isinstance(cockpit.read_config(), ConfigRead)
    assert cockpit.config != before
