"""The radar: 15 lanes with committed and uncommitted work, all pairs, and one lane anew."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Mapping
from itertools import combinations
from pathlib import Path

from cockpit.domain.ids import LaneId
from tests.benchmarks.figures import Budget, Measure
from tests.benchmarks.fleet import Fleet, lane_name
from tests.benchmarks.ground import git
from tests.benchmarks.rows.bench import FILES, Bench, Row

LANES = 15
COMMITS = 3
FILES_A_COMMIT = 7
SHARED = 4
"""Every so many lanes edit the same lines of the same file."""


def radar(bench: Bench, _lanes: int) -> list[Measure]:
    fleet = Fleet(bench.ground, "radar", files=FILES)
    fleet.grow(LANES)
    for number in range(1, LANES + 1):
        _work(fleet.worktree(lane_name(number)), number)
    before = _objects(fleet.root)
    everything, found = _all_pairs(fleet, bench.samples(7, 3))
    one = _one_lane(fleet, bench.samples(12, 4))
    if _objects(fleet.root) != before:
        raise AssertionError("the radar left objects in the repository")
    plain = [_plainly(fleet, None) for _ in range(bench.samples(3, 1))]
    plain_one = [_plainly(fleet, lane_name(1)) for _ in range(bench.samples(5, 2))]
    beside = "`git add -A` for each lane, `git merge-tree` for each pair"
    return [
        Measure(
            "radar",
            "radar from nothing: 105 pairs and the target, uncommitted work included",
            "ms",
            tuple(everything),
            Budget(median=800.0),
            beside,
            tuple(plain),
            note=f"{found} of 105 pairs clash; no object in the repository",
        ),
        Measure(
            "radar",
            "... after an edit in one lane: its 14 pairs and the target",
            "ms",
            tuple(one),
            Budget(median=150.0),
            beside,
            tuple(plain_one),
        ),
    ]


def _work(worktree: Path, number: int) -> None:
    """Commits of the lane's own files, a file that every fourth lane edits too, and work that
    isn't committed: edits, a new file, a deleted one."""
    for commit in range(COMMITS):
        for place in range(FILES_A_COMMIT):
            file = worktree / f"src{number % 20:03d}" / f"file{commit * 10 + place:02d}.txt"
            file.write_text(f"lane {number}, commit {commit}\n")
        git(worktree, "commit", "-q", "-am", f"commit {commit} of lane {number}")
    (worktree / "src000" / f"file{number % SHARED:02d}.txt").write_text(f"shared {number}\n")
    (worktree / f"src{number % 20:03d}" / "file40.txt").write_text("edited\n")
    (worktree / f"new{number:02d}.txt").write_text("new\n")
    if number % 5 == 0:
        (worktree / f"src{number % 20:03d}" / "file41.txt").unlink()


def _all_pairs(fleet: Fleet, count: int) -> tuple[list[float], int]:
    """ms of the first look of a process each, and how many lanes' pairs clash."""
    times, clashes = [], 0
    for _ in range(count):
        cockpit = fleet.open()
        try:
            start = time.perf_counter()
            radar = cockpit.clashes()
            times.append((time.perf_counter() - start) * 1000)
        finally:
            cockpit.close()
        clashes = sum(clash.other is not None for clash in radar.clashes)
        if not clashes or len(radar.sides) != LANES or radar.unseen:
            raise AssertionError("the radar did not see what was made")
    return times, clashes


def _one_lane(fleet: Fleet, count: int) -> list[float]:
    """ms from an edit in a lane until its pairs are known again."""
    lane, times = lane_name(1), []
    cockpit = fleet.open()
    try:
        cockpit.clashes()
        for number in range(count):
            (fleet.worktree(lane) / "src000" / "file01.txt").write_text(f"again {number}\n")
            start = time.perf_counter()
            cockpit.clashes([lane])
            times.append((time.perf_counter() - start) * 1000)
    finally:
        cockpit.close()
    return times


def _plainly(fleet: Fleet, lane: LaneId | None) -> float:
    """ms of plain git doing the same: a commit of all that is there by `add -A` in a copy of
    the index, for each lane (or only `lane`), then a process for each pair (of `lane`)."""
    names = [lane_name(number) for number in range(1, LANES + 1)]
    known = {} if lane is None else {name: _commit_of_all(fleet, name) for name in names}
    start = time.perf_counter()
    for name in names if lane is None else [lane]:
        known[name] = _commit_of_all(fleet, name)
    for one, two in combinations(names, 2):
        if lane is None or lane in (one, two):
            _git(fleet.root, "merge-tree", "--write-tree", known[one], known[two])
    return (time.perf_counter() - start) * 1000


def _commit_of_all(fleet: Fleet, lane: LaneId) -> str:
    folder = fleet.worktree(lane)
    index = fleet.root / ".git" / "worktrees" / lane / "index"
    copy = fleet.root.parent / "plain-index"
    shutil.copy2(index, copy)
    env = {**os.environ, "GIT_INDEX_FILE": str(copy)}
    _git(folder, "add", "-A", env=env)
    tree = _git(folder, "write-tree", env=env)
    return _git(folder, "commit-tree", tree, "-p", "HEAD", "-m", "all")


def _git(cwd: Path, *argv: str, env: Mapping[str, str] | None = None) -> str:
    done = subprocess.run(
        ["git", *argv], cwd=cwd, env=env, capture_output=True, text=True, check=False, timeout=60
    )
    return done.stdout.strip()


def _objects(root: Path) -> set[str]:
    return {str(path) for path in (root / ".git" / "objects").rglob("*") if path.is_file()}


ROWS_HERE = (Row("radar", "who would clash with whom", radar),)
