"""Notes on the bus, told to the lanes that they are for: at most once, and only under a go that
covers what is written later (`domain/notes.py`).

What was told is remembered before it is typed, so a death in between tells nothing twice:

| died after | left behind | next start |
|---|---|---|
| `begun` remembered | nothing typed, or a prompt's own entry | said as doubtful, not told again |
| prompt taken | `begun` | the same; the prompt's entry says that it was taken |
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from pathlib import PurePath

from cockpit.dataclass import dataclass
from cockpit.domain.bus import BusFile, BusFolder
from cockpit.domain.ids import LaneId
from cockpit.domain.intents import Send, TellNote
from cockpit.domain.memory import Memory
from cockpit.domain.notes import Note, Told, read, task_of, why_not_yet
from cockpit.domain.taskname import id_of_name
from cockpit.domain.text import safe
from cockpit.domain.work import Holder
from cockpit.errors import CockpitError, DeliveryUnknown, Refused
from cockpit.services import answering, prompts, tasks
from cockpit.services.api import Outcome, Tell
from cockpit.services.workplace import Workplace

FILE = "notes"
LOCK = "tasks"


@dataclass(frozen=True, slots=True)
class Due:
    """Notes that are to be told now, by lane, and what is to be said of the others."""

    tell: tuple[tuple[LaneId, str], ...] = ()
    problems: tuple[str, ...] = ()


def due(
    work: Workplace,
    files: Iterable[BusFile],
    holders: Mapping[str, Holder],
    known: Memory,
    arriving: Collection[str],
) -> Due:
    """What waits, given the files in `tasks/` and who has which task's file."""
    notes = [
        note
        for file in files
        if task_of(file.name)
        and file.content is not None
        and (note := read(file.name, file.content)) is not None
    ]
    if not notes:
        return Due()
    try:
        told = _read(work)
    except CockpitError as error:
        return Due((), (f"No note is told: {error.title.rstrip('.')}",))
    by_task = {id_of_name(name): holder for name, holder in holders.items()}
    covers = known.go.going and known.go.follow
    tell: list[tuple[LaneId, str]] = []
    problems: list[str] = []
    for note in notes:
        holder = by_task.get(note.task)
        why = why_not_yet(note, holder, covered=covers, told=told, arriving=note.name in arriving)
        if why:
            problems.append(f"{safe(note.name)}: {why}")
        elif why is not None and holder is not None and holder.lane not in dict(tell):
            tell.append((holder.lane, note.name))
    return Due(tuple(tell), tuple(problems))


def tell(work: Workplace, intent: TellNote, told: Tell, by: str) -> Outcome:
    """Tell the note to its lane. Raises `Refused` with nothing typed, `DeliveryUnknown` when
    nobody saw it taken."""
    note = _note(work, intent)
    with work.locks.hold(f"note-{intent.lane}", why=f"tell {intent.lane} a note"):
        before = _read(work).get(note.name)
        if before is not None and before[0] == note.digest:
            raise Refused(f"{safe(note.name)} was told already.", hint="Write it anew.")
        _remember(work, note, Told.BEGUN)
        try:
            outcome = prompts.send(work, Send(intent.lane, _words(note)), told, by)
        except DeliveryUnknown:
            raise
        except CockpitError:
            _forget(work, note, before)
            raise
        _remember(work, note, Told.DONE)
        if note.is_answer:
            answering.settle(work, work.record(intent.lane))
    return outcome


def _note(work: Workplace, intent: TellNote) -> Note:
    root = tasks.root_of(work)
    found = work.bus_files.read(root, BusFolder.TASKS, PurePath(intent.name).name)
    content = found.content if found is not None else None
    note = read(intent.name, content) if content is not None else None
    if note is None or not note.text:
        raise Refused(f"{safe(intent.name)} holds no note.", hint="Look at the file.")
    record = work.record(intent.lane)
    if id_of_name(record.task) != note.task:
        raise Refused(
            f"Lane {intent.lane} does not have {note.task}.", hint="Look at the board of tasks."
        )
    return note


def _words(note: Note) -> str:
    return f"About your task {note.task} ({BusFolder.TASKS}/{note.name}):\n\n{note.text}"


# ---------------------------------------------------------------- what was told


def _read(work: Workplace) -> dict[str, tuple[str, Told]]:
    """By file the digest that was told, and how far. Raises `CockpitError`: a file that can't be
    read must not let anything be told twice."""
    found: dict[str, tuple[str, Told]] = {}
    for name, entry in (work.state.read(FILE) or {}).items():
        if isinstance(entry, list) and len(entry) == 2 and entry[1] in Told._value2member_map_:
            found[str(name)] = (str(entry[0]), Told(entry[1]))
    return found


def _remember(work: Workplace, note: Note, how_far: Told) -> None:
    _change(work, {note.name: (note.digest, how_far)})


def _forget(work: Workplace, note: Note, before: tuple[str, Told] | None) -> None:
    """It was not typed: as it was before."""
    _change(work, {note.name: before})


def _change(work: Workplace, changes: Mapping[str, tuple[str, Told] | None]) -> None:
    with work.locks.hold(LOCK, why="note what was told"):
        known: dict[str, tuple[str, Told] | None] = {**_read(work), **changes}
        work.state.write(FILE, {name: list(one) for name, one in known.items() if one is not None})
