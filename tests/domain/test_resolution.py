"""The pure state of conflict review: choosing, undo and redo, what comes out."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cockpit.domain.conflict import Conflict, ConflictFile, Entry, Kind, Option, Take
from cockpit.domain.conflict_text import Common, ConflictHunk
from cockpit.domain.ids import CommitId, LaneId, TreeId
from cockpit.domain.resolution import WHOLE, Choice, Point, Resolution, marked_text
from cockpit.domain.resolution_draft import from_json, picked, to_json, with_picked

TEXT = ConflictFile(
    "a.py",
    Kind.CONTENT,
    drops=("a.py",),
    pieces=(
        Common(b"one\n"),
        ConflictHunk(b"b\n", b"o\n", b"t\n"),
        Common(b"two\n"),
        ConflictHunk(None, b"O", b"T"),
    ),
    wholes=(Option(Take.OURS, "ours", (Entry("a.py", "100644", "a" * 40),)),),
)
BINARY = ConflictFile(
    "b.bin",
    Kind.BINARY,
    drops=("b.bin",),
    wholes=(
        Option(Take.OURS, "ours", (Entry("b.bin", "100755", "b" * 40),)),
        Option(Take.DELETE, "delete", (), ("b/x",)),
    ),
)
CONFLICT = Conflict(
    LaneId("alpha"),
    CommitId("1" * 40),
    CommitId("2" * 40),
    "main",
    TreeId("3" * 40),
    (TEXT, BINARY),
)
START = Resolution(CONFLICT)


def take(state: Resolution, file: int, at: int, how: Take, text: bytes = b"") -> Resolution:
    return state.choose(Point(file, at), Choice(how, text))


@pytest.mark.parametrize(
    ("first", "second", "text"),
    [
        (Take.OURS, Take.THEIRS, b"one\no\ntwo\nT"),
        (Take.BASE, Take.OURS, b"one\nb\ntwo\nO"),
        (Take.BOTH, Take.BOTH, b"one\no\nt\ntwo\nO\nT"),
        (Take.BOTH_OTHER, Take.BOTH_OTHER, b"one\nt\no\ntwo\nT\nO"),
    ],
)
def test_the_text_that_comes_out(first: Take, second: Take, text: bytes) -> None:
    state = take(take(START, 0, 0, first), 0, 1, second)
    assert state.resolved(0) == text
    assert state.entries(0) == ((Entry("a.py", "100644", content=text),), ("a.py",))


def test_an_edit_in_the_middle_gets_its_line_end() -> None:
    state = take(take(START, 0, 0, Take.EDIT, b"mine"), 0, 1, Take.EDIT, b"last")
    assert state.resolved(0) == b"one\nmine\ntwo\nlast"
    state = take(state, 0, 0, Take.EDIT, b"")
    assert state.resolved(0) == b"one\ntwo\nlast"


def test_nothing_comes_out_while_something_is_open() -> None:
    state = take(START, 0, 0, Take.OURS)
    assert state.resolved(0) is None and state.entries(0) is None and state.entries(1) is None
    assert state.open_points() == (Point(0, 1), Point(1, WHOLE))
    assert not state.may_finish
    assert state.progress == (1, 3)


def test_whole_files() -> None:
    state = take(START, 1, WHOLE, Take.DELETE)
    assert state.entries(1) == ((), ("b.bin", "b/x"))
    state = take(state, 0, WHOLE, Take.OURS)
    assert state.entries(0) == ((Entry("a.py", "100644", "a" * 40),), ("a.py",))
    assert state.may_finish
    state = take(state, 0, WHOLE, Take.EDIT, b"all mine\n")
    assert state.resolved(0) == b"all mine\n"


def test_a_hunk_s_choice_takes_back_the_whole_file_s() -> None:
    state = take(START, 0, WHOLE, Take.OURS)
    state = take(state, 0, 0, Take.THEIRS)
    assert state.at(Point(0, WHOLE)) is None
    assert state.open_points()[0] == Point(0, 1)
    assert state.undo().at(Point(0, WHOLE)) == Choice(Take.OURS), "one step"


@pytest.mark.parametrize(
    ("file", "at", "how"),
    [
        (0, 0, Take.DELETE),
        (0, 0, Take.AS_MERGED),
        (0, 1, Take.BASE),
        (0, 9, Take.OURS),
        (0, WHOLE, Take.THEIRS),
        (1, WHOLE, Take.EDIT),
        (1, WHOLE, Take.BOTH),
        (1, 0, Take.OURS),
    ],
)
def test_what_is_not_offered_can_not_be_chosen(file: int, at: int, how: Take) -> None:
    assert not START.offers(Point(file, at), how)
    with pytest.raises(ValueError, match="can't be taken"):
        take(START, file, at, how)


def test_a_side_for_all_of_a_file_keeps_what_was_decided() -> None:
    state = take(START, 0, 0, Take.BASE).choose_file(0, Take.THEIRS)
    assert state.resolved(0) == b"one\nb\ntwo\nT"
    assert state.choose_file(0, Take.OURS) is state
    assert state.choose_file(0, Take.OURS, again=True).resolved(0) == b"one\no\ntwo\nO"


def test_the_same_choice_again_is_no_step() -> None:
    state = take(START, 0, 0, Take.OURS)
    assert take(state, 0, 0, Take.OURS) is state


def test_walking_over_what_is_open() -> None:
    assert START.next_open(None) == Point(0, 0)
    assert START.next_open(None, back=True) == Point(1, WHOLE)
    assert START.next_open(Point(0, 0)) == Point(0, 1)
    assert START.next_open(Point(1, WHOLE)) == Point(0, 0)
    assert START.next_open(Point(0, 0), back=True) == Point(1, WHOLE)
    done = take(START.choose_file(0, Take.OURS), 1, WHOLE, Take.OURS)
    assert done.next_open(Point(0, 0)) is None


def test_markers_left_in_a_text_stop_the_end() -> None:
    state = take(START, 0, WHOLE, Take.EDIT, b"<<<<<<< x\n=======\n")
    state = take(state, 1, WHOLE, Take.OURS)
    assert state.marked() == (0,) and not state.may_finish


def test_the_text_for_a_merge_tool_marks_what_is_open() -> None:
    state = take(START, 0, 0, Take.OURS)
    assert marked_text(state, 0) == (b"one\no\ntwo\n<<<<<<< alpha\nO\n=======\nT\n>>>>>>> main\n")


POINTS = [Point(0, 0), Point(0, 1), Point(0, WHOLE), Point(1, WHOLE)]
MOVES = st.lists(
    st.one_of(
        st.tuples(
            st.sampled_from(POINTS),
            st.one_of(st.none(), st.builds(Choice, st.sampled_from(list(Take)), st.binary())),
        ),
        st.sampled_from(["undo", "redo"]),
    ),
    max_size=12,
)


def played(moves: list[Any]) -> Resolution:
    state = START
    for move in moves:
        if move == "undo":
            state = state.undo()
        elif move == "redo":
            state = state.redo()
        else:
            point, choice = move
            if choice is None or state.offers(point, choice.take):
                state = state.choose(point, choice)
    return state


@given(MOVES)
def test_undo_and_redo_go_through_the_same_states(moves: list[Any]) -> None:
    state = played(moves)
    seen = [state]
    while seen[-1].past:
        seen.append(seen[-1].undo())
    assert seen[-1].choices == {}
    again = seen[-1]
    for wanted in reversed(seen[:-1]):
        again = again.redo()
        assert again == wanted


@given(MOVES)
def test_drafts_and_intents_carry_everything(moves: list[Any]) -> None:
    state = played(moves)
    stored = json.loads(json.dumps(to_json(state)))
    assert from_json(CONFLICT, stored) == state
    assert with_picked(CONFLICT, picked(state)).choices == state.choices


@pytest.mark.parametrize(
    "change",
    [
        {"source": "9" * 40},
        {"target": "9" * 40},
        {"past": 3},
        {"past": [[{"file": 0}]]},
        {"past": [[{"file": 7, "path": "a.py", "at": 0, "take": "ours"}]]},
        {"past": [[{"file": 0, "path": "other", "at": 0, "take": "ours"}]]},
        {"past": [[{"file": 0, "path": "a.py", "at": 0, "take": "?", "text": "", "source": ""}]]},
        {
            "past": [
                [{"file": 0, "path": "a.py", "at": 0, "take": "delete", "text": "", "source": ""}]
            ]
        },
        {"future": None},
    ],
)
def test_a_draft_of_something_else_or_a_damaged_one_is_none(change: dict[str, Any]) -> None:
    stored = to_json(take(START, 0, 0, Take.OURS))
    assert from_json(CONFLICT, stored) is not None
    assert from_json(CONFLICT, {**stored, **change}) is None


def test_picks_of_another_conflict_are_refused() -> None:
    [pick] = picked(take(START, 0, 0, Take.OURS))
    for wrong in (type(pick)(5, "a.py", 0, pick.choice), type(pick)(0, "other", 0, pick.choice)):
        with pytest.raises(ValueError, match="no conflict in"):
            with_picked(CONFLICT, [wrong])
