"""The clock: the one place from which time enters, so that tests can bring their own."""

from __future__ import annotations

import time
from typing import Protocol


class WallClock(Protocol):
    """What adapters need of a clock: seconds since the epoch."""

    def now(self) -> float: ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> float:
        """Seconds since the epoch."""
        return time.time()

    def monotonic(self) -> float:
        """Seconds, never going back."""
        return time.monotonic()

    def wait(self, seconds: float) -> None:
        """Block this thread; a negative time is none at all."""
        time.sleep(max(0.0, seconds))
