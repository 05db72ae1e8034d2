"""What the inbox shows: the list, the chosen question, its pane; and which question is chosen."""

from __future__ import annotations

import time
from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.containers import Container
from textual.content import Content

from cockpit.dataclass import dataclass
from cockpit.domain import inbox
from cockpit.domain.fleet import Fleet
from cockpit.domain.ids import LaneId
from cockpit.domain.inbox import Question
from cockpit.errors import CockpitError
from cockpit.ui import inbox_lines
from cockpit.ui.actions import Action, Scope
from cockpit.ui.screens.base import ReadingScreen
from cockpit.ui.widgets.hints import HintBar, Line
from cockpit.ui.widgets.lines_view import LinesView

WIDE = 100
"""Columns from which the question stands beside the list and not below it."""


@dataclass(slots=True)
class Sent:
    """An answer under way. `ended`: monotonic seconds when it was seen to be taken."""

    lane: LaneId
    said: str
    ended: float | None = None


class InboxView(ReadingScreen):
    """The cursor is a question, kept by its token while others come and go."""

    scopes: ClassVar[tuple[Scope, ...]] = (Scope.INBOX, Scope.READING, Scope.ANYWHERE)
    opens = "answer_text"
    CSS_PATH = "../tcss/inbox.tcss"

    def __init__(self, fleet: Fleet, lane: LaneId | None = None) -> None:
        super().__init__()
        self._fleet = fleet
        self.questions = inbox.inbox(fleet)
        mine = [one for one in self.questions if one.lane == lane]
        first = mine or self.questions
        self.token = first[0].token if first else ""
        self.unread_since = time.monotonic() if first and not mine else 0.0
        self.marked: set[str] = set()
        self.sent: dict[str, Sent] = {}
        self.drafts: dict[str, str] = {}
        self._pane: tuple[str, list[str]] = ("", [])
        """Rows of the chosen question's pane, with its token."""
        self._asked = 0

    def compose(self) -> ComposeResult:
        yield Line(self.heading(), id="heading")
        with Container(id="halves"):
            yield LinesView(cursor=True, id="questions")
            yield LinesView(wrap=True, id="body")
        yield HintBar()

    def on_mount(self) -> None:
        super().on_mount()
        self._place()
        self.draw()
        self._turn_to(self.chosen)

    def heading(self) -> Content:
        others = inbox.others(self._fleet)
        return inbox_lines.heading(self.questions, others, len(self.marked), self.app.size.width)

    @property
    def listing(self) -> LinesView:
        return self.query_one("#questions", LinesView)

    @property
    def chosen(self) -> Question | None:
        return next((one for one in self.questions if one.token == self.token), None)

    @property
    def targets(self) -> list[Question]:
        """Where an answer goes: to the chosen question and to the marked ones that are the
        same, where it isn't on its way already."""
        here = self.chosen
        if here is None:
            return []
        same = [one for one in self.questions if one.same == here.same and one is not here]
        return [here, *(one for one in same if one.token in self.marked - set(self.sent))]

    # ------------------------------------------------------------ showing

    def show_fleet(self, fleet: Fleet) -> None:
        before, self._fleet = self.questions, fleet
        self.questions = inbox.inbox(fleet)
        there = {one.token for one in self.questions}
        self.marked &= there
        self.sent = {token: sent for token, sent in self.sent.items() if token in there}
        if self.token not in there:
            at = next((n for n, one in enumerate(before) if one.token == self.token), 0)
            self.come_up(self.next_open(at))
        if self.is_mounted:
            self._place()
            self.draw()
            if [one.token for one in before] != [one.token for one in self.questions]:
                self.tell()

    def on_resize(self, event: events.Resize) -> None:
        self._place()
        self.call_after_refresh(self.draw)  # the list knows its room only then

    def _place(self) -> None:
        """The question beside the list or below it; neither takes all of the room."""
        width, height = self.app.size
        wide = width >= WIDE
        self.set_class(wide, "-wide")
        view = self.listing
        view.display = bool(self.questions)
        view.styles.height = "1fr" if wide else min(len(self.questions), max(3, (height - 2) // 3))

    def draw(self) -> None:
        """The heading and the list."""
        self.query_one("#heading", Line).show(self.heading())
        view = self.listing
        lines = inbox_lines.rows(
            self.questions,
            marked=self.marked,
            sent={token: _shown(sent) for token, sent in self.sent.items()},
            now=self.cockpit.now(),
            width=view.size.width or self.app.size.width,
        )
        view.set_lines(lines, keep=True)
        here = self.chosen
        if here is not None:
            view.cursor = self.questions.index(here)
        self.refresh_hints()

    def tell(self) -> None:
        """All of the chosen question."""
        here, key = self.chosen, self.cockpit.keymap.key
        if here is None:
            self.reader.set_lines(inbox_lines.empty(inbox.others(self._fleet), key("next")))
            return
        view = self._fleet.lane(here.lane)
        same = sum(one.same == here.same for one in self.questions) - 1
        lines = inbox_lines.detail(
            here,
            view.agent if view is not None else "",
            [one.lane for one in self.targets],
            same,
            (key("mark_question"), key("mark_same")),
        )
        token, captured = self._pane
        if token == here.token:
            lines += inbox_lines.pane_lines(here, captured)
        self.reader.set_lines(lines)

    def _turn_to(self, question: Question | None) -> None:
        """Show this question, and its pane as soon as it was read."""
        self.token = question.token if question is not None else ""
        self.tell()
        if question is not None:
            self.cockpit.do(self._read_pane(question))

    async def _read_pane(self, question: Question) -> None:
        self._asked += 1
        mine = self._asked
        try:
            rows = await self.cockpit.supervisor.ask(lambda cockpit: cockpit.capture(question.lane))
        except CockpitError as error:
            rows = [error.title]
        if mine == self._asked and self.is_open:
            self._pane = (question.token, rows)
            self.tell()

    # ------------------------------------------------------------ which question

    def on_lines_view_chosen(self, message: LinesView.Chosen) -> None:
        if message.view is not self.listing or not 0 <= message.line < len(self.questions):
            return
        question = self.questions[message.line]
        if question.token != self.token:
            self.unread_since = 0.0
            self._turn_to(question)

    def do_inbox_down(self) -> None:
        self.listing.move(1)

    def do_inbox_up(self) -> None:
        self.listing.move(-1)

    def next_open(self, at: int) -> Question | None:
        """The question at this place or after it, and around, that has no answer yet."""
        turned = [*self.questions[at:], *self.questions[:at]]
        left = [one for one in turned if one.token not in self.sent]
        return left[0] if left else self.chosen or (turned[0] if turned else None)

    def come_up(self, question: Question | None) -> None:
        """A question that the commander did not choose comes up."""
        if question is None or question.token != self.token:
            self.unread_since = time.monotonic()
            self.token = question.token if question is not None else ""
            if self.is_mounted:
                self._turn_to(question)

    def do_mark_question(self) -> None:
        if self.token:
            self.marked ^= {self.token}
            self.draw()
            self.tell()

    def do_mark_same(self) -> None:
        """Mark all that ask the same, or none of them."""
        here = self.chosen
        if here is not None:
            same = {one.token for one in self.questions if one.same == here.same}
            self.marked = self.marked - same if same <= self.marked else self.marked | same
            self.draw()
            self.tell()

    def hinted(self) -> list[Action]:
        here = self.chosen
        hidden = set()
        if here is None:
            hidden = {action.id for action in super().hinted() if action.scope is Scope.INBOX}
        elif not here.choices:
            hidden = {"answer_choice"}
        return [action for action in super().hinted() if action.id not in hidden]

    def hints(self) -> list[tuple[str, str]]:
        here, one = self.chosen, self.cockpit.keymap.key("answer_choice")
        count = len(here.choices) if here is not None else 0
        return [(f"1-{count}" if key == one else key, word) for key, word in super().hints()]


def _shown(sent: Sent) -> Content:
    return inbox_lines.pending(sent.said) if sent.ended is None else inbox_lines.given(sent.said)
