"""Results that lie in lanes come to the bus: only a lane's own, whole, and over nothing else."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from cockpit.domain.intents import Assign, Collect
from cockpit.domain.operation import OpKind, OpState
from cockpit.domain.work import Work
from cockpit.errors import Refused
from tests.services.bus_desk import ALPHA, LANES, BusDesk, does_nothing, long_ago, reports
from tests.services.conftest import Desk
from tests.services.test_assigning import die_before, recovered
from tests.services.test_recovery import Died


@pytest.fixture
def bus(make_desk: Callable[..., Desk]) -> BusDesk:
    made = BusDesk(make_desk(lanes=LANES))
    made.work = does_nothing
    made.task(1)
    made.desk.do(Assign("1", ALPHA))
    return made


def on_bus(bus: BusDesk, name: str = "task-001-result.md") -> Path:
    return bus.root / "results" / name


def test_a_result_is_collected_and_a_later_one_takes_its_place(bus: BusDesk) -> None:
    reports(bus.folder(ALPHA), "task-001", "partial")
    assert bus.state(1) is Work.BLOCKED
    first = on_bus(bus).read_bytes()
    reports(bus.folder(ALPHA), "task-001", "done")
    assert bus.state(1) is Work.REVIEW
    assert b"done" in on_bus(bus).read_bytes()
    kept = (bus.desk.cockpit().work.state_dir / "run").glob("result-*")
    assert [path.read_bytes() for path in kept] == [first], "what it replaced is kept"
    assert (bus.folder(ALPHA) / "results" / "task-001-result.md").exists()


def test_nothing_to_collect_writes_nothing(bus: BusDesk) -> None:
    before = len(bus.desk.cockpit().log())
    outcome = bus.desk.do(Collect(ALPHA))
    assert outcome.data["files"] == [] and len(bus.desk.cockpit().log()) == before


def test_what_someone_else_wrote_on_the_bus_stays(bus: BusDesk) -> None:
    on_bus(bus).parent.mkdir()
    on_bus(bus).write_text("---\nstatus: blocked\n---\nby hand\n")
    long_ago(on_bus(bus))
    reports(bus.folder(ALPHA), "task-001", "done")
    assert any(
        "lies in results/ and, another one, in lane alpha" in p for p in bus.board().problems
    )
    with pytest.raises(Refused, match="remove one of them"):
        bus.desk.do(Collect(ALPHA))
    assert "by hand" in on_bus(bus).read_text()


@pytest.mark.parametrize("name", ["task-002-result.md", "notes.md", "task-0011-result.md"])
def test_another_tasks_result_is_not_collected(bus: BusDesk, name: str) -> None:
    folder = bus.folder(ALPHA) / "results"
    folder.mkdir()
    (folder / name).write_text("---\ntask: task-001\nstatus: done\n---\n")
    long_ago(folder / name)
    assert bus.state(1) is Work.BLOCKED
    assert not on_bus(bus, name).exists()


@pytest.mark.parametrize("kind", ["fifo", "symlink", "hard link", "folder", "sparse"])
def test_what_is_no_plain_file_is_not_collected(bus: BusDesk, kind: str) -> None:
    folder = bus.folder(ALPHA) / "results"
    folder.mkdir()
    path = folder / "task-001-result.md"
    secret = bus.root.parent / "secret"
    secret.write_text("---\nstatus: done\n---\n")
    match kind:
        case "fifo":
            os.mkfifo(path)
        case "symlink":
            path.symlink_to(secret)
        case "hard link":
            os.link(secret, path)
        case "folder":
            path.mkdir()
        case "sparse":
            with path.open("wb") as file:
                file.truncate(50 << 30)
    assert bus.state(1) is Work.BLOCKED
    assert not on_bus(bus).exists()


def test_the_commanders_own_lane_folder_is_no_second_bus(bus: BusDesk) -> None:
    """A result that was written straight to the bus needs no collecting."""
    reports(bus.root, "task-001", "done")
    assert bus.state(1) is Work.REVIEW
    assert not [op for op in bus.desk.cockpit().log() if op.kind is OpKind.COLLECT]


@pytest.mark.parametrize(
    ("step", "there"),
    [
        ("collect: begin", False),
        ("collect: write task-001-result.md", False),
        ("collect: end", True),
    ],
)
def test_a_death_while_collecting(bus: BusDesk, step: str, there: bool) -> None:
    reports(bus.folder(ALPHA), "task-001", "done")
    with pytest.raises(Died):
        bus.desk.do(Collect(ALPHA), cockpit=bus.desk.cockpit(die_before(step)))
    recovered(bus)
    assert on_bus(bus).exists() == there
    assert bus.state(1) is Work.REVIEW
    ends = [op.state for op in bus.desk.cockpit().log() if op.kind is OpKind.COLLECT]
    assert ends[-1] is OpState.DONE
