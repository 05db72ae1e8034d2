"""Whether a lane is merged, by content (DESIGN §7): would anything be lost without it?

The answer depends on two commits only, so it is remembered by them, across processes too:
looking costs some processes of git a lane, and the board and `status` ask all the time.
"""

from __future__ import annotations

import json
import threading

from cockpit.domain.change import CommitLine
from cockpit.domain.ids import CommitId, LaneId
from cockpit.domain.landed import Merged, MergedState
from cockpit.domain.lane import LaneRecord
from cockpit.domain.lane_steps import steps_of
from cockpit.domain.operation import Operation, OpKind
from cockpit.domain.undone import undone_by
from cockpit.errors import CockpitError
from cockpit.services import relanding
from cockpit.services.workplace import Workplace

KEPT = 200
"""Answers that are remembered."""

FILE = "merged"
"""State file with the answers; it can be lost without harm."""

_known: dict[tuple[str, str], MergedState] = {}
_guard = threading.Lock()


def standing(work: Workplace, lane: LaneId) -> MergedState:
    """How the lane stands now. Raises `Refused` when it is not started."""
    record = work.record(lane)
    try:
        tip = work.git.read_ref(record.branch)
        target = work.git.read_ref(work.target)
    except CockpitError as error:
        return MergedState(why=error.title)
    if tip is None or target is None:
        gone = "its branch" if tip is None else work.config.target
        return MergedState(why=f"{gone} is gone")
    return of(work, record, tip, target)


def of(
    work: Workplace,
    record: LaneRecord,
    tip: CommitId,
    target: CommitId,
    *,
    ahead: int | None = None,
    behind: int | None = None,
) -> MergedState:
    """How the commit `tip` of a lane stands towards `target`; `ahead` and `behind` spare a
    look where they are known. What fails is `unknown` with the reason."""
    if tip == target or ahead == 0 == behind:
        return MergedState(Merged.NOTHING if _has_nothing(record, tip) else Merged.MERGED)
    if behind == 0 and ahead:
        return MergedState(Merged.UNMERGED, ahead)
    key = f"{tip} {target} {record.base} {record.op}"
    known = _remembered(work, key)
    if known is not None:
        return known
    try:
        found = _look(work, record, tip, target)
    except CockpitError as error:
        return MergedState(why=error.title)
    _remember(work, key, found)
    return found


def _has_nothing(record: LaneRecord, tip: CommitId) -> bool:
    return tip == record.base


def _look(work: Workplace, record: LaneRecord, tip: CommitId, target: CommitId) -> MergedState:
    if _has_nothing(record, tip) and work.git.is_ancestor(tip, target):
        return MergedState(Merged.NOTHING)
    landings = _landings(work, record)
    if any((op.intent.get("source"), op.intent.get("new")) == (tip, target) for op in landings):
        return MergedState(Merged.MERGED)  # the target is what our landing of the tip made
    left = _left(work, record, landings, tip, target)
    if not left:
        return MergedState(Merged.MERGED)
    own = [one for one, parents in work.git.history.lane_commits(target, tip) if parents <= 1]
    ids = {line.commit for line in left}
    some_are_there = any(commit not in ids for commit in own)
    earlier = any(
        op.intent.get("source") != tip
        and work.git.resolve(str(op.intent.get("source"))) is not None
        and work.git.is_ancestor(CommitId(str(op.intent["source"])), tip)
        for op in landings
    )
    partly = some_are_there or earlier
    return MergedState(Merged.PARTLY if partly else Merged.UNMERGED, len(left))


def left(work: Workplace, record: LaneRecord, tip: CommitId, target: CommitId) -> list[CommitLine]:
    """Commits of the lane whose content is not in the target, newest first."""
    return _left(work, record, _landings(work, record), tip, target)


def _left(
    work: Workplace,
    record: LaneRecord,
    landings: list[Operation],
    tip: CommitId,
    target: CommitId,
) -> list[CommitLine]:
    kept = next((op for op in landings if op.intent.get("new") == tip), None)
    landed_on = CommitId(str(kept.intent["old"])) if kept is not None else None
    gone = relanding.taken_back(work, record.lane, tip, target)
    return work.git.history.unmerged(tip, target, landed_on=landed_on, taken_back=gone)


def _landings(work: Workplace, record: LaneRecord) -> list[Operation]:
    """Landings of this lane that stand, newest first."""
    entries = work.journal.entries()
    undone = undone_by(entries)
    return [
        op
        for op in reversed(steps_of(entries, record.lane))
        if op.kind is OpKind.LAND and op.seq not in undone
    ]


# ---------------------------------------------------------------- memory


def _remembered(work: Workplace, key: str) -> MergedState | None:
    where = str(work.state_dir)
    with _guard:
        known = _known.get((where, key))
    if known is not None:
        return known
    for name, value in _read(work).items():
        if name == key:
            return _from_json(value)
    return None


def _remember(work: Workplace, key: str, found: MergedState) -> None:
    with _guard:
        _known[str(work.state_dir), key] = found
        while len(_known) > KEPT:
            _known.pop(next(iter(_known)))
        answers = _read(work)
        answers.pop(key, None)
        answers[key] = json.dumps([found.merged.value, found.left])
        while len(answers) > KEPT:
            answers.pop(next(iter(answers)))
        try:
            work.state.write(FILE, {"answers": list(answers.items())})
        except CockpitError:
            return  # a memory only: the next process looks again


def _read(work: Workplace) -> dict[str, str]:
    """The answers, oldest first; none where the file is damaged."""
    try:
        value = work.state.read(FILE) or {}
        return {str(name): str(answer) for name, answer in value.get("answers", ())}
    except (CockpitError, TypeError, ValueError):
        return {}


def _from_json(value: str) -> MergedState | None:
    try:
        merged, left = json.loads(value)
        return MergedState(Merged(merged), int(left))
    except (TypeError, ValueError):
        return None
