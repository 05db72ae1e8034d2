"""Who has a task: at most one lane, whoever asks (the app, a command, a second app).

A claim is the record of a lane, or the journal entry of an assignment that is under way. It is
looked for and made under one lock, so that two processes can't both find the task free.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from cockpit.domain.ids import LaneId
from cockpit.domain.operation import OpKind
from cockpit.errors import Refused
from cockpit.services.workplace import Workplace

LOCK = "claims"


def holder_of(work: Workplace, name: str, *, but: LaneId | None = None) -> LaneId | None:
    """The lane that has the task with this file's name, or is being given it; `but` doesn't
    count."""
    for lane, record in work.registry.lanes().items():
        if record.task == name and lane != but:
            return lane
    for op in work.journal.pending():
        given = op.kind in (OpKind.ASSIGN, OpKind.START) and op.intent.get("task") == name
        if given and op.lane is not None and op.lane != but:
            return op.lane
    return None


@contextmanager
def claiming(work: Workplace, name: str, lane: LaneId) -> Iterator[None]:
    """Hold while the journal entry is written that makes the claim. Raises `Refused` where
    another lane has the task."""
    with work.locks.hold(LOCK, why=f"{lane} takes {name}"):
        other = holder_of(work, name, but=lane)
        if other is not None:
            raise Refused(
                f"Lane {other} works on {name} already.",
                hint=f"Tear lane {other} down first, or choose another task.",
            )
        yield
