"""lanes.yaml in a running app: read again when it is whole, never told as wrong too early."""

from __future__ import annotations

import asyncio
import os
import threading
from pathlib import Path

import pytest

from cockpit.domain.events import ConfigRead, ConfigRefused, Event
from cockpit.domain.ids import LaneId
from cockpit.domain.intents import Gate, Start
from cockpit.errors import Refused
from tests.conftest import git
from tests.services.conftest import LANES, Desk
from tests.services.test_supervisor import running, until

ALPHA, BETA, GAMMA = LaneId("alpha"), LaneId("beta"), LaneId("gamma")
USUAL = LANES % '"true"'
WITH_GAMMA = USUAL.replace("gate:", "  gamma: {agent: sh}\ngate:")


def reads(events: list[Event]) -> list[ConfigRead]:
    return [event for event in events if isinstance(event, ConfigRead)]


def refusals(events: list[Event]) -> list[ConfigRefused]:
    return [event for event in events if isinstance(event, ConfigRefused)]


async def test_a_new_lane_is_on_the_board_and_can_be_started(desk: Desk) -> None:
    async with running(desk) as (supervisor, _, events):
        await until(lambda: supervisor.fleet.link.up, "running")
        desk.configure(WITH_GAMMA)
        await until(lambda: GAMMA in supervisor.fleet.lanes, "it is on the board")
        assert [change.key for change in reads(events)[0].changes] == ["lanes.gamma"]
        assert reads(events)[0].trusted
        supervisor.submit(Start(GAMMA))
        await until(lambda: supervisor.fleet.lanes[GAMMA].record is not None, "it starts")


async def test_a_started_lane_that_is_taken_out_stays_and_is_named(desk: Desk) -> None:
    desk.start()
    async with running(desk) as (supervisor, _, _events):
        await until(lambda: supervisor.fleet.lanes[ALPHA].record is not None, "it is there")
        text = "\n".join(line for line in USUAL.splitlines() if not line.startswith("  alpha"))
        desk.configure(text)
        await until(lambda: not supervisor.fleet.lanes[ALPHA].listed, "it is named")
        assert supervisor.fleet.lanes[ALPHA].record is not None
        assert list(supervisor.fleet.lanes) == [BETA, ALPHA]
        desk.configure(USUAL)
        await until(lambda: supervisor.fleet.lanes[ALPHA].listed, "it is back")
        assert list(supervisor.fleet.lanes) == [ALPHA, BETA]


async def test_what_is_wrong_keeps_the_last_good_until_it_is_mended(desk: Desk) -> None:
    async with running(desk) as (supervisor, _, events):
        await until(lambda: supervisor.fleet.link.up, "running")
        desk.configure(USUAL.replace("zone:", "zoon:"))
        await until(lambda: bool(supervisor.fleet.config_problems), "it is told")
        problem = supervisor.fleet.config_problems[0]
        assert problem.startswith("lanes.yaml:5: lanes.alpha.zoon"), problem
        assert "did you mean zone" in problem
        assert list(supervisor.fleet.lanes) == [ALPHA, BETA]
        desk.configure(USUAL)
        await until(lambda: not supervisor.fleet.config_problems, "mended")
        assert reads(events)[-1].changes == ()
        assert len(refusals(events)) == 1


@pytest.mark.parametrize("way", ["write", "rename", "swap"])
async def test_no_way_of_saving_shows_a_false_error(desk: Desk, way: str) -> None:
    path = desk.root / "lanes.yaml"
    async with running(desk) as (supervisor, _, events):
        await until(lambda: supervisor.fleet.link.up, "running")
        await asyncio.to_thread(save_slowly, path, WITH_GAMMA, way)
        await until(lambda: GAMMA in supervisor.fleet.lanes, "read")
        await asyncio.sleep(1.5)
        assert refusals(events) == []
        assert len(reads(events)) == 1


def save_slowly(path: Path, text: str, way: str) -> None:
    """As editors do, each step longer than the file has to be still for a right one."""
    pause = threading.Event()
    if way == "write":
        with path.open("w") as file:  # empty first
            for part in (text[:30], text[30:70], text[70:]):
                pause.wait(0.6)
                file.write(part)
                file.flush()
    elif way == "rename":
        other = path.with_name(".lanes.yaml.swp")
        other.write_text(text)
        os.replace(other, path)
    else:
        os.replace(path, path.with_name("lanes.yaml~"))
        pause.wait(0.6)
        path.write_text(text)


async def test_a_file_that_is_gone_is_told_and_nothing_is_lost(desk: Desk) -> None:
    async with running(desk) as (supervisor, _, _events):
        await until(lambda: supervisor.fleet.link.up, "running")
        (desk.root / "lanes.yaml").unlink()
        await until(lambda: bool(supervisor.fleet.config_problems), "it is told")
        assert "no lanes.yaml" in supervisor.fleet.config_problems[0]
        assert list(supervisor.fleet.lanes) == [ALPHA, BETA]


async def test_trust_is_asked_again_only_for_what_runs(desk: Desk) -> None:
    async with running(desk) as (supervisor, _, events):
        await until(lambda: supervisor.fleet.link.up, "running")
        desk.configure(USUAL.replace('["src/**"]', '["lib/**"]'))
        await until(lambda: len(reads(events)) == 1, "read")
        assert reads(events)[0].trusted
        desk.configure(USUAL.replace('"true"', '"false"'))
        await until(lambda: len(reads(events)) == 2, "read again")
        assert not reads(events)[1].trusted
        with pytest.raises(Refused, match="not trusted"):
            supervisor._local.carry_out(Start(ALPHA), lambda _event: None, by="test")


def test_an_operation_goes_on_with_the_one_it_began_with(desk: Desk) -> None:
    """The gate that was trusted runs, though another stands in the file by then."""
    marker, going = desk.root.parent / "marker", desk.root.parent / "going"
    slow = f"touch {going}; while [ ! -e {marker} ]; do sleep 0.05; done; echo the old one"
    desk.configure(LANES % f'"{slow}"')
    desk.trust()
    cockpit = desk.cockpit()
    desk.do(Start(ALPHA), cockpit=cockpit)
    desk.commit("alpha", "src/a.py", "a = 1\n")
    events: list[Event] = []
    thread = threading.Thread(
        target=lambda: cockpit.carry_out(Gate(ALPHA), events.append, by="test")
    )
    thread.start()
    while not going.exists():
        threading.Event().wait(0.02)
    desk.configure(LANES % '"false"')
    assert isinstance(cockpit.read_config(), ConfigRead)
    assert cockpit.config.gate.run == ("false",)
    marker.touch()
    thread.join(20)
    assert "the old one" in repr(events)
    assert any(getattr(event, "error", None) == "" for event in events), events


def test_a_look_at_the_board_has_the_new_target(desk: Desk) -> None:
    desk.start()
    cockpit = desk.cockpit()
    cockpit.clashes()
    git(desk.root, "branch", "other", "HEAD~1")
    desk.configure(USUAL.replace("target: main", "target: other"))
    assert isinstance(cockpit.read_config(), ConfigRead)
    assert cockpit.fleet().target == "other"
    radar = cockpit.clashes()
    assert radar.target == cockpit.work.git.read_ref(cockpit.work.target)


def test_hostile_files_are_refused_not_hung_on(desk: Desk) -> None:
    cockpit, path = desk.cockpit(), desk.root / "lanes.yaml"
    path.unlink()
    os.mkfifo(path)
    assert isinstance(cockpit.read_config(), ConfigRefused)
    path.unlink()
    path.write_bytes(b"\x00\xff" * 4000)
    assert isinstance(cockpit.read_config(), ConfigRefused)
    path.write_text("a: &a [x]\nb: [*a, *a]\n" * 50)
    assert isinstance(cockpit.read_config(), ConfigRefused)
    assert list(cockpit.config.lanes) == [ALPHA, BETA]
