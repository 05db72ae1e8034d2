"""The train: thirteen lanes, each built on the one before it, as the screen shows it."""

from __future__ import annotations

import time

from cockpit.domain.intents import Approve, Queue
from cockpit.domain.train import CarState
from cockpit.services.cockpit import LocalCockpit
from tests.benchmarks.figures import Budget, Measure
from tests.benchmarks.fleet import Fleet, lane_name
from tests.benchmarks.ground import git, timed
from tests.benchmarks.rows.bench import Bench, Row

CARS = 13


def building(bench: Bench, _lanes: int) -> list[Measure]:
    """Order, entry checks and thirteen merges, with lanes of 1,000 files and live agents."""
    fleet = Fleet(bench.ground, "train", files=1_000)
    fleet.grow(CARS)
    for number in range(1, CARS + 1):
        folder = fleet.worktree(lane_name(number))
        for place in range(5):
            path = folder / f"src{number:03d}" / f"file{place:02d}.txt"
            path.write_text(f"change of {number}\n")
        git(folder, "commit", "-q", "-am", f"change of {number}")
    cockpit = fleet.open()
    try:
        for number in range(1, CARS + 1):
            for wish in (Approve(lane_name(number)), Queue(lane_name(number))):
                cockpit.carry_out(wish, lambda _: None, by="cli")
        first = _built(cockpit)
        times, plain = [], []
        for _ in range(bench.samples(4, 2)):  # in turns: what else runs here slows both
            plain.append(_plain(fleet))
            times += [_built(cockpit) for _ in range(3)]
    finally:
        cockpit.close()
    beside = f"{CARS} × `git merge --no-ff` in a worktree"
    what = f"building a train of {CARS}, 1,000 files each"
    return [
        Measure("train", what, "ms", tuple(times), Budget(median=500.0), beside, tuple(plain)),
        Measure(
            "train",
            "... the first time, with the radar's first look",
            "ms",
            (first,),
            beside=beside,
            compared=tuple(plain),
        ),
    ]


def _built(cockpit: LocalCockpit) -> float:
    start = time.perf_counter()
    train = cockpit.preview_train()
    spent = (time.perf_counter() - start) * 1000
    ready = sum(car.state is CarState.READY for car in train.cars)
    if ready != CARS:
        said = [f"{car.lane}: {car.said}" for car in train.cars]
        raise AssertionError(f"{ready} of {CARS} cars are ready: {said}")
    return spent


def _plain(fleet: Fleet) -> float:
    """The same merges by plain git, one after the other in a scratch worktree."""
    scratch = fleet.root.parent / "scratch"
    git(fleet.root, "worktree", "add", "-q", "--force", "--detach", str(scratch), "main")
    try:
        return sum(
            timed(
                ["git", "merge", "-q", "--no-ff", "--no-edit", f"{lane_name(number)}/work"],
                cwd=scratch,
            )
            for number in range(1, CARS + 1)
        )
    finally:
        git(fleet.root, "worktree", "remove", "--force", str(scratch))


ROWS_HERE = (Row("train", "building a train of 13", building),)
