"""Gathering what happened since the commander looked last; nothing is written but when that was."""

from __future__ import annotations

from collections.abc import Iterator

from cockpit.domain import digest as digests
from cockpit.domain.bus import BusFolder
from cockpit.domain.change import CommitLine
from cockpit.domain.digest import Digest, Seen
from cockpit.domain.fleet import Fleet
from cockpit.domain.ids import LaneId
from cockpit.domain.operation import Operation
from cockpit.errors import CockpitError
from cockpit.services import tasks
from cockpit.services.workplace import Workplace

FILE = "seen"

MOST = 2_000
"""Newest steps of the journal that are looked at."""

PAGE = 100


def kept(work: Workplace) -> Seen | None:
    """What the commander saw last; None where that is not known (never, or damaged: the next
    look writes it anew)."""
    try:
        return digests.seen_from_json(work.state.read(FILE) or {})
    except CockpitError:
        return None


def keep(work: Workplace, seen: Seen) -> None:
    work.state.write(FILE, digests.seen_to_json(seen))


def look(work: Workplace, seen: Seen, fleet: Fleet) -> Digest:
    """What happened since then; `fleet` is how things are now."""
    return digests.digest(
        seen,
        fleet,
        operations=_operations(work, seen.at),
        commits=dict(_commits(work, seen.at)),
        results=_results(work, seen.at),
    )


def _operations(work: Workplace, since: float) -> list[Operation]:
    """Steps that may have ended since; a step that began long before is found too, as far as
    `MOST` reach."""
    last = PAGE
    while True:
        found = work.journal.entries(last=last)
        is_all = len(found) < last or last >= MOST
        if is_all or (found and (found[0].ended or found[0].at) <= since):
            return found
        last *= 4


def _commits(work: Workplace, since: float) -> Iterator[tuple[LaneId, list[CommitLine]]]:
    """What each lane has that the target lacks. (What landed is told as a landing.) A lane that
    can't be looked at has nothing to tell; the board shows why."""
    target = work.git.read_ref(work.target)
    for lane, record in work.registry.lanes().items():
        tip = work.git.read_ref(record.branch)
        if tip is None or target is None or tip == target:
            continue
        try:
            new = work.git.history.commits(target, tip)
        except CockpitError:
            continue
        yield lane, [one for one in new if one.at > since]


def _results(work: Workplace, since: float) -> Iterator[tuple[str, str, float]]:
    listing = work.bus_files.listing(tasks.root_of(work), BusFolder.RESULTS)
    for file in listing.files:
        if file.changed > since and file.content is not None:
            result = tasks.read_result(file)
            said = result.status.value
            first = f": {result.first_line}" if result.first_line else ""
            yield file.name, f"says {said}{first}", file.changed
