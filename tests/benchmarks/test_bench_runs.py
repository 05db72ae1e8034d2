"""The benchmark itself: verdicts, the table, and that its cheapest row really measures.

Nothing here fails by time.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.benchmarks import report
from tests.benchmarks.figures import NO_BUDGET, Budget, Measure, Verdict, p95
from tests.benchmarks.registry import KNOWN, ROWS

ROOT = Path(__file__).resolve().parents[2]


def measure(
    *samples: float,
    budget: Budget = NO_BUDGET,
    compared: tuple[float, ...] = (),
    failure: str = "",
) -> Measure:
    return Measure("row", "what", "ms", samples, budget, "plain", compared, failure=failure)


@pytest.mark.parametrize(
    ("seen", "verdict"),
    [
        (measure(1.0), Verdict.NONE),
        (measure(8.0, budget=Budget(median=8.0)), Verdict.OK),
        (measure(8.1, budget=Budget(median=8.0)), Verdict.MISSED),
        (measure(1.0, 1.0, 30.0, budget=Budget(median=8.0, p95=25.0)), Verdict.TAIL),
        (measure(1.0, 9.0, 30.0, budget=Budget(median=8.0, p95=25.0)), Verdict.MISSED),
        (measure(14.0, budget=Budget(ratio=1.4), compared=(10.0,)), Verdict.OK),
        (measure(14.1, budget=Budget(ratio=1.4), compared=(10.0,)), Verdict.MISSED),
        (measure(14.0, budget=Budget(ratio=1.4)), Verdict.MISSED),
        (measure(0.0, budget=Budget(median=0.0)), Verdict.OK),
        (measure(budget=Budget(median=8.0)), Verdict.FAILED),
        (measure(1.0, budget=Budget(median=8.0), failure="wrong bytes"), Verdict.FAILED),
    ],
)
def test_verdicts(seen: Measure, verdict: Verdict) -> None:
    assert seen.verdict is verdict


def test_the_95th_percentile_is_the_nearest_rank() -> None:
    assert p95([]) is None
    assert p95([3.0, 1.0, 2.0]) == 3.0
    assert p95([float(number) for number in range(1, 101)]) == 95.0


def test_the_table_says_everything_on_one_line() -> None:
    seen = measure(9.0, 12.0, 10.0, budget=Budget(median=8.0, p95=25.0), compared=(5.0,))
    line = report.table([seen]).splitlines()[-1].split("  ")
    assert [cell.strip() for cell in line if cell.strip()] == [
        "row",
        "what",
        "≤ 8 (25) ms",
        "10 (12) ms",
        "2 × plain",
        "MISSED",
    ]


def test_every_row_is_measured_once() -> None:
    assert sorted(row.name for row in ROWS) == sorted(KNOWN)


def test_the_cheapest_row_runs_and_reports() -> None:
    argv = [sys.executable, "-m", "tests.benchmarks", "--quick", "--row", "version"]
    done = subprocess.run(
        [*argv, "--json", "--no-profile"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)
    (seen,) = said["measures"]
    assert seen["row"] == "version"
    assert seen["median"] > 0 and len(seen["samples"]) == len(seen["compared"]) >= 3
    assert seen["ratio"] == pytest.approx(seen["median"] / _median(seen["compared"]))
    assert seen["verdict"] in ("ok", "MISSED")


def _median(samples: list[float]) -> float:
    ranked = sorted(samples)
    return ranked[len(ranked) // 2]


def test_an_unknown_row_is_refused_with_the_names() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.benchmarks", "--row", "nothing"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 2
    assert "version" in done.stderr
