"""A train that dies on its way: one recovery, and the queue is what it was less what landed.

The steps of gate and landing have deaths of their own in `test_recovery.py` and
`tests/faults`; these are the ones between which a train differs.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from cockpit.domain.ids import LaneId
from cockpit.domain.intents import Queue, RunTrain
from cockpit.domain.operation import OpKind, OpState
from tests.conftest import git
from tests.faults.predicate import Picture, check
from tests.services.conftest import Desk
from tests.services.test_recovery import Died

ALPHA, BETA = LaneId("alpha"), LaneId("beta")


def die_before(step: str, time: int) -> Callable[[str], None]:
    """Ends the process before `step` is begun for the `time`-th time."""
    seen = []

    def probe(where: str) -> None:
        seen.append(where)
        if seen.count(step) == time and where == step:
            raise Died(where)

    return probe


@pytest.fixture
def two(desk: Desk) -> Desk:
    """Two lanes with work, queued, and the commander's own work."""
    for lane in (ALPHA, BETA):
        desk.start(lane)
        desk.commit(lane, f"src/{lane}.py", f"{lane} = 1\n")
        desk.do(Queue(lane))
    (desk.root / "README.md").write_text("the commander's\n")
    (desk.root / "untracked.txt").write_text("the commander's\n")
    return desk


@pytest.mark.parametrize(
    ("step", "time", "landed"),
    [
        ("train: note the approvals", 1, ""),
        ("gate: run true", 1, ""),
        ("land: begin", 1, ""),
        ("land: move main", 1, ""),
        ("land: bring the checkout after it", 1, "alpha"),
        ("land: end", 1, "alpha"),
        ("gate: begin", 2, "alpha"),
        ("land: end", 2, "alpha beta"),
        ("train: end", 1, "alpha beta"),
    ],
)
def test_a_death_on_the_way(two: Desk, step: str, time: int, landed: str) -> None:
    lanes = [two.root.parent / f"project-{lane}" for lane in (ALPHA, BETA)]
    before = Picture.take(two.root, lanes, two.cockpit().state)
    with pytest.raises(Died):
        two.do(RunTrain(), cockpit=two.cockpit(probe=die_before(step, time)))
    fresh = two.cockpit()
    fresh.recover(two.events.append)
    assert check(before, two.root, fresh.state) == []
    assert fresh.recover(two.events.append) == []
    log = fresh.log()
    done = [op.lane for op in log if op.kind is OpKind.LAND and op.state is OpState.DONE]
    assert done == landed.split()
    ride = next(op for op in log if op.kind is OpKind.TRAIN)
    assert ride.state is OpState.DONE and ride.outcome["landed"] == done
    train = fresh.fleet().train
    waiting = [car.lane for car in train.cars] if train is not None else []
    assert waiting == [lane for lane in (ALPHA, BETA) if lane not in done]
    if waiting:
        assert two.do(RunTrain()).data["code"] == 0
    for lane in (ALPHA, BETA):
        assert git(two.root, "show", f"main:src/{lane}.py") == f"{lane} = 1\n"


@pytest.mark.parametrize(("step", "queued"), [("queue: write the queue", 0), ("queue: end", 1)])
def test_a_death_while_the_queue_changes(desk: Desk, step: str, queued: int) -> None:
    desk.start(ALPHA)
    with pytest.raises(Died):
        desk.do(Queue(ALPHA), cockpit=desk.cockpit(probe=die_before(step, 1)))
    fresh = desk.cockpit()
    assert len(fresh.recover(desk.events.append)) == 1
    assert fresh.recover(desk.events.append) == []
    train = fresh.fleet().train
    assert len(train.cars if train is not None else ()) == queued
