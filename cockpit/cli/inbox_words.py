"""The inbox on the command line: for people and as JSON."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from cockpit.cli import words
from cockpit.cli.output import Cell
from cockpit.domain.activity import GLYPHS, headline
from cockpit.domain.fleet import LaneView
from cockpit.domain.ids import LaneId
from cockpit.domain.inbox import Kind, Question, groups

PANE_LINES = 12
"""Last lines of a lane's pane that stand beside its question in the document."""


def numbered(questions: Sequence[Question]) -> list[tuple[int, Question]]:
    """The questions with their numbers, which count anew in each lane."""
    seen: dict[LaneId, int] = {}
    found = []
    for question in questions:
        seen[question.lane] = seen.get(question.lane, 0) + 1
        found.append((seen[question.lane], question))
    return found


def inbox_document(
    questions: Sequence[Question],
    others: Sequence[LaneView],
    panes: Mapping[LaneId, Sequence[str]],
    now: float,
) -> dict[str, Any]:
    """Every question with the token that `--asked` takes; those of one `group` are the same."""
    group = {one.token: at for at, same in enumerate(groups(questions), 1) for one in same}
    return {
        "questions": [
            {
                "lane": one.lane,
                "number": number,
                "kind": one.kind.value,
                "text": one.text,
                "whole": one.whole,
                "choices": [
                    {"key": choice.key, "label": choice.label, "note": choice.note}
                    for choice in one.choices
                ],
                "rows": list(one.rows),
                "task": one.task or None,
                "result": one.source or None,
                "age_s": round(max(0.0, now - one.since), 1) if one.since else None,
                "group": group[one.token],
                "token": one.token,
                "pane": list(panes.get(one.lane, ())),
            }
            for number, one in numbered(questions)
        ],
        "others": [
            {
                "lane": view.lane,
                "state": view.activity.state.value,
                "why": view.fault.title if view.fault else headline(view.activity.detail),
            }
            for view in others
        ],
    }


def question_lines(number: int, count: int, one: Question, now: float) -> list[list[Cell]]:
    """A question for people; `count` is how many its lane has."""
    age = f", for {words.age(now - one.since)}" if one.since else ""
    asks = "asks on its screen" if one.kind is Kind.SCREEN else f"asks in {one.source}"
    which = f" (question {number})" if count > 1 else ""
    lines: list[list[Cell]] = [[("? ", "yellow"), (one.lane, "bold"), f" {asks}{age}{which}"]]
    if not one.whole:
        lines.append([("    it goes on above what is read of it", "yellow")])
    lines += [[f"    {line.strip()}"] for line in one.text.split("\n") if line.strip()]
    for choice in one.choices:
        note = (f"  {choice.note}" if choice.note else "", "dim")
        lines.append([(f"    {choice.key:>3}  ", "bold"), choice.label, note])
    return lines


def other_line(view: LaneView) -> list[Cell]:
    """A lane that needs the commander and asks nothing."""
    if view.fault is not None:
        return [("! ", "red"), (view.lane, "bold"), f" {view.fault.title}"]
    state = view.activity.state
    said = headline(view.activity.detail)
    return [
        (f"{GLYPHS[state]} ", "red"),
        (view.lane, "bold"),
        f" {state.value}" + (f": {said}" if said else ""),
    ]
