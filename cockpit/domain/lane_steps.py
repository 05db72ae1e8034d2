"""Which steps of the journal are a lane's own. A name alone does not tell: a lane may have been
renamed, and another one may have its old name by now. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from cockpit.domain.ids import LaneId
from cockpit.domain.operation import Operation, OpKind, OpState


def steps_of(entries: Sequence[Operation], lane: LaneId) -> list[Operation]:
    """The done steps of the lane that is called `lane` now, oldest first: each by the name that
    it had then. `entries` is the whole journal, oldest first."""
    name, found = str(lane), []
    for op in reversed(entries):
        if op.state is not OpState.DONE:
            continue
        if _renames(op) and op.intent.get("new_lane") == name:
            name = str(op.intent.get("lane"))
        elif _renames(op) and op.intent.get("lane") == name:
            break  # until then the name was another lane's
        if op.lane == name:
            found.append(op)
    return found[::-1]


def _renames(op: Operation) -> bool:
    """A rename, or the undoing of one: both say from which name to which."""
    return OpKind.RENAME in (op.kind, op.intent.get("what") if op.kind is OpKind.UNDO else None)
