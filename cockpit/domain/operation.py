"""The journal's schema: one file an operation, with its intent and all old and new ids.

An operation is `pending` from the moment its intent is durable until it ends. State is
observed, not believed: recovery looks at refs, files and panes and rolls a pending
operation forward (or abandons it, when nothing of it happened yet), so an intent must
hold every name and id that its steps need. Undo is an operation of its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from enum import StrEnum
from typing import Any

from cockpit.dataclass import dataclass
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
    PROMPT = "prompt"
    """A prompt is kept until a lane's turn has ended, or prompts that wait are called off."""
    GATE = "gate"
    STOP = "stop"
    RESTART = "restart"
    INTERRUPT = "interrupt"
    TRUST = "trust"
    APPROVE = "approve"
    RESTORE = "restore"
    TRASH = "trash"
    NOTICE = "notice"
    COMMIT = "commit"
    """The commander takes a lane's uncommitted work as a commit."""
    LEAVE_OUT = "leave-out"
    """A commit on the lane that takes chosen paths back to what the target has."""
    HUNK = "hunk"
    """A hunk of uncommitted work staged, unstaged or discarded."""
    SYNC = "sync"
    PARK = "park"
    RENAME = "rename"
    MOVE = "move"
    LOCK = "lock"
    """A lane is locked, or its lock is taken off."""
    RESOLVE = "resolve"
    """A conflict with the target, resolved as a merge commit on the lane."""
    HAND_BACK = "hand-back"
    QUEUE = "queue"
    TRAIN = "train"
    FOLLOW = "follow"
    """The target brought after its upstream, or rebased on it."""
    PUSH = "push"
    PULL_REQUEST = "pull-request"
    STANDING = "standing"
    """A standing approval of a background lane, given or taken back."""
    BACKGROUND = "background"
    """A run of a background lane is started, or its work is judged; what it changes are
    operations of their own."""
    DISPATCH = "dispatch"
    """The commander stops what happens by itself, lets it go on, or takes a hold away."""
    ASSIGN = "assign"
    """A lane takes a task; what it changes are operations of their own."""
    PLAN = "plan"
    """What our own state says of tasks: the go, a task called off, a task to be tried again."""
    TASK = "task"
    """Task files are written."""
    COLLECT = "collect"
    """A result is taken from a lane's worktree into `results/`."""
    ANSWER = "answer"
    """What a lane's agent asks is answered, on its screen or by a prompt."""
    ROUND = "round"
    """The round is closed: the target gated, what has landed torn down."""


UNDOABLE = frozenset(
    {
        OpKind.START,
        OpKind.ADOPT,
        OpKind.LAND,
        OpKind.TEARDOWN,
        OpKind.PROMPT,
        OpKind.PARK,
        OpKind.RENAME,
        OpKind.MOVE,
        OpKind.LOCK,
        OpKind.SYNC,
        OpKind.FOLLOW,
        OpKind.HUNK,
        OpKind.COMMIT,
        OpKind.LEAVE_OUT,
        OpKind.APPROVE,
        OpKind.RESOLVE,
        OpKind.STANDING,
        OpKind.UNDO,
    }
)
"""Kinds that can be undone (`services/undoing/table.py` says how, and a test compares); of an
undoing only that of a landing can."""


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
    """`app`, `cli`, `recovery`, or `background` for what no one asked for at that moment."""
    summary: str
    """One line for `cockpit log`."""
    intent: Mapping[str, Any] = field(default_factory=dict)
    state: OpState = OpState.PENDING
    outcome: Mapping[str, Any] = field(default_factory=dict)
    ended: float | None = None
    undoes: int | None = None
    """Sequence number of the operation that this one undoes."""
