"""A terminal of our own: a program on a real pseudo-terminal, and what it paints, with times."""

from __future__ import annotations

import contextlib
import fcntl
import os
import select
import signal
import struct
import subprocess
import termios
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType

KEEP = 1 << 20
"""Bytes of output that are searched at most."""


class NotPainted(Exception):
    """What was waited for did not appear on the terminal."""


class Terminal:
    """Runs one program on a pseudo-terminal of `columns` × `rows`; a context manager that ends
    it. Somebody has to read all the time, so every wait here reads."""

    def __init__(
        self,
        argv: Sequence[str],
        *,
        cwd: Path,
        env: Mapping[str, str],
        columns: int = 200,
        rows: int = 50,
    ) -> None:
        self._master, slave = os.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        self.started = time.perf_counter()
        self.process = subprocess.Popen(
            list(argv),
            stdin=slave,
            stdout=slave,
            stderr=slave,
            cwd=cwd,
            env=dict(env),
            start_new_session=True,
            preexec_fn=_take_terminal,
        )
        os.close(slave)
        os.set_blocking(self._master, False)
        self._seen = b""
        self.painted = 0
        """Bytes that the program wrote so far."""

    def __enter__(self) -> Terminal:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self.close()

    def write(self, data: bytes) -> float:
        """Press keys; returns the time just before."""
        now = time.perf_counter()
        os.write(self._master, data)
        return now

    def forget(self) -> None:
        """Read what there is, and wait for nothing that was painted before now."""
        while self._read(0.0):
            pass
        self._seen = b""

    def wait_for(self, *wanted: bytes, seconds: float = 10.0) -> float:
        """The time at which all of `wanted` had been painted since the last `forget`. Raises
        `NotPainted`."""
        deadline = time.perf_counter() + seconds
        missing = [each for each in wanted if each not in self._seen]
        while missing:
            left = deadline - time.perf_counter()
            if left <= 0 or not (self._read(left) or self._alive()):
                raise NotPainted(f"{missing[0]!r} was not painted; last: {self._seen[-300:]!r}")
            now = time.perf_counter()
            missing = [each for each in missing if each not in self._seen]
            if not missing:
                return now
        return time.perf_counter()

    def rest(self, seconds: float) -> None:
        """Read for so long, whatever comes."""
        deadline = time.perf_counter() + seconds
        while (left := deadline - time.perf_counter()) > 0:
            self._read(left)

    def rest_until_quiet(self, quiet: float, *, seconds: float = 15.0) -> None:
        """Read until nothing came for `quiet` seconds, at most for `seconds`."""
        deadline = time.perf_counter() + seconds
        while time.perf_counter() < deadline and self._read(quiet):
            pass

    def _read(self, timeout: float) -> bool:
        ready, _, _ = select.select([self._master], [], [], max(0.0, timeout))
        if not ready:
            return False
        try:
            data = os.read(self._master, 1 << 16)
        except (BlockingIOError, OSError):
            time.sleep(0.001)
            return False
        self.painted += len(data)
        self._seen = (self._seen + data)[-KEEP:]
        return bool(data)

    def _alive(self) -> bool:
        return self.process.poll() is None

    def close(self) -> None:
        """End the program (a hang-up, then harder) and give the terminal back."""
        for number in (signal.SIGHUP, signal.SIGTERM, signal.SIGKILL):
            if self._alive():
                with contextlib.suppress(ProcessLookupError):
                    self.process.send_signal(number)
                self._drain_until_ended(1.5)
        with contextlib.suppress(OSError):
            os.close(self._master)

    def _drain_until_ended(self, seconds: float) -> None:
        deadline = time.perf_counter() + seconds
        while self._alive() and time.perf_counter() < deadline:
            self._read(0.02)


def _take_terminal() -> None:
    """In the child: its standard input becomes the controlling terminal of its session."""
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)
