"""What cockpit writes on the bus for people, kept current: the ledgers and the plan's table.

Nothing here is an operation: all of it can be made anew at any time from the board, the
journal and what is remembered of tasks. It is written by the one app that acts; where none
acts, by whoever looks. What was written is remembered by its digest before it is written, so
that a later look knows it for its own.

| died after | left behind | next look |
|---|---|---|
| digest remembered | a digest that no file has | the file is written |
| hidden file | `.cockpit-paper-…` beside it | taken away (`adapters/bus/papers.py`) |
| some files written | those, each whole | the others are written |
"""

from __future__ import annotations

import os
from collections.abc import Mapping

from cockpit.dataclass import dataclass
from cockpit.domain.background import Dispatcher
from cockpit.domain.board import Board
from cockpit.domain.fleet import UNSEEN, Fleet
from cockpit.domain.ids import CommitId, LaneId
from cockpit.domain.text import safe
from cockpit.errors import CockpitError, Refused, TimedOut
from cockpit.services import bus, ledgers, master_plan, tasks
from cockpit.services.ledgers import Ours, Paper
from cockpit.services.workplace import Workplace

FILE = "papers"
"""State file: by name the digests of what was written, and what was wrong last."""

LOCK = "papers"

KEPT = 200
"""Answers of git that are remembered."""

_had: dict[tuple[str, CommitId, str], bool] = {}


@dataclass(frozen=True, slots=True)
class Written:
    problems: tuple[str, ...] = ()
    """Sentences without their periods, for the board."""
    is_whole: bool = True
    """Nothing is to be tried again soon."""
    is_news: bool = False
    """The problems are others than at the last time."""


def is_to_write(fleet: Fleet) -> bool:
    """Whether no other process writes them (the app that acts does), and every lane was looked
    at: else the board is not what it will be in a moment."""
    unseen = any(view.record and view.activity == UNSEEN for view in fleet.lanes.values())
    return fleet.plan.dispatcher is not Dispatcher.ELSEWHERE and not unseen


def write(work: Workplace, fleet: Fleet) -> Written:
    """Bring the files on the bus up to date with the fleet's board. Raises nothing: what can't
    be written is a problem, told with the others."""
    try:
        with work.locks.hold(LOCK, timeout=0.0, why="write ledgers and the plan's table"):
            state = dict(work.state.read(FILE) or {})
            found, problems = _write_ledgers(work, fleet.board, state)
            said, is_still = master_plan.write(work, fleet.board)
            problems = tuple(dict.fromkeys((*problems, *said)))
            is_news = problems != _problems(state)
            if is_news:
                work.state.write(FILE, {**state, "problems": list(problems)})
            return Written(problems, found and is_still, is_news)
    except TimedOut:
        return Written(problems_of(work), is_whole=False)
    except CockpitError as error:
        return Written((error.title.rstrip("."),))


def problems_of(work: Workplace) -> tuple[str, ...]:
    """What was wrong when they were written last, whoever did."""
    try:
        return _problems(work.state.read(FILE) or {})
    except CockpitError as error:
        return (error.title.rstrip("."),)


def ours(work: Workplace) -> Ours:
    """By name the digests of what cockpit wrote. Raises `CockpitError` where that can't be
    read: then nothing is taken for ours."""
    return _ours(work.state.read(FILE) or {})


def _problems(state: Mapping[str, object]) -> tuple[str, ...]:
    told = state.get("problems")
    return tuple(map(str, told)) if isinstance(told, list) else ()


def _ours(state: Mapping[str, object]) -> dict[str, list[str]]:
    told = state.get("ours")
    items = told.items() if isinstance(told, dict) else ()
    return {str(name): list(map(str, seen)) for name, seen in items if isinstance(seen, list)}


# ---------------------------------------------------------------- ledgers


@dataclass(frozen=True, slots=True)
class _Change:
    paper: Paper
    old: bytes | None


def _write_ledgers(
    work: Workplace, board: Board, state: dict[str, object]
) -> tuple[bool, tuple[str, ...]]:
    """Whether all are as they should be now, and what is wrong. `state` is kept current."""
    known = _ours(state)
    made, problems = ledgers.papers(work, board, known)
    changes = []
    for paper in made:
        try:
            change, why = _look(work, paper, known)
        except CockpitError as error:
            change, why = None, error.title
        if change is not None:
            changes.append(change)
        if why:
            problems.append(why.rstrip("."))
    if not changes:
        return True, tuple(problems)
    if any(change.old is None for change in changes):
        bus.keep_out_of_status(work)
    for change in changes:
        name, new = change.paper.name, ledgers.digest(change.paper.content)
        known[name] = [*known.get(name, [])[-1:], new]
    state["ours"] = known
    work.state.write(FILE, state)
    is_whole = True
    for change in changes:
        try:
            paper = change.paper
            is_whole &= work.papers.put(
                tasks.root_of(work), paper.name, old=change.old, new=paper.content
            )
        except CockpitError as error:
            problems.append(error.title.rstrip("."))
    return is_whole, tuple(problems)


def _look(
    work: Workplace, paper: Paper, known: Mapping[str, list[str]]
) -> tuple[_Change | None, str]:
    """How a ledger must change, or why it is left alone."""
    root = tasks.root_of(work)
    found = work.papers.read(root, paper.name, cap=ledgers.MOST)
    written = found is not None and ledgers.digest(found) in known.get(paper.name, ())
    as_is = (written and found == paper.content) or (found is None and paper.is_empty)
    bringer = _bringer(work, paper)
    if as_is and bringer is None:
        return None, ""
    why = _why_tracked(work, paper)
    if bringer is not None and not why:
        if written and found is not None:
            work.papers.remove(root, paper.name, old=found)  # it would be in the landing's way
        why = f"lane {bringer} has committed one"
    if why:
        return None, f"{safe(paper.name)} is left alone: {why}"
    if not written and found is not None and found.strip() and found != paper.content:
        return None, (
            f"{safe(paper.name)} is left alone: it holds something that cockpit did not write. "
            "Move it away, or name another file under `ledger:`"
        )
    return _Change(paper, found), ""


def _path_of(work: Workplace, paper: Paper) -> str:
    """Its path in the repository; empty where the bus lies elsewhere."""
    path = os.path.normpath(os.path.join(work.config.bus, paper.name))
    return "" if os.path.isabs(path) or path.startswith("..") else path


def _why_tracked(work: Workplace, paper: Paper) -> str:
    """Why the file is the project's own, a clause; empty when it isn't."""
    path = _path_of(work, paper)
    if not path:
        return ""
    try:
        if work.git.edit.index_side(work.root, path).is_there:
            return "the project tracks it"
    except Refused:
        return "it is in the middle of a merge"
    target = work.git.read_ref(work.target)
    if target is not None and _has(work, target, path):
        return f"{work.config.target} tracks it"
    return ""


def _bringer(work: Workplace, paper: Paper) -> LaneId | None:
    """A lane whose branch has the file: its landing brings it."""
    path = _path_of(work, paper)
    records = work.registry.lanes()
    for lane in paper.lanes:
        record = records.get(lane)
        tip = work.git.read_ref(record.branch) if record is not None else None
        if path and tip is not None and _has(work, tip, path):
            return lane
    return None


def _has(work: Workplace, commit: CommitId, path: str) -> bool:
    """Asked once a commit: what it holds never changes."""
    key = (str(work.git.common_dir), commit, path)
    if key not in _had:
        while len(_had) >= KEPT:
            _had.pop(next(iter(_had)), None)
        _had[key] = bool(work.git.entries_at(commit, [path]))
    return _had[key]
