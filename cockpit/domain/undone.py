"""Which steps of the journal were undone, and by which. Pure.

An undoing can itself be undone (that does the step again), so a step counts as undone only
while its last undoing stands.
"""

from __future__ import annotations

from collections.abc import Iterable

from cockpit.domain.operation import UNDOABLE, Operation, OpKind, OpState


def undone_by(entries: Iterable[Operation], *, pending: bool = False) -> dict[int, int]:
    """Each step that is undone, and the number of the step that undid it. An undoing comes
    after what it undoes, so the last entries of a journal are enough for these entries.

    With `pending`, an undoing that is still under way counts too.
    """
    counts = {OpState.DONE, OpState.PENDING} if pending else {OpState.DONE}
    found: dict[int, int] = {}
    for op in sorted(entries, key=lambda op: op.seq, reverse=True):
        if op.undoes is not None and op.state in counts and op.seq not in found:
            found.setdefault(op.undoes, op.seq)
    return found


def why_not_undo(op: Operation, undone: dict[int, int]) -> str:
    """Why a step can't be undone, as far as the journal alone tells; empty when it can. A
    clause that follows the step's name."""
    if op.kind not in UNDOABLE:
        return "can't be undone: it left nothing that could be brought back"
    if op.kind is OpKind.UNDO and op.intent.get("what") != OpKind.LAND:
        return "can't be undone: only the undoing of a landing can be taken back"
    if op.state is not OpState.DONE:
        return f"is {op.state.value}, so there is nothing to undo"
    if op.seq in undone:
        return f"was undone already, by step {undone[op.seq]}"
    return ""
