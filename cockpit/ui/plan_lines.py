"""The plan as a whole, as lines: the five phases with who stands where, and the checklist."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from textual.content import Content

from cockpit.domain.checklist import Step
from cockpit.domain.fleet import Fleet
from cockpit.domain.forecast import Forecast
from cockpit.domain.phases import Progress, Stand
from cockpit.domain.text import counted
from cockpit.ui import present
from cockpit.ui.task_rows import LOOKS, PLACES, name_of
from cockpit.ui.task_timeline import chain_words, length

SHOWN = 12
"""Tasks of a phase that are named at most."""
_PROGRESS = {
    Progress.DONE: ("✓", "$success"),
    Progress.NOW: ("▶", "$accent"),
    Progress.AHEAD: ("·", "$muted"),
}
INDENT = " " * 5


def plan_lines(
    fleet: Fleet,
    stands: Sequence[Stand],
    steps: Sequence[Step],
    known: Forecast | None,
    width: int,
) -> list[Content]:
    """Phases, forecast, checklist."""
    lines: list[Content] = []
    for number, stand in enumerate(stands, 1):
        lines += _phase(number, stand, fleet, width)
    lines += [present.EMPTY, *_forecast(known)] if known is not None else []
    return [*lines, present.EMPTY, *_checklist(steps)]


def _phase(number: int, stand: Stand, fleet: Fleet, width: int) -> Iterator[Content]:
    glyph, style = _PROGRESS[stand.progress]
    is_now = stand.progress is Progress.NOW
    yield Content.assemble(
        (f" {glyph} {number} ", f"bold {style}"),
        (f"{stand.phase:<16}", "bold $foreground" if is_now else "$foreground"),
        (stand.said, "$muted"),
    )
    if stand.lanes:
        free = stand.phase == "assign"
        yield from present.flowed(_lead("free" if free else "lanes"), _lanes(stand, fleet), width)
    if stand.tasks:
        yield from present.flowed(_lead("tasks"), _tasks(stand), width)


def _lead(title: str) -> Content:
    return Content.styled(f"{INDENT}{title:<6} ", "$muted")


def _lanes(stand: Stand, fleet: Fleet) -> list[Content]:
    return [
        Content.assemble(
            present.text(f"{fleet.lanes[lane].key} ", "bold $accent", width=6),
            present.text(lane, "$foreground", width=40),
        )
        for lane in stand.lanes
    ]


def _tasks(stand: Stand) -> list[Content]:
    ordered = sorted(stand.tasks, key=lambda view: PLACES[view.work])
    items = []
    for view in ordered[:SHOWN]:
        glyph, style = LOOKS[view.work]
        name = present.text(name_of(view), "$foreground", width=60)
        items.append(Content.assemble((f"{glyph} ", style), name))
    if len(stand.tasks) > SHOWN:
        items.append(Content.styled(f"and {len(stand.tasks) - SHOWN} more", "$muted"))
    return items


def _forecast(known: Forecast) -> Iterator[Content]:
    """By estimates before, by the clock after."""
    yield Content.styled(" Time", "bold $accent")
    lanes = counted(max(1, known.lanes), "lane")
    for name, told in (("plan", known.planned), ("left", known.left), ("landed", known.measured)):
        if told.tasks:
            gain = f"  {told.gain:.1f}× as fast" if told.gain >= 1.05 else ""
            on = f" on {lanes}" if name != "landed" else ""
            said = f"{counted(told.tasks, 'task')}: {length(told.one_by_one)} one after another, "
            said += f"{length(told.parallel)} in parallel{on}{gain}"
            yield Content.assemble((f"{INDENT}{name:<7}", "$muted"), (said, "$foreground"))
    if known.critical:
        said = f"{length(known.critical_seconds)}: {chain_words(known.critical)}"
        yield Content.assemble((f"{INDENT}{'chain':<7}", "$muted"), present.text(said, width=400))
    if known.guessed:
        said = f"{counted(known.guessed, 'task')} without `estimate:`, taken as 1h each"
        yield Content.styled(f"{INDENT}       {said}", "$muted")


def _checklist(steps: Sequence[Step]) -> Iterator[Content]:
    done = sum(step.done for step in steps)
    yield Content.assemble(
        (" Checklist: starting a parallel session", "bold $accent"),
        (f"  {done} of {len(steps)}", "$muted"),
    )
    for number, step in enumerate(steps, 1):
        mark, style = ("[✓]", "bold $success") if step.done else ("[ ]", "bold $warning")
        yield Content.assemble(
            (f" {number} ", "$muted"), (f"{mark} ", style), (step.title, "$foreground")
        )
        yield present.text(f"       {step.how}", "$muted", width=300)
