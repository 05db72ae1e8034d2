"""Lanes of 20,000 files: starting them, and looking at them."""

from __future__ import annotations

import os
import time
from pathlib import Path

from cockpit.domain.ids import LaneId
from cockpit.domain.intents import Start
from cockpit.services.cockpit import LocalCockpit
from tests.benchmarks import profiles
from tests.benchmarks.figures import Budget, Measure
from tests.benchmarks.fleet import Fleet, lane_name, wait_for_file
from tests.benchmarks.ground import timed
from tests.benchmarks.rows.bench import Bench, Row

LARGE = 20_000
LANES = 3
"""Of the 15 that the budget is for, so that the whole benchmark stays within six minutes; the
budget is cut to the same part."""
EVERY_LANE = Budget(median=600.0 * LANES / 15)

READY = ("sh", "-c", ': > "$READY_IN/$COCKPIT_LANE"; exec cat')
"""An agent that leaves a file when it runs."""


def large(bench: Bench, _lanes: int) -> list[Measure]:
    """Starts of lanes with 20,000 files, and looks at them once they are there."""
    ready = bench.ground.folder("ready")
    fleet = Fleet(bench.ground, "large", files=LARGE, agent=READY, env={"READY_IN": str(ready)})
    lanes = bench.samples(LANES, 2)
    fleet.declare(lanes)
    cockpit = fleet.open()
    try:
        starts = _starts(bench, fleet, cockpit, ready, lanes)
        looks = _looks(bench, fleet, cockpit, lanes)
    finally:
        cockpit.close()
    return [*starts, *looks]


def _starts(
    bench: Bench, fleet: Fleet, cockpit: LocalCockpit, ready: Path, lanes: int
) -> list[Measure]:
    running, whole, plain = [], [], []
    for number in range(1, lanes + 1):
        if number <= bench.samples(3, 1):
            folder = fleet.root.parent / f"plain{number}"
            branch = ["-b", f"plain{number}"]
            plain.append(
                timed(["git", "worktree", "add", "-q", *branch, str(folder)], cwd=fleet.root)
            )
        lane = lane_name(number)
        began, start = time.time(), time.perf_counter()
        cockpit.carry_out(Start(lane), lambda _: None, by="cli")
        whole.append((time.perf_counter() - start) * 1000)
        wait_for_file(ready / lane, 0)
        running.append((os.stat(ready / lane).st_mtime - began) * 1000)
    beside = "`git worktree add`"
    return [
        Measure(
            "large-start",
            "start of a lane, 20,000 files, until its agent runs",
            "ms",
            tuple(running),
            Budget(ratio=1.1),
            beside,
            tuple(plain),
        ),
        Measure(
            "large-start",
            "... until the command is done (it watches for a sudden end)",
            "ms",
            tuple(whole),
            beside=beside,
            compared=tuple(plain),
        ),
    ]


def _looks(bench: Bench, fleet: Fleet, cockpit: LocalCockpit, lanes: int) -> list[Measure]:
    lane = lane_name(1)
    cockpit.observe_git(None)
    one, one_git = [], []
    for number in range(bench.samples(9, 4)):
        (fleet.worktree(lane) / "src001" / "file01.txt").write_text(f"look {number}\n")
        start = time.perf_counter()
        cockpit.observe_git([lane])
        one.append((time.perf_counter() - start) * 1000)
        one_git.append(_git_status(fleet, lane))
    measures = [
        Measure(
            "large-status",
            "status of one changed lane, 20,000 files",
            "ms",
            tuple(one),
            Budget(median=25.0),
            "`git status`",
            tuple(one_git),
        )
    ]
    if lanes < LANES:
        return measures
    every, every_git = [], []
    for _ in range(3):
        start = time.perf_counter()
        cockpit.observe_git(None)
        every.append((time.perf_counter() - start) * 1000)
        every_git.append(sum(_git_status(fleet, lane_name(n)) for n in range(1, lanes + 1)))
    what = f"status of {lanes} lanes of 20,000 files in full"
    measure = Measure(
        "large-status",
        what,
        "ms",
        tuple(every),
        EVERY_LANE,
        "a loop of `git status`",
        tuple(every_git),
    )
    return [*measures, measure]


def _git_status(fleet: Fleet, lane: LaneId) -> float:
    return timed(["git", "status", "--porcelain=v2", "--branch"], cwd=fleet.worktree(lane))


ROWS_HERE = (Row("large", "lanes of 20,000 files", large, hint=profiles.looks),)
