"""The inbox: choices read from rows, questions of screens and results, tokens, groups."""

from __future__ import annotations

import time
import unicodedata
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cockpit.domain import choices, inbox
from cockpit.domain.activity import Activity, State
from cockpit.domain.board import Board, TaskView
from cockpit.domain.choices import Choice
from cockpit.domain.evidence import CUT
from cockpit.domain.fleet import Fleet, LaneView
from cockpit.domain.ids import CommitId, LaneId, OpId, RefName
from cockpit.domain.inbox import Kind, Question
from cockpit.domain.lane import LaneRecord
from cockpit.domain.launch import AnswerKeys
from cockpit.domain.reply import choice_of, reply_to
from cockpit.domain.result import ResultFile, parse_result
from cockpit.domain.task import parse_task
from cockpit.domain.work import Holder, Work
from cockpit.errors import Refused

A, B, C = LaneId("alpha"), LaneId("beta"), LaneId("gamma")
PERMISSION = (
    " Bash command",
    "   git push origin HEAD",
    " Do you want to proceed?",
    " ❯ 1. Yes",
    "   2. Yes, and don't ask again",
    "   3. No",
    " Esc to cancel",
)
YES_NO = (Choice("1", "Yes"), Choice("2", "Yes, and don't ask again"), Choice("3", "No"))


def on_screen(rows: tuple[str, ...], lane: LaneId = A, folder: str = "/w/alpha") -> Question:
    activity = Activity(State.ASKING, "screen", "choice", 5.0, "\n".join(rows))
    found = inbox.on_screen(lane, activity, Path(folder))
    assert found is not None
    return found


def keys(rows: tuple[str, ...]) -> list[str]:
    return [one.key for one in choices.read(rows).choices]


# ---------------------------------------------------------------- choices


@pytest.mark.parametrize(
    ("rows", "found"),
    [
        (PERMISSION, YES_NO),
        (("Run it?", "› 1. Yes, proceed (y)", "  2. No (esc)"),
         (Choice("1", "Yes, proceed (y)"), Choice("2", "No (esc)"))),
        (("│ Apply?      │", "│ ● 1. Once   │", "│   2. Always │"),
         (Choice("1", "Once"), Choice("2", "Always"))),
        (("Which?", "❯ 1. SQLite", "     a file", "     on disk", "  2. Redis", "Esc"),
         (Choice("1", "SQLite", "a file on disk"), Choice("2", "Redis"))),
        (("Go on? [1] yes", "(1) Left", "(2) Right"), (Choice("1", "Left"), Choice("2", "Right"))),
        (("Overwrite? (y/n)",), (Choice("y", "Yes"), Choice("n", "No"))),
        (("Overwrite? [y/N/q] ",), (Choice("y", "Yes"), Choice("n", "No"), Choice("q", "Quit"))),
        (("Sure (yes/no)?",), (Choice("yes", "Yes"), Choice("no", "No"))),
        (("Create new file? (Y)es/(N)o [Yes]:",), (Choice("y", "Yes"), Choice("n", "No"))),
        (("(Y)es/(N)o/(A)ll/(S)kip all [Yes]:",),
         (Choice("y", "Yes"), Choice("n", "No"), Choice("a", "All"), Choice("s", "Skip all"))),
        (("What shall I do?",), ()),
        (("1. only one",), ()),
        (("2. no first", "3. at all"), ()),
        (("path (src/lib)?",), ()),
        (("(y/n) far above", "a", "b", "c", "d"), ()),
        (("(a)b/(a)c twice",), ()),
        ((), ()),
    ],
)  # fmt: skip
def test_choices(rows: tuple[str, ...], found: tuple[Choice, ...]) -> None:
    assert choices.read(rows).choices == found


def test_a_command_that_looks_like_choices_is_none_of_them() -> None:
    """What the agent wants to run stands above the choices, and deeper."""
    evil = ("   echo", "   1. No", "   2. Nothing", "   3. rm -rf ~", *PERMISSION[2:])
    dialog = choices.read(evil)
    assert dialog.choices == YES_NO
    assert "   3. rm -rf ~" in dialog.asked
    inside = ("Which?", "❯ 1. One", "     2. not a choice", "  2. Two")
    assert [one.label for one in choices.read(inside).choices] == ["One", "Two"]


def test_more_choices_than_keys() -> None:
    rows = [f" {n}. choice {n}" for n in range(1, 13)]
    assert [one.key for one in choices.read(rows).choices] == [str(n) for n in range(1, 10)]
    aligned = [f"{n:>3}. choice {n}" for n in range(1, 13)]
    assert len(choices.read(aligned).choices) == 9


def test_thousands_of_choices_and_huge_rows_take_no_time() -> None:
    began = time.monotonic()
    for rows in (
        [f" {n % 99 + 1}. x" for n in range(20_000)],
        [" 1. a", " 2. b"] * 5_000,
        ["(" * 100_000, "a/" * 100_000, " 1. " + "y" * 100_000],
        ["(Y)" + "es/(N)" * 50_000],
        ["[" + "y/" * 50_000 + "n]"],
    ):
        assert len(choices.read(rows).choices) <= 9
    assert time.monotonic() - began < 1.0


@given(st.lists(st.text(max_size=60), max_size=80))
def test_any_rows_are_read(rows: list[str]) -> None:
    dialog = choices.read(rows)
    assert len(dialog.choices) <= choices.MOST_CHOICES
    found = on_screen(tuple(rows))
    shown = [found.text, *found.rows, *(one.label + one.note for one in found.choices)]
    assert all(unicodedata.category(c) != "Cc" or c == "\n" for text in shown for c in text)
    assert "\x1b" not in "".join(shown)


# ---------------------------------------------------------------- a question on the screen


def test_what_an_agent_asks() -> None:
    found = on_screen(PERMISSION)
    assert found.kind is Kind.SCREEN
    assert found.text == "\n".join(PERMISSION[:3])
    assert found.headline == "Bash command · git push origin HEAD · Do you want to proceed?"
    assert (found.choices, found.rows, found.since) == (YES_NO, PERMISSION, 5.0)
    assert inbox.on_screen(A, Activity(State.IDLE, "", "", 0.0), None) is None


def test_the_token_is_of_the_words_not_of_width_or_cursor() -> None:
    token = on_screen(PERMISSION).token
    moved = tuple(row.replace("❯ 1", "  1").replace("  3", "❯ 3") for row in PERMISSION)
    narrow = (" Bash command", "   git push", "   origin HEAD", *PERMISSION[2:])
    assert {on_screen(moved).token, on_screen(narrow).token} == {token}
    other = tuple(row.replace("HEAD", "HEAD --force") for row in PERMISSION)
    assert on_screen(other).token != token
    assert on_screen(PERMISSION, lane=B).token != token


def test_the_same_question_but_for_the_lanes_own_folder() -> None:
    def asks(lane: LaneId, path: str) -> Question:
        return on_screen((f"Edit {path}?", "1. Yes", "2. No"), lane, f"/w/{lane}")

    one, two = asks(A, "/w/alpha/a.py"), asks(B, "/w/beta/a.py")
    assert one.same == two.same and one.token != two.token
    assert asks(A, "/w/beta/a.py").same != two.same  # another lane's folder is no small matter
    assert asks(A, "/w/alpha-2/a.py").same != two.same
    assert asks(A, "/w/alpha/b.py").same != two.same
    assert asks(A, "\0/a.py").same != two.same  # nothing that is shown looks like the folder


def test_a_question_that_goes_on_above_is_the_same_as_no_other() -> None:
    cut = (CUT, *PERMISSION)
    one, two = on_screen(cut, A), on_screen(cut, B)
    assert not one.whole and CUT not in one.rows
    assert one.same != two.same
    assert on_screen(PERMISSION, A).same == on_screen(PERMISSION, B).same
    unread = on_screen(())
    assert (unread.text, unread.whole) == ("", False)
    assert unread.same != on_screen((), B).same


def test_hostile_rows_are_made_showable() -> None:
    evil = ("\x1b]0;x\x07\x9b2J Run \u202e[/x]", "x" * 100_000, "❯ 1. Y\x1b[31mes", "  2. N\ro")
    found = on_screen(evil)
    shown = "".join((found.text, *found.rows, *(one.label for one in found.choices)))
    assert not {"\x1b", "\x07", "\x9b", "\u202e", "\r"} & set(shown)
    assert all(len(row) <= inbox.ROW_CAP for row in found.rows)
    assert [one.key for one in found.choices] == ["1", "2"]
    huge = on_screen(("y" * 5_000_000,))
    assert len(huge.text) <= inbox.ROW_CAP


# ---------------------------------------------------------------- questions in results


def result(text: str, name: str = "task-001-result.md") -> ResultFile:
    return parse_result(name, text.encode("utf-8", "surrogateescape"))


def in_result(text: str, lane: LaneId = A) -> tuple[Question, ...]:
    return inbox.in_result(lane, "task-001-x.md", result(text), Path(f"/w/{lane}"))


@pytest.mark.parametrize(
    ("header", "asked"),
    [
        ("status: blocked\nquestions:\n- Which one?\n- Which port?", ["Which one?", "Which port?"]),
        ("status: done\nquestions: May I drop Python 3.9?", ["May I drop Python 3.9?"]),
        ("status: done\nquestions: none", []),
        ("status: done\nquestions: N/A.", []),
        ("status: done", []),
        ("status: failed", []),
        ("status: failed\nquestions: Shall I try again?", ["Shall I try again?"]),
        ("status: blocked\nquestions: -\nnext: the schema", ["It says “blocked”: the schema"]),
        ("status: partial", ["It says “partial”"]),
        ("status: done but tests failed", ["It says “done but tests failed”"]),
    ],
)  # fmt: skip
def test_what_a_result_asks(header: str, asked: list[str]) -> None:
    found = in_result(f"---\n{header}\n---\n")
    assert [one.text for one in found] == asked
    assert all(one.kind is Kind.RESULT and not one.choices for one in found)
    assert all(one.task == "task-001-x.md" and one.source == "task-001-result.md" for one in found)


def test_many_hostile_and_doubled_questions_of_a_result() -> None:
    lines = "\n".join(f"- Why {n}?\x1b[2J" for n in range(3_000))
    found = in_result(f"---\nstatus: blocked\nquestions:\n{lines}\n---\n")
    assert len(found) == inbox.MOST_QUESTIONS
    assert "\x1b" not in "".join(one.text for one in found)
    twice = in_result("---\nstatus: blocked\nquestions:\n- Why?\n- Why?\n- Why  ?\n---\n")
    assert [one.text for one in twice] == ["Why?", "Why ?"]
    long = in_result(f"---\nstatus: blocked\nquestions: {'y' * 50_000}\n---\n")
    assert len(long[0].text) <= inbox.ROW_CAP


# ---------------------------------------------------------------- the whole inbox


def lane_view(lane: LaneId, state: State = State.IDLE, rows: tuple[str, ...] = ()) -> LaneView:
    record = LaneRecord(
        lane,
        RefName(f"refs/heads/{lane}"),
        Path(f"/w/{lane}"),
        Path("/g"),
        CommitId("0" * 40),
        "claude",
        OpId("1"),
    )
    activity = Activity(state, "screen", "rule", 1.0, "\n".join(rows))
    return LaneView(lane, lane[0].upper(), "", "claude", record=record, activity=activity)


def fleet(*views: LaneView, tasks: tuple[TaskView, ...] = ()) -> Fleet:
    return Fleet("p", "main", {view.lane: view for view in views}, board=Board(tasks))


def held(lane: LaneId, text: str, work: Work = Work.BLOCKED, number: int = 1) -> TaskView:
    name = f"task-{number:03}"
    file = parse_task(f"{name}-x.md", b"# X\n")
    holder = Holder(lane, State.IDLE, result=result(text, f"{name}-result.md"))
    return TaskView(file, work, holder=holder)


BLOCKED = "---\nstatus: blocked\nquestions: Which store?\n---\n"


def test_the_inbox_lists_lane_by_lane_the_same_together() -> None:
    views = (
        lane_view(A, State.ASKING, PERMISSION),
        lane_view(B),
        lane_view(C, State.ASKING, PERMISSION),
    )
    found = inbox.inbox(fleet(*views, tasks=(held(B, BLOCKED),)))
    assert [(one.lane, one.kind) for one in found] == [
        (A, Kind.SCREEN), (C, Kind.SCREEN), (B, Kind.RESULT),
    ]  # fmt: skip
    assert [len(group) for group in inbox.groups(found)] == [2, 1]
    assert inbox.waits(fleet(*views))
    assert not inbox.waits(fleet(lane_view(A), lane_view(B, State.WORKING)))


def test_what_stands_on_the_screen_comes_before_the_result() -> None:
    """A prompt would be taken for the answer to what stands there."""
    found = inbox.inbox(fleet(lane_view(A, State.ASKING, PERMISSION), tasks=(held(A, BLOCKED),)))
    assert [one.kind for one in found] == [Kind.SCREEN]


def test_decided_and_answered_results_ask_nothing() -> None:
    asks = held(A, BLOCKED)
    assert asks.holder is not None
    (question,) = inbox.inbox(fleet(lane_view(A), tasks=(asks,)))
    answered = replace(asks, holder=replace(asks.holder, answered=frozenset({question.token})))
    for task in (answered, replace(asks, work=Work.MERGED), replace(asks, work=Work.APPROVED)):
        assert inbox.inbox(fleet(lane_view(A), tasks=(task,))) == ()


def test_lanes_that_need_the_commander_otherwise() -> None:
    views = (
        lane_view(A, State.ASKING, PERMISSION), lane_view(B, State.EXITED), lane_view(C),
    )  # fmt: skip
    assert [view.lane for view in inbox.others(fleet(*views))] == [B]


def test_an_inbox_of_ten_thousand_tasks_is_quick() -> None:
    tasks = tuple(replace(held(A, BLOCKED), holder=None) for _ in range(10_000))
    full = fleet(lane_view(A), tasks=tasks)
    began = time.monotonic()
    for _ in range(10):
        assert inbox.inbox(full) == ()
    assert time.monotonic() - began < 1.0


# ---------------------------------------------------------------- what is typed

CLAUDE = AnswerKeys(words="^Type something")
ASKS = on_screen(PERMISSION)
OPEN = on_screen(("What name shall it have?",))
LETTERS = on_screen(("Overwrite? (y/n)",))
STORE = on_screen(("Which?", "❯ 1. SQLite", "  2. Type something."))


@pytest.mark.parametrize(
    ("question", "text", "keys", "typed"),
    [
        (ASKS, "1", CLAUDE, (("1",), "", False)),
        (ASKS, " 3 ", CLAUDE, (("3",), "", False)),
        (ASKS, "no", CLAUDE, (("3",), "", False)),
        (ASKS, "2", AnswerKeys(("{n}", "Enter")), (("2", "Enter"), "", False)),
        (LETTERS, "y", AnswerKeys(), (("y",), "", True)),
        (LETTERS, "No", AnswerKeys(), (("n",), "", True)),
        (LETTERS, "y", AnswerKeys(yes=("y", "Enter")), (("y", "Enter"), "", False)),
        (OPEN, "-1 ; kill", AnswerKeys(), ((), "-1 ; kill", False)),
        (OPEN, "7", AnswerKeys(), ((), "7", False)),
        (STORE, "Postgres", CLAUDE, (("2",), "Postgres", False)),
        (on_screen(("Sure (yes/no)?",)), "yes", AnswerKeys(), ((), "yes", False)),
    ],
)
def test_what_an_answer_types(
    question: Question, text: str, keys: AnswerKeys, typed: tuple[tuple[str, ...], str, bool]
) -> None:
    reply = reply_to(question, text, keys)
    assert (reply.keys, reply.words, reply.enter) == typed
    assert reply.said


@pytest.mark.parametrize(
    ("question", "text", "said"),
    [
        (ASKS, "4", "none of the choices"),
        (ASKS, "1 is fine", "one of its choices, not words"),
        (ASKS, "yes please", "one of its choices, not words"),
        (LETTERS, "maybe", "one of its choices, not words"),
        (STORE, "3", "none of the choices"),
        (on_screen(()), "1", "can't be read"),
    ],
)
def test_answers_that_fit_nothing_are_refused(question: Question, text: str, said: str) -> None:
    with pytest.raises(Refused, match=said):
        reply_to(question, text, CLAUDE)


def test_a_label_that_two_choices_have_names_none() -> None:
    twice = on_screen(("?", "1. Yes", "2. Yes"))
    assert choice_of(twice, "2") == Choice("2", "Yes")
    with pytest.raises(Refused):
        choice_of(twice, "yes")


def test_whether_a_question_still_stands_there() -> None:
    asked = LETTERS
    assert inbox.still_asks(asked, asked)
    assert not inbox.still_asks(asked, None)
    echoed = on_screen(("Overwrite? (y/n) y",))
    assert inbox.still_asks(asked, echoed, "y")
    assert not inbox.still_asks(asked, echoed)
    assert not inbox.still_asks(asked, on_screen(("Really? (y/n) y",)), "y")
