"""An operation under way: its journal entry, its steps, its end.

Every change goes through here: the intent is durable before the first step, each step is
announced (and probed by the fault harness) before it acts, and the end is written last.
What dies in between is found by `recovery`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from cockpit.domain.events import OperationBegan, OperationEnded, OperationStep
from cockpit.domain.ids import LaneId
from cockpit.domain.operation import Operation, OpKind, OpState
from cockpit.domain.plans import Plan
from cockpit.errors import CockpitError
from cockpit.services.api import Tell
from cockpit.services.workplace import Workplace


def own_lock(kind: OpKind, lane: LaneId | None) -> str:
    """The lock of an operation that needs none of its object's: held while it runs, so that
    another process's recovery sees that it is alive."""
    return f"{kind}-{lane}" if lane is not None else str(kind)


class Running:
    """One pending operation. Made by `begin` or, for recovery, from a pending entry."""

    def __init__(self, work: Workplace, op: Operation, tell: Tell) -> None:
        self.work = work
        self.op = op
        self.tell = tell

    def step(self, what: str) -> None:
        """Say that `what` begins now."""
        self.work.probe(f"{self.op.kind}: {what}")
        self.tell(OperationStep(self.op.id, self.op.kind, self.op.lane, what))

    def update(self, plan: Plan) -> None:
        """Make what is newly known durable before acting on it."""
        self.op = self.work.journal.update(self.op, {**self.op.intent, **plan.to_json()})

    def done(self, summary: str, outcome: Mapping[str, Any] | None = None) -> Operation:
        """Write the good end."""
        self.work.probe(f"{self.op.kind}: end")
        self.op = self.work.journal.finish(
            self.op, OpState.DONE, {"summary": summary, **(outcome or {})}
        )
        self.tell(OperationEnded(self.op.id, self.op.kind, self.op.lane, summary))
        return self.op

    def abandon(self, why: str, hint: str = "", **outcome: Any) -> Operation:
        """Write that it ended with nothing changed."""
        self.op = self.work.journal.finish(
            self.op, OpState.ABANDONED, {"error": why, "hint": hint, **outcome}
        )
        self.tell(OperationEnded(self.op.id, self.op.kind, self.op.lane, "", why, hint))
        return self.op

    @property
    def has_open_parts(self) -> bool:
        """Whether an operation that this one is made of could not write its end: the next
        start finishes it, and this one with it."""
        pending = self.work.journal.pending()
        return any(op.seq > self.op.seq and op.lane == self.op.lane for op in pending)


def begin(
    work: Workplace,
    tell: Tell,
    kind: OpKind,
    *,
    lane: LaneId | None,
    by: str,
    summary: str,
    plan: Mapping[str, Any],
    undoes: int | None = None,
) -> Running:
    """Write the intent; from here on a death is recovered."""
    work.probe(f"{kind}: begin")
    op = work.journal.begin(kind, lane=lane, by=by, summary=summary, intent=plan, undoes=undoes)
    tell(OperationBegan(op.id, kind, lane, summary))
    return Running(work, op, tell)


@contextmanager
def abandoning(running: Running) -> Iterator[None]:
    """For operations whose steps change nothing until the last: a refusal abandons them."""
    try:
        yield
    except CockpitError as error:
        running.abandon(error.title, error.hint, detail=error.detail)
        raise
