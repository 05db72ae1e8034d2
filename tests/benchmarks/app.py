"""The real app on a terminal of ours: hosted in its tmux server, as by default, or bare."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from cockpit.domain.ids import LaneId
from tests.benchmarks import processes
from tests.benchmarks.fleet import Fleet, lane_name
from tests.benchmarks.ground import cockpit_argv, tmux
from tests.benchmarks.terminal import NotPainted, Terminal

COLUMNS, ROWS = 200, 50
SHOWN = 15
"""Lanes that a board of that size shows without scrolling, at least."""

INSIDE = b"back to the board"
"""Ends the line that a lane's session shows at its bottom; painted last."""


@dataclass(frozen=True, slots=True)
class App:
    """A running cockpit: the terminal in front of it, and who it consists of."""

    fleet: Fleet
    terminal: Terminal
    pid: int
    """The app's own process."""
    server: int
    """The tmux server's."""
    hosted: bool
    ttys: dict[LaneId, Path]

    @property
    def shown(self) -> list[LaneId]:
        return [lane_name(number) for number in range(1, min(self.fleet.count, SHOWN) + 1)]

    def family(self) -> list[int]:
        """The app with its control client, without the terminal's tmux client."""
        return processes.family(self.pid)

    def print_in(self, lane: LaneId, data: bytes) -> float:
        """Let the lane's program print; returns the time just before."""
        with self.ttys[lane].open("wb", buffering=0) as tty:
            now = time.perf_counter()
            tty.write(data)
        return now


@contextmanager
def hosted_app(fleet: Fleet) -> Iterator[App]:
    """`cockpit up` as the commander has it: a tmux client on the terminal, the app behind it."""
    argv = cockpit_argv("-C", str(fleet.root), "up")
    with Terminal(
        argv, cwd=fleet.root, env=fleet.ground.env, columns=COLUMNS, rows=ROWS
    ) as terminal:
        wait_until_live(fleet, terminal)
        pid = int(tmux(fleet.socket, "display-message", "-p", "-t", "=cockpit:", "#{pane_pid}"))
        try:
            yield App(fleet, terminal, pid, fleet.server_pid(), True, fleet.ttys())
        finally:
            quit_app(terminal, pid)


@contextmanager
def bare_app(fleet: Fleet) -> Iterator[App]:
    """`cockpit up --bare`: the app itself on the terminal."""
    argv = cockpit_argv("-C", str(fleet.root), "up", "--bare")
    with Terminal(
        argv, cwd=fleet.root, env=fleet.ground.env, columns=COLUMNS, rows=ROWS
    ) as terminal:
        wait_until_live(fleet, terminal)
        pid = terminal.process.pid
        try:
            yield App(fleet, terminal, pid, fleet.server_pid(), False, fleet.ttys())
        finally:
            quit_app(terminal, pid)


def quit_app(terminal: Terminal, pid: int) -> None:
    """Leave by `q` and Enter; by its pid when it does not go."""
    terminal.forget()
    terminal.write(b"q")
    terminal.rest(0.3)
    terminal.write(b"\r")
    deadline = time.perf_counter() + 3.0
    while processes.is_alive(pid) and time.perf_counter() < deadline:
        terminal.rest(0.05)
    processes.end(pid)


def live_words(fleet: Fleet) -> list[bytes]:
    """What every shown lane's program has on its screen, whatever else was printed since."""
    return [b"READY-" + lane_name(n).encode() for n in range(1, min(fleet.count, SHOWN) + 1)]


def wait_until_live(fleet: Fleet, terminal: Terminal, *, seconds: float = 20.0) -> float:
    """The time at which every shown panel had painted its pane's content."""
    return terminal.wait_for(*live_words(fleet), seconds=seconds)


def clear_screens(fleet: Fleet) -> None:
    """Every lane's screen as its program painted it first."""
    for lane, tty in fleet.ttys().items():
        with tty.open("wb", buffering=0) as screen:
            screen.write(b"\x1b[2J\x1b[HREADY-" + lane.encode())


def settle(app: App, *, seconds: float = 15.0) -> None:
    """Let the start's work end: hardly any CPU for a second, and nothing forked any more."""
    deadline = time.perf_counter() + seconds
    while time.perf_counter() < deadline:
        family = app.family()
        spending, forked = processes.Spending.of(family), processes.page_faults_of_children(app.pid)
        app.terminal.rest(1.0)
        at_rest = app.family() == family and spending.percent() < 3.0
        if at_rest and processes.page_faults_of_children(app.pid) == forked:
            return
    raise NotPainted("the app does not come to rest")
