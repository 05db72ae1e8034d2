"""What the product is compared with: the plain tools doing the nearest thing to it."""

from __future__ import annotations

import resource
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from cockpit.domain.ids import LaneId
from tests.benchmarks.ground import Ground, tmux
from tests.benchmarks.processes import Spending
from tests.benchmarks.terminal import Terminal

ONE_LABEL = """
from textual.app import App
from textual.widgets import Label
class OneLabel(App):
    def compose(self):
        yield Label("ONE-LABEL")
OneLabel().run()
"""

LOOP_EVERY = 0.25
"""Seconds between two rounds of the polling loop that tools of this kind use."""


def one_label(ground: Ground, columns: int, rows: int) -> float:
    """ms from the start of Python until a one-label Textual app has painted its label."""
    argv = [sys.executable, "-c", ONE_LABEL]
    with Terminal(argv, cwd=ground.home, env=ground.env, columns=columns, rows=rows) as terminal:
        return (terminal.wait_for(b"ONE-LABEL") - terminal.started) * 1000


@contextmanager
def raw_client(ground: Ground, server: Path | None = None) -> Iterator[tuple[Terminal, Path]]:
    """A plain tmux client attached to a plain session that runs `cat`, on a server of its own
    or on the one with this socket; the terminal and the pane's tty."""
    socket = server or ground.folder("t") / "tmux-raw" / "raw"
    socket.parent.mkdir(mode=0o700, exist_ok=True)
    program = "stty raw -echo; exec cat"
    argv = ["tmux", "-S", str(socket), "-f", "/dev/null", "new-session", "-s", "raw", program]
    with Terminal(argv, cwd=ground.home, env=ground.env) as terminal:
        terminal.rest_until_quiet(0.3)
        tty = Path(tmux(socket, "display-message", "-p", "-t", "=raw:", "#{pane_tty}"))
        terminal.forget()
        try:
            yield terminal, tty
        finally:
            tmux(socket, "kill-session", "-t", "=raw", check=False)


def raw_paint(client: tuple[Terminal, Path], word: bytes) -> float:
    """ms from a write into the pane until the client painted it."""
    terminal, tty = client
    terminal.forget()
    with tty.open("wb", buffering=0) as screen:
        start = time.perf_counter()
        screen.write(b"\r\n" + word)
    return (terminal.wait_for(word) - start) * 1000


def raw_echo(client: tuple[Terminal, Path], word: bytes) -> float:
    """ms from the last of some keys until the program's echo was painted."""
    terminal, _ = client
    terminal.forget()
    start = 0.0
    for place in range(len(word)):
        start = terminal.write(word[place : place + 1])
    return (terminal.wait_for(word) - start) * 1000


def polling_loop(
    socket: Path, ttys: Mapping[LaneId, Path], server: int, *, rounds: int
) -> tuple[list[float], float]:
    """A loop that captures every lane's pane with a process each: ms from a write until it was
    captured, and its CPU with tmux's in % of a core."""
    names = [f"=lane-{lane}:" for lane in ttys]
    latencies = []
    spending, own = Spending.of([server]), _own_seconds()
    started = time.perf_counter()
    for number in range(rounds):
        word = f"<poll{number:04d}>".encode()
        lane = number % len(names)
        time.sleep(LOOP_EVERY * (number % 7) / 7)
        with list(ttys.values())[lane].open("wb", buffering=0) as screen:
            written = time.perf_counter()
            screen.write(b"\r\n" + word)
        time.sleep(LOOP_EVERY * (7 - number % 7) / 7)
        for place, name in enumerate(names):
            shown = subprocess.run(
                ["tmux", "-S", str(socket), "capture-pane", "-e", "-p", "-t", name],
                capture_output=True,
                check=False,
                timeout=20,
            ).stdout
            if place == lane and word in shown:
                latencies.append((time.perf_counter() - written) * 1000)
    spent = _own_seconds() - own
    return latencies, spending.percent() + 100 * spent / (time.perf_counter() - started)


def _own_seconds() -> float:
    mine, theirs = (
        resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    )
    return mine.ru_utime + mine.ru_stime + theirs.ru_utime + theirs.ru_stime
