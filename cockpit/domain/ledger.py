"""Ledgers: one CSV a zone, and the consolidated view of all (seed 000).

cockpit writes a row a task, in the order of their numbers, so that two branches that each
add a row merge. What agents wrote is only read: any header, any quoting, rows that are too
long or too short; the consolidated view has every column once.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import fields

from cockpit.dataclass import dataclass
from cockpit.domain.text import safe

MOST_ROWS = 100_000
MOST_COLUMNS = 200
REST = "more"
"""The column for cells that lie beyond a file's header."""

_FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""What makes a spreadsheet run a cell (OWASP: CSV injection)."""


@dataclass(frozen=True, slots=True)
class LedgerRow:
    """What cockpit says of one task; times in ISO 8601, empty where there is none yet."""

    task: str
    title: str = ""
    zone: str = ""
    lane: str = ""
    agent: str = ""
    state: str = ""
    started: str = ""
    ended: str = ""
    seconds: str = ""
    commit: str = ""
    landing: str = ""


COLUMNS = tuple(field.name for field in fields(LedgerRow))


@dataclass(frozen=True, slots=True)
class Table:
    """A CSV as it was read; every row as long as the header."""

    header: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()
    problems: tuple[str, ...] = ()
    """Clauses for people."""


def render(rows: Iterable[LedgerRow]) -> bytes:
    """The CSV of a zone: the header, then a line a task, whatever its texts hold."""
    return _written(COLUMNS, ([getattr(row, name) for name in COLUMNS] for row in rows))


def parse(content: bytes) -> Table:
    """The table in a CSV. Never raises, whatever it holds."""
    text = content.decode("utf-8-sig", "replace").replace("\0", "")
    problems: list[str] = []
    rows: list[list[str]] = []
    try:
        for row in csv.reader(io.StringIO(text, newline=""), dialect=_dialect(text)):
            if any(cell.strip() for cell in row):
                rows.append(row)
            if len(rows) > MOST_ROWS:
                problems.append(f"only its first {MOST_ROWS} rows are read")
                break
    except csv.Error as error:
        problems.append(f"it can't be read after row {len(rows)}: {error}")
    if not rows:
        return Table((), (), (*problems, "it is empty"))
    names = _header(rows[0])
    rest = any(len(row) > len(names) for row in rows)
    header = (*names, REST) if rest else names
    body = tuple(_row(row, len(names), rest=rest) for row in rows[1:])
    return Table(header, body, tuple(problems))


def written(table: Table) -> bytes:
    """The table as a CSV."""
    return _written(table.header, table.rows)


def consolidate(tables: Sequence[tuple[str, Table]]) -> bytes:
    """One CSV of all: the header once with every column in the order in which it is met, then
    all rows; `ledger` says which file a row is from."""
    columns = list(dict.fromkeys(name for _, table in tables for name in table.header))
    columns = [name for name in columns if name != "ledger"]
    made: list[list[str]] = []
    for source, table in tables:
        for row in table.rows:
            cells = dict(zip(table.header, row, strict=True))
            made.append([source, *(cells.get(name, "") for name in columns)])
    return _written(("ledger", *columns), made)


def _written(header: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow([cell(name) for name in header])
    writer.writerows([cell(text) for text in row] for row in rows)
    return out.getvalue().encode("utf-8", "replace")


def cell(text: str) -> str:
    """One line that no spreadsheet takes for a formula."""
    plain = str(safe(" ".join(text.split())))
    return f"'{plain}" if plain.startswith(_FORMULA) and not _is_number(plain) else plain


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _dialect(text: str) -> type[csv.Dialect]:
    """Commas, unless the first line plainly uses another separator."""
    first = text.partition("\n")[0]
    best = max((",", ";", "\t"), key=first.count)

    class Found(csv.excel):
        delimiter = best if first.count(best) > first.count(",") else ","

    return Found


def _header(row: Sequence[str]) -> tuple[str, ...]:
    """Names that are there and differ from one another."""
    names: list[str] = []
    for at, name in enumerate(row[:MOST_COLUMNS], 1):
        plain = " ".join(name.split()) or f"column {at}"
        while plain in names or plain == REST:
            plain += "'"
        names.append(plain)
    return tuple(names)


def _row(row: Sequence[str], width: int, *, rest: bool) -> tuple[str, ...]:
    whole = (*row[:width], *[""] * (width - len(row)))
    return (*whole, " ".join(row[width:])) if rest else whole
