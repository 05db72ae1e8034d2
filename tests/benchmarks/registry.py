"""Every row, in the order in which they are measured: what needs no app, the app with ever
more lanes, then what starts it anew, then what takes repositories of its own."""

from __future__ import annotations

from tests.benchmarks.rows import (
    large,
    live,
    memory,
    plan,
    prompt,
    radar,
    starting,
    stepping,
    tasks,
    train,
    work,
)
from tests.benchmarks.rows.bench import Row

KNOWN = {
    row.name: row
    for module in (starting, live, stepping, memory, work, prompt, radar, train, tasks, plan, large)
    for row in module.ROWS_HERE
}

_ORDER = (
    *("version", "idle", "paint", "flood", "busy", "echo", "commit", "step", "memory"),
    *("polling", "step-bare", "status", "first-frame"),
    *("prompt", "landing", "radar", "train", "tasks", "plan", "large"),
)

ROWS: tuple[Row, ...] = tuple(KNOWN[name] for name in _ORDER)
BY_NAME = {row.name: row for row in ROWS}
