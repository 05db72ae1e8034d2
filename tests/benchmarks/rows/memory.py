"""What the running app holds: memory, processes, descriptors."""

from __future__ import annotations

from tests.benchmarks import processes
from tests.benchmarks.figures import Budget, Measure
from tests.benchmarks.rows.bench import Bench, Row

DESCRIPTORS = 20
"""Of the app's own process, and one more a lane."""


def memory(bench: Bench, lanes: int) -> list[Measure]:
    app = bench.app(lanes)
    family = app.family()
    size = sum(processes.proportional_megabytes(pid) for pid in family)
    client = processes.proportional_megabytes(app.terminal.process.pid)
    server = processes.proportional_megabytes(app.server)
    open_now = float(processes.descriptors(app.pid))
    return [
        Measure(
            "memory",
            f"PSS of the app, {lanes} lanes",
            "MB",
            (size,),
            Budget(median=70.0 if lanes > 15 else 60.0),
            note=f"tmux server {server:.0f} MB, the terminal's client {client:.0f} MB",
        ),
        Measure(
            "memory",
            f"... its processes, {lanes} lanes",
            "running",
            (float(len(family)),),
            Budget(median=2.0),
        ),
        Measure(
            "memory",
            f"... its file descriptors, {lanes} lanes",
            "open",
            (open_now,),
            Budget(median=float(DESCRIPTORS + lanes)),
        ),
    ]


ROWS_HERE = (Row("memory", "memory, processes, descriptors", memory, (15, 50), (15,)),)
