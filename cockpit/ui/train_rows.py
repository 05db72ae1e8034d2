"""The train as a list: one row a car, and the lines above and below the list.

A car's row says, left to right, what decides first: its place, its lane, how it stands (glyph
and word), what is in its way with the key that mends it, its size, and why it stands there.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from textual.content import Content

from cockpit.dataclass import dataclass
from cockpit.domain.fleet import Fleet
from cockpit.domain.ids import LaneId, branch_name
from cockpit.domain.lane import GitFacts
from cockpit.domain.merge import Check
from cockpit.domain.train import Aside, Car, CarState, Train
from cockpit.ui import present
from cockpit.ui.landing_lines import MENDING

STATES: dict[CarState, tuple[str, str, str]] = {
    CarState.READY: ("●", "ready", "$success"),
    CarState.GATING: ("◔", "gating", "$accent"),
    CarState.LANDING: ("▶", "landing", "$accent"),
    CarState.LANDED: ("✓", "landed", "$success"),
    CarState.ASIDE: ("✗", "aside", "$error"),
    CarState.STOPPED: ("■", "stopped", "$warning"),
}
"""Glyph, word and style of a car's state; shapes differ, so colour is never the only sign."""

ASIDES: dict[Aside, tuple[str, str, str]] = {
    Aside.CHECKS: ("✗", "not ready", "$error"),
    Aside.CONFLICT: ("⚔", "conflict", "$error"),
    Aside.DEPENDS: ("⋯", "waits", "$warning"),
    Aside.RED: ("✗", "red gate", "$error"),
    Aside.MOVED: ("⚠", "moved", "$warning"),
    Aside.REFUSED: ("✗", "refused", "$error"),
    Aside.DROPPED: ("–", "dropped", "$muted"),
}
WAITING = ("·", "waiting", "$muted")
"""A ready car of a train that runs, before its turn."""
STALE = ("⚠", "moved", "bold $warning")
"""A car whose lane moved after it was shown."""

NAME = 16
"""Cells of the longest lane name that is shown whole."""
WORD = 11
"""Cells of a state's glyph and word."""
EMPTY = present.EMPTY


@dataclass(frozen=True, slots=True)
class RowLook:
    """What a row needs besides its car. `stale` are lanes that moved since they were shown."""

    fleet: Fleet
    running: bool = False
    stale: Collection[LaneId] = ()
    edited: Collection[LaneId] = ()
    chosen: LaneId | None = None


def state_of(car: Car, *, running: bool = False, stale: bool = False) -> tuple[str, str, str]:
    """Glyph, word and style of how a car stands."""
    if stale and car.state is CarState.READY:
        return STALE
    if running and car.state is CarState.READY:
        return WAITING
    if car.state is CarState.ASIDE and car.aside is not None:
        return ASIDES[car.aside]
    return STATES[car.state]


def car_rows(cars: Sequence[Car], look: RowLook, width: int) -> list[Content]:
    """A row for each car, each at most `width` cells."""
    name = min(NAME, max((len(car.lane) for car in cars), default=0))
    return [_row(place, car, look, name, width) for place, car in enumerate(cars, 1)]


def _row(place: int, car: Car, look: RowLook, name: int, width: int) -> Content:
    view = look.fleet.lane(car.lane)
    chosen = car.lane == look.chosen
    stale = car.lane in look.stale
    glyph, word, style = state_of(car, running=look.running, stale=stale)
    key = present.text(view.key if view is not None else "-", "bold $foreground", width=4)
    lane = present.text(car.lane, "bold $accent" if chosen else "bold $foreground", width=name)
    head = Content.assemble(
        ("▸" if chosen else " ", "bold $accent"),
        (f"{place:>2} ", "$muted"),
        key,
        " ",
        lane.pad_right(max(0, name - lane.cell_length) + 2),
        (f"{glyph} {word}".ljust(WORD), f"bold {style}"),
    )
    parts: list[present.Part] = [
        (0, head),
        (1, _trouble(car, stale)),
        (2, size_of(car, view.facts if view is not None else None)),
        (3, Content.styled("message edited", "$accent") if car.lane in look.edited else EMPTY),
        (4, _why(car, look.running)),
    ]
    return present.fit(parts, width)


def _trouble(car: Car, stale: bool) -> Content:
    """What is in the car's way, or how its ride ended."""
    if stale and car.state is CarState.READY:
        return Content.styled("changed since you saw it", "$warning")
    failing = failing_checks(car)
    if car.aside is Aside.CHECKS and failing:
        first = failing[0]
        more = f" (+{len(failing) - 1})" if len(failing) > 1 else ""
        key = present.text(f"  {first.key}", "bold $accent", width=20) if first.key else EMPTY
        return Content.assemble(present.text(f"{first.text}{more}", "$error", width=120), key)
    if car.state is CarState.LANDED and car.flaky:
        return Content.styled("flaky gate: red, then green", "$warning")
    style = "$muted" if car.aside is Aside.DROPPED else "$foreground"
    return present.text(car.said, style, width=160)


def failing_checks(car: Car) -> list[Check]:
    """Checks that keep the car from landing."""
    return [check for check in car.preview.checks if not check.ok] if car.preview else []


def size_of(car: Car, facts: GitFacts | None) -> Content:
    """`↑3 ~4 +120 −8`: commits, files, and lines where git's facts of the lane are known."""
    if car.preview is None or not car.preview.commits:
        return EMPTY
    parts: list[tuple[str, str]] = [(f"↑{present.number(len(car.preview.commits))}", "$success")]
    if car.preview.changes:
        parts.append((f" ~{present.number(len(car.preview.changes))}", "$foreground"))
    if facts is not None and facts.added:
        parts.append((f" +{present.number(facts.added)}", "$success"))
    if facts is not None and facts.removed:
        parts.append((f" −{present.number(facts.removed)}", "$error"))
    return Content.assemble(*parts)


def _why(car: Car, running: bool) -> Content:
    settled = car.state in (CarState.LANDED, CarState.STOPPED) or car.aside is Aside.DROPPED
    return EMPTY if settled or running else present.text(car.why_here, "$muted", width=120)


# ------------------------------------------------------------------ above the list


def note_lines(train: Train) -> list[Content]:
    """The target's notes: what stops the train, what must be seen, what is well; the gate."""
    lines = []
    for check in sorted(train.notes, key=lambda check: (check.ok, not check.is_note)):
        if not check.ok:
            glyph, style = "✗", "bold $error"
        else:
            glyph, style = (present.FAULT, "bold $warning") if check.is_note else ("✓", "$success")
        key = present.text(f"  {check.key}", "bold $accent", width=20) if check.key else EMPTY
        what = f" {MENDING[check.key]}" if check.key in MENDING else ""
        text = present.text(check.text, width=300)
        lines.append(Content.assemble((f" {glyph} ", style), text, key, (what, "$muted")))
        lines += [present.text(f"     {path}", "$muted") for path in check.paths[:3]]
        if len(check.paths) > 3:
            lines.append(Content.styled(f"     and {len(check.paths) - 3} more", "$muted"))
    if train.gate:
        commands = present.text("; ".join(train.gate), width=200)
        lines.append(Content.assemble((" $ ", "bold $accent"), commands, ("  the gate", "$muted")))
    else:
        lines.append(Content.styled(" ! no gate: nothing is tested before it lands", "$warning"))
    return lines


def heading(train: Train, riders: int) -> Content:
    """What the train is about to do, does or did, in one line."""
    if train.running:
        word = (f" {progress(train)} ", "bold $ink on $accent")
    elif any(car.state in (CarState.LANDED, CarState.STOPPED) for car in train.cars):
        word = (f" {summary(train)} ", "bold $ink on $success")
    elif riders and not train_stopper(train):
        word = (f" {riders} may land ", "bold $ink on $success")
    elif train.cars:
        word = (" nothing can land ", "bold $ink on $error")
    else:
        word = (" empty ", "bold $foreground on $panel")
    return Content.assemble(
        (" Train → ", "bold $accent"),
        present.text(branch_name(train.target), "bold $foreground", width=60),
        (f" {train.target_old[:9]}  ", "$foreground"),
        word,
    )


def train_stopper(train: Train) -> Check | None:
    """The note that keeps the whole train from starting, if any."""
    return next((check for check in train.notes if not check.ok), None)


def go_line(riders: Sequence[Car], cars: int, key: str, width: int) -> Content:
    """Exactly what the go would do: how many cars ride, and which, as far as they fit into
    `width` cells (the list marks the others)."""
    if not riders:
        return EMPTY
    left = cars - len(riders)
    rest = f"; {left} stay{'s' if left == 1 else ''} behind" if left else ""
    head = f" {key} approves and lands {len(riders)}: "
    room = width - len(head) - len(rest) - 1
    return Content.assemble(
        (f" {key}", "bold $accent"),
        (head[len(key) + 1 :], "bold $foreground"),
        present.text(_listed([car.lane for car in riders], room), "bold $foreground", width=200),
        (rest, "$muted"),
    )


def _listed(lanes: Sequence[LaneId], room: int) -> str:
    """The lanes that fit into `room` cells, and how many more there are."""
    for count in range(len(lanes), 0, -1):
        more = f" and {len(lanes) - count} more" if count < len(lanes) else ""
        line = ", ".join(lanes[:count]) + more
        if len(line) <= room:
            return line
    return f"{lanes[0]} and {len(lanes) - 1} more"


# ------------------------------------------------------------------ how it goes


def current(train: Train) -> Car | None:
    """The car whose turn it is."""
    return next(
        (car for car in train.cars if car.state in (CarState.GATING, CarState.LANDING)), None
    )


def done(train: Train) -> int:
    """How many cars had their turn."""
    over = (CarState.LANDED, CarState.ASIDE, CarState.STOPPED)
    return sum(car.state in over for car in train.cars)


def progress(train: Train) -> str:
    """`train 3/7 gating beta`"""
    now, total = current(train), len(train.cars)
    if now is None:
        return f"train {done(train)}/{total}"
    return f"train {min(total, done(train) + 1)}/{total} {now.state.value} {now.lane}"


def summary(train: Train) -> str:
    """`landed 5, aside 2` of a train that ended."""
    tally: Mapping[str, int] = {
        state.value: sum(car.state is state for car in train.cars)
        for state in (CarState.LANDED, CarState.ASIDE, CarState.STOPPED)
    }
    return ", ".join(f"{word} {count}" for word, count in tally.items() if count) or "landed 0"


def empty_lines(train: Train | None, keys: Mapping[str, str]) -> list[Content]:
    """What the list says when there is no car: what to do."""
    name = branch_name(train.target) if train is not None else "the target"
    said = [
        ("No lane has anything to land.", "bold $foreground"),
        ("", ""),
        (f"A lane has, once its agent has committed what {name} lacks and rests.", "$foreground"),
        (f"{keys['land']} on the board shows what keeps a lane from landing.", "$foreground"),
        (f"{keys['send']} on the board sends an agent a prompt.", "$foreground"),
        (f"{keys['look_at_train']} looks again.", "$foreground"),
    ]
    return [present.text(f"  {line}" if line else "", style) for line, style in said]
