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
        yield present.fit([(0, _lanes(stand, fleet, "free" if free else "lanes"))], width)
    if stand.tasks:
        yield present.fit([(0, _tasks(stand))], width)


def _lanes(stand: Stand, fleet: Fleet, title: str) -> Content:
    parts: list[Content | str | tuple[str, str]] = [(f"{INDENT}{title:<6} ", "$muted")]
    for lane in stand.lanes:
        view = fleet.lanes[lane]
        parts.append(present.text(f"{view.key} ", "bold $accent", width=6))
        parts.append(present.text(f"{lane}  ", "$foreground", width=40))
    return Content.assemble(*parts)


def _tasks(stand: Stand) -> Content:
    parts: list[Content | str | tuple[str, str]] = [(f"{INDENT}tasks  ", "$muted")]
    ordered = sorted(stand.tasks, key=lambda view: PLACES[view.work])
    for view in ordered[:SHOWN]:
        glyph, style = LOOKS[view.work]
        parts.append((f"{glyph} ", style))
        parts.append(present.text(f"{name_of(view)}  ", "$foreground", width=60))
    if len(stand.tasks) > SHOWN:
        parts.append((f"and {len(stand.tasks) - SHOWN} more", "$muted"))
    return Content.assemble(*parts)


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
