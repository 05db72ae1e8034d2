"""Who worked on what when: a row a lane, what was done and what is planned as bars.

Real bars come from the journal (who had which task when) and from when a result came, planned
ones from the forecast. Shapes differ as colours do: `━` is work, `╌` waits for its landing,
`┄` is planned.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping, Sequence

from textual.content import Content

from cockpit.dataclass import dataclass
from cockpit.domain.board import TaskView
from cockpit.domain.fleet import Fleet
from cockpit.domain.forecast import Forecast
from cockpit.domain.schedule import Schedule
from cockpit.domain.task_history import End, Turn
from cockpit.domain.taskname import TaskId, number_of
from cockpit.domain.text import counted
from cockpit.domain.work import UNDERWAY, Work
from cockpit.ui import present
from cockpit.ui.task_rows import LOOKS

NAME = 12
"""Cells of the longest lane that is named whole."""
BACK = 3.0
"""So many times what is planned is looked back, and at least `BACK_LEAST` seconds."""
BACK_LEAST = 3 * 3600.0
TICK = 9
"""Cells between two times, at least."""
STEPS = (60, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200, 86400, 172800, 604800, 2592000)
DAY = 86400
SHORTEST = 600.0
"""Seconds that a timeline shows at least."""

WORK, LANDING, PLANNED = "━", "╌", "┄"


@dataclass(frozen=True, slots=True)
class Bar:
    """Times in seconds since the epoch."""

    task: TaskId
    title: str
    begin: float
    end: float
    fill: str
    glyph: str = ""
    style: str = ""


@dataclass(frozen=True, slots=True)
class LaneRow:
    lane: str
    bars: tuple[Bar, ...]


@dataclass(frozen=True, slots=True)
class Timeline:
    begin: float
    end: float
    now: float
    rows: tuple[LaneRow, ...] = ()
    left_out: int = 0
    """Tasks that lie further back than what is shown."""

    @property
    def label(self) -> int:
        """Cells of the lanes' names."""
        return min(NAME, max((len(row.lane) for row in self.rows), default=0)) + 2


def timeline(fleet: Fleet, known: Forecast, turns: Sequence[Turn], now: float) -> Timeline:
    """What was, is, and would be; a row for each lane that has a part in it."""
    views = {view.task.id: view for view in reversed(fleet.board.tasks) if view.task.id}
    bars: dict[str, list[Bar]] = {}
    for turn in turns:
        if turn.task:
            bars.setdefault(turn.lane, []).extend(_real(turn, views.get(turn.task), now))
    names = lane_names(known.schedule, views, fleet.plan.lanes, max(1, known.lanes))
    for name in names:
        bars.setdefault(name, [])
    for slot in known.schedule.slots:
        if slot.end > slot.begin and slot.task in views:
            planned = _planned(views[slot.task], now + slot.begin, now + slot.end)
            bars[names[slot.lane]].append(planned)
    return _fitted(fleet, bars, now)


def lane_names(
    schedule: Schedule, views: Mapping[TaskId, TaskView], lanes: Iterable[str], count: int
) -> tuple[str, ...]:
    """Which lane each of the schedule's is: the one that has its first task, else one that is
    left."""
    named: dict[int, str] = {}
    for slot in schedule.slots:
        holder = views[slot.task].holder if slot.task in views else None
        if slot.begin > 0 or holder is None:
            continue
        if slot.lane not in named and holder.lane not in named.values():
            named[slot.lane] = str(holder.lane)
    rest = iter([str(lane) for lane in lanes if lane not in named.values()])
    return tuple(named.get(at) or next(rest, f"lane {at + 1}") for at in range(count))


def _real(turn: Turn, view: TaskView | None, now: float) -> Iterator[Bar]:
    """A turn: at work, then waiting to land once its result had come."""
    until = max(turn.end if turn.end is not None else now, turn.begin)
    effort = view.effort if view is not None else None
    came = effort.ended if effort is not None and effort.lane == turn.lane else 0.0
    worked = came if turn.begin < came < until else until
    glyph, style = _look(turn, view)
    title = view.task.title if view is not None else ""
    yield Bar(turn.task, title, turn.begin, worked, WORK, glyph, style.removeprefix("bold "))
    if worked < until:
        yield Bar(turn.task, "", worked, until, LANDING, style="$muted")


def _look(turn: Turn, view: TaskView | None) -> tuple[str, str]:
    if turn.how is End.LANDED:
        return LOOKS[Work.MERGED]
    if turn.how is not None:
        return LOOKS[Work.CANCELLED]
    return LOOKS[view.work if view is not None else Work.RUNNING]


def _planned(view: TaskView, begin: float, end: float) -> Bar:
    glyph = "" if view.work in UNDERWAY else "·"
    return Bar(view.task.id, view.task.title, begin, end, PLANNED, glyph, "$muted")


def _fitted(fleet: Fleet, bars: dict[str, list[Bar]], now: float) -> Timeline:
    """The lanes in the fleet's order, and the span that they are shown in."""
    every = [bar for mine in bars.values() for bar in mine]
    end = max((bar.end for bar in every), default=now)
    first = min((bar.begin for bar in every), default=now)
    ahead = max(end - now, 0.0)
    begin = max(first, now - max(BACK * ahead, BACK_LEAST)) if ahead else first
    kept = {
        lane: tuple(sorted((bar for bar in mine if bar.end >= begin), key=lambda bar: bar.begin))
        for lane, mine in bars.items()
    }
    gone = {bar.task for bar in every if bar.end < begin}
    order = [*(str(lane) for lane in fleet.lanes if lane in bars), *bars]
    rows = tuple(LaneRow(lane, kept[lane]) for lane in dict.fromkeys(order))
    return Timeline(begin, max(end, now, begin + SHORTEST), now, rows, len(gone))


# ------------------------------------------------------------------ drawing


def axis_line(shown: Timeline, width: int) -> Content:
    """The times above the bars."""
    room = max(1, width - shown.label)
    cells = [" "] * (room + TICK)
    for at, said in _ticks(shown, room):
        cells[at : at + len(said) + 1] = f"╵{said}"
    line = "".join(cells)[:room]
    return Content.assemble(" " * shown.label, (line, "$muted"))


def _ticks(shown: Timeline, room: int) -> Iterator[tuple[int, str]]:
    """Places and words of the times, at whole steps of the clock where this is."""
    span = shown.end - shown.begin
    wanted = [step for step in STEPS if room * step / span >= TICK]
    step = wanted[0] if wanted else STEPS[-1]
    offset = time.localtime(shown.begin).tm_gmtoff
    at = -(-(shown.begin + offset) // step) * step - offset
    day = ""
    while at < shown.end:
        there = time.localtime(at)
        said = time.strftime("%d %b" if step >= DAY else "%H:%M", there)
        today = time.strftime("%a", there)
        if span > DAY and step < DAY and today != day:
            said, day = today, today
        yield _place(shown, at, room), said
        at += step


def _place(shown: Timeline, at: float, room: int) -> int:
    return int((at - shown.begin) / (shown.end - shown.begin) * room)


def bar_line(row: LaneRow, shown: Timeline, width: int, *, chosen: bool = False) -> Content:
    """One lane's row, `width` cells."""
    room = max(1, width - shown.label)
    name = present.text(row.lane, "bold $accent" if chosen else "bold $foreground", width=60)
    name = name.truncate(shown.label - 2, ellipsis=True)
    head = Content.assemble(("▸" if chosen else " ", "bold $accent"), name)
    pieces: list[Content] = [head.pad_right(max(0, shown.label - head.cell_length))]
    here = min(room - 1, _place(shown, shown.now, room))
    at = 0
    for bar in row.bars:
        first = max(at, _place(shown, bar.begin, room))
        last = min(room, max(_place(shown, bar.end, room), first + 1))
        if last > first:
            pieces += [_gap(at, first, here), _bar(bar, last - first)]
            at = last
    pieces.append(_gap(at, room, here))
    return Content.assemble(*pieces)


def _gap(first: int, last: int, here: int) -> Content:
    """Empty cells, with the line of now."""
    if not first <= here < last:
        return Content(" " * (last - first))
    return Content.assemble(" " * (here - first), ("│", "bold $accent"), " " * (last - here - 1))


def _bar(bar: Bar, width: int) -> Content:
    said = next((name for name in _names(bar) if len(name) < width or len(name) == 1), "")
    return Content.assemble(
        (said, f"bold {bar.style}"), (bar.fill * (width - len(said)), bar.style)
    )


def _names(bar: Bar) -> Sequence[str]:
    """What a bar may say, the longest first: the rest of a task that runs says nothing."""
    if not bar.glyph:
        return ()
    return (f"{bar.glyph}{bar.task}", f"{bar.glyph}{number_of(bar.task)}", bar.glyph)


# ------------------------------------------------------------------ words


def clock(seconds: float) -> str:
    return time.strftime("%H:%M", time.localtime(seconds))


def length(seconds: float) -> str:
    """`40s`, `25m`, `3h`, `1h 20m`, `2d 4h`: how long something takes, in two units at most."""
    whole = max(0, round(seconds))
    if whole < 60:
        return f"{whole}s"
    minutes = (whole + 30) // 60
    for size, unit, small, mark in ((1440, "d", 60, "h"), (60, "h", 1, "m")):
        if minutes >= size:
            rest = (minutes % size) // small
            return f"{minutes // size}{unit} {rest}{mark}" if rest else f"{minutes // size}{unit}"
    return f"{minutes}m"


def lane_note(row: LaneRow, shown: Timeline) -> Content:
    """What one row says, in words."""
    parts = [
        f"{bar.task} {clock(bar.begin)}-{clock(bar.end)}"
        + (" planned" if bar.fill == PLANNED else "")
        for bar in row.bars
        if bar.fill != LANDING and (bar.fill != PLANNED or bar.glyph)
    ]
    told = ", ".join(parts) or "nothing done and nothing planned"
    return Content.assemble(
        present.text(f" {row.lane}: ", "bold $foreground", width=40),
        present.text(told, "$foreground", width=600),
    )


def forecast_parts(known: Forecast) -> list[Content]:
    """The seeds' comparison: time one after another against time in parallel."""
    parts: list[Content] = []
    for name, told, style in (
        ("left", known.left, "$foreground"),
        ("landed", known.measured, "$success"),
    ):
        if told.tasks:
            said = f"{name}: {length(told.one_by_one)} one after another, "
            said += f"{length(told.parallel)} in parallel"
            said += f" ({told.gain:.1f}×)" if told.gain >= 1.05 else ""
            parts.append(Content.styled(said, style))
    if known.guessed:
        said = f"{counted(known.guessed, 'task')} without `estimate:`, taken as 1h"
        parts.append(Content.styled(said, "$muted"))
    return parts


def legend(shown: Timeline) -> list[present.Part]:
    """What the shapes mean, by rank."""
    signs: list[present.Part] = [
        (2, Content.styled(f"{WORK} worked", "$foreground"), True),
        (2, Content.styled(f"{LANDING} waits to land", "$muted"), True),
        (2, Content.styled(f"{PLANNED} planned", "$muted"), True),
        (3, Content.styled("│ now", "bold $accent"), True),
    ]
    if shown.left_out:
        gone = f"{counted(shown.left_out, 'task')} further back"
        signs.append((1, Content.styled(gone, "$muted"), True))
    return signs


def chain_words(chain: Sequence[TaskId], most: int = 8) -> str:
    """`task-001 → task-004 → …`."""
    told = " → ".join(chain[:most])
    return f"{told} → … ({len(chain)} tasks)" if len(chain) > most else told
