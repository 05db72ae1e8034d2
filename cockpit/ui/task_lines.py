"""One task in full, as lines: how it stands and why, its header, whom it waits for, who has it,
what its 'done' rests on, its result, its text and its history."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence

from textual.content import Content

from cockpit.dataclass import dataclass
from cockpit.domain.activity import GLYPHS
from cockpit.domain.board import Board, TaskView
from cockpit.domain.done import Evidence, Holds
from cockpit.domain.fleet import Fleet
from cockpit.domain.ids import CommitId
from cockpit.domain.operation import Operation, OpState
from cockpit.domain.result import ResultFile, ResultStatus
from cockpit.domain.task import TaskFile
from cockpit.domain.taskname import TaskId
from cockpit.domain.text import counted, safe
from cockpit.domain.work import UNDERWAY, Work
from cockpit.ui import present
from cockpit.ui.task_rows import LOOKS, name_of, state_of
from cockpit.ui.task_timeline import length

NAME = 11
"""Cells of a field's name."""
NEIGHBOURS = 30
"""Tasks before and after this one that are listed."""
TEXT = 2_000
"""Lines of a text that are shown."""
PATHS = 12
"""Paths of a row of evidence that are named."""
WIDTH = 2_000

_HOLDS = {
    Holds.YES: ("✓", "$success"),
    Holds.NO: ("✗", "$error"),
    Holds.UNKNOWN: ("~", "$warning"),
}
_STATUS = {
    ResultStatus.DONE: "$success",
    ResultStatus.FAILED: "$error",
}
_STEPS = {
    OpState.DONE: ("✓", "$success"),
    OpState.PENDING: ("◔", "$warning"),
    OpState.ABANDONED: ("✗", "$error"),
}


@dataclass(frozen=True, slots=True)
class TaskLook:
    """A task and what is known around it. `evidence` and `steps` are None until they came."""

    view: TaskView
    fleet: Fleet
    now: float
    evidence: Evidence | None = None
    why_no_evidence: str = ""
    steps: Sequence[Operation] | None = None

    @property
    def board(self) -> Board:
        return self.fleet.board


def task_lines(look: TaskLook) -> list[Content]:
    """Everything, most needed first."""
    view = look.view
    sections = (
        _stand(view),
        _fields(view.task),
        _around(look),
        _lane(look),
        _evidence(look),
        _result(look),
        _text("task", view.task.body),
        _history(look),
    )
    lines: list[Content] = []
    for section in map(list, sections):
        lines += [present.EMPTY, *section] if lines and section else section
    return lines


def _stand(view: TaskView) -> Iterator[Content]:
    glyph, word, style = state_of(view)
    yield Content.assemble(
        (f"{glyph} {word}", style if style.startswith("bold") else f"bold {style}"),
        present.text(f"  {view.why}" if view.why else "", width=400),
    )
    if view.changed:
        yield Content.styled(
            "Its file is not the one that its lane was told: send the lane what changed, or "
            "try it again.",
            "$warning",
        )
    for problem in view.task.problems:
        yield Content.assemble(
            (f"{present.FAULT} ", "bold $warning"), present.text(problem, "$warning", width=300)
        )


def _field(name: str, value: str, style: str = "") -> Content:
    return Content.assemble((f"{name:<{NAME}}", "$muted"), present.text(value, style, width=WIDTH))


def _fields(task: TaskFile) -> Iterator[Content]:
    known = (
        ("file", f"tasks/{task.name}"),
        ("lane", task.lane),
        ("agent", f"{task.agent} {task.model}".strip()),
        ("role", task.role),
        ("priority", "" if task.priority is None else str(task.priority)),
        ("estimate", "" if task.estimate is None else length(task.estimate)),
        ("zone", ", ".join(task.zone)),
        ("needs", ", ".join(task.needs)),
        ("context", ", ".join(task.context)),
        ("test", " ".join(task.test.split("\n"))),
    )
    for name, value in known:
        if value:
            yield _field(name, value)
    for key, value in task.extra:
        yield Content.assemble(
            present.text(f"{key[:40]}: ", "$muted", width=60), present.text(value, width=400)
        )


def _around(look: TaskLook) -> Iterator[Content]:
    """Whom it waits for and who waits for it, with how they stand."""
    task = look.view.task
    views = {view.task.id: view for view in reversed(look.board.tasks)}
    if task.depends:
        yield Content.styled("needs", "bold $accent")
        yield from _neighbours(task.depends, views, look.board)
    after = look.board.graph.needed_by.get(task.id, ())
    if after:
        yield Content.styled("is waited for by", "bold $accent")
        yield from _neighbours(after, views, look.board)


def _neighbours(
    tasks: Sequence[TaskId], views: dict[TaskId, TaskView], board: Board
) -> Iterator[Content]:
    for task in tasks[:NEIGHBOURS]:
        view = views.get(task)
        if view is None:
            done = task in board.graph.done
            glyph, style = LOOKS[Work.MERGED] if done else ("✗", "bold $error")
            said = "merged, and its file is gone" if done else "is not there"
        else:
            glyph, word, style = state_of(view)
            said = f"{word}  {view.task.title}"
        yield Content.assemble(
            (f"  {glyph} ", style),
            present.text(task, "bold $foreground", width=60),
            present.text(f"  {said}", width=300),
        )
    if len(tasks) > NEIGHBOURS:
        yield Content.styled(f"  … {len(tasks) - NEIGHBOURS} more", "$muted")


def _lane(look: TaskLook) -> Iterator[Content]:
    """Who has it or had it, and what they were told."""
    view, effort = look.view, look.view.effort
    if view.holder is not None:
        state = view.holder.activity
        yield Content.assemble(
            ("lane".ljust(NAME), "$muted"),
            present.text(view.holder.lane, "bold $accent", width=60),
            (f"  {GLYPHS[state]} {state}", present.state_style(state)),
            (f"  approval {view.holder.approval}" if view.work is Work.APPROVED else "", "$muted"),
        )
    elif effort is not None and effort.lane:
        yield _field("last lane", effort.lane)
    if effort is None:
        return
    if effort.attempts:
        since = present.age(look.now - effort.started) if effort.started > 0 else ""
        told = counted(effort.attempts, "attempt")
        ran = view.work in UNDERWAY and since
        told += f", this one for {since}" if ran and since != "now" else ""
        yield _field("tried", told)
    if effort.agent:
        yield _field("next by", f"{effort.agent}, as you asked")
    if effort.prompt:
        yield _field("was told", effort.prompt)


# ------------------------------------------------------------------ what done rests on


def _evidence(look: TaskLook) -> Iterator[Content]:
    found = look.evidence
    if not look.why_no_evidence and (found is None or not found.rows):
        return
    yield Content.styled("evidence", "bold $accent")
    if found is None:
        yield present.text(f"  {look.why_no_evidence}", "$warning", width=400)
        return
    if not found.is_of(_tip(look)) and found.commit is not None:
        yield Content.styled("  The lane moved since this was looked at.", "$warning")
    for row in found.rows:
        glyph, style = _HOLDS[row.holds]
        yield Content.assemble(
            (f"  {glyph} ", f"bold {style}"),
            (f"{row.name:<8} ", "$muted"),
            present.text(row.text, width=400),
        )
        for path in row.paths[:PATHS]:
            yield present.text(f"      {path}", "$muted", width=300)
        if len(row.paths) > PATHS:
            yield Content.styled(f"      … {len(row.paths) - PATHS} more", "$muted")


def _tip(look: TaskLook) -> CommitId | None:
    """Where the lane's branch is seen now."""
    holder = look.view.holder
    lane = look.fleet.lane(holder.lane) if holder is not None else None
    return lane.facts.head if lane is not None and lane.facts is not None else None


def _result(look: TaskLook) -> Iterator[Content]:
    result = look.evidence.result if look.evidence is not None else None
    if result is None and look.view.holder is not None:
        result = look.view.holder.result
    if result is None:
        return
    yield Content.styled("result", "bold $accent")
    style = f"bold {_STATUS.get(result.status, '$warning')}"
    yield Content.assemble(
        ("  says ".ljust(NAME), "$muted"),
        present.text(result.said or result.status, style, width=100),
        present.text(f"  results/{result.name}", "$muted", width=300),
    )
    for name, value in _claims(result):
        yield _field(f"  {name}", value)
    for question in result.questions:
        yield Content.assemble(
            ("  ? ", "bold $state-asking"), present.text(question, "bold", width=WIDTH)
        )
    for problem in result.problems:
        yield Content.assemble(
            (f"  {present.FAULT} ", "bold $warning"), present.text(problem, "$warning", width=300)
        )
    yield from _prose(result.body)


def _claims(result: ResultFile) -> Iterator[tuple[str, str]]:
    known = (
        ("commit", result.commit),
        ("files", ", ".join(result.files)),
        ("tests", " ".join(result.tests.split("\n"))),
        ("outside", ", ".join(result.out_of_zone)),
        ("next", " ".join(result.next.split("\n"))),
    )
    return ((name, value) for name, value in known if value)


def _text(title: str, body: str) -> Iterator[Content]:
    if body.strip():
        yield Content.styled(title, "bold $accent")
        yield from _prose(body)


def _prose(body: str) -> Iterator[Content]:
    """A text of several lines, as it is; what is around it is left out."""
    if body.strip():
        for line in safe(body.strip("\n"), lines=TEXT, width=WIDTH).lines:
            yield Content(f"  {line}")


# ------------------------------------------------------------------ its history


def _history(look: TaskLook) -> Iterator[Content]:
    if look.steps is None:
        return
    yield Content.styled("history", "bold $accent")
    if not look.steps:
        yield Content.styled("  The journal says nothing of it yet.", "$muted")
    yield from map(step_line, reversed(look.steps))


def step_line(step: Operation) -> Content:
    """One step of the journal: when, how it ended, what, by whom."""
    glyph, style = _STEPS[step.state]
    when = time.strftime("%d %b %H:%M:%S", time.localtime(step.at))
    error = str(step.outcome.get("error") or "") if step.state is OpState.ABANDONED else ""
    return Content.assemble(
        (f"{step.seq:>7}  {when}  ", "$muted"),
        (f"{glyph} ", f"bold {style}"),
        present.text(step.summary, width=200),
        present.text(f"  {error}" if error else "", "$error", width=200),
        present.text(f"  {step.by}", "$muted", width=40),
    )


def heading(view: TaskView) -> Content:
    return Content.assemble(
        present.text(f" {name_of(view)}  ", "bold $accent", width=80),
        present.text(view.task.title, "bold $foreground", width=300),
    )
