"""Holding on to exactly one process: signalling it, and knowing its end.

A pidfd can't come to mean anybody else. Where there is none, pid and start time are compared
right before each signal; pids are given out in turn, so none returns within those
milliseconds.
"""

from __future__ import annotations

import contextlib
import os
import select
import signal
import time
from collections.abc import Callable, Iterable

from cockpit.adapters.platform import traits
from cockpit.adapters.platform.processes import Unseen
from cockpit.dataclass import dataclass

TICK = 0.02
"""Seconds between two looks where the kernel does not tell of an end."""


Recognizer = Callable[[], bool]


@dataclass(frozen=True, slots=True)
class Handle:
    """`descriptor` is a pidfd, or -1; `is_it` looks whether the process still is who it was
    (and raises `Unseen` where that can't be told)."""

    pid: int
    descriptor: int
    is_it: Recognizer

    def signal(self, what: signal.Signals) -> None:
        """Send it; nothing if the process ended meanwhile or is not ours to end."""
        with contextlib.suppress(OSError):
            if self.descriptor >= 0:
                signal.pidfd_send_signal(self.descriptor, what)
            elif self.is_it():
                os.kill(self.pid, what)

    def close(self) -> None:
        if self.descriptor >= 0:
            os.close(self.descriptor)


def hold(pid: int, is_it: Recognizer) -> Handle | None:
    """A handle of the process that `is_it` recognizes; None if it is gone. A pidfd is opened
    before the look: then whoever has the pid now had it when the descriptor was made. Raises
    what `is_it` raises."""
    handle = Handle(pid, _descriptor(pid), is_it)
    try:
        if is_it():
            return handle
    except BaseException:
        handle.close()
        raise
    handle.close()
    return None


def _descriptor(pid: int) -> int:
    if not traits.current.pidfd:
        return -1
    try:
        return os.pidfd_open(pid)
    except OSError:  # gone (the look will tell), or a sandbox without pidfds
        return -1


def wait(handles: Iterable[Handle], seconds: float) -> list[Handle]:
    """Wait up to `seconds` for all to end; returns who lives on."""
    alive = {handle.pid: handle for handle in handles}
    poll = select.poll()
    by_descriptor = {h.descriptor: h for h in alive.values() if h.descriptor >= 0}
    for descriptor in by_descriptor:
        poll.register(descriptor, select.POLLIN)
    deadline = time.monotonic() + seconds
    while alive:
        left = max(0.0, deadline - time.monotonic())
        has_blind = any(handle.descriptor < 0 for handle in alive.values())
        for descriptor, _ in poll.poll(min(left, TICK) * 1000 if has_blind else left * 1000):
            poll.unregister(descriptor)
            alive.pop(by_descriptor[descriptor].pid)
        for handle in [h for h in alive.values() if h.descriptor < 0 and not _lives(h)]:
            alive.pop(handle.pid)
        if time.monotonic() >= deadline:
            break
    return list(alive.values())


def _lives(handle: Handle) -> bool:
    try:
        return handle.is_it()
    except Unseen:
        return True
