"""Work that lanes bring: a commit that shows up, and a landing."""

from __future__ import annotations

import time
from pathlib import Path

from cockpit.domain.intents import Land
from tests.benchmarks import profiles
from tests.benchmarks.figures import Budget, Measure
from tests.benchmarks.fleet import Fleet, lane_name
from tests.benchmarks.ground import git, timed
from tests.benchmarks.rows.bench import Bench, Row


def commit(bench: Bench, lanes: int) -> list[Measure]:
    app = bench.app(lanes)
    worktree = app.fleet.worktree(app.shown[1])
    known = int(git(worktree, "rev-list", "--count", "main..HEAD"))
    times = []
    for number in range(known + 1, known + 1 + bench.samples(10, 4)):
        (worktree / "src000" / "file00.txt").write_text(f"change {number}\n")
        git(worktree, "add", "-A")
        app.terminal.rest(0.8)
        app.terminal.forget()
        git(worktree, "commit", "-q", "-m", f"change {number}")
        returned = time.perf_counter()
        times.append((app.terminal.wait_for(f"↑{number}".encode()) - returned) * 1000)
    return [
        Measure(
            "commit",
            "a commit in a lane, after git returned → on the board",
            "ms",
            tuple(times),
            Budget(median=80.0),
        )
    ]


def landing(bench: Bench, _lanes: int) -> list[Measure]:
    fleet = Fleet(bench.ground, "land", files=1_000)
    count = bench.samples(6, 3)
    fleet.grow(count)
    cockpit = fleet.open()
    mine, looks = [], []
    try:
        for number in range(1, count + 1):
            _change(fleet.worktree(lane_name(number)), number)
            start = time.perf_counter()
            shown = cockpit.preview_landing(lane_name(number))
            looks.append((time.perf_counter() - start) * 1000)
            wish = Land(lane_name(number), source=shown.source, target_old=shown.target_old)
            start = time.perf_counter()
            cockpit.carry_out(wish, lambda _: None, by="cli")
            mine.append((time.perf_counter() - start) * 1000)
    finally:
        cockpit.close()
    plain = [_plain_merge(fleet, number) for number in range(count)]
    beside = "`git merge --no-ff`"
    return [
        Measure(
            "landing",
            "preview of a landing, 1,000 files",
            "ms",
            tuple(looks),
            beside=beside,
            compared=tuple(plain),
        ),
        Measure(
            "landing",
            "landing (previewed again, approved, moved; no gate)",
            "ms",
            tuple(mine),
            beside=beside,
            compared=tuple(plain),
        ),
    ]


def _change(worktree: Path, number: int) -> None:
    for place in range(7):
        (worktree / f"src{number:03d}" / f"file{place:02d}.txt").write_text(f"change {number}\n")
    git(worktree, "commit", "-q", "-am", f"change {number}")


def _plain_merge(fleet: Fleet, number: int) -> float:
    git(fleet.root, "switch", "-q", "-c", f"plain{number}")
    (fleet.root / "src000" / f"file{number:02d}.txt").write_text("plain change\n")
    git(fleet.root, "commit", "-q", "-am", "plain change")
    git(fleet.root, "switch", "-q", "main")
    return timed(["git", "merge", "-q", "--no-ff", "--no-edit", f"plain{number}"], cwd=fleet.root)


ROWS_HERE = (
    Row("commit", "a commit shows up", commit, (15,), hint=profiles.looks),
    Row("landing", "landing against git merge", landing),
)
