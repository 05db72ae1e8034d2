"""What messages claim, which commits are the target's own, and which steps are undone."""

from __future__ import annotations

from typing import Any

import pytest

from cockpit.domain.audit import Claim, LandingFact, claim_in, gate_words, own_line
from cockpit.domain.ids import LaneId, OpId
from cockpit.domain.message import Trailers, with_trailers
from cockpit.domain.operation import Operation, OpKind, OpState
from cockpit.domain.undone import undone_by, why_not_undo
from tests.audits import commit, name_of

SHA = "a" * 40


def test_what_cockpit_writes_is_read() -> None:
    text = with_trailers("blitz: merge lane A — x", Trailers("alpha", SHA, "task-001", "A <a@b>"))
    assert claim_in(text) == Claim("alpha", "task-001", SHA)


@pytest.mark.parametrize(
    "message",
    [
        "",
        "subject",
        "Cockpit-Lane: alpha",
        "subject\nCockpit-Lane: alpha",
        "subject\n\nCockpit-Lane: alpha\n\nmore text",
        "subject\n\nCockpit-Lane: alpha\nnot a trailer",
        "subject\n\nCockpit-Lane: alpha\nCockpit-Lane: beta",
        "subject\n\n  Cockpit-Lane: alpha",
        "subject\n\nCockpit-Lane\u2028: alpha",
    ],
)
def test_what_is_no_last_block_of_ours_claims_nothing(message: str) -> None:
    assert claim_in(message) == Claim()


def test_a_carriage_return_hides_no_block() -> None:
    assert claim_in("s\r\n\r\nCockpit-Lane: alpha\r\n").lane == "alpha"


def test_the_targets_own_line_follows_first_parents_only() -> None:
    commits = [commit("m", "nb"), commit("b", "a"), commit("n", "a"), commit("a")]
    assert own_line(commits, name_of("m")) == {name_of("m"), name_of("n"), name_of("a")}
    assert own_line(commits, None) == frozenset()
    assert own_line(commits, name_of("z")) == frozenset()


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({}, "no gate"),
        ({"gate": "none"}, "no gate"),
        ({"gate": "green"}, "gate green"),
        ({"gate": "green", "flaky": True}, "gate green after a retry"),
        ({"gate": "red", "red_reason": "known"}, "gate red: known"),
        ({"gate": "red"}, "gate red"),
    ],
)
def test_gate_words(changes: dict[str, Any], said: str) -> None:
    assert gate_words(LandingFact(1, LaneId("a"), "merge", 0.0, **changes)) == said


# ---------------------------------------------------------------- undone


def op(seq: int, kind: OpKind = OpKind.LAND, undoes: int | None = None, **more: Any) -> Operation:
    state = more.pop("state", OpState.DONE)
    intent = {"what": "land"} if kind is OpKind.UNDO else {}
    return Operation(
        seq, OpId(f"{seq}-x"), kind, None, 0.0, "cli", "s", intent, state, undoes=undoes, **more
    )


UNDO = OpKind.UNDO


@pytest.mark.parametrize(
    ("steps", "undone"),
    [
        ([], {}),
        ([op(1), op(2, UNDO, 1)], {1: 2}),
        ([op(1), op(2, UNDO, 1), op(3, UNDO, 2)], {2: 3}),
        ([op(1), op(2, UNDO, 1), op(3, UNDO, 2), op(4, UNDO, 1)], {2: 3, 1: 4}),
        ([op(1), op(2, UNDO, 1, state=OpState.ABANDONED)], {}),
        ([op(1), op(2, UNDO, 1, state=OpState.PENDING)], {}),
    ],
)
def test_undone_is_what_an_undoing_that_stands_undid(
    steps: list[Operation], undone: dict[int, int]
) -> None:
    assert undone_by(steps) == undone
    assert undone_by(reversed(steps)) == undone


def test_an_undoing_under_way_counts_where_it_is_asked_for() -> None:
    steps = [op(1), op(2, UNDO, 1, state=OpState.PENDING)]
    assert undone_by(steps, pending=True) == {1: 2}


def test_why_not_undo() -> None:
    assert why_not_undo(op(1), {}) == ""
    assert why_not_undo(op(2, UNDO, 1), {}) == ""
    assert "by step 2" in why_not_undo(op(1), {1: 2})
    assert "left nothing" in why_not_undo(op(1, OpKind.SEND), {})
    assert "is pending" in why_not_undo(op(1, state=OpState.PENDING), {})
