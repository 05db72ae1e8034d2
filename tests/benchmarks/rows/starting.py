"""Starting: the first usable frame, and commands that a script or a prompt runs."""

from __future__ import annotations

import sys

from tests.benchmarks import plain, profiles
from tests.benchmarks.app import COLUMNS, ROWS, clear_screens, quit_app, wait_until_live
from tests.benchmarks.figures import Budget, Measure
from tests.benchmarks.fleet import Fleet
from tests.benchmarks.ground import cockpit_argv, timed, tmux
from tests.benchmarks.rows.bench import Bench, Row
from tests.benchmarks.terminal import Terminal

FRAME = b"l01"
"""On the board before anything is known of the lanes' panes."""


def version(bench: Bench, _lanes: int) -> list[Measure]:
    cockpit_version, python = cockpit_argv("--version"), [sys.executable, "-c", "pass"]
    timed(cockpit_version)
    mine, plain_python = [], []
    for _ in range(bench.samples(15, 5)):
        mine.append(timed(cockpit_version))
        plain_python.append(timed(python))
    return [
        Measure(
            "version",
            "`cockpit --version`",
            "ms",
            tuple(mine),
            Budget(ratio=3.0),
            "`python -c pass`",
            tuple(plain_python),
        )
    ]


def status(bench: Bench, lanes: int) -> list[Measure]:
    fleet = bench.fleet(lanes)
    argv = cockpit_argv("-C", str(fleet.root), "status", "--json")
    git = ["git", "status", "--porcelain=v2", "--branch"]
    folders = sorted((fleet.root.parent / "lanes").iterdir())[:lanes]
    timed(argv)
    mine, loop = [], []
    for _ in range(bench.samples(7, 3)):
        mine.append(timed(argv))
        loop.append(sum(timed(git, cwd=folder) for folder in folders))
    return [
        Measure(
            "status",
            f"`cockpit status --json`, {lanes} lanes of 1,000 files",
            "ms",
            tuple(mine),
            Budget(median=400.0),
            "a loop of `git status`",
            tuple(loop),
        )
    ]


def first_frame(bench: Bench, lanes: int) -> list[Measure]:
    fleet = bench.fleet(lanes)
    clear_screens(fleet)
    bare, hosted, label, skeleton = [], [], [], []
    plain.one_label(bench.ground, COLUMNS, ROWS)
    for _ in range(bench.samples(7, 3)):
        label.append(plain.one_label(bench.ground, COLUMNS, ROWS))
        first, usable = _bare_start(fleet)
        skeleton.append(first)
        bare.append(usable)
    for _ in range(bench.samples(4, 2)):
        hosted.append(_hosted_start(fleet))
    beside = "a one-label Textual app"
    what = f"first usable frame, {lanes} live lanes"
    return [
        Measure(
            "first-frame",
            f"{what}, bare",
            "ms",
            tuple(bare),
            Budget(ratio=1.4),
            beside,
            tuple(label),
        ),
        Measure(
            "first-frame",
            "... the board without panes",
            "ms",
            tuple(skeleton),
            beside=beside,
            compared=tuple(label),
        ),
        Measure(
            "first-frame",
            f"{what}, hosted (tmux, two Pythons)",
            "ms",
            tuple(hosted),
            beside=beside,
            compared=tuple(label),
        ),
    ]


def _bare_start(fleet: Fleet) -> tuple[float, float]:
    """ms to the board's first paint, and to every lane's pane painted."""
    argv = cockpit_argv("-C", str(fleet.root), "up", "--bare")
    env = fleet.ground.env
    with Terminal(argv, cwd=fleet.root, env=env, columns=COLUMNS, rows=ROWS) as terminal:
        first = terminal.wait_for(FRAME, seconds=20)
        usable = wait_until_live(fleet, terminal)
        quit_app(terminal, terminal.process.pid)
    return (first - terminal.started) * 1000, (usable - terminal.started) * 1000


def _hosted_start(fleet: Fleet) -> float:
    argv = cockpit_argv("-C", str(fleet.root), "up")
    env = fleet.ground.env
    with Terminal(argv, cwd=fleet.root, env=env, columns=COLUMNS, rows=ROWS) as terminal:
        usable = wait_until_live(fleet, terminal)
        pid = int(tmux(fleet.socket, "display-message", "-p", "-t", "=cockpit:", "#{pane_pid}"))
        quit_app(terminal, pid)
    return (usable - terminal.started) * 1000


ROWS_HERE = (
    Row("version", "`cockpit --version`", version, hint=profiles.imports_of_version),
    Row("status", "`cockpit status --json`", status, (15,), hint=profiles.status),
    Row("first-frame", "start of the app", first_frame, (15,), hint=profiles.first_frame),
)
