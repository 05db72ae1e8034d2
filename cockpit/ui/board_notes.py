"""What the board says of the train and the tasks: marks on each lane's panel, counts in the
header."""

from __future__ import annotations

from textual.content import Content

from cockpit.domain.background import Deed, Dispatcher
from cockpit.domain.board import TaskView
from cockpit.domain.cadence import overdue
from cockpit.domain.dispatch import decide
from cockpit.domain.fleet import Fleet, LaneView
from cockpit.domain.ids import LaneId
from cockpit.domain.text import safe
from cockpit.domain.train import Aside, CarState, Train
from cockpit.domain.work import Work
from cockpit.ui import present
from cockpit.ui.reasons import looks_landable
from cockpit.ui.train_rows import ASIDES, STATES, progress


def train_mark(fleet: Fleet, lane: LaneId) -> Content:
    """`queued 2`, `◔ gating`, `✓ landed`, `✗ aside: conflict`; empty for a lane that is in no
    train."""
    train = fleet.train
    car = train.car(lane) if train is not None else None
    if train is None or car is None or car.aside is Aside.DROPPED:
        return present.EMPTY
    if car.state is CarState.ASIDE and car.aside is not None:
        glyph, word, style = ASIDES[car.aside]
        return Content.styled(f"{glyph} aside: {word}", f"bold {style}")
    if car.state in (CarState.READY, CarState.STOPPED):
        place = _waiting(train).index(lane) + 1
        return Content.styled(f"queued {place}", "$accent")
    glyph, word, style = STATES[car.state]
    return Content.styled(f"{glyph} {word}", f"bold {style}")


def _waiting(train: Train) -> list[LaneId]:
    """Lanes whose turn is still to come, in order."""
    return [car.lane for car in train.cars if car.state in (CarState.READY, CarState.STOPPED)]


BACKGROUND = "↻"
"""A lane that is started by itself."""


def background_mark(fleet: Fleet, view: LaneView, now: float) -> Content:
    """`↻ in 25m`, `↻ after a landing`, `⚠ waits for you: …`; empty for a lane of the commander's
    own."""
    step = decide(fleet, view.lane, now)
    if step is None:
        return present.EMPTY
    if step.deed is Deed.HOLD:
        return present.text(f"{present.FAULT} waits for you: {step.why}", "bold $warning")
    if step.deed is Deed.OFF:
        return present.text(f"{BACKGROUND} off: {step.why}", "$muted")
    if step.deed is not Deed.WAIT:
        return present.text(f"{BACKGROUND} due", "$accent")
    elsewhere = fleet.desk.dispatcher is Dispatcher.ELSEWHERE
    by = " · another cockpit acts" if elsewhere else ""
    if step.until is None:
        return present.text(f"{BACKGROUND} {step.why}{by}", "$accent")
    return present.text(f"{BACKGROUND} in {_ahead(step.until - now)}{by}", "$accent")


def _ahead(seconds: float) -> str:
    """`1m`, `25m`, `3h`, `2d`: rounded up, so that it is never due before."""
    minutes = max(1, int(-(-seconds // 60)))
    if minutes < 120:
        return f"{minutes}m"
    return f"{-(-minutes // 60)}h" if minutes < 48 * 60 else f"{-(-minutes // 1440)}d"


def cadence_mark(fleet: Fleet, view: LaneView, now: float) -> Content:
    """`⚠ not landed for 2d`; empty for a lane that has landed lately, or has nothing to land."""
    late = overdue(fleet, view, now)
    if late is None:
        return present.EMPTY
    return present.text(f"{present.FAULT} {late.words}", "$warning")


def unlisted_mark(view: LaneView) -> Content:
    """Says that lanes.yaml does not name the lane; it runs on all the same."""
    if view.listed or view.record is None:
        return present.EMPTY
    return Content.styled(f"{present.FAULT} not in lanes.yaml", "$warning")


def prompts_mark(view: LaneView) -> Content:
    """`✉ 2 wait`, `✉ waits: The agent asks …`, `✉ nobody saw it taken`."""
    queue = view.prompts
    if queue.doubtful:
        return Content.styled(f"{present.FAULT} a prompt: nobody saw it taken", "bold $warning")
    if not queue.waiting:
        return present.EMPTY
    first = queue.waiting[0]
    if first.why:
        return present.text(f"{present.FAULT} a prompt waits: {first.why}", "$warning", width=120)
    return present.text(f"✉ {len(queue.waiting)} at the end of its turn", "$accent", width=60)


def config_note(fleet: Fleet) -> str:
    """The first thing that is wrong in lanes.yaml while an older reading of it counts."""
    return safe(fleet.config_problems[0], width=120).text if fleet.config_problems else ""


def train_note(fleet: Fleet) -> str:
    """`train 3/7 gating beta` while one runs."""
    return progress(fleet.train) if fleet.train is not None and fleet.train.running else ""


def task_mark(view: TaskView | None) -> Content:
    """`task-001 Issue tokens`; empty for a lane that has no task."""
    if view is None:
        return present.EMPTY
    name = present.text(view.task.id or view.task.name, "$accent", width=24)
    return Content.assemble(name, " ", present.text(view.task.title, "$foreground", width=120))


COUNTED = ((Work.REVIEW, "to review", "$accent"), (Work.READY, "ready", "$success"),
           (Work.RUNNING, "running", "$state-working"))  # fmt: skip
"""States of tasks that the header counts, most needed first."""


def task_tallies(fleet: Fleet) -> list[Content]:
    """How far the tasks are; nothing where there are none."""
    views = fleet.board.tasks
    if not views:
        return []
    merged = sum(view.work is Work.MERGED for view in views)
    parts = []
    for work, word, style in COUNTED:
        count = sum(view.work is work for view in views)
        if count:
            parts.append(Content.styled(f"{count} {word}", style))
    parts.append(Content.styled(f"{merged} of {len(views)} merged", "$success"))
    return [Content.assemble(("tasks ", "$muted"), parts[0]), *parts[1:]]


def tallies(fleet: Fleet) -> list[Content]:
    """How many lanes may land, are queued, need the commander, most needed first, then how far
    the tasks are; what is none is left out."""
    queued = len(_waiting(fleet.train)) if fleet.train is not None else 0
    landable = sum(looks_landable(fleet, view) for view in fleet.lanes.values())
    needing = [view for view in fleet.lanes.values() if view.needs_commander]
    kinds = {"fault" if view.fault else view.activity.state for view in needing}
    parts: list[Content] = []
    if landable:
        parts.append(Content.styled(f"{landable} may land", "$success"))
    if queued:
        parts.append(Content.styled(f"{queued} queued", "$accent"))
    if len(kinds) > 1:  # else the state's own block says it
        parts.append(Content.styled(f"{len(needing)} need you", "$foreground"))
    return [*parts, *task_tallies(fleet)]


def header(fleet: Fleet, width: int, *, note: str = "") -> Content:
    """The board's first line. `note` is ours, such as `3 marked`; counts of the train take the
    room that is left beside where all this is."""
    left: list[present.Part] = [(0, present.summary(fleet, width - 2))]
    if not fleet.link.up:
        why = safe(fleet.link.why, width=80).text or "tmux does not answer"
        left.append((1, Content.styled(f" {present.FAULT} {why} ", "bold $ink on $state-error")))
    wrong = config_note(fleet)
    if wrong:
        left.append((1, Content.styled(f" {present.FAULT} {wrong} ", "bold $ink on $warning")))
    train = train_note(fleet)
    if train:
        left.append((1, present.text(f" {train} ", "bold $ink on $accent")))
    if note:
        left.append((2, Content.styled(note, "bold $accent")))
    begin = present.fit(left, width - 2)
    where = Content.assemble(
        present.text(fleet.repository, "bold $foreground", width=40),
        (" → ", "$muted"),
        present.text(fleet.target, "$foreground", width=40),
    )
    room = width - 2 - begin.cell_length
    if where.cell_length + 2 > room:
        return Content.assemble(" ", begin)
    counts = tallies(fleet)
    while counts and present.joined(counts).cell_length + 4 > room - where.cell_length:
        counts.pop()
    if counts:
        begin = Content.assemble(begin, "  ", present.joined(counts))
        room = width - 2 - begin.cell_length
    return Content.assemble(" ", begin, " " * (room - where.cell_length), where)
