"""Which questions of results were answered, in one state file: a result stays as it is until
its worker writes it anew, so the file alone can't say. Remembered for as long as the result is
older than the answer; a file that can't be read says that nothing was answered.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from cockpit.domain.bus import BusFile
from cockpit.domain.ids import LaneId
from cockpit.errors import CockpitError
from cockpit.services.workplace import Workplace

FILE = "answers"
LOCK = "tasks"
MOST = 100
"""Answers that are remembered of a lane."""

Known = Mapping[str, Mapping[str, Any]]


def note(work: Workplace, lane: LaneId, token: str, source: str) -> None:
    """The question `token` of the result `source` has its answer; durable on return."""
    with work.locks.hold(LOCK, why="note an answer"):
        known = _read(work)
        mine = {**known.get(lane, {}), token: {"file": source, "at": work.clock.now()}}
        there = set(work.registry.lanes()) | {lane}
        kept = {name: dict(found) for name, found in known.items() if name in there}
        kept[lane] = dict(list(mine.items())[-MOST:])
        work.state.write(FILE, kept)


def given(work: Workplace, results: Iterable[BusFile]) -> dict[LaneId, frozenset[str]]:
    """By lane the tokens of questions that were answered since these results were written."""
    written = {file.name: file.changed for file in results}
    return {
        LaneId(lane): frozenset(
            token for token, answer in found.items() if _counts(answer, written)
        )
        for lane, found in _read(work).items()
    }


def _counts(answer: object, written: Mapping[str, float]) -> bool:
    if not isinstance(answer, Mapping):
        return False
    at, name = answer.get("at"), answer.get("file")
    return isinstance(at, int | float) and at >= written.get(str(name), float("inf"))


def _read(work: Workplace) -> Known:
    try:
        value = work.state.read(FILE) or {}
    except CockpitError:
        return {}
    return {str(lane): found for lane, found in value.items() if isinstance(found, Mapping)}
