"""Stopping what lands, from any process: a wish in a file that the one that lands looks at.

It counts from the moment at which a landing wished to begin, so a wish for an earlier train
never stops a later one, and none is lost between the lock and the first look.
"""

from __future__ import annotations

from cockpit.errors import CockpitError
from cockpit.services.gate import Stop
from cockpit.services.workplace import Workplace

FILE = "train-stop"


def wish(work: Workplace) -> None:
    """Let what lands now stop as soon as it can."""
    work.state.write(FILE, {"at": work.clock.now()})


def listener(work: Workplace) -> Stop:
    """A question that may be asked often: whether somebody wished for a stop since now. Make
    it before the lock `train` is taken. A file that can't be read is a wish."""
    since = work.clock.now()

    def is_wished() -> bool:
        try:
            found = work.state.read(FILE)
        except CockpitError:
            return True
        return found is not None and float(found.get("at", 0.0)) >= since

    return is_wished
