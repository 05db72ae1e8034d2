"""Port slots: kept, lowest free, hashed; never shared."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cockpit.domain.ids import LaneId
from cockpit.domain.ports import PortPlan, assign_slot, hash_slot, overlaps, port_env, ports_of
from cockpit.errors import Refused

PLAN = PortPlan(
    slots=3,
    vars={"BACKEND_PORT": 9100, "FRONTEND_PORT": 9200},
    derived={"URL": "http://localhost:{BACKEND_PORT}/{lane}/{slot}"},
)
ALPHA, BETA, GAMMA, DELTA = map(LaneId, ("alpha", "beta", "gamma", "delta"))


def test_the_lowest_free_slot() -> None:
    assert assign_slot(ALPHA, {}, PLAN) == 0
    assert assign_slot(GAMMA, {ALPHA: 0, BETA: 2}, PLAN) == 1


def test_a_lane_keeps_its_slot_unless_it_is_gone() -> None:
    assert assign_slot(BETA, {BETA: 2}, PLAN) == 2
    assert assign_slot(BETA, {BETA: 7, ALPHA: 0}, PLAN) == 1


def test_no_slot_left_is_refused() -> None:
    with pytest.raises(Refused, match="All 3 port slots are taken"):
        assign_slot(DELTA, {ALPHA: 0, BETA: 1, GAMMA: 2}, PLAN)


def test_a_slot_whose_ports_others_use_is_passed_over() -> None:
    assert assign_slot(ALPHA, {}, PLAN, lambda slot: slot != 0) == 1
    assert assign_slot(ALPHA, {ALPHA: 0}, PLAN, lambda slot: slot != 0) == 0, "its own server"
    with pytest.raises(Refused, match="other programs use those of each slot"):
        assign_slot(DELTA, {ALPHA: 0, BETA: 1}, PLAN, lambda slot: False)


def test_a_hash_is_the_same_everywhere() -> None:
    assert [hash_slot(lane, 15) for lane in (ALPHA, BETA, GAMMA)] == [14, 0, 12]


def test_variables_of_a_slot() -> None:
    assert ports_of(PLAN, 2) == {"BACKEND_PORT": 9102, "FRONTEND_PORT": 9202}
    assert port_env(PLAN, BETA, 2) == {
        "BACKEND_PORT": "9102",
        "FRONTEND_PORT": "9202",
        "URL": "http://localhost:9102/beta/2",
    }


def test_stride() -> None:
    plan = PortPlan(slots=2, stride=10, vars={"A": 9000})
    assert [ports_of(plan, slot)["A"] for slot in (0, 1)] == [9000, 9010]


def test_overlaps_between_variables_are_found() -> None:
    assert overlaps(PortPlan(slots=15, vars={"A": 9100, "B": 9105})) == [("A", "B", 9105)]
    assert overlaps(PortPlan(slots=15, stride=10, vars={"A": 9100, "B": 9105})) == []
    assert overlaps(PortPlan(slots=1, vars={"A": 9100, "B": 9100})) == [("A", "B", 9100)]
    assert overlaps(PortPlan(slots=5, vars={"A": 9100, "B": 9105})) == [("A", "B", 9105)], "gate's"
    assert overlaps(PortPlan(slots=5, vars={"A": 9100, "B": 9106})) == []


LANES = st.lists(st.from_regex(r"[a-z][a-z0-9-]{0,8}", fullmatch=True), unique=True, max_size=12)


@given(LANES, st.sampled_from(["slot", "hash"]))
def test_no_two_lanes_share_a_slot(names: list[str], by: str) -> None:
    plan = PortPlan(slots=12, by=by)
    taken: dict[LaneId, int] = {}
    for name in names:
        taken[LaneId(name)] = assign_slot(LaneId(name), taken, plan)
    assert len(set(taken.values())) == len(names)
    assert all(0 <= slot < 12 for slot in taken.values())
