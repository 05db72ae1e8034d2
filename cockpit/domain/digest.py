"""What happened since the commander looked last: from the journal, from what lanes are now beside
what they were then, from commits and results. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from cockpit.dataclass import dataclass
from cockpit.domain.activity import NEEDS_COMMANDER, State, headline
from cockpit.domain.change import CommitLine
from cockpit.domain.fleet import Fleet, LaneView
from cockpit.domain.ids import LaneId, is_lane_name
from cockpit.domain.operation import Operation, OpKind, OpState
from cockpit.domain.sync import TURN
from cockpit.domain.text import counted


class News(StrEnum):
    """What kind of thing happened, what needs the commander most first."""

    ASKS = "asks"
    FAILED = "failed"
    CONFLICT = "conflict"
    LANDED = "landed"
    RESULT = "result"
    FINISHED = "finished"
    COMMITS = "commits"
    DONE = "done"


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that happened; `text` is raw from outside, `at` 0 where the time is not known."""

    news: News
    lane: LaneId | None
    text: str
    at: float = 0.0
    by: str = ""


@dataclass(frozen=True, slots=True)
class Seen:
    """What the commander saw last: when, and what each started lane was doing then."""

    at: float = 0.0
    states: Mapping[LaneId, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Digest:
    since: float
    lines: tuple[Line, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.lines)


TOLD = {
    OpKind.LAND: News.LANDED, OpKind.TEARDOWN: News.DONE, OpKind.PARK: News.DONE,
    OpKind.UNDO: News.DONE, OpKind.START: News.DONE, OpKind.ASSIGN: News.DONE,
    OpKind.FOLLOW: News.DONE, OpKind.PUSH: News.DONE, OpKind.SYNC: News.DONE,
    OpKind.GATE: News.DONE, OpKind.ANSWER: News.DONE, OpKind.ROUND: News.DONE,
}  # fmt: skip
"""Steps that are worth a line; one that failed is told whatever it was."""

LONGEST = 300
"""Characters of a state that are kept and compared."""
_CLASH = re.compile(r"\bconflict", re.IGNORECASE)


def digest(
    seen: Seen,
    fleet: Fleet,
    *,
    operations: Iterable[Operation] = (),
    commits: Mapping[LaneId, Sequence[CommitLine]] | None = None,
    results: Iterable[tuple[str, str, float]] = (),
) -> Digest:
    """All of it since `seen.at`, what needs the commander first, then the newest. `results`:
    name of the file, what it says, when it was written."""
    lines = [line for op in operations if (line := _of_operation(op, seen.at)) is not None]
    for view in fleet.lanes.values():
        lines += _of_lane(view, seen)
    for lane, new in (commits or {}).items():
        fresh = [one for one in new if one.at > seen.at]
        if fresh:
            lines.append(_of_commits(lane, fresh))
    for name, said, at in results:
        if at > seen.at:
            lines.append(Line(News.RESULT, None, f"{name}: {said}", at))
    order = list(News)
    lines.sort(key=lambda line: (order.index(line.news), -line.at))
    return Digest(seen.at, tuple(lines))


def _of_operation(op: Operation, since: float) -> Line | None:
    at = op.ended or op.at
    if at <= since or op.state is OpState.PENDING:
        return None
    if op.state is OpState.ABANDONED:
        why = str(op.outcome.get("error") or "it was given up")
        news = News.CONFLICT if _CLASH.search(why) else News.FAILED
        return Line(news, op.lane, f"{op.summary}: {why}", at, op.by)
    told = TOLD.get(op.kind)
    return Line(told, op.lane, op.summary, at, op.by) if told is not None else None


def _of_lane(view: LaneView, seen: Seen) -> Iterable[Line]:
    """A state that needs the commander, or the end of a turn, if it is another than it was."""
    if view.record is None:
        return
    now = state_of(view)
    before = seen.states.get(view.lane, "")
    if now == before:
        return
    state, at = view.activity.state, view.activity.since
    said = headline(view.activity.detail)
    if state is State.ASKING or (view.background is not None and view.background.is_held):
        held = view.background.run.why if view.background is not None else ""
        yield Line(News.ASKS, view.lane, said or held or "asks something", at)
    elif state in NEEDS_COMMANDER:
        words = {State.EXITED: "its agent ended", State.LIMITED: "reached its rate limit"}
        what = words.get(state, "ended its turn in an error")
        yield Line(News.FAILED, view.lane, f"{what}: {said}" if said else what, at)
    elif state is State.IDLE and before.split(":")[0] in {one.value for one in TURN}:
        yield Line(News.FINISHED, view.lane, "ended its turn", at)


def _of_commits(lane: LaneId, new: Sequence[CommitLine]) -> Line:
    authors = list(dict.fromkeys(one.author for one in new))
    by = ", ".join(authors[:3]) + (" and others" if len(authors) > 3 else "")
    newest = max(new, key=lambda one: one.at)
    return Line(
        News.COMMITS, lane, f"{counted(len(new), 'commit')}, last: {newest.subject}", newest.at, by
    )


# ---------------------------------------------------------------- what was seen


def state_of(view: LaneView) -> str:
    """A lane's state as it is compared: another question is another state."""
    state = view.activity.state
    if state is State.ASKING:
        return f"{state.value}:{headline(view.activity.detail)}"[:LONGEST]
    return state.value


def seen_now(fleet: Fleet, now: float) -> Seen:
    views = [view for view in fleet.lanes.values() if view.record is not None]
    return Seen(now, {view.lane: state_of(view) for view in views})


def seen_to_json(seen: Seen) -> dict[str, Any]:
    return {"at": seen.at, "states": dict(seen.states)}


def seen_from_json(value: Mapping[str, Any]) -> Seen | None:
    """None for what has another form."""
    at, states = value.get("at"), value.get("states")
    if isinstance(at, bool) or not isinstance(at, int | float) or not isinstance(states, dict):
        return None
    kept = {
        LaneId(lane): state
        for lane, state in states.items()
        if is_lane_name(lane) and isinstance(state, str)
    }
    return Seen(float(at), kept)


# ---------------------------------------------------------------- moments

_SPAN = re.compile(r"(\d{1,6})([smhdw])")
_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}


def moment(text: str, now: float) -> float | None:
    """Seconds since the epoch of `90m`, `2d`, `14:30` (the last one there was), `2026-03-01` or
    `2026-03-01T14:30` in local time; None for anything else."""
    span = _SPAN.fullmatch(text)
    if span is not None:
        return now - int(span[1]) * _UNITS[span[2]]
    try:
        if re.fullmatch(r"\d{1,2}:\d{2}", text):
            hour, minute = (int(part) for part in text.split(":"))
            today = datetime.fromtimestamp(now).replace(
                hour=hour, minute=minute, second=0, microsecond=0
            )
            found = today if today.timestamp() <= now else today - timedelta(days=1)
            return found.timestamp()
        return datetime.fromisoformat(text).timestamp()
    except (ValueError, OverflowError, OSError):
        return None
