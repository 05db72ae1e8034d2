"""Undo: an operation of its own, which brings back what another one changed.

How each kind of step is undone stands in `undoing/`, a module a kind, and `undoing/table.py`
lists them; `undoing/contract.py` says how one is added.
"""

from __future__ import annotations

from cockpit.domain.intents import Undo
from cockpit.domain.operation import Operation, OpKind, OpState
from cockpit.domain.undone import undone_by, why_not_undo
from cockpit.errors import CockpitError, Refused
from cockpit.services import locked
from cockpit.services.api import Outcome, Tell, UndoPreview
from cockpit.services.running import begin
from cockpit.services.undoing.contract import came_after, later_steps
from cockpit.services.undoing.table import UNDOS
from cockpit.services.workplace import Workplace


def find(work: Workplace, seq: int | None) -> Operation:
    """Operation `seq`, or the last that can be undone and was not. Raises `Refused`."""
    entries = work.journal.entries()
    undone = undone_by(entries, pending=True)
    if seq is None:
        for op in reversed(entries):
            if _is_next(work, op, undone):
                return op
        raise Refused("There is nothing to undo.", hint="`cockpit log` shows what was done.")
    found = next((op for op in entries if op.seq == seq), None)
    if found is None:
        raise Refused(f"There is no operation {seq}.", hint="`cockpit log` lists them.")
    why = why_not_undo(found, undone)
    if why:
        raise Refused(
            f"Operation {seq} ({found.summary}) {why}.",
            hint="`cockpit log` marks the steps that can be undone.",
        )
    return found


def _is_next(work: Workplace, op: Operation, undone: dict[int, int]) -> bool:
    """Whether a plain `undo` means this one, if no later one."""
    undoing = UNDOS.get(op.kind)
    if undoing is None or undoing.by_number or op.state is not OpState.DONE:
        return False
    return not why_not_undo(op, undone) and not undoing.moot(work, op)


def preview(work: Workplace, seq: int | None) -> UndoPreview:
    """What undoing would bring back, and what stands in the way."""
    op = find(work, seq)
    why = _why_not_lane(work, op)
    return UndoPreview(op, (), (why,)) if why else UNDOS[op.kind].preview(work, op)


OF_THE_LANE = frozenset(
    {
        OpKind.START,
        OpKind.ADOPT,
        OpKind.SYNC,
        OpKind.RESOLVE,
        OpKind.COMMIT,
        OpKind.LEAVE_OUT,
        OpKind.HUNK,
    }
)
"""Kinds whose undoing takes the lane away or changes what is in it."""
BY_NAME = frozenset({OpKind.LOCK, OpKind.APPROVE, OpKind.STANDING})
"""Kinds whose undoing writes a record under the name that the lane had then."""


def _why_not_lane(work: Workplace, op: Operation) -> str:
    """Why nothing in the step's lane may be undone, a clause: it is locked, or has another name
    or place now, to which the step's own names no longer lead."""
    if op.kind not in OF_THE_LANE | BY_NAME or op.lane is None:
        return ""
    kinds = [OpKind.RENAME]
    if op.kind not in BY_NAME | {OpKind.START, OpKind.ADOPT}:
        kinds.append(OpKind.MOVE)
    later = later_steps(work, op, kinds)
    if later:
        return f"{came_after(later[-1])}: undo that first"
    return locked.why(work, op.lane) if op.kind in OF_THE_LANE else ""


def undo(work: Workplace, intent: Undo, tell: Tell, by: str) -> Outcome:
    """Undo one operation. Raises `Refused` with nothing changed when something is in the way."""
    op = find(work, intent.seq)
    undoing = UNDOS[op.kind]
    with work.locks.hold(*undoing.locks(op), why=f"undo {op.seq}"):
        _require_way(preview(work, op.seq))  # under the locks: another process may have undone it
        plan = undoing.plan(work, op)
        running = begin(
            work,
            tell,
            OpKind.UNDO,
            lane=op.lane,
            by=by,
            summary=f"undo {op.seq} ({op.summary})",
            plan={"what": op.kind, **plan.to_json()},
            undoes=op.seq,
        )
        try:
            note = undoing.advance(work, running)
        except CockpitError as error:
            if undoing.nothing_happened(work, running):
                running.abandon(error.title, error.hint)
            raise
        ended = running.done(f"undid {op.seq} ({op.summary}){note}")
    return Outcome(
        f"Undid {op.seq}: {op.summary}{note}.",
        ended,
        {"undid": op.seq, "kind": op.kind, "lane": op.lane, "note": note.strip(" ;")},
    )


def _require_way(shown: UndoPreview) -> None:
    if shown.in_the_way:
        op = shown.operation
        raise Refused(
            f"Operation {op.seq} ({op.summary}) can't be undone now: {shown.in_the_way[0]}",
            detail="\n".join(shown.in_the_way),
            hint="Clear what is in the way; nothing was changed.",
        )
