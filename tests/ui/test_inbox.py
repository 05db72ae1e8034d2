"""The inbox on the screen: what it shows, which keys answer what, and what they never answer."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from textual.events import Key

from cockpit.domain import inbox
from cockpit.domain.activity import State
from cockpit.domain.board import Board, TaskView
from cockpit.domain.events import ActivityChanged, BoardChanged, OperationEnded
from cockpit.domain.fleet import Fleet
from cockpit.domain.ids import LaneId, OpId
from cockpit.domain.intents import Answer
from cockpit.domain.operation import OpKind
from cockpit.domain.result import parse_result
from cockpit.domain.task import parse_task
from cockpit.domain.task_desk import PlanDesk
from cockpit.domain.work import Holder, Work
from cockpit.errors import TimedOut
from cockpit.ui.screens import inbox as screen
from cockpit.ui.screens import inbox_view
from cockpit.ui.screens.answer_text import AnswerScreen
from cockpit.ui.screens.inbox import InboxScreen
from tests.ui.drive import Session, opened
from tests.ui.fake import FakeSupervisor, fleet_of, view
from tests.ui.test_goldens import compare

A, B, C, D = LaneId("alpha"), LaneId("beta"), LaneId("gamma"), LaneId("delta")


def dialog(command: str, *labels: str) -> str:
    labels = labels or ("Yes", "Yes, and don't ask again for it", "No, go on without it (esc)")
    rows = [f" {'❯' if not at else ' '} {at + 1}. {label}" for at, label in enumerate(labels)]
    return "\n".join(
        (" Bash command", f"   {command}", "   Run a command", " Do you want to proceed?", *rows,
         " Esc to cancel")
    )  # fmt: skip


def held(lane: LaneId, *questions: str) -> TaskView:
    text = "".join(f"- {one}\n" for one in questions)
    result = parse_result(
        "task-003-result.md", f"---\nstatus: blocked\nquestions:\n{text}---\n".encode()
    )
    holder = Holder(lane, State.IDLE, result=result)
    return TaskView(parse_task("task-003-routes.md", b"# Routes\n"), Work.BLOCKED, holder=holder)


LINT = dialog("make lint")
ONE = fleet_of(view("alpha", 1, State.ASKING, detail=LINT), view("beta", 2))
FIVE = replace(
    fleet_of(
        view("alpha", 1, State.ASKING, detail=LINT),
        view("beta", 2, State.ASKING, detail=dialog("git push origin beta/work"), since=3600),
        view("gamma", 3, State.ASKING, detail=LINT, since=20),
        view("delta", 4, State.IDLE),
        view("epsilon", 5, State.EXITED, detail="1"),
    ),
    board=Board((held(D, "Which store shall keep the tokens?", "Which port?"),)),
)
PANE = [
    "● I will check the style before I commit.",
    "",
    "● Bash(make lint)",
    "  ⎿  Waiting…",
    "─" * 60,
    *LINT.split("\n"),
]


@pytest.fixture(autouse=True)
def readers(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Whoever sits here reads at once; a test of the glance says otherwise."""
    monkeypatch.setattr(screen, "GLANCE", 0.0)
    yield


def supervisor(fleet: Fleet = FIVE) -> FakeSupervisor:
    fake = FakeSupervisor(fleet)
    fake.fake.answers["capture alpha"] = PANE
    fake.fake.answers["capture delta"] = ["● Written.", "", "❯", "  ? for shortcuts"]
    return fake


def token(fleet: Fleet, lane: LaneId, at: int = 0) -> str:
    return [one.token for one in inbox.inbox(fleet) if one.lane == lane][at]


def here(session: Session) -> InboxScreen:
    found = session.app.screen
    assert isinstance(found, InboxScreen)
    return found


def chosen(session: Session) -> LaneId:
    question = here(session).chosen
    assert question is not None
    return question.lane


# ---------------------------------------------------------------- looking


async def test_it_opens_at_the_chosen_lanes_question() -> None:
    async with opened(FIVE, supervisor=supervisor()) as session:
        await session.press("2", "a")
        assert chosen(session) == B
        assert "git push origin beta/work" in session.text()
        assert "5 questions of 4 lanes" in session.text()
        assert "also: epsilon exited" in session.text()
        await session.press("escape")
        assert session.app.screen is session.app.board


async def test_a_lane_that_asks_nothing_opens_the_first_question() -> None:
    async with opened(FIVE, supervisor=supervisor()) as session:
        await session.press("5", "a")
        assert chosen(session) == A


async def test_what_stands_above_the_dialog_is_shown() -> None:
    async with opened(FIVE, supervisor=supervisor()) as session:
        await session.press("a")
        text = session.text()
        assert "Above it on its pane" in text and "I will check the style" in text
        assert text.count("Do you want to proceed?") <= 2
        await session.press("j")
        assert chosen(session) == C  # the same question stands next to it
        assert "I will check the style" not in session.text()


async def test_a_pane_that_can_not_be_read_says_so() -> None:
    fake = supervisor()
    fake.fake.answers["capture delta"] = TimedOut("tmux does not answer.")
    async with opened(FIVE, supervisor=fake) as session:
        await session.press("4", "a")
        assert "Which store shall keep the tokens?" in session.text()
        assert "tmux does not answer." in session.text()


async def test_nothing_waits() -> None:
    quiet = fleet_of(view("alpha", 1), view("beta", 2, State.ERROR, detail="API Error: 400"))
    async with opened(quiet) as session:
        assert "a answer" not in session.text()
        await session.press("a")
        assert "Nobody asks anything." in session.text()
        assert "beta  error  API Error: 400" in session.text()
        await session.press("1", "enter", "space", "a", "i", "j", "k")
        assert session.supervisor.intents == []
        session.supervisor.tell(ActivityChanged(A, ONE.lanes[A].activity))
        await session.settle()
        assert "Do you want to proceed?" in session.text()


async def test_the_board_names_the_key_when_someone_asks() -> None:
    async with opened(ONE, size=(200, 60)) as session:
        assert "a answer" in session.text()


@pytest.mark.parametrize("size", [(60, 20), (80, 24), (120, 40), (200, 60)])
async def test_goldens(size: tuple[int, int]) -> None:
    async with opened(FIVE, supervisor=supervisor(), size=size) as session:
        await session.press("a", "a")
        compare(f"inbox-{size[0]}x{size[1]}", session.text())


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_goldens_of_words(size: tuple[int, int]) -> None:
    async with opened(FIVE, supervisor=supervisor(), size=size) as session:
        await session.press("4", "a", "enter", *"Use SQLite.")
        compare(f"inbox-words-{size[0]}x{size[1]}", session.text())


async def test_hostile_text_stays_text() -> None:
    evil = dialog("echo \x1b]0;x\x07[@click=app.quit]x[/] \u202e", "[/x] Yes\x1b[2J", "No")
    fake = FakeSupervisor(fleet_of(view("alpha", 1, State.ASKING, detail=evil)))
    fake.fake.answers["capture alpha"] = ["\x1b[2J[/x]", "y" * 50_000, *evil.split("\n")]
    for size in ((60, 20), (120, 40)):
        async with opened(fake.fleet, supervisor=fake, size=size) as session:
            await session.press("a")
            text = session.text()
            assert not {"\x1b", "\x07", "\u202e"} & set(text)
            assert "[/x] Yes" in text
            await session.press("enter", "escape")


# ---------------------------------------------------------------- answering


async def test_a_digit_answers_and_goes_on_to_the_next() -> None:
    async with opened(FIVE, supervisor=supervisor()) as session:
        await session.press("a", "1")
        assert session.supervisor.intents == [Answer(A, "1", token(FIVE, A))]
        assert chosen(session) == C
        assert "→ 1 Yes" in session.text()
        await session.press("k", "1")
        assert len(session.supervisor.intents) == 1
        assert "alpha's question has its answer: 1 Yes." in session.toasts()


async def test_a_digit_that_is_no_choice_answers_nothing() -> None:
    async with opened(FIVE, supervisor=supervisor()) as session:
        await session.press("a", "4", "9")
        assert session.supervisor.intents == []
        assert "alpha's question takes 1 to 3." in session.toasts()
        await session.press("G", "end", "j", "j", "j", "1")
        assert "delta's question takes words, no choices." in session.toasts()


async def test_one_answer_goes_to_all_marked_that_ask_the_same() -> None:
    async with opened(FIVE, supervisor=supervisor()) as session:
        await session.press("a")
        assert "1 other lane asks the same" in session.text()
        await session.press("a")
        assert "The answer goes to alpha and gamma." in session.text()
        assert "✚ 2 marked" in session.text()
        await session.press("3")
        assert session.supervisor.intents == [
            Answer(A, "3", token(FIVE, A)),
            Answer(C, "3", token(FIVE, C)),
        ]
        assert here(session).marked == set()


async def test_marked_questions_that_ask_something_else_get_no_answer() -> None:
    async with opened(FIVE, supervisor=supervisor()) as session:
        await session.press("2", "a", "space")
        await session.press("k", "k", "1")
        assert session.supervisor.intents == [Answer(A, "1", token(FIVE, A))]
        assert here(session).marked == {token(FIVE, B)}
        await session.press("escape", "a", "a", "a")
        assert here(session).marked == set(), "all and none"


async def test_a_letter_is_answered_by_its_place() -> None:
    fleet = fleet_of(view("alpha", 1, State.ASKING, detail="Overwrite it? (y/n)"))
    async with opened(fleet) as session:
        await session.press("a")
        assert " 2  No (n)" in session.text()
        await session.press("2")
        assert session.supervisor.intents == [Answer(A, "n", token(fleet, A))]


async def test_words_are_written_and_sent_by_their_own_key() -> None:
    async with opened(FIVE, supervisor=supervisor()) as session:
        await session.press("4", "a", "enter")
        assert isinstance(session.app.screen, AnswerScreen)
        await session.press("1", "enter", "2", "escape")
        assert session.supervisor.intents == [], "digits and Enter are text here"
        await session.press("enter", "ctrl+s")
        assert session.supervisor.intents == [Answer(D, "1\n2", token(FIVE, D))]
        await session.press("k", "enter")
        assert isinstance(session.app.screen, InboxScreen), "it has its answer"


async def test_words_that_came_in_one_go_are_sent_whole() -> None:
    """Over a slow line letters and the key that sends them arrive together."""
    async with opened(FIVE, supervisor=supervisor()) as session:
        await session.press("4", "a", "enter")
        for key in (*"SQLite", "ctrl+s"):
            session.app.post_message(key_event(key))
        await session.settle()
        assert session.supervisor.intents == [Answer(D, "SQLite", token(FIVE, D))]


async def test_no_words_are_no_answer() -> None:
    async with opened(FIVE, supervisor=supervisor()) as session:
        await session.press("a", "enter", "space", "ctrl+s")
        assert "There is nothing to answer with yet." in session.text()
        assert session.supervisor.intents == []


async def test_pasted_text_answers_nothing() -> None:
    async with opened(FIVE, supervisor=supervisor()) as session:
        await session.press("a")
        for key in "1231":
            session.app.post_message(key_event(key))
        await session.settle()
        assert session.supervisor.intents == []
        assert any("pasted" in toast for toast in session.toasts())


def key_event(key: str) -> Key:
    return Key(key, key if len(key) == 1 else None)


# ---------------------------------------------------------------- what comes up by itself


async def test_keys_are_not_obeyed_before_a_question_was_read(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(screen, "GLANCE", 60.0)
    async with opened(FIVE, supervisor=supervisor()) as session:
        await session.press("a", "1")
        assert len(session.supervisor.intents) == 1, "the chosen lane's question was looked at"
        await session.press("1")
        assert len(session.supervisor.intents) == 1
        assert any("came up just now" in toast for toast in session.toasts())
        await session.press("j", "1")
        assert len(session.supervisor.intents) == 2, "chosen by hand it was looked at"


async def test_a_question_that_changes_under_the_finger(monkeypatch: pytest.MonkeyPatch) -> None:
    async with opened(ONE, supervisor=supervisor(ONE)) as session:
        await session.press("a")
        monkeypatch.setattr(screen, "GLANCE", 60.0)
        activity = replace(ONE.lanes[A].activity, detail=dialog("rm -rf build"))
        session.supervisor.tell(ActivityChanged(A, activity))
        await session.settle()
        assert "rm -rf build" in session.text()
        await session.press("1")
        assert session.supervisor.intents == []


async def test_the_cursor_stays_on_its_question_while_others_come_and_go() -> None:
    async with opened(FIVE, supervisor=supervisor()) as session:
        await session.press("2", "a")
        session.supervisor.tell(ActivityChanged(A, view("alpha", 1, State.IDLE).activity))
        session.supervisor.tell(BoardChanged(Board(), PlanDesk()))
        await session.settle()
        assert chosen(session) == B
        assert "2 questions of 2 lanes" in session.text()
        session.supervisor.tell(ActivityChanged(B, view("beta", 2, State.IDLE).activity))
        await session.settle()
        assert chosen(session) == C


# ---------------------------------------------------------------- what becomes of it


def ended(lane: LaneId, error: str = "", kind: OpKind = OpKind.ANSWER) -> OperationEnded:
    return OperationEnded(OpId("9"), kind, lane, "" if error else f"answered {lane}", error)


async def test_a_taken_answer_is_ticked_until_the_question_leaves() -> None:
    async with opened(ONE, supervisor=supervisor(ONE)) as session:
        await session.press("a", "1")
        session.supervisor.tell(ended(A, kind=OpKind.SEND))
        session.supervisor.tell(ended(A))
        await session.settle()
        assert "✓ 1 Yes" in session.text() and session.toasts() == []
        session.supervisor.tell(ActivityChanged(A, view("alpha", 1).activity))
        await session.settle()
        assert "Nobody asks anything." in session.text()


async def test_the_same_question_asked_again_can_be_answered(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(screen, "LINGER", 0.3)
    async with opened(ONE, supervisor=supervisor(ONE)) as session:
        await session.press("a", "1")
        session.supervisor.tell(ended(A))
        await session.until(lambda: "✓ 1 Yes" in session.text())
        await session.until(lambda: "✓ 1 Yes" not in session.text())
        await session.press("1")
        assert len(session.supervisor.intents) == 2


async def test_a_refused_answer_is_told_and_can_be_given_again() -> None:
    async with opened(ONE, supervisor=supervisor(ONE)) as session:
        await session.press("a", "1")
        session.supervisor.tell(ended(A, "Lane alpha asks something else now."))
        await session.settle()
        assert "→ 1 Yes" not in session.text()
        assert any("asks something else now" in toast for toast in session.toasts())
        await session.press("2")
        assert [one.text for one in session.supervisor.intents if isinstance(one, Answer)] == [
            "1", "2",
        ]  # fmt: skip


async def test_stepping_into_the_pane_that_asks() -> None:
    async with opened(FIVE, supervisor=supervisor(), hosted=True) as session:
        await session.press("2", "a", "i")
        await session.until(lambda: bool(session.supervisor.fake_live.stepped))
        assert session.supervisor.fake_live.stepped == ["lane-beta"]
        assert session.app.screen is session.app.board and session.chosen() == B


async def test_resizing_back_and_forth_leaves_the_same_picture() -> None:
    async with opened(FIVE, supervisor=supervisor(), size=(80, 24)) as session:
        await session.press("a")
        before = session.text()
        for size in ((200, 60), (60, 20), (80, 24)):
            await session.pilot.resize_terminal(*size)
            await session.settle()
        assert session.text() == before
        assert inbox_view.WIDE > 80
