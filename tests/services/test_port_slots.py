"""Ports of lanes: handed out, kept, never shared, and told as they are."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from cockpit.cli.shapes import lane_document
from cockpit.domain.ids import LaneId
from cockpit.domain.intents import Gate, Park, Rename, Restart, Resume, Start, Stop, Teardown, Undo
from cockpit.domain.ports import GATE
from cockpit.errors import CockpitError, Refused
from tests.services.conftest import Desk

ALPHA, BETA, GAMMA, DELTA = map(LaneId, ("alpha", "beta", "gamma", "delta"))
BASE = 28_000 + 100 * int("0" + os.environ.get("PYTEST_XDIST_WORKER", "").removeprefix("gw"))
"""Far from what programs use and from what the kernel gives away by itself, and of this worker
alone: some tests listen."""

LANES = f"""\
target: main
agents:
  sh: {{command: [sh], preset: shell}}
lanes:
  alpha: {{agent: sh}}
  beta: {{agent: sh, env: {{WEB_PORT: "80"}}}}
  gamma: {{agent: sh}}
ports:
  slots: 3
  vars: {{WEB_PORT: {BASE}, DB_PORT: {BASE + 10}}}
  derived: {{URL: "http://localhost:{{WEB_PORT}}/{{lane}}"}}
gate: {{run: ["env > $GATE_SAW"], timeout: 20s, retry: 0}}
"""


@pytest.fixture
def desk(make_desk: Callable[..., Desk]) -> Desk:
    return make_desk(lanes=LANES)


@contextmanager
def listening(port: int, address: str = "127.0.0.1") -> Iterator[None]:
    with socket.create_server((address, port)):
        yield


def given(desk: Desk, at: int = -1) -> dict[str, str]:
    """What a pane was opened with, the last one by default."""
    _lane, _argv, env = desk.tmux.opened[at]
    return {name: env[name] for name in ("WEB_PORT", "DB_PORT", "URL") if name in env}


def slots(desk: Desk) -> dict[str, int]:
    return {one.lane: one.slot for one in desk.usual().port_slots() if one.lane != GATE}


def test_each_lane_gets_ports_of_its_own_and_sees_them(desk: Desk) -> None:
    desk.start("alpha")
    assert given(desk) == {
        "WEB_PORT": str(BASE),
        "DB_PORT": str(BASE + 10),
        "URL": f"http://localhost:{BASE}/alpha",
    }
    desk.start("gamma")
    assert given(desk)["WEB_PORT"] == str(BASE + 1)
    fleet = desk.usual().fleet()
    document = lane_document(fleet, fleet.lanes[GAMMA], 0.0)
    assert document["ports"] == {"WEB_PORT": BASE + 1, "DB_PORT": BASE + 11}


def test_a_variable_of_the_lane_itself_goes_before(desk: Desk) -> None:
    desk.start("beta")
    assert given(desk)["WEB_PORT"] == "80"
    record = desk.usual().fleet().lanes[BETA].record
    assert record is not None and record.ports == {"DB_PORT": BASE + 10}


def test_without_ports_nothing_is_handed_out(make_desk: Callable[..., Desk]) -> None:
    desk = make_desk()
    desk.start("alpha")
    assert given(desk) == {} and desk.usual().port_slots() == []
    assert not desk.state("ports").exists()


def test_a_slot_is_kept_while_the_lane_is_there(desk: Desk) -> None:
    for lane in ("alpha", "beta", "gamma"):
        desk.start(lane)
    desk.do(Stop(BETA))
    desk.do(Start(BETA))
    desk.do(Restart(GAMMA))
    assert slots(desk) == {"alpha": 0, "beta": 1, "gamma": 2}
    assert given(desk)["DB_PORT"] == str(BASE + 12)


def test_a_torn_down_lane_frees_its_slot_and_finds_it_again_while_it_is_free(desk: Desk) -> None:
    desk.start("alpha")
    desk.start("gamma")
    gone = desk.do(Teardown(ALPHA)).operation
    assert gone is not None and slots(desk) == {"gamma": 1}
    desk.do(Undo(gone.seq))
    assert slots(desk) == {"alpha": 0, "gamma": 1}

    gone = desk.do(Teardown(ALPHA)).operation
    desk.start("beta")
    assert slots(desk) == {"beta": 0, "gamma": 1} and gone is not None
    desk.do(Undo(gone.seq))
    desk.do(Restart(ALPHA))
    assert slots(desk) == {"alpha": 2, "beta": 0, "gamma": 1}


def test_a_parked_lane_keeps_its_slot(desk: Desk) -> None:
    desk.start("alpha")
    desk.do(Park(ALPHA))
    desk.start("beta")
    assert slots(desk) == {"alpha": 0, "beta": 1}
    desk.do(Resume(ALPHA))
    assert given(desk)["WEB_PORT"] == str(BASE)


def test_a_renamed_lane_takes_its_slot_along(desk: Desk) -> None:
    desk.start("alpha")
    desk.start("beta")
    desk.do(Stop(BETA))
    desk.do(Rename(BETA, DELTA))
    assert slots(desk) == {"alpha": 0, "delta": 1}


def test_when_all_slots_are_taken_a_start_is_refused_with_nothing_made(
    make_desk: Callable[..., Desk],
) -> None:
    desk = make_desk(lanes=LANES.replace("slots: 3", "slots: 1"))
    desk.start("alpha")
    before = len(desk.tmux.opened)
    with pytest.raises(Refused, match="All 1 port slots are taken"):
        desk.do(Start(BETA))
    assert len(desk.tmux.opened) == before
    assert not (desk.root.parent / f"{desk.root.name}-beta").exists()
    assert BETA not in desk.usual().work.registry.lanes()


@pytest.mark.parametrize("address", ["127.0.0.1", "0.0.0.0", "::1"])
def test_a_slot_on_which_somebody_listens_is_passed_over(desk: Desk, address: str) -> None:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family) as other:
        try:
            other.bind((address, BASE + 10))
        except OSError as error:
            pytest.skip(f"this machine has no {address}: {error}")
        other.listen()
        desk.start("alpha")
    assert slots(desk) == {"alpha": 1}


def test_a_lane_whose_own_server_listens_keeps_its_slot(desk: Desk) -> None:
    desk.start("alpha")
    with listening(BASE):
        desk.do(Restart(ALPHA))
        (own, gate) = desk.usual().port_slots()
    assert own.listening == (BASE,) and gate.listening == ()
    assert slots(desk) == {"alpha": 0}


def test_when_others_use_all_ports_the_refusal_says_so(make_desk: Callable[..., Desk]) -> None:
    desk = make_desk(lanes=LANES.replace("slots: 3", "slots: 1"))
    with listening(BASE), pytest.raises(Refused, match="other programs use those of each slot"):
        desk.do(Start(ALPHA))


def test_fewer_slots_move_a_lane_at_its_next_start(make_desk: Callable[..., Desk]) -> None:
    desk = make_desk(lanes=LANES)
    desk.start("alpha")
    desk.start("beta")
    desk.do(Teardown(ALPHA))
    desk.configure(LANES.replace("slots: 3", "slots: 1"))
    desk.trust()
    record = desk.usual().fleet().lanes[BETA].record
    assert record is not None and record.ports == {"DB_PORT": BASE + 11}, "what it still has"
    desk.do(Restart(BETA))
    assert slots(desk) == {"beta": 0}


def test_the_preview_of_a_start_says_the_ports_and_takes_none(desk: Desk) -> None:
    shown = desk.usual().preview_start([ALPHA, BETA, GAMMA]).lanes
    assert [one.ports.get("DB_PORT") for one in shown] == [BASE + 10, BASE + 11, BASE + 12]
    assert not desk.state("ports").exists()
    for lane in (ALPHA, BETA, GAMMA):
        desk.do(Start(lane))
    assert slots(desk) == {"alpha": 0, "beta": 1, "gamma": 2}


def test_the_gate_has_a_slot_of_its_own(
    make_desk: Callable[..., Desk], monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = make_desk(lanes=LANES)
    saw = desk.root.parent / "saw"
    monkeypatch.setenv("GATE_SAW", str(saw))
    desk.start("alpha")
    desk.commit("alpha", "a.txt", "a\n")
    cockpit = desk.cockpit()
    desk.do(Gate(ALPHA), cockpit=cockpit)
    told = dict(line.partition("=")[::2] for line in saw.read_text().splitlines())
    assert told["WEB_PORT"] == str(BASE + 3)
    assert told["URL"] == f"http://localhost:{BASE + 3}/gate"
    assert cockpit.port_slots()[-1].lane == GATE


@pytest.mark.parametrize("damage", ['{"alpha": -4}', '{"alpha": "0"}', '{"../x": 1}', "7"])
def test_slots_that_make_no_sense_are_nobodys(desk: Desk, damage: str) -> None:
    desk.start("alpha")
    desk.state("ports").write_text(f'{{"version": 1, "value": {{"slots": {damage}}}}}')
    desk.start("gamma")
    assert slots(desk) == {"gamma": 0}


def test_slots_that_cannot_be_read_are_named_before_anything_is_made(desk: Desk) -> None:
    desk.start("alpha")
    desk.state("ports").write_text("[]")
    with pytest.raises(CockpitError, match="can't be read"):
        desk.do(Start(GAMMA))
    assert GAMMA not in desk.usual().work.registry.lanes()
    assert not (desk.root.parent / f"{desk.root.name}-gamma").exists()
