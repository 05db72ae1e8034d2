"""What processes cost, read from /proc: CPU, memory, descriptors, children."""

from __future__ import annotations

import contextlib
import os
import signal
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

PROC = Path("/proc")


def cpu_seconds(pid: int) -> float:
    """CPU time of a process over its living threads, to the nanosecond where the kernel keeps
    it (clock ticks are 10 ms; an idle app takes less than that in a second)."""
    exact = 0.0
    for task in (PROC / str(pid) / "task").iterdir():
        with contextlib.suppress(OSError, ValueError, IndexError):
            exact += int((task / "schedstat").read_text().split()[0]) / 1e9
    if exact:
        return exact
    fields = _stat(pid)
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _stat(pid: int) -> list[str]:
    """Fields of `stat` from the state on (field 3 of proc(5) is the first)."""
    return (PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()


@dataclass(slots=True)
class Spending:
    """CPU of some processes between `Spending.of` and `percent`, in % of one core."""

    before: dict[int, float]
    at: float

    @classmethod
    def of(cls, pids: Iterable[int]) -> Spending:
        before: dict[int, float] = {}
        for pid in pids:
            with contextlib.suppress(FileNotFoundError, ProcessLookupError):
                before[pid] = cpu_seconds(pid)
        return cls(before, time.perf_counter())

    def percent(self, pids: Iterable[int] | None = None) -> float:
        spent = 0.0
        for pid in self.before if pids is None else pids:
            with contextlib.suppress(FileNotFoundError, ProcessLookupError):  # it has ended
                spent += cpu_seconds(pid) - self.before.get(pid, 0.0)
        return 100.0 * spent / (time.perf_counter() - self.at)


def page_faults_of_children(pid: int) -> int:
    """Page faults of children that ended and were waited for. Any program that was started
    has hundreds, so an unchanged figure says that none was."""
    return int(_stat(pid)[8])


def children(pid: int) -> list[int]:
    """Direct children that are alive."""
    found: list[int] = []
    for task in (PROC / str(pid) / "task").iterdir():
        with contextlib.suppress(OSError):
            found += [int(word) for word in (task / "children").read_text().split()]
    return found


def family(pid: int) -> list[int]:
    """The process and everything below it."""
    found = [pid]
    with contextlib.suppress(FileNotFoundError, ProcessLookupError):  # it has just ended
        for child in children(pid):
            found += family(child)
    return found


def proportional_megabytes(pid: int) -> float:
    """PSS in MB (2^20 bytes): shared pages count in parts."""
    for line in (PROC / str(pid) / "smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) / 1024
    return 0.0


def descriptors(pid: int) -> int:
    return len(os.listdir(PROC / str(pid) / "fd"))


def command_line(pid: int) -> list[str]:
    try:
        raw = (PROC / str(pid) / "cmdline").read_bytes()
    except OSError:
        return []
    return [os.fsdecode(word) for word in raw.split(b"\0")[:-1]]


def end(pid: int, *, seconds: float = 3.0) -> None:
    """End a process of ours, by its pid, and see it gone."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, number)
        deadline = time.perf_counter() + seconds
        while is_alive(pid) and time.perf_counter() < deadline:
            time.sleep(0.02)


def is_alive(pid: int) -> bool:
    """A zombie has ended."""
    try:
        return _stat(pid)[0] not in ("Z", "X")
    except OSError:
        return False
