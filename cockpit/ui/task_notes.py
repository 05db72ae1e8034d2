"""What is wrong on the bus, each with what to do about it; and what holds for the plan."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence

from textual.content import Content

from cockpit.dataclass import dataclass
from cockpit.domain.background import Dispatcher
from cockpit.domain.board import Board
from cockpit.domain.handing_out import uncovered
from cockpit.domain.task_desk import PlanDesk
from cockpit.domain.taskname import TaskId
from cockpit.domain.text import counted
from cockpit.domain.work import ENDED, MOST_STEPS
from cockpit.ui import present

LISTED = 300
"""Troubles of one kind that are listed; the rest is counted."""
NAMED = 4
"""Tasks that one sentence names."""


@dataclass(frozen=True, slots=True)
class Trouble:
    """A thing that is wrong and what to do, both raw; `todo` may be empty where `what` says
    it all. `{id}` in it stands for the key of that action."""

    what: str
    todo: str = ""
    holds_back: bool = False
    """Tasks can't start because of it."""


def troubles(board: Board) -> list[Trouble]:
    """Everything that is wrong, what holds back most first."""
    found = [*_circles(board), *_missing(board)]
    found += [Trouble(said) for said in board.problems]
    found += [Trouble(said, _about_stray(said)) for said in board.strays]
    found += _unclear(board)
    return found


def _circles(board: Board) -> Iterator[Trouble]:
    for circle in board.graph.circles:
        if len(circle) == 2:
            todo = f"take it out of its `depends:`{_EDIT}"
            yield Trouble(f"{circle[0]} needs itself", todo, holds_back=True)
            continue
        steps = " → ".join(circle[: MOST_STEPS + 1])
        more = " …" if len(circle) > MOST_STEPS + 1 else ""
        todo = f"take one `depends:` out{_EDIT}"
        yield Trouble(f"these need each other: {steps}{more}", todo, holds_back=True)


_EDIT = "; {edit_task} opens the chosen task's file"


def _missing(board: Board) -> Iterator[Trouble]:
    """By task that is not there: who needs it, and who waits behind those."""
    needed_by: dict[TaskId, list[TaskId]] = {}
    for task in board.graph.needs:
        if task not in board.graph.done:
            for need in board.graph.missing(task):
                needed_by.setdefault(need, []).append(task)
    for need, tasks in needed_by.items():
        told = ", ".join(tasks[:NAMED])
        told += f" and {len(tasks) - NAMED} more" if len(tasks) > NAMED else ""
        verb = "needs" if len(tasks) == 1 else "need"
        yield Trouble(
            f"{told} {verb} {need}, which is not there",
            f"write {need} with {{new_task}}, or change `depends:`{_EDIT}",
            holds_back=True,
        )


def _about_stray(said: str) -> str:
    if "no such task" in said:
        return "write that task, or remove the result"
    return "name it after its task, such as results/task-001-result.md"


def _unclear(board: Board) -> Iterator[Trouble]:
    for view in board.tasks:
        if view.work not in ENDED:
            for problem in view.task.problems:
                if problem != "it depends on itself":  # told as a circle
                    yield Trouble(f"{view.task.name}: {problem}", "mend the file" + _EDIT)


# ------------------------------------------------------------------ as lines


def strip_lines(found: Sequence[Trouble], keys: Mapping[str, str], most: int) -> list[Content]:
    """The first troubles, a line each, and how many more there are."""
    shown = found if len(found) <= most else found[: max(1, most)]
    lines = [trouble_line(one, keys) for one in shown]
    rest = len(found) - len(shown)
    if rest and lines:
        key = keys.get("tasks_trouble", "")
        lines[-1] = Content.assemble(
            (f" {present.FAULT} +{rest}, ", "bold $warning"),
            (key, "bold $accent"),
            (" shows all · ", "$muted"),
            lines[-1][3:],
        )
    return lines


def trouble_line(one: Trouble, keys: Mapping[str, str]) -> Content:
    return Content.assemble(
        (f" {present.FAULT} ", "bold $warning"),
        present.text(one.what, "$foreground", width=600),
        present.text(f": {with_keys(one.todo, keys)}" if one.todo else "", "$muted", width=300),
    )


def all_lines(found: Sequence[Trouble], keys: Mapping[str, str]) -> list[Content]:
    """Every trouble, what to do below it."""
    lines: list[Content] = []
    for one in found[:LISTED]:
        lines.append(
            Content.assemble(
                (f"{present.FAULT} ", "bold $warning"), present.text(one.what, width=2000)
            )
        )
        if one.todo:
            lines.append(present.text(f"    {with_keys(one.todo, keys)}", "$muted", width=600))
    if len(found) > LISTED:
        lines.append(Content.styled(f"… {len(found) - LISTED} more", "$muted"))
    return lines


def with_keys(said: str, keys: Mapping[str, str]) -> str:
    for name, key in keys.items():
        said = said.replace("{" + name + "}", key)
    return said


# ------------------------------------------------------------------ the plan


def go_parts(board: Board, plan: PlanDesk, keys: Mapping[str, str]) -> list[present.Part]:
    """Whether tasks start by themselves, and who starts them: facts by rank."""
    key = (keys.get("go_plan", ""), "bold $accent")
    if not plan.going:
        if not uncovered(board):
            return [(1, Content.styled("■ no go", "$muted"), True)]
        says = Content.assemble(key, (" says it", "$muted"))
        return [(1, Content.styled("■ no go was said", "$muted"), True), (2, says, True)]
    since = time.strftime(" since %H:%M", time.localtime(plan.since)) if plan.since > 0 else ""
    going = Content.assemble(("▶ going", "bold $success"), (since, "$success"))
    parts: list[present.Part] = [(1, going, True)]
    new = len(uncovered(board))
    if plan.follow:
        parts.append((4, Content.styled("also for what is written later", "$success"), True))
    elif new:
        said = (f"{counted(new, 'task')} not covered, ", "$warning")
        parts.append((2, Content.assemble(said, key), True))
    if plan.dispatcher is Dispatcher.ELSEWHERE:
        parts.append((3, Content.styled("another cockpit starts them", "$muted"), True))
    return parts
