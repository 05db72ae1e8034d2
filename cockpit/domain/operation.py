"""The journal's schema: one file an operation, with its intent and all old and new ids.

An operation is `pending` from the moment its intent is durable until it ends. State is
observed, not believed: recovery looks at refs, files and panes and rolls a pending
operation forward (or abandons it, when nothing of it happened yet), so an intent must
hold every name and id that its steps need. Undo is an operation of its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from cockpit.domain.ids import LaneId, OpId

JOURNAL_VERSION = 1


class OpKind(StrEnum):
    """What an operation does. Only some can be undone: see `UNDOABLE`."""

    START = "start"
    ADOPT = "adopt"
    LAND = "land"
    TEARDOWN = "teardown"
    UNDO = "undo"
    SEND = "send"
    GATE = "gate"
    STOP = "stop"
    RESTART = "restart"
    INTERRUPT = "interrupt"
    TRUST = "trust"
    APPROVE = "approve"
    RESTORE = "restore"
    TRASH = "trash"
    NOTICE = "notice"


UNDOABLE = frozenset({OpKind.START, OpKind.ADOPT, OpKind.LAND, OpKind.TEARDOWN})


class OpState(StrEnum):
    PENDING = "pending"
    DONE = "done"
    ABANDONED = "abandoned"
    """It ended with nothing changed; `outcome["error"]` says why."""


@dataclass(frozen=True, slots=True)
class Operation:
    """One journal file. `intent` and `outcome` hold JSON values only; ids as full hex."""

    seq: int
    id: OpId
    kind: OpKind
    lane: LaneId | None
    at: float
    """Seconds since the epoch when the intent was written."""
    by: str
    """`app`, `cli` or `recovery`."""
    summary: str
    """One line for `cockpit log`."""
    intent: Mapping[str, Any] = field(default_factory=dict)
    state: OpState = OpState.PENDING
    outcome: Mapping[str, Any] = field(default_factory=dict)
    ended: float | None = None
    undoes: int | None = None
    """Sequence number of the operation that this one undoes."""
