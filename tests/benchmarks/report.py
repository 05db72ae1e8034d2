"""The table for people and the document for programs. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from tests.benchmarks.figures import Budget, Measure, Verdict

HEADINGS = ("row", "what", "budget", "median (p95)", "compared in the same run", "verdict")


def table(measures: Sequence[Measure]) -> str:
    """Every measure on a line of its own, columns aligned; notes below their line."""
    rows = [HEADINGS, *(_cells(measure) for measure in measures)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEADINGS))]
    lines = [_line(rows[0], widths), _line(["-" * width for width in widths], widths)]
    for measure, cells in zip(measures, rows[1:], strict=True):
        lines.append(_line(cells, widths))
        lines += [f"{'':{widths[0]}}    {part}" for part in (measure.note, measure.failure) if part]
    return "\n".join(lines)


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    return "  ".join(f"{cell:<{width}}" for cell, width in zip(cells, widths, strict=True)).rstrip()


def _cells(measure: Measure) -> tuple[str, ...]:
    return (
        measure.row,
        measure.what,
        budget_text(measure.budget, measure.unit),
        measured_text(measure),
        compared_text(measure),
        measure.verdict.value,
    )


def budget_text(budget: Budget, unit: str) -> str:
    parts = []
    if budget.median is not None:
        tail = f" ({number(budget.p95)})" if budget.p95 is not None else ""
        parts.append(f"≤ {number(budget.median)}{tail} {unit}")
    if budget.ratio is not None:
        parts.append(f"≤ {number(budget.ratio)} ×")
    return ", ".join(parts) or "-"


def measured_text(measure: Measure) -> str:
    if measure.median is None:
        return "-"
    tail = ""
    if len(measure.samples) > 1 and measure.p95 is not None:
        tail = f" ({number(measure.p95)})"
    return f"{number(measure.median)}{tail} {measure.unit}"


def compared_text(measure: Measure) -> str:
    if measure.ratio is None:
        return measure.beside
    return f"{number(measure.ratio)} × {measure.beside}".rstrip()


def number(value: float | None) -> str:
    """Two or three significant digits, no exponent."""
    if value is None:
        return "-"
    size = abs(value)
    if size >= 100 or value == int(value):
        return f"{value:.0f}"
    return f"{value:.1f}" if size >= 10 else f"{value:.2f}"


def document(
    measures: Sequence[Measure], hints: Mapping[str, Sequence[str]], facts: Mapping[str, Any]
) -> dict[str, Any]:
    """The same as one JSON object."""
    return {
        **facts,
        "measures": [_object(measure) for measure in measures],
        "missed": sorted({m.row for m in measures if m.verdict is Verdict.MISSED}),
        "hints": {row: list(lines) for row, lines in hints.items()},
    }


def _object(measure: Measure) -> dict[str, Any]:
    return {
        "row": measure.row,
        "what": measure.what,
        "unit": measure.unit,
        "budget": {
            "median": measure.budget.median,
            "p95": measure.budget.p95,
            "ratio": measure.budget.ratio,
        },
        "median": measure.median,
        "p95": measure.p95,
        "samples": list(measure.samples),
        "compared_with": measure.beside,
        "compared": list(measure.compared),
        "ratio": measure.ratio,
        "verdict": measure.verdict.value,
        "note": measure.note,
        "failure": measure.failure,
    }
