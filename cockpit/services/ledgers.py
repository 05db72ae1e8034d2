"""Ledgers on the bus: a CSV for each lane that names one, and the view of all (seed 000).

What cockpit writes can be made anew from the journal, the board and what is remembered, so it
is no operation. What lies there and is not cockpit's stays: a file that the project tracks (or
that the lane's branch brings), and one that holds something else than cockpit wrote last. Its
rows are in the consolidated view all the same, as are those that agents wrote in their lanes.
"""

from __future__ import annotations

import hashlib
import posixpath
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from pathlib import PurePosixPath

from cockpit.dataclass import dataclass
from cockpit.domain.board import Board
from cockpit.domain.ids import LaneId
from cockpit.domain.ledger import LedgerRow, Table, consolidate, parse, render
from cockpit.domain.ledger_rows import ledgers
from cockpit.domain.text import safe
from cockpit.errors import CockpitError
from cockpit.services import efforts, tasks, trails
from cockpit.services.workplace import Workplace

VIEW = "tasks-main.csv"
"""The view of all, in the folder of the first ledger (seed 000); `OTHER_VIEW` where a lane's
ledger has that name."""

OTHER_VIEW = "consolidated.csv"

MOST = 16 << 20
"""Bytes of a ledger that is read."""

_parse = lru_cache(64)(parse)

Ours = Mapping[str, Sequence[str]]
"""By the name of a file the digests of what cockpit wrote there last."""


@dataclass(frozen=True, slots=True)
class Paper:
    """One file as it is to be."""

    name: str
    """Below the bus's root."""
    content: bytes
    lanes: tuple[LaneId, ...] = ()
    """Whose ledger it is; none for the view of all."""
    is_empty: bool = False
    """It has nothing to say yet: it is not made for that."""


def names(work: Workplace) -> dict[str, tuple[LaneId, ...]]:
    """Every ledger that lanes.yaml names, with its lanes, in their order."""
    found: dict[str, tuple[LaneId, ...]] = {}
    for lane in work.config.lanes.values():
        if lane.ledger:
            name = posixpath.normpath(lane.ledger)
            found[name] = (*found.get(name, ()), lane.lane)
    return found


def view_name(work: Workplace) -> str:
    """The file of the view of all; empty where no lane has a ledger."""
    found = names(work)
    if not found:
        return ""
    folder = PurePosixPath(next(iter(found))).parent
    plain = str(folder / VIEW)
    return plain if plain not in found else str(folder / OTHER_VIEW)


def papers(work: Workplace, board: Board, ours: Ours) -> tuple[list[Paper], list[str]]:
    """Every ledger as it is to be, and the view of all; and what could not be read for it."""
    found = names(work)
    if not found:
        return [], []
    rows = rows_of(work, board)
    made = []
    tables: list[tuple[str, Table]] = []
    for name, lanes in found.items():
        mine = render(row for lane in lanes for row in rows[lane])
        made.append(Paper(name, mine, lanes, not any(rows[lane] for lane in lanes)))
        tables += _tables(work, name, lanes, mine, ours)
    is_empty = not any(table.rows for _, table in tables)
    made.append(Paper(view_name(work), consolidate(tables), (), is_empty))
    return made, _problems(tables)


def shown(work: Workplace, board: Board, lane: LaneId | None, ours: Ours) -> Table:
    """A lane's ledger, or that of all, with what agents wrote, as it is now. A lane that names
    no file has one here all the same."""
    rows = rows_of(work, board)
    own = posixpath.normpath(work.lane(lane).ledger or ".") if lane is not None else ""
    chosen = names(work) if lane is None else {"" if own == "." else own: (lane,)}
    tables: list[tuple[str, Table]] = []
    for name, lanes in chosen.items():
        mine = render(row for one in lanes for row in rows[one])
        tables += _tables(work, name, lanes, mine, ours)
    whole = parse(consolidate(tables))
    return Table(whole.header, whole.rows, tuple(_problems(tables)))


def rows_of(work: Workplace, board: Board) -> dict[LaneId, tuple[LedgerRow, ...]]:
    """What cockpit knows of each lane's tasks."""
    agents = {lane.lane: lane.agent for lane in work.config.lanes.values()}
    return ledgers(board, efforts.read(work).efforts, trails.of(work), agents)


def digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


# ---------------------------------------------------------------- what others wrote


def _tables(
    work: Workplace, name: str, lanes: tuple[LaneId, ...], mine: bytes, ours: Ours
) -> list[tuple[str, Table]]:
    """cockpit's own rows, then those that only other files of this name have."""
    own = _parse(mine)
    tables = [(name, own)]
    seen = set(_plain(own))
    for content, problem in _others(work, name, lanes, ours) if name else ():
        table = _parse(content) if content is not None else Table(problems=(problem,))
        told = list(zip(table.rows, _plain(table), strict=True))
        fresh = tuple(row for row, cells in told if cells not in seen)
        problems = tuple(f"{safe(name)}: {text}" for text in table.problems if content)
        tables.append((name, Table(table.header, fresh, problems or table.problems)))
        seen |= {cells for _, cells in told}
    return tables


def _others(
    work: Workplace, name: str, lanes: tuple[LaneId, ...], ours: Ours
) -> Iterator[tuple[bytes | None, str]]:
    """The contents of that name that are not cockpit's, on the bus and in the lanes' own
    worktrees, or why one can't be read."""
    root = tasks.root_of(work)
    records = work.registry.lanes()
    places = [root]
    for lane in lanes:
        record = records.get(lane)
        place = record.worktree / work.config.bus if record is not None else root
        if place != root and work.disk.is_folder(place):
            places.append(place)
    for place in places:
        try:
            content = work.papers.read(place, name, cap=MOST)
        except CockpitError as error:
            yield None, error.title if place == root else f"{error.title} ({safe(place.name)})"
            continue
        if content and digest(content) not in ours.get(name, ()):
            yield content, ""


def _problems(tables: list[tuple[str, Table]]) -> list[str]:
    return [problem for _, table in tables for problem in table.problems]


def _plain(table: Table) -> list[frozenset[tuple[str, str]]]:
    """Each row as what it says, whatever the order of its columns."""
    return [
        frozenset(item for item in zip(table.header, row, strict=True) if item[1])
        for row in table.rows
    ]
