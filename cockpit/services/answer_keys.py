"""Typing an answer into a pane, and seeing that the question leaves the screen."""

from __future__ import annotations

from cockpit.domain import inbox
from cockpit.domain.activity import State
from cockpit.domain.ids import PaneId
from cockpit.domain.inbox import Question
from cockpit.domain.lane import LaneRecord
from cockpit.domain.reply import Reply
from cockpit.errors import CockpitError
from cockpit.services import looking, panes
from cockpit.services.workplace import Workplace

TAKEN_WITHIN = 5.0
"""Seconds in which the question must leave the screen."""
ENTER_AFTER = 0.6
"""Seconds after which a letter that was pressed and changed nothing is entered."""
LOOKS = 3
"""Looks in a row at a screen that says nothing known, until the question counts as gone: a
screen that is just being drawn says nothing either."""
PAUSE = 0.05
TAIL = 12
"""Characters of typed words that must be seen; a pane may be narrow, its box narrower."""
SHORT = 200
"""Characters up to which every agent shows pasted words as they are."""
PASTED = "[Pasted"
"""What agents show in place of much text."""


def give(
    work: Workplace,
    record: LaneRecord,
    pane: PaneId,
    question: Question,
    reply: Reply,
    step: panes.Step,
) -> bool:
    """Type the reply; whether the question left the screen. Raises what tmux raises."""
    if not reply.keys:
        return _entered(work, record, pane, question, reply, step)
    before = work.tmux.capture(pane)
    step(f"press {' '.join(reply.keys)}")
    work.tmux.press(pane, *reply.keys)
    if reply.words:
        moved = panes.wait_for_change(work, pane, before, seconds=TAKEN_WITHIN)
        now = shown(work, record)
        if not moved or not _takes_words(question, now):
            return False
        return _entered(work, record, pane, question, reply, step)
    if not reply.enter:
        return _left(work, record, question, TAKEN_WITHIN)
    letter = reply.keys[-1]
    if _left(work, record, question, ENTER_AFTER, letter):
        return True
    now = shown(work, record)
    if inbox.still_asks(question, now) or not inbox.still_asks(question, now, letter):
        return False  # without the letter on the screen, Enter could take what is preset there
    step("press Enter")
    work.tmux.press(pane, "Enter")
    return _left(work, record, question, TAKEN_WITHIN, letter)


def _takes_words(question: Question, now: Question | None) -> bool:
    """Whether words can answer nothing else, after the choice that leads to them was pressed:
    the dialog is gone, or it is the same one still."""
    if now is None or now.text == question.text:
        return True
    return not now.choices and now.text.startswith(question.text)


def _entered(
    work: Workplace,
    record: LaneRecord,
    pane: PaneId,
    question: Question,
    reply: Reply,
    step: panes.Step,
) -> bool:
    """Paste the words and enter them, once they are seen: Enter alone could take what is preset
    in a dialog that no words go into."""
    step("type the words")
    before = work.tmux.capture(pane)
    work.tmux.paste(pane, reply.words)
    if not _seen(work, pane, before, reply.words):
        return False
    work.clock.wait(panes.SETTLE)
    step("press Enter")
    work.tmux.press(pane, "Enter")
    return _left(work, record, question, TAKEN_WITHIN, reply.words)


def _seen(work: Workplace, pane: PaneId, before: list[str], words: str) -> bool:
    """Whether the pane shows the end of the words that were pasted (or, as agents do with much
    text, that something was) where it did not before."""
    tail = "".join(words.split())[-TAIL:]
    signs = (tail, PASTED) if len(words) > SHORT or "\n" in words else (tail,)
    held = [_squeezed(before).count(sign) for sign in signs]
    deadline = work.clock.monotonic() + TAKEN_WITHIN
    while True:
        rows = _squeezed(work.tmux.capture(pane))
        if any(rows.count(sign) > had for sign, had in zip(signs, held, strict=True)):
            return True
        if work.clock.monotonic() >= deadline:
            return False
        work.clock.wait(PAUSE)


def _squeezed(rows: list[str]) -> str:
    return "".join("".join(rows).split())


def _left(
    work: Workplace, record: LaneRecord, question: Question, seconds: float, typed: str = ""
) -> bool:
    """Whether the question (with what was typed after it) is gone within `seconds`. A look that
    fails says nothing."""
    deadline = work.clock.monotonic() + seconds
    unsure = 0
    while True:
        try:
            pane = panes.find(work, record)
            rows = work.tmux.capture(pane.ref.pane) if pane is not None else []
        except CockpitError:
            unsure = 0
        else:
            activity = looking.judge(work, record, pane, None, rows)
            now = inbox.on_screen(record.lane, activity, record.worktree)
            doubtful = activity.state is State.UNKNOWN or (now is not None and not now.rows)
            unsure = unsure + 1 if doubtful else 0
            if unsure >= LOOKS or not (doubtful or inbox.still_asks(question, now, typed)):
                return True
        if work.clock.monotonic() >= deadline:
            return False
        work.clock.wait(PAUSE)


def shown(work: Workplace, record: LaneRecord) -> Question | None:
    activity = looking.activity_of(work, record)
    return inbox.on_screen(record.lane, activity, record.worktree)
