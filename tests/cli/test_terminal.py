"""What needs a terminal: asking, refusing without one, and handing it over."""

from __future__ import annotations

import os
import pty
import select
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path

import pytest

from cockpit.cli.terminal import require_room
from cockpit.errors import CockpitError


class Seat:
    """A program on a terminal of its own."""

    def __init__(self, *argv: str, rows: int, columns: int, environment: Mapping[str, str]) -> None:
        import fcntl
        import struct
        import termios

        self.master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        self.child = subprocess.Popen(
            argv,
            stdin=slave,
            stdout=slave,
            stderr=slave,
            env={**os.environ, "TERM": "xterm-256color", **environment},
            start_new_session=True,
            # A shell's background job ignores Ctrl-C, and so would all that it starts.
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
        )
        os.close(slave)
        self.seen = ""

    def read_until(self, text: str, seconds: float = 20.0) -> str:
        """What was shown so far, once `text` is in it (or everything, if it ended)."""
        deadline = time.monotonic() + seconds
        while text not in self.seen or not text:
            left = deadline - time.monotonic()
            if left <= 0:
                raise AssertionError(f"never saw {text!r} in {self.seen!r}")
            if select.select([self.master], [], [], left)[0]:
                try:
                    got = os.read(self.master, 65536)
                except OSError:  # the child closed the terminal
                    got = b""
                if not got:
                    break
                self.seen += got.decode("utf-8", "replace")
        return self.seen

    def type(self, text: str) -> None:
        os.write(self.master, text.encode())

    def interrupt(self) -> None:
        """Ctrl-C once it sleeps in its read: a signal between question and read waits for it."""
        stat = Path(f"/proc/{self.child.pid}/stat")
        deadline = time.monotonic() + 20.0
        asleep = 0
        while asleep < 5 and time.monotonic() < deadline:
            asleep = asleep + 1 if stat.read_text().rpartition(")")[2].split()[0] == "S" else 0
            time.sleep(0.02)
        self.child.send_signal(signal.SIGINT)

    def end(self) -> int:
        """Read to the end; returns the exit code."""
        self.read_until("")
        os.close(self.master)
        return self.child.wait(timeout=20)


def cockpit(repo: Path, *words: str, rows: int = 24, columns: int = 80, **more: str) -> Seat:
    argv = (sys.executable, "-m", "cockpit", "-C", str(repo), *words)
    return Seat(*argv, rows=rows, columns=columns, environment=more)


@pytest.fixture
def lanes(repo: Path) -> Path:
    (repo / "lanes.yaml").write_text(
        "lanes:\n  alpha: {agent: shell}\ngate: {run: [echo checked]}\n"
    )
    return repo


@pytest.mark.parametrize(("typed", "code"), [("n\n", 3), ("\n", 3), ("y\n", 0), ("YES\n", 0)])
def test_trust_is_asked_for(lanes: Path, typed: str, code: int) -> None:
    seat = cockpit(lanes, "trust")
    shown = seat.read_until("[y/N]")
    assert "echo checked" in shown
    seat.type(typed)
    assert seat.end() == code, seat.seen
    check = subprocess.run(
        [sys.executable, "-m", "cockpit", "-C", str(lanes), "check", "--json"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert f'"trusted": {str(code == 0).lower()}' in check.stdout


def test_end_of_input_and_ctrl_c_are_no_yes(lanes: Path) -> None:
    seat = cockpit(lanes, "trust")
    seat.read_until("[y/N]")
    seat.type("\x04")
    assert seat.end() == 3
    seat = cockpit(lanes, "trust")
    seat.read_until("[y/N]")
    seat.interrupt()
    assert seat.end() == 130
    assert "\ncockpit: interrupted" in seat.seen
    assert "Traceback" not in seat.seen


def test_json_never_asks(lanes: Path) -> None:
    seat = cockpit(lanes, "trust", "--json")
    assert seat.end() == 3
    assert "[y/N]" not in seat.seen


def test_colour_on_a_terminal_and_none_when_unwanted(lanes: Path) -> None:
    coloured = cockpit(lanes, "status")
    assert coloured.end() == 0
    assert "\x1b[" in coloured.seen
    for seat in (cockpit(lanes, "status", NO_COLOR="1"), cockpit(lanes, "--no-color", "status")):
        assert seat.end() == 0
        assert "\x1b" not in seat.seen


def test_the_table_fits_a_narrow_terminal(lanes: Path) -> None:
    seat = cockpit(lanes, "--no-color", "status", columns=64)
    assert seat.end() == 0
    assert "alpha" in seat.seen
    assert max(len(line) for line in seat.seen.splitlines()) <= 64


@pytest.mark.parametrize("words", [("up",), (), ("demo",)])
def test_a_terminal_that_is_too_small_is_said(lanes: Path, words: tuple[str, ...]) -> None:
    seat = cockpit(lanes, *words, rows=10, columns=40)
    assert seat.end() == 1
    assert "40 columns and 10 rows" in " ".join(seat.seen.split())


@pytest.mark.parametrize(
    ("size", "fits"),
    [((80, 24), True), ((60, 16), True), ((59, 24), False), ((80, 15), False), ((0, 0), True)],
)
def test_room(monkeypatch: pytest.MonkeyPatch, size: tuple[int, int], fits: bool) -> None:
    monkeypatch.setattr("os.get_terminal_size", lambda _fd: os.terminal_size(size))
    monkeypatch.setattr("sys.stdout", sys.__stdout__)
    if fits:
        require_room("up")
    else:
        with pytest.raises(CockpitError, match="needs 60 by 16"):
            require_room("up")


@pytest.mark.tmux
def test_attach_steps_into_the_pane_also_from_inside_tmux(lanes: Path) -> None:
    for words in (("trust", "--yes"), ("start", "alpha")):
        subprocess.run(
            [sys.executable, "-m", "cockpit", "-C", str(lanes), *words],
            check=True,
            capture_output=True,
            timeout=60,
        )
    seat = cockpit(lanes, "attach", "alpha", TERM="xterm-nobody-knows", TMUX="/tmp/none,1,0")
    try:
        seat.type("echo stepped-$((40+2))\r")
        seat.read_until("stepped-42")
    finally:
        seat.child.terminate()
        seat.child.wait(timeout=20)
        os.close(seat.master)
