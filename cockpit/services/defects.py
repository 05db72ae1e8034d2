"""Defects of cockpit itself: told to the commander as an error, kept for who mends them."""

from __future__ import annotations

import traceback

from cockpit.errors import CockpitError
from cockpit.services.workplace import Workplace


def recorded(work: Workplace, defect: Exception) -> CockpitError:
    """The traceback in a private file, and the error that names it."""
    trace = "".join(traceback.format_exception(defect))
    detail = f"{type(defect).__name__}: {defect}"
    try:
        log = work.state.private_file("defect.log", trace.encode("utf-8", "backslashreplace"))
        detail += f" (the traceback is in {log})"
    except (CockpitError, OSError) as denied:
        detail += f" (and its traceback could not be written: {denied})"
    return CockpitError(
        "Something went wrong inside cockpit; this is a defect.",
        detail=detail,
        hint="Your lanes go on; close cockpit and open it again to finish what was under way.",
    )
