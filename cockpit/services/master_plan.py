"""The table of tasks in the Oracle's `master_plan.md` (`domain/master_plan.py` has its form).

The file is never made, and no byte outside the two markers changes. It is written only from
the content that was read, and only once it has been still for a moment: the Oracle may be
writing it. What changed meanwhile is tried again at the next look.
"""

from __future__ import annotations

from cockpit.domain.board import Board
from cockpit.domain.ledger_rows import plan_rows
from cockpit.domain.master_plan import MOST, WORD, why_no_table, with_table
from cockpit.errors import CockpitError
from cockpit.services import tasks
from cockpit.services.workplace import Workplace

FILE = "master_plan.md"

STILL = 0.3
"""Seconds for which nobody wrote it (as `domain/arriving.py` has it for tasks)."""


def write(work: Workplace, board: Board) -> tuple[tuple[str, ...], bool]:
    """Keep the table current; what is wrong with the file, and whether it is as it should be.
    A file without markers is nobody's wish, and is no problem."""
    root = tasks.root_of(work)
    try:
        found = work.papers.read(root, FILE, cap=MOST)
        if found is None:
            return (), True
        if WORD not in found:
            return (), True
        new = with_table(found, plan_rows(board))
        if new == found:
            why = why_no_table(found)
            return ((f"{FILE} gets no table: {why}",) if why else ()), True
        if len(new) > MOST:
            return (f"{FILE} gets no table: it would be larger than {MOST >> 20} MiB",), True
        return (), work.papers.put(root, FILE, old=found, new=new, still=STILL)
    except CockpitError as error:
        return (error.title.rstrip("."),), True
