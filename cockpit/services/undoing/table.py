"""Every kind of step that can be undone, and by whom. `domain.operation.UNDOABLE` names the
same kinds for who must not import services."""

from __future__ import annotations

from collections.abc import Mapping

from cockpit.domain.operation import Operation, OpKind
from cockpit.errors import Refused
from cockpit.services import leaving_out, locked, taking
from cockpit.services.undoing import (
    approval,
    follow,
    hunk,
    landing,
    park,
    prompts,
    redo,
    relocation,
    standing,
    start,
    sync,
    teardown,
)
from cockpit.services.undoing.contract import Undoing, lane_lock

UNDOS: Mapping[OpKind, Undoing] = {
    OpKind.START: start.UNDOING,
    OpKind.ADOPT: start.UNDOING,
    OpKind.LAND: landing.UNDOING,
    OpKind.TEARDOWN: teardown.UNDOING,
    OpKind.PROMPT: prompts.UNDOING,
    OpKind.PARK: park.UNDOING,
    OpKind.RENAME: relocation.UNDOING,
    OpKind.MOVE: relocation.UNDOING,
    OpKind.LOCK: locked.UNDOING,
    OpKind.SYNC: sync.UNDOING,
    OpKind.APPROVE: approval.UNDOING,
    OpKind.UNDO: redo.UNDOING,
    OpKind.HUNK: hunk.UNDOING,
    OpKind.COMMIT: taking.UNDOING,
    OpKind.LEAVE_OUT: leaving_out.UNDOING,
    OpKind.RESOLVE: sync.UNDOING,
    OpKind.FOLLOW: follow.UNDOING,
    OpKind.STANDING: standing.UNDOING,
}


def undoing_of(undo: Operation) -> Undoing:
    """How the step is undone that `undo` (an operation of kind UNDO) is about. Raises
    `Refused` for one that this version doesn't know."""
    found = _found(undo)
    if found is None:
        raise Refused(
            f"This version can't undo a step of kind {undo.intent.get('what')!r}.",
            hint="Use the cockpit that began it, or a newer one.",
        )
    return found


def locks_of(undo: Operation) -> list[str]:
    """The locks that `undo` holds while it is alive; of a kind that this version doesn't know,
    all that it could hold."""
    found = _found(undo)
    return found.locks(undo) if found is not None else [*lane_lock(undo), "target"]


def _found(undo: Operation) -> Undoing | None:
    what = undo.intent.get("what")
    return next((undoing for kind, undoing in UNDOS.items() if kind == what), None)
