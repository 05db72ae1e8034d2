"""Undoing a park: as that of a teardown, and the lane is no longer noted as parked."""

from __future__ import annotations

from dataclasses import replace

from cockpit.domain.ids import LaneId
from cockpit.services import parked
from cockpit.services.running import Running
from cockpit.services.undoing import teardown
from cockpit.services.workplace import Workplace


def _advance(work: Workplace, running: Running) -> str:
    note = teardown.UNDOING.advance(work, running)
    if not note:
        parked.forget(work, LaneId(str(running.op.intent["lane"])))
    return note


UNDOING = replace(teardown.UNDOING, advance=_advance)
