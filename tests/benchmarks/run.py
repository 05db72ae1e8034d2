"""Runs rows: fleets grow from row to row, so all rows of one size come before the next."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

from cockpit.errors import CockpitError
from tests.benchmarks.figures import Measure, Verdict
from tests.benchmarks.ground import Ground
from tests.benchmarks.rows.bench import Bench, Row
from tests.benchmarks.terminal import NotPainted

Say = Callable[[str], None]
Tell = Callable[[list[Measure], dict[str, list[str]]], None]

PATIENCE = 1_800.0
"""Seconds after which no profile is begun."""

MEASURING_FAILED = (
    NotPainted,
    CockpitError,
    RuntimeError,
    TimeoutError,
    OSError,
    AssertionError,
)
"""What a row may meet when the product doesn't do what it measures; the others go on."""


def run(rows: Sequence[Row], *, quick: bool, explain: bool, say: Say, tell: Tell) -> list[Measure]:
    """All measures in the rows' order. They are told together with what takes the time of each
    row whose budget was missed, before hundreds of thousands of files are deleted."""
    found: dict[str, list[Measure]] = {row.name: [] for row in rows}
    hints: dict[str, list[str]] = {}
    start = time.perf_counter()
    with Ground() as ground:
        bench = Bench(ground, quick)
        try:
            for lanes in sorted({size for row in rows for size in row.sizes(quick)}):
                for row in rows:
                    if lanes in row.sizes(quick):
                        found[row.name] += _measured(bench, row, lanes, say)
            if explain and time.perf_counter() - start > PATIENCE:
                say("no profiles of missed budgets, it took long already: ask for them by --row")
            elif explain:
                hints = _hints(bench, [row for row in rows if _is_missed(found[row.name])], say)
        except KeyboardInterrupt:
            say("interrupted; this was measured until now")
        finally:
            bench.stop_app()
        measures = [measure for row in rows for measure in found[row.name]]
        tell(measures, hints)
        say("removing what was made")
    return measures


def _measured(bench: Bench, row: Row, lanes: int, say: Say) -> list[Measure]:
    start = time.perf_counter()
    where = f", {lanes} lanes" if lanes else ""
    try:
        measures = row.measure(bench, lanes)
    except MEASURING_FAILED as error:
        bench.stop_app()
        what = f"{row.title}{where}"
        measures = [Measure(row.name, what, "", (), failure=f"{type(error).__name__}: {error}")]
    say(f"{row.name}{where}: {time.perf_counter() - start:.1f} s")
    return measures


def _is_missed(measures: Sequence[Measure]) -> bool:
    return any(measure.verdict is Verdict.MISSED for measure in measures)


def _hints(bench: Bench, missed: Sequence[Row], say: Say) -> dict[str, list[str]]:
    """Where the time of these rows goes; rows with the same profile share one."""
    hints: dict[str, list[str]] = {}
    for hint in dict.fromkeys(row.hint for row in missed if row.hint is not None):
        sharing = [row for row in missed if row.hint is hint]
        names = ", ".join(row.name for row in sharing)
        say(f"{names}: a budget was missed, looking why")
        hints[names] = _explained(bench, sharing[0])
    return hints


def _explained(bench: Bench, row: Row) -> list[str]:
    assert row.hint is not None
    try:
        return row.hint(bench)
    except MEASURING_FAILED as error:
        return [f"no profile: {type(error).__name__}: {error}"]
