"""What a kind of step must offer to be undone, and how a new kind is added.

`services/undo.py` finds the step, asks its kind what undoing would do, takes its locks, looks
once more, writes the intent and lets the kind act; `services/recovery.py` finishes an undoing
that a death cut off. All of it goes by `UNDOS` in `undoing/table.py`. To make a kind undoable:

1. In the module of the noun (say `services/sync.py`) write the functions of `Undoing`:

       def _preview_undo(work: Workplace, op: Operation) -> UndoPreview: ...
       def _plan_undo(work: Workplace, op: Operation) -> Plan: ...
       def _undo(work: Workplace, running: Running) -> str: ...
       def _undo_did_nothing(work: Workplace, running: Running) -> bool: ...

       UNDOING = Undoing(_preview_undo, _plan_undo, _undo, lane_lock, _undo_did_nothing)

2. Add `OpKind.SYNC: sync.UNDOING` to `UNDOS` and `OpKind.SYNC` to `UNDOABLE` in
   `domain/operation.py` (a test compares the two).

Import this module there, never `undoing.table` or `services.undo`: those import you.

What `op.intent` (or `op.outcome`) must hold for it: every old and new id. The commits that an
undoing needs must be pinned by the step itself (`refs/cockpit/op/<id>/…`), else they may be
gone by then.

What each promises:

- `preview` looks only; `in_the_way` says in clauses why it can't be done now, and names later
  steps with their numbers (`came_after`).
- `plan` fixes every name and id before the first step; it may write objects, never refs.
- `advance` does what is left to do, by looking at what is there: it can be run again.
- `locks` are those of the undoing; asked with the step itself and, after a death, with its
  undoing, which has the same lane.
- `nothing_happened` says whether an undoing that failed or died has changed nothing, so that
  it is dropped.
- `recover` ends one that died: by default it is dropped if nothing happened, else finished.
- `moot` says whether nothing of the step is left to take back (an approval that was used), so
  that a plain `undo` passes it by.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from cockpit.dataclass import dataclass
from cockpit.domain.operation import Operation, OpKind, OpState
from cockpit.domain.plans import Plan
from cockpit.domain.undone import undone_by
from cockpit.services.api import UndoPreview
from cockpit.services.running import Running
from cockpit.services.workplace import Workplace


def _never(_work: Workplace, _op: Operation) -> bool:
    return False


@dataclass(frozen=True, slots=True)
class Undoing:
    """How one kind of step is undone; the module's docstring says what each must promise."""

    preview: Callable[[Workplace, Operation], UndoPreview]
    plan: Callable[[Workplace, Operation], Plan]
    """Raises `CockpitError` with nothing changed."""
    advance: Callable[[Workplace, Running], str]
    """Returns a note for the summary: empty, or beginning with `; `."""
    locks: Callable[[Operation], list[str]]
    nothing_happened: Callable[[Workplace, Running], bool]
    recover: Callable[[Workplace, Running], str] | None = None
    """Ends the operation and returns words that follow `Operation N (…)`."""
    moot: Callable[[Workplace, Operation], bool] = _never
    by_number: bool = False
    """Only taken when its number is given: a second plain `undo` goes on backwards and does
    not undo the first."""


def lane_lock(op: Operation) -> list[str]:
    """The lock of the step's lane."""
    return [f"lane-{op.lane}"] if op.lane is not None else []


def something_happened(_work: Workplace, _running: Running) -> bool:
    """For `nothing_happened` where every step counts: a death is always rolled forward."""
    return False


def recover_undo(work: Workplace, running: Running, undoing: Undoing) -> str:
    """End an undoing that a death cut off; returns words that follow `Operation N (…)`."""
    if undoing.recover is not None:
        return undoing.recover(work, running)
    if undoing.nothing_happened(work, running):
        running.abandon("it was interrupted before anything changed")
        return "had changed nothing and was dropped"
    note = undoing.advance(work, running)
    running.done(f"undid {running.op.undoes} after an interruption{note}")
    return "was finished"


def later_steps(work: Workplace, op: Operation, kinds: Iterable[OpKind]) -> list[Operation]:
    """Steps of these kinds that were done after `op` and stand, oldest first. For a step with
    a lane only those of its lane; the caller sifts further by paths or ids."""
    wanted, entries = set(kinds), work.journal.entries()
    undone = undone_by(entries)
    return [
        later
        for later in entries
        if later.seq > op.seq
        and later.kind in wanted
        and later.state is OpState.DONE
        and later.seq not in undone
        and (op.lane is None or later.lane == op.lane)
    ]


def came_after(step: Operation) -> str:
    """How a later step that stands in the way is named."""
    return f"step {step.seq} ({step.summary}) came after it"
