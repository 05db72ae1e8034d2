"""Every row, in the order in which they are measured: what needs no app, the app with ever
more lanes, then what takes repositories of its own."""

from __future__ import annotations

from tests.benchmarks.rows import live, memory, starting, stepping, work
from tests.benchmarks.rows.bench import Row

ROWS: tuple[Row, ...] = (
    *starting.ROWS_HERE[:1],
    *(row for row in live.ROWS_HERE if row.name != "polling"),
    *work.ROWS_HERE[:1],
    *stepping.ROWS_HERE[:1],
    *memory.ROWS_HERE,
    *(row for row in live.ROWS_HERE if row.name == "polling"),
    *stepping.ROWS_HERE[1:],
    *starting.ROWS_HERE[1:],
    *work.ROWS_HERE[1:],
)

BY_NAME = {row.name: row for row in ROWS}
