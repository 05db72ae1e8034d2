"""The live board: what it costs at rest, and how soon it shows what agents print."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from cockpit.domain.ids import LaneId
from tests.benchmarks import plain, processes, profiles
from tests.benchmarks.app import App, settle
from tests.benchmarks.figures import Budget, Measure
from tests.benchmarks.processes import Spending
from tests.benchmarks.rows.bench import Bench, Row

SIZES = (1, 7, 15, 50)
QUICK = (1, 15)
GAP = 0.13
"""Seconds between two samples: longer than the slowest capture interval."""

WRITER = """
import sys, time
ttys = [open(path, "wb", buffering=0) for path in sys.argv[2:]]
pause, number = 1.0 / float(sys.argv[1]), 0
while True:
    start = time.perf_counter()
    for tty in ttys:
        tty.write(b"\\r\\nline %06d of an agent that writes as agents write" % number)
        time.sleep(max(0.0, pause / len(ttys) - 0.0002))
    number += 1
    time.sleep(max(0.0, pause - (time.perf_counter() - start)))
"""


def idle(bench: Bench, lanes: int) -> list[Measure]:
    app = bench.app(lanes)
    settle(app)
    watched = [*app.family(), app.server]
    kept = {pid: processes.page_faults_of_children(pid) for pid in watched}
    shares, own = [], []
    spending = Spending.of(watched)
    for _ in range(bench.samples(3, 2)):
        part = Spending.of(watched)
        app.terminal.rest(1.5)
        shares.append(part.percent())
    own.append(spending.percent([app.pid]))
    fresh = {*app.family(), app.server} - set(watched)
    started = [pid for pid in watched if processes.page_faults_of_children(pid) != kept[pid]]
    return [
        Measure(
            "idle",
            f"CPU of app and tmux, {lanes} silent lanes",
            "%",
            tuple(shares),
            Budget(median=0.6),
            note=f"the app's own process {own[0]:.2f} %",
        ),
        Measure(
            "idle",
            f"... processes forked meanwhile, {lanes} lanes",
            "started",
            (float(len(fresh) + len(started)),),
            Budget(median=0.0),
        ),
    ]


def paint(bench: Bench, lanes: int) -> list[Measure]:
    app = bench.app(lanes)
    mine, raw = _paint_samples(bench, app, app.shown)
    return [
        Measure(
            "paint",
            f"pane write → painted, {lanes} lanes",
            "ms",
            tuple(mine),
            Budget(median=8.0, p95=25.0),
            "an attached tmux client",
            tuple(raw),
        )
    ]


def _paint_samples(
    bench: Bench, app: App, lanes: list[LaneId], server: Path | None = None
) -> tuple[list[float], list[float]]:
    """ms on the board, and on a raw client (of `server`, or of an idle one), in turns."""
    dice = random.Random(7)
    mine, raw = [], []
    with plain.raw_client(bench.ground, server) as client:
        for number in range(bench.samples(40, 15)):
            word = f"<w{number:03d}-{app.fleet.count}>".encode()
            app.terminal.rest(GAP + dice.random() * 0.05)
            app.terminal.forget()
            start = app.print_in(dice.choice(lanes), b"\r\n" + word)
            mine.append((app.terminal.wait_for(word) - start) * 1000)
            raw.append(plain.raw_paint(client, word))
    return mine, raw


def polling(bench: Bench, lanes: int) -> list[Measure]:
    """The usual way to do it, without a budget: what the rows above are for."""
    fleet = bench.fleet(lanes)
    rounds = bench.samples(12, 6)
    latencies, cpu = plain.polling_loop(
        fleet.socket, fleet.ttys(), fleet.server_pid(), rounds=rounds
    )
    what = f"a capture-pane loop each 250 ms instead, {lanes} lanes"
    return [
        Measure("polling", f"{what}: write → captured", "ms", tuple(latencies)),
        Measure("polling", "... CPU of loop and tmux", "%", (cpu,)),
    ]


def flood(bench: Bench, lanes: int) -> list[Measure]:
    app = bench.app(lanes)
    noisy = app.shown[-1]
    with _flooding(app, noisy):
        app.terminal.rest(1.0)
        spending = Spending.of([*app.family(), app.server])
        mine, raw = _paint_samples(bench, app, app.shown[:-1], server=app.fleet.socket)
        own, server = spending.percent(app.family()), spending.percent([app.server])
    settle(app)
    return [
        Measure(
            "flood",
            f"pane write → painted beside `yes`, {lanes} lanes",
            "ms",
            tuple(mine),
            Budget(median=12.0, p95=30.0),
            "a client of the same tmux",
            tuple(raw),
        ),
        Measure(
            "flood",
            f"... CPU of the app, {lanes} lanes",
            "%",
            (own,),
            Budget(median=15.0),
            note=f"tmux server {server:.0f} %",
        ),
    ]


@contextmanager
def _flooding(app: App, lane: LaneId) -> Iterator[None]:
    with app.ttys[lane].open("wb", buffering=0) as tty:
        process = subprocess.Popen(["yes"], stdout=tty, stderr=subprocess.DEVNULL)
    try:
        yield
    finally:
        process.kill()
        process.wait()
        app.print_in(lane, b"\x1b[2J\x1b[HREADY-" + lane.encode())


def busy(bench: Bench, lanes: int) -> list[Measure]:
    app = bench.app(lanes)
    argv = [sys.executable, "-c", WRITER, "20", *(str(app.ttys[lane]) for lane in app.shown)]
    process = subprocess.Popen(argv)
    try:
        app.terminal.rest(1.5)
        shares, servers = [], []
        for _ in range(bench.samples(4, 2)):
            spending = Spending.of([*app.family(), app.server])
            app.terminal.rest(1.5)
            shares.append(spending.percent(app.family()))
            servers.append(spending.percent([app.server]))
    finally:
        process.kill()
        process.wait()
    settle(app)
    return [
        Measure(
            "busy",
            f"CPU of the app, {lanes} lanes × 20 lines/s",
            "%",
            tuple(shares),
            Budget(median=30.0),
            note=f"tmux server {sum(servers) / len(servers):.0f} %",
        )
    ]


def echo(bench: Bench, lanes: int) -> list[Measure]:
    app = bench.app(lanes)
    app.terminal.forget()
    app.terminal.write(b"1")
    app.terminal.rest(0.3)
    app.print_in(app.shown[0], b"\x1b[2J\x1b[H")
    app.terminal.write(b"i")
    app.terminal.wait_for(b"typing")
    mine = _echo_samples(app, bench.samples(40, 15))
    app.terminal.write(b"\x11")
    app.terminal.rest(0.3)
    with plain.raw_client(bench.ground) as client:
        raw = []
        for number in range(bench.samples(40, 15)):
            time.sleep(0.02)
            raw.append(plain.raw_echo(client, b"%03d" % number))
    app.print_in(app.shown[0], b"\x1b[2J\x1b[HREADY-" + app.shown[0].encode())
    return [
        Measure(
            "echo",
            f"key → agent's echo painted, not attached, {lanes} lanes",
            "ms",
            tuple(mine),
            Budget(median=10.0, p95=25.0),
            "an attached tmux client",
            tuple(raw),
        )
    ]


def _echo_samples(app: App, count: int) -> list[float]:
    """One key each, found by the four characters that then end the line."""
    dice = random.Random(3)
    typed, found = "", []
    for _ in range(count + 4):
        key = dice.choice([c for c in "abcdefghkmnpqrstuvwxyz" if not typed.endswith(c)])
        typed += key
        app.terminal.rest(0.05 + dice.random() * 0.05)
        app.terminal.forget()
        start = app.terminal.write(key.encode())
        if len(typed) > 4:
            found.append((app.terminal.wait_for(typed[-4:].encode()) - start) * 1000)
    return found


ROWS_HERE = (
    Row("idle", "CPU and forks at rest", idle, SIZES, QUICK, profiles.idle),
    Row("paint", "pane write → painted", paint, SIZES, QUICK, profiles.busy),
    Row("flood", "the same beside a flooding lane", flood, SIZES[1:], (15,), profiles.busy),
    Row("busy", "15 lanes × 20 lines/s", busy, (15,), hint=profiles.busy),
    Row("echo", "key → echo", echo, (15,), hint=profiles.busy),
    Row("polling", "a capture-pane loop", polling, SIZES, (15,)),
)
