"""`cockpit` under cProfile: `python -m tests.benchmarks.profiled OUT WORDS…` runs the command
line and leaves its profile in OUT; SIGUSR1 forgets what was seen until then. The product knows
nothing of it."""

from __future__ import annotations

import cProfile
import signal
import sys
from types import FrameType


class Profiled:
    """The profile that runs now."""

    def __init__(self) -> None:
        self.profile = cProfile.Profile()

    def begin_anew(self, _number: int, _frame: FrameType | None) -> None:
        self.profile.disable()
        self.profile = cProfile.Profile()
        self.profile.enable()


def main(out: str, words: list[str]) -> int:
    profiled = Profiled()
    signal.signal(signal.SIGUSR1, profiled.begin_anew)
    profiled.profile.enable()
    try:
        from cockpit.cli.main import main as cockpit

        return cockpit(words)
    finally:
        profiled.profile.disable()
        profiled.profile.dump_stats(out)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2:]))
