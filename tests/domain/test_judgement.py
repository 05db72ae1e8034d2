"""How evidence is weighed: order, disagreement, patience, failed looks, sequences of rows."""

from __future__ import annotations

import re
import time
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cockpit.domain.activity import Activity, State
from cockpit.domain.evidence import (
    CUT,
    QUESTION_ROWS,
    Evidence,
    Maybe,
    Rules,
    ScreenRule,
    TitleRule,
)
from cockpit.domain.judgement import HOLD, judge, last_words, shows_work, signs

RULES = Rules(
    titles=(
        TitleRule("spinner", re.compile("^~ "), (State.WORKING,)),
        TitleRule("hidden spinner", re.compile("^= "), (State.WORKING,), agrees=(State.IDLE,)),
        TitleRule("star", re.compile(r"^\*"), (State.IDLE, State.ASKING)),
        TitleRule("bang", re.compile("^!"), (State.ASKING,)),
    ),
    screens=(
        ScreenRule(
            "choice",
            State.ASKING,
            every=(re.compile(r"^ *>? *1\. "), re.compile(r"^ *> *\d\. ")),
            foot=re.compile("^Esc to cancel"),
            begins=re.compile("^---"),
        ),
        ScreenRule("busy", State.WORKING, every=(re.compile("^busy$"),)),
        ScreenRule(
            "box",
            State.IDLE,
            none=(re.compile("^secret"),),
            sequence=(re.compile("^---"), re.compile("^>"), "...", re.compile("^---"), "...", "$"),
        ),
    ),
    shells=frozenset({"bash"}),
)
BOX = ("hello", "", "---", "> ", "---", "  help", "", "")
QUESTION = (
    "hello",
    "---",
    " Run",
    "   rm x",
    " Proceed?",
    " > 1. Yes",
    "   2. No",
    "",
    " Esc to",
    " cancel",
)
SEEN = Evidence(found=True, now=100.0, title="", command="agent")


def read(**given_: object) -> Activity:
    return judge(replace(SEEN, **given_), RULES)  # type: ignore[arg-type]


def before(state: State, since: float = 90.0) -> Activity:
    return Activity(state, "title", "x", since)


@pytest.mark.parametrize(
    ("evidence", "state", "source"),
    [
        ({"dead": True, "exit_code": 3, "title": "~ x", "rows": BOX}, State.EXITED, "process"),
        ({"title": "~ x", "rows": BOX}, State.WORKING, "title"),
        ({"title": "~ x"}, State.WORKING, "title"),
        ({"title": "* x", "rows": BOX}, State.IDLE, "screen"),
        ({"title": "* x", "rows": QUESTION}, State.ASKING, "screen"),
        ({"title": "* x", "rows": ("?",)}, State.UNKNOWN, "none"),
        ({"title": "* x", "rows": ("busy",)}, State.WORKING, "screen"),
        ({"title": "other", "rows": BOX}, State.IDLE, "screen"),
        ({"title": "!", "rows": QUESTION}, State.ASKING, "title"),
        ({"rows": ("secret", *BOX)}, State.UNKNOWN, "none"),
        ({"rows": ()}, State.UNKNOWN, "none"),
        ({"found": False, "rows": BOX, "title": "* x"}, State.UNKNOWN, "none"),
    ],
)
def test_the_order_of_evidence(evidence: dict[str, object], state: State, source: str) -> None:
    found = read(**evidence)
    assert (found.state, found.source) == (state, source)
    assert found.rule


def test_a_dead_pane_tells_code_and_last_words() -> None:
    found = read(dead=True, exit_code=3, rows=["a", "", "Error: no key", "", ""])
    assert found.rule == "exit code 3"
    assert found.detail == "a\nError: no key"
    assert read(dead=True).rule == "ended, exit code unknown"
    assert last_words(["x"] * 50).count("x") == 6


def test_a_disagreement_is_told() -> None:
    found = read(title="~ x", rows=QUESTION)
    assert found.state is State.WORKING
    assert found.detail == "the title says working (spinner), the screen says asking (choice)"
    other = read(title="* x", rows=["busy"])
    assert "the title says idle or asking (star), the screen says working (busy)" in other.detail
    assert read(title="~ x", rows=["busy"]).detail == ""
    assert read(title="= x", rows=BOX).detail == ""
    assert "screen shows nothing known" in read(title="* x", rows=["?"]).detail


@pytest.mark.parametrize("title", ["* x", "!", ""])
def test_a_question_is_carried(title: str) -> None:
    assert read(title=title, rows=QUESTION).detail == (
        " Run\n   rm x\n Proceed?\n > 1. Yes\n   2. No\n Esc to\n cancel"
    )


def test_a_long_question_keeps_its_end() -> None:
    rows = ["---", *(f"line {n}" for n in range(QUESTION_ROWS)), *QUESTION[4:]]
    told = read(rows=rows).detail.split("\n")
    assert len(told) == 1 + QUESTION_ROWS
    assert (told[0], told[-1]) == (CUT, " cancel")


def test_a_question_whose_beginning_is_not_seen_says_so() -> None:
    """It is carried with what stands above it, so that two of them are not taken for one."""
    rows = ["Run", "  rm -r x", *QUESTION[4:]]
    assert read(rows=rows).detail.split("\n")[:3] == [CUT, "Run", "  rm -r x"]
    assert CUT not in read(rows=QUESTION).detail


def test_trailing_blank_rows_and_trailing_blanks_do_not_matter() -> None:
    for padding in (0, 1, 30, 500):
        assert read(rows=[*BOX, *[" " * 90] * padding]).state is State.IDLE
    assert read(rows=[row + " " * 40 for row in BOX]).state is State.IDLE


def test_text_above_does_not_pass_for_the_bottom() -> None:
    assert read(rows=[*QUESTION, "", "now something else"]).state is State.UNKNOWN
    assert read(rows=["---", "> typed", "---", "output at the margin"]).state is State.UNKNOWN


# ---------------------------------------------------------------- time


@pytest.mark.parametrize(
    ("seen", "since"),
    [
        ({"title": "! x", "spoke": 40.0}, 40.0),
        ({"title": "~ x", "spoke": 40.0}, 100.0),
        ({"title": "! x", "spoke": 140.0}, 100.0),
        ({"title": "! x"}, 100.0),
        ({"dead": True, "exit_code": 3, "spoke": 40.0}, 40.0),
        ({"title": "! x", "spoke": 40.0, "previous": before(State.WORKING)}, 100.0),
        ({"title": "! x", "spoke": 40.0, "previous": before(State.ASKING)}, 90.0),
    ],
)  # fmt: skip
def test_at_a_first_look_an_agent_rests_since_it_printed_last(
    seen: dict[str, object], since: float
) -> None:
    """40.0: long ago. A clock that went back is not believed."""
    assert read(**seen).since == since


def test_since_is_kept_while_the_state_stays() -> None:
    assert read(title="~ x", previous=before(State.WORKING)).since == 90.0
    assert read(title="~ x", previous=before(State.IDLE)).since == 100.0
    kept = read(rows=BOX, previous=Activity(State.IDLE, "title", "old rule", 50.0))
    assert (kept.since, kept.rule) == (50.0, "box")


def test_working_is_entered_at_once_and_left_with_patience() -> None:
    was = before(State.WORKING)
    assert read(title="~ x", previous=before(State.IDLE)).state is State.WORKING
    assert read(rows=BOX, previous=was, worked_at=100.0 - HOLD / 2) == was
    assert read(rows=["?"], previous=was, worked_at=100.0 - HOLD / 2) == was
    assert read(rows=BOX, previous=was, worked_at=100.0 - HOLD).state is State.IDLE
    assert read(rows=BOX, previous=was, worked_at=None).state is State.IDLE
    assert read(rows=BOX, previous=was, worked_at=500.0).state is State.IDLE


@pytest.mark.parametrize("evidence", [{"dead": True, "exit_code": 0}, {"found": False}])
def test_an_end_and_a_failed_look_are_not_waited_for(evidence: dict[str, object]) -> None:
    found = read(**evidence, previous=before(State.WORKING), worked_at=100.0)
    assert found.state in (State.EXITED, State.UNKNOWN)


def test_a_sign_of_work_is_seen_apart_from_patience() -> None:
    held = replace(SEEN, rows=BOX, previous=before(State.WORKING), worked_at=99.9)
    assert judge(held, RULES).state is State.WORKING
    assert not shows_work(held, RULES)
    assert shows_work(replace(SEEN, title="~ x"), RULES)


# ---------------------------------------------------------------- shells


def test_back_at_a_shell_is_an_end_only_after_the_agent_was_seen() -> None:
    rows = ("bye", "$ ")
    ended = read(command="bash", rows=rows, previous=before(State.IDLE))
    assert (ended.state, ended.rule) == (State.EXITED, "back at a shell: bash")
    assert ended.detail == "bye\n$"
    for previous in (None, before(State.STARTING), before(State.UNKNOWN)):
        found = read(command="bash", rows=rows, previous=previous)
        assert (found.state, found.rule) == (State.UNKNOWN, "back at a shell: bash")


def test_a_shell_that_wraps_the_agent_is_not_its_end() -> None:
    assert read(command="bash", rows=BOX, previous=before(State.WORKING)).state is State.IDLE


def test_a_shell_lane_works_while_a_program_runs() -> None:
    rules = Rules(shells=frozenset({"bash"}), foreground=True)
    assert judge(replace(SEEN, command="bash"), rules).state is State.IDLE
    assert judge(replace(SEEN, command="make"), rules).state is State.WORKING
    assert judge(replace(SEEN, command=""), rules).state is State.UNKNOWN
    assert judge(replace(SEEN, command="make", dead=True), rules).state is State.EXITED


def test_without_rules_only_the_process_counts() -> None:
    found = judge(replace(SEEN, rows=BOX, title="~ x"), Rules())
    assert (found.state, found.rule) == (State.UNKNOWN, "no rules for this program")


# ---------------------------------------------------------------- rules


def test_a_rule_may_need_a_title_of_the_programs_own() -> None:
    rules = Rules(screens=(ScreenRule("x", State.IDLE, foot=re.compile("x"), own_title=True),))
    assert judge(replace(SEEN, rows=["x"], title="dir"), rules).state is State.IDLE
    assert judge(replace(SEEN, rows=["x"], own_title=False), rules).state is State.UNKNOWN


def test_a_row_of_a_sequence_may_be_missing() -> None:
    sequence = (re.compile("^a"), Maybe(re.compile("^b")), re.compile("^c"), "$")
    rules = Rules(screens=(ScreenRule("x", State.ERROR, sequence=sequence),))
    for rows, fits in (("abc", True), ("ac", True), ("aac", True), ("abbc", False), ("acx", False)):
        found = judge(replace(SEEN, rows=list(rows)), rules)
        assert (found.state is State.ERROR) is fits, rows


def test_signs_are_told_strongest_first() -> None:
    seen = signs(replace(SEEN, title="~ x", rows=BOX), RULES)
    assert [sign.source for sign in seen] == ["process", "title", "screen"]
    assert [sign.rule for sign in seen] == ["agent runs", "spinner", "box"]


@given(
    rows=st.lists(st.text(max_size=30), max_size=60),
    title=st.text(max_size=20),
    command=st.sampled_from(["", "agent", "bash"]),
    dead=st.booleans(),
)
def test_any_text_gives_a_state(rows: list[str], title: str, command: str, dead: bool) -> None:
    found = read(rows=rows, title=title, command=command, dead=dead)
    assert isinstance(found.state, State)
    assert (found.state is State.EXITED) is dead
    assert found.since == 100.0


def test_a_huge_screen_costs_little() -> None:
    rows = ["- " * 500_000] * 300
    began = time.monotonic()
    read(rows=rows, title="x" * 1_000_000)
    assert time.monotonic() - began < 1.0
