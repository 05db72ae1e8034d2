"""The table in `master_plan.md` that cockpit keeps; the rest is the Oracle's, byte for byte.

It stands between two comment lines. A file without both of them, or with several, is left
alone: nobody asked for a table there, or nobody can say which.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from cockpit.dataclass import dataclass
from cockpit.domain.text import safe

BEGIN = "<!-- cockpit:tasks -->"
END = "<!-- /cockpit:tasks -->"
WORD = b"cockpit:tasks"
"""What a plan that asks for a table holds, however its markers are spaced."""

_BEGIN = re.compile(rb"^[ \t]*<!--[ \t]*cockpit:tasks[ \t]*-->[ \t]*(\r?\n)", re.MULTILINE)
_END = re.compile(rb"^[ \t]*<!--[ \t]*/cockpit:tasks[ \t]*-->[ \t]*\r?$", re.MULTILINE)

MOST = 4 << 20
"""Bytes of a plan that is looked at."""

CELL = 120
"""Characters of one cell."""


@dataclass(frozen=True, slots=True)
class PlanRow:
    """One task as the table shows it; texts raw from outside."""

    task: str
    title: str
    state: str
    lane: str = ""
    needs: tuple[str, ...] = ()
    note: str = ""


def why_no_table(content: bytes) -> str:
    """Why this plan gets no table, a clause; empty when it does."""
    if len(content) > MOST:
        return f"it is larger than {MOST >> 20} MiB"
    begins, ends = _BEGIN.findall(content), _END.findall(content)
    if not begins and not ends:
        return f"it has no line {BEGIN}"
    if len(begins) != 1 or len(ends) != 1:
        return f"it must have the line {BEGIN} once and {END} once"
    return "" if _span(content) is not None else f"{END} stands before {BEGIN}"


def with_table(content: bytes, rows: Sequence[PlanRow]) -> bytes:
    """The plan with the table between the markers renewed and every other byte as it was;
    `content` itself where `why_no_table` says why not."""
    span = None if why_no_table(content) else _span(content)
    if span is None:
        return content
    begin, end, newline = span
    table = newline.join(line.encode("utf-8", "replace") for line in _table(rows))
    return content[:begin] + newline + table + newline * 2 + content[end:]


def _span(content: bytes) -> tuple[int, int, bytes] | None:
    """Where the table lies, and how the plan ends its lines."""
    first, last = _BEGIN.search(content), _END.search(content)
    if first is None or last is None or last.start() < first.end():
        return None
    return first.end(), last.start(), first.group(1)


def _table(rows: Sequence[PlanRow]) -> list[str]:
    lines = [
        "| task | title | state | lane | needs | note |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    return [*lines, *map(_line, rows)]


@lru_cache(20_000)
def _line(row: PlanRow) -> str:
    """Of ten thousand tasks a handful changes from one look to the next."""
    cells = (row.task, row.title, row.state, row.lane, ", ".join(row.needs), row.note)
    return f"| {' | '.join(map(_cell, cells))} |"


def _cell(text: str) -> str:
    """One line that can't end the cell, the table or the marker."""
    plain = str(safe(" ".join(text.split())))
    plain = plain if len(plain) <= CELL else plain[: CELL - 1] + "…"
    return plain.replace("\\", "\\\\").replace("|", "\\|").replace("<!--", "<! --")
