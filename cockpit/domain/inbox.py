"""The inbox: what agents ask the commander, on their screens and in their results; pure.

A question's `token` is a hash of what was shown; an answer carries it, so that another
question is never answered in its place. Questions of several lanes are the same (`same`) when
their words are, the path of each lane's own worktree aside. Everything here that came from
outside has passed `safe`.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Sequence
from enum import StrEnum
from pathlib import Path

from cockpit.dataclass import dataclass
from cockpit.domain import choices
from cockpit.domain.activity import NEEDS_COMMANDER, Activity, State
from cockpit.domain.board import TaskView
from cockpit.domain.choices import Choice
from cockpit.domain.evidence import CUT
from cockpit.domain.fleet import Fleet, LaneView
from cockpit.domain.ids import LaneId
from cockpit.domain.result import ResultFile, ResultStatus
from cockpit.domain.text import safe
from cockpit.domain.work import Work

ROW_CAP = 400
"""Characters of a row, or of a result's question, that are shown."""

MOST_QUESTIONS = 20
"""Questions of one result that are listed."""

_CURSOR = re.compile(r"^(\s*)[❯›●◉▶▸►➤➜→>](?=\s*[(\[]?\d)")
_NOTHING = frozenset({"", "none", "no", "na", "nothing", "no questions", "none so far", "nil"})
_OPEN = frozenset({ResultStatus.PARTIAL, ResultStatus.BLOCKED, ResultStatus.QUESTION})
_DECIDED = frozenset({Work.APPROVED, Work.QUEUED, Work.MERGING, Work.MERGED, Work.CANCELLED})


class Kind(StrEnum):
    """Where a question stands, and so how it is answered."""

    SCREEN = "screen"
    """The agent waits in a dialog: a key or a line answers it."""
    RESULT = "result"
    """The agent has written it down and rests: a prompt answers it."""


@dataclass(frozen=True, slots=True)
class Question:
    """One question of one lane. All texts can be shown."""

    lane: LaneId
    kind: Kind
    text: str
    """What is asked, its lines without the choices; empty when the screen can't be read."""
    token: str
    same: str
    """Equal for questions that one answer may go to."""
    choices: tuple[Choice, ...] = ()
    rows: tuple[str, ...] = ()
    """A screen's question as it stands there."""
    task: str = ""
    """Name of the task's file."""
    source: str = ""
    """Name of the result's file."""
    since: float = 0.0
    """Seconds since the epoch; 0 where nobody knows."""
    whole: bool = True
    """Its beginning was seen. One that goes on above is the same as no other."""

    @property
    def headline(self) -> str:
        """What is asked, on one line."""
        return " · ".join(line.strip() for line in self.text.split("\n") if line.strip())


# ---------------------------------------------------------------- all of them


def inbox(fleet: Fleet) -> tuple[Question, ...]:
    """Everything that can be answered now: lane by lane, the same questions one after the
    other, at the place of the first."""
    return tuple(question for group in groups(tuple(_questions(fleet))) for question in group)


def waits(fleet: Fleet) -> bool:
    """Whether anything waits in the inbox."""
    return next(_questions(fleet), None) is not None


def groups(questions: Sequence[Question]) -> tuple[tuple[Question, ...], ...]:
    """The questions by what they ask, in the order of each one's first."""
    found: dict[str, list[Question]] = {}
    for question in questions:
        found.setdefault(question.same, []).append(question)
    return tuple(tuple(group) for group in found.values())


def others(fleet: Fleet) -> tuple[LaneView, ...]:
    """Lanes that need the commander and ask nothing that could be answered."""
    asking = {question.lane for question in _questions(fleet)}
    return tuple(
        view
        for view in fleet.lanes.values()
        if view.lane not in asking
        and (view.fault is not None or view.activity.state in NEEDS_COMMANDER)
    )


def _questions(fleet: Fleet) -> Iterator[Question]:
    claims: dict[LaneId, list[TaskView]] = {}
    for task in fleet.board.tasks:
        if task.holder is not None and task.holder.result is not None:
            claims.setdefault(task.holder.lane, []).append(task)
    for lane, view in fleet.lanes.items():
        folder = view.record.worktree if view.record is not None else None
        asked = on_screen(lane, view.activity, folder)
        if asked is not None:
            yield asked
            continue  # a prompt would be taken for the answer to what stands on the screen
        for task in claims.get(lane, ()):
            yield from _claimed(task, folder)


def _claimed(task: TaskView, folder: Path | None) -> Iterator[Question]:
    holder = task.holder
    if holder is None or holder.result is None or task.work in _DECIDED:
        return
    for question in in_result(holder.lane, task.task.name, holder.result, folder):
        if question.token not in holder.answered:
            yield question


# ---------------------------------------------------------------- one lane's


def on_screen(lane: LaneId, activity: Activity, folder: Path | None) -> Question | None:
    """What the lane's agent asks on its screen; None while it asks nothing. `folder` is the
    lane's worktree."""
    if activity.state is not State.ASKING:
        return None
    raw = activity.detail[-choices.MOST_ROWS * 2 * ROW_CAP :].split("\n")
    whole = CUT not in raw and bool(activity.detail)
    rows = [row for row in raw if row.strip() and row != CUT][-choices.MOST_ROWS :]
    dialog = choices.read(rows)
    meant = _meant(_CURSOR.sub(r"\1 ", row) for row in rows)
    same = _hash(Kind.SCREEN, _masked(meant, folder), "" if whole else lane)
    return Question(
        lane,
        Kind.SCREEN,
        text="\n".join(_shown(row) for row in dialog.asked),
        token=_hash(Kind.SCREEN, lane, meant),
        same=same,
        choices=tuple(
            Choice(_shown(one.key), _shown(one.label), _shown(one.note)) for one in dialog.choices
        ),
        rows=tuple(_shown(row) for row in rows),
        since=activity.since,
        whole=whole,
    )


def in_result(
    lane: LaneId, task: str, result: ResultFile, folder: Path | None
) -> tuple[Question, ...]:
    """What the result of the lane's task asks: its questions, else that it says neither done
    nor failed."""
    asked = [text for text in result.questions[:MOST_QUESTIONS] if not _is_nothing(text)]
    if not asked and result.status in _OPEN:
        why = " ".join(part for part in (result.next, result.first_line) if part)
        said = result.said or result.status.value
        asked = [f"It says “{said[:60]}”" + (f": {why}" if why else "")]
    found = {}
    for text in asked:
        meant = _meant([text[: 4 * ROW_CAP]])
        token = _hash(Kind.RESULT, lane, task, result.name, meant)
        found[token] = Question(
            lane,
            Kind.RESULT,
            text=_shown(meant),
            token=token,
            same=_hash(Kind.RESULT, _masked(meant, folder)),
            task=_shown(task),
            source=_shown(result.name),
        )
    return tuple(found.values())


def _is_nothing(text: str) -> bool:
    """Whether a worker wrote that it has no questions (`none`, `N/A`, `-`)."""
    return "".join(c for c in text.casefold() if c.isalnum() or c == " ").strip() in _NOTHING


def _meant(rows: Iterator[str] | Sequence[str]) -> str:
    """The words, so that a pane of another width shows the same question."""
    return " ".join(" ".join(rows).split())


def _masked(words: str, folder: Path | None) -> str:
    """The words with the lane's own folder named by a sign that no shown text holds."""
    if folder is None:
        return words
    own = rf"(?<![\w./-]){re.escape(str(folder))}(?![\w.-])"
    return re.sub(own, "\0", words.replace("\0", "\ufffd"))


def _hash(*parts: str) -> str:
    joined = "\0\0".join(parts).encode("utf-8", "surrogatepass")
    return hashlib.sha256(joined).hexdigest()


def _shown(text: str) -> str:
    return safe(text, width=ROW_CAP).text


def still_asks(before: Question, now: Question | None, typed: str = "") -> bool:
    """Whether `now` is the question that stood there `before`, with nothing else on the screen
    than what was typed after it."""
    if now is None:
        return False
    old, new = (
        "".join(_meant([_CURSOR.sub(r"\1 ", row) for row in one.rows]).split())
        for one in (before, now)
    )
    return new == old or (bool(typed) and new == old + "".join(typed.split()))
