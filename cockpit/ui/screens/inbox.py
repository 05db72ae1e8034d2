"""The inbox: what agents ask, answered with a key or in words, one question after the other.

An answer carries the token of the question that was on the screen. Where another question has
come up by itself, keys are not obeyed until the commander can have read it.
"""

from __future__ import annotations

import time

from textual import on

from cockpit.domain.events import Event, OperationEnded
from cockpit.domain.inbox import Question
from cockpit.domain.intents import Answer
from cockpit.domain.operation import OpKind
from cockpit.ui import inbox_lines, present
from cockpit.ui.screens.inbox_view import InboxView, Sent
from cockpit.ui.widgets.lines_view import LinesView

GLANCE = 0.5
"""Seconds in which nobody has read a question that came up by itself."""
LINGER = 3.0
"""Seconds after which an answered question that still stands there counts as asked again."""


class InboxScreen(InboxView):
    """Answers, and what becomes of them."""

    def do_answer_choice(self) -> None:
        here, key = self.chosen, self.cockpit.pressed
        if here is None or self._is_unread() or self._is_answered(here):
            return
        at = int(key) - 1 if key.isdigit() else -1
        if not 0 <= at < len(here.choices):
            said = f"1 to {len(here.choices)}" if here.choices else "words, no choices"
            self._warn(f"{here.lane}'s question takes {said}.")
            return
        choice = here.choices[at]
        self._send(self.targets, choice.key, f"{at + 1} {choice.label}")

    @on(LinesView.Pointed, "#body")
    def _choice_clicked(self, message: LinesView.Pointed) -> None:
        """A click on a choice is its digit."""
        digit = inbox_lines.digit_at(self.chosen, message.line) if self.chosen is not None else 0
        if digit:
            self.cockpit.perform("answer_choice", str(digit))

    async def do_answer_text(self) -> None:
        from cockpit.ui.screens.answer_text import AnswerScreen

        here = self.chosen
        if here is None or self._is_answered(here):
            return
        targets = self.targets
        lanes = [one.lane for one in targets]
        editor = AnswerScreen(here, lanes, self.drafts.get(here.token, ""))
        sent = await self.app.push_screen_wait(editor)
        self.drafts[here.token] = editor.text
        if sent:
            self._send(targets, editor.text, "in words")

    def _is_unread(self) -> bool:
        """Whether a digit can't be meant for the question that is shown; says so."""
        if time.monotonic() - self.unread_since >= GLANCE:
            return False
        self._warn("Another question came up just now: read it, then press again.")
        return True

    def _is_answered(self, question: Question) -> bool:
        """Whether it has its answer already; says so."""
        sent, now = self.sent.get(question.token), time.monotonic()
        if sent is None or (sent.ended is not None and now - sent.ended >= LINGER):
            return False
        self._warn(f"{question.lane}'s question has its answer: {sent.said}.")
        return True

    def _send(self, targets: list[Question], text: str, said: str) -> None:
        for one in targets:
            self.sent[one.token] = Sent(one.lane, said)
            self.cockpit.supervisor.submit(Answer(one.lane, text, one.token))
        self.marked -= {one.token for one in targets}
        tokens = [one.token for one in self.questions]
        at = tokens.index(self.token) if self.token in tokens else 0
        self.come_up(self.next_open(at))
        self.draw()
        self.tell()

    def hear(self, event: Event) -> bool:
        """What becomes of the answers; a failure is told as everywhere."""
        if not isinstance(event, OperationEnded) or event.kind not in (OpKind.ANSWER, OpKind.SEND):
            return False
        mine = {token: sent for token, sent in self.sent.items() if sent.lane == event.lane}
        if not mine or event.kind is OpKind.SEND:
            return bool(mine) and not event.error
        for token, sent in mine.items():
            if event.error:
                del self.sent[token]
            else:
                sent.ended = time.monotonic()
                self.drafts.pop(token, None)
        if not event.error:
            self.set_timer(LINGER, self._forget)
        self.draw()
        return not event.error

    def _forget(self) -> None:
        """What was answered and still stands there is asked again."""
        now = time.monotonic()
        self.sent = {
            token: sent
            for token, sent in self.sent.items()
            if sent.ended is None or now - sent.ended < LINGER
        }
        self.draw()

    def do_inbox_attach(self) -> None:
        here = self.chosen
        if here is not None:
            lane, app = here.lane, self.cockpit
            self.dismiss()
            app.board.choose(lane)
            app.call_after_refresh(app.perform, "attach")

    def _warn(self, text: str) -> None:
        self.cockpit.toast(present.text(text, width=200), severity="warning")
