"""Figures and verdicts: what was measured, what was promised, and whether it holds. Pure."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum


class Verdict(StrEnum):
    OK = "ok"
    TAIL = "tail"
    """The median is within its budget, the 95th percentile is not."""
    MISSED = "MISSED"
    NONE = "-"
    """No budget: the figure is there to be compared."""
    FAILED = "FAILED"
    """It could not be measured, or what it did was wrong."""


@dataclass(frozen=True, slots=True)
class Budget:
    """What may not be exceeded. `median` and `p95` in the measure's unit; `ratio` is of the
    medians, to the comparison of the same run."""

    median: float | None = None
    p95: float | None = None
    ratio: float | None = None


NO_BUDGET = Budget()


@dataclass(frozen=True, slots=True)
class Measure:
    """One line of the table. Times are in ms, CPU in % of one core, memory in MB."""

    row: str
    what: str
    unit: str
    samples: tuple[float, ...]
    budget: Budget = NO_BUDGET
    beside: str = ""
    """What it is compared with."""
    compared: tuple[float, ...] = ()
    note: str = ""
    failure: str = ""

    @property
    def median(self) -> float | None:
        return median(self.samples)

    @property
    def p95(self) -> float | None:
        return p95(self.samples)

    @property
    def ratio(self) -> float | None:
        """Times the comparison, by medians; None without one."""
        mine, other = median(self.samples), median(self.compared)
        return mine / other if mine is not None and other else None

    @property
    def verdict(self) -> Verdict:
        if self.failure or not self.samples:
            return Verdict.FAILED
        budget, mine = self.budget, self.median
        assert mine is not None
        if budget == NO_BUDGET:
            return Verdict.NONE
        if budget.ratio is not None and (self.ratio is None or self.ratio > budget.ratio):
            return Verdict.MISSED
        if budget.median is not None and mine > budget.median:
            return Verdict.MISSED
        if budget.p95 is not None and (self.p95 or 0.0) > budget.p95:
            return Verdict.TAIL
        return Verdict.OK


def median(samples: Sequence[float]) -> float | None:
    return statistics.median(samples) if samples else None


def p95(samples: Sequence[float]) -> float | None:
    """The nearest rank: of fewer than 20 samples the largest."""
    if not samples:
        return None
    ranked = sorted(samples)
    return ranked[min(len(ranked) - 1, -(-len(ranked) * 95 // 100) - 1)]
