"""The trash: what was torn down, brought back by name, or really deleted when told so."""

from __future__ import annotations

from cockpit.domain.intents import EmptyTrash, RestoreTrash, Undo
from cockpit.domain.operation import OpKind
from cockpit.errors import Refused
from cockpit.services import undo
from cockpit.services.api import Outcome, Tell
from cockpit.services.running import abandoning, begin, own_lock
from cockpit.services.workplace import Workplace


def restore(work: Workplace, intent: RestoreTrash, tell: Tell, by: str) -> Outcome:
    """Bring a torn-down lane back: undo of the operation that the entry names."""
    entry = next((one for one in work.trash.entries() if one.name == intent.entry), None)
    if entry is None:
        raise Refused(
            f"There is nothing named {intent.entry!r} in the trash.",
            hint="`cockpit trash ls` lists what is there.",
        )
    op = next((op for op in work.journal.entries() if op.id == entry.op), None)
    if op is None:
        raise Refused(
            f"The journal no longer knows the operation that put {entry.name} there.",
            hint=f"Its files are whole: move them back by hand from {entry.folder}",
        )
    return undo.undo(work, Undo(op.seq), tell, by)


def empty(work: Workplace, intent: EmptyTrash, tell: Tell, by: str) -> Outcome:
    """Really delete entries; the vault and the pinned commits stay."""
    entries = work.trash.entries()
    names = {entry.name for entry in entries}
    unknown = [name for name in intent.entries if name not in names]
    if unknown:
        raise Refused(
            f"There is nothing named {unknown[0]!r} in the trash.",
            hint="`cockpit trash ls` lists what is there.",
        )
    chosen = [entry for entry in entries if not intent.entries or entry.name in intent.entries]
    with work.locks.hold(own_lock(OpKind.TRASH, None), why="empty the trash"):
        running = begin(
            work,
            tell,
            OpKind.TRASH,
            lane=None,
            by=by,
            summary=f"empty {len(chosen)} entry(s) of the trash",
            plan={"entries": [entry.name for entry in chosen]},
        )
        with abandoning(running):
            for entry in chosen:
                running.step(f"delete {entry.name}")
                work.trash.empty(entry)
        op = running.done(f"deleted {len(chosen)} entry(s) of the trash")
    return Outcome(
        f"Deleted {len(chosen)} entry(s) of the trash.",
        op,
        {"deleted": [entry.name for entry in chosen]},
    )
