"""Stepping into a lane and back, hosted and bare."""

from __future__ import annotations

from tests.benchmarks import profiles
from tests.benchmarks.app import COLUMNS, INSIDE, ROWS, App, bare_app, clear_screens, settle
from tests.benchmarks.figures import Budget, Measure
from tests.benchmarks.fleet import Fleet, lane_name
from tests.benchmarks.rows.bench import Bench, Row
from tests.benchmarks.terminal import Terminal

BOARD = b"help"
"""The last hint of the board's last line."""
BACK = b"\x11"


def hosted(bench: Bench, lanes: int) -> list[Measure]:
    app = bench.app(lanes)
    into, back = _steps(app, bench.samples(15, 6))
    settle(app)
    return [
        Measure("step", "into a lane, hosted", "ms", into, Budget(median=10.0)),
        Measure("step", "back to the board, hosted", "ms", back, Budget(median=5.0)),
    ]


def bare(bench: Bench, lanes: int) -> list[Measure]:
    fleet = bench.fleet(lanes)
    clear_screens(fleet)
    with bare_app(fleet) as app:
        settle(app)
        into, back = _steps(app, bench.samples(10, 5))
    attached = tuple(_plain_attach(fleet) for _ in range(bench.samples(5, 3)))
    beside = "a plain `tmux attach`"
    return [
        Measure(
            "step-bare", "into a lane, bare", "ms", into, Budget(median=20.0), beside, attached
        ),
        Measure("step-bare", "back to the board, bare", "ms", back, Budget(median=25.0)),
    ]


def _steps(app: App, count: int) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """ms from the key until the other picture's last line was painted, in and back."""
    terminal, into, back = app.terminal, [], []
    terminal.write(b"1")
    for _ in range(count):
        terminal.rest(0.5)
        terminal.forget()
        start = terminal.write(b"\r")
        into.append((terminal.wait_for(INSIDE) - start) * 1000)
        terminal.rest(0.4)
        terminal.forget()
        start = terminal.write(BACK)
        back.append((terminal.wait_for(BOARD) - start) * 1000)
    return tuple(into), tuple(back)


def _plain_attach(fleet: Fleet) -> float:
    """ms for `tmux attach` on a fresh terminal, from its start to its picture."""
    argv = ["tmux", "-S", str(fleet.socket), "attach", "-t", f"=lane-{lane_name(1)}:"]
    env = fleet.ground.env
    with Terminal(argv, cwd=fleet.root, env=env, columns=COLUMNS, rows=ROWS) as terminal:
        return (terminal.wait_for(INSIDE) - terminal.started) * 1000


ROWS_HERE = (
    Row("step", "stepping in and back, hosted", hosted, (15,), hint=profiles.stepping),
    Row("step-bare", "stepping in and back, bare", bare, (15,), hint=profiles.stepping),
)
