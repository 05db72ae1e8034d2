"""What happens to an unexpected exception: one sentence, and the traceback in a file."""

from __future__ import annotations

import os
import time
import traceback
from pathlib import Path

from cockpit.errors import CockpitError
from cockpit.paths import state_home

DEBUG_VARIABLE = "COCKPIT_DEBUG"
"""`1` lets the traceback through to the terminal."""


def wants_traceback() -> bool:
    return os.environ.get(DEBUG_VARIABLE) == "1"


def record(problem: BaseException) -> CockpitError:
    """Write the traceback to a private file and return the error that names it."""
    what = f"{type(problem).__name__}: {problem}"
    trace = "".join(traceback.format_exception(problem))
    try:
        log = _write(trace)
    except OSError as denied:
        return CockpitError(
            "Something went wrong inside cockpit, and the log could not be written either.",
            detail=f"{what}\nlog: {denied.strerror}",
            hint=f"Run it again with {DEBUG_VARIABLE}=1 to see where.",
        )
    return CockpitError(
        "Something went wrong inside cockpit; this is a defect.",
        detail=f"{what}\nThe traceback is in {log}",
        hint="Your lanes go on; `cockpit recover` finishes or undoes what was under way.",
    )


def _write(trace: str) -> Path:
    folder = state_home() / "logs"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    stamp = time.strftime("%Y%m%dT%H%M%S", time.gmtime())
    log = folder / f"crash-{stamp}-{os.getpid()}.log"
    descriptor = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW, 0o600)
    with open(descriptor, "w", encoding="utf-8", errors="backslashreplace") as file:
        file.write(trace)
    return log
