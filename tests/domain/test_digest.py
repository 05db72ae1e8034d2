"""What happened meanwhile, and what is no news."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import pytest

from cockpit.domain.activity import State
from cockpit.domain.change import CommitLine
from cockpit.domain.digest import (
    News,
    Seen,
    digest,
    moment,
    seen_from_json,
    seen_now,
    seen_to_json,
)
from cockpit.domain.ids import LaneId
from cockpit.domain.operation import OpKind, OpState
from tests.ui.fake import NOW, fleet_of, operation, view

ALPHA, BETA = LaneId("alpha"), LaneId("beta")
SINCE = NOW - 1000


def seen(**states: str) -> Seen:
    return Seen(SINCE, {LaneId(lane): state for lane, state in states.items()})


def test_what_needs_the_commander_comes_first_then_the_newest() -> None:
    fleet = fleet_of(
        view("alpha", state=State.ASKING, detail="May I?"), view("beta", 2, State.IDLE)
    )
    found = digest(
        seen(alpha="working", beta="working"),
        fleet,
        operations=[
            operation(1, OpKind.LAND, at=SINCE + 1, summary="land gamma", by="background"),
            operation(2, OpKind.LAND, at=SINCE + 9, summary="land delta"),
            operation(3, OpKind.GATE, at=SINCE + 2, state=OpState.ABANDONED,
                      outcome={"error": "The gate is red."}),
            operation(4, OpKind.LAND, at=SINCE + 3, state=OpState.ABANDONED,
                      outcome={"error": "It conflicts with main in a.py."}),
        ],
        commits={ALPHA: [CommitLine("c" * 40, "Add it", "Alpha", SINCE + 5),
                         CommitLine("d" * 40, "Old", "Beta", SINCE - 5)]},
        results=[("task-001-result.md", "says done", SINCE + 4), ("old.md", "x", SINCE - 4)],
    )  # fmt: skip
    assert [(line.news, line.text) for line in found.lines] == [
        (News.ASKS, "May I?"),
        (News.FAILED, "gate alpha: The gate is red."),
        (News.CONFLICT, "land alpha: It conflicts with main in a.py."),
        (News.LANDED, "land delta"),
        (News.LANDED, "land gamma"),
        (News.RESULT, "task-001-result.md: says done"),
        (News.FINISHED, "ended its turn"),
        (News.COMMITS, "1 commit, last: Add it"),
    ]
    assert found.lines[4].by == "background" and found.lines[-1].by == "Alpha"


def test_nothing_is_told_twice() -> None:
    fleet = fleet_of(view("alpha", state=State.ASKING, detail="May I?"), view("beta", 2))
    assert not digest(seen_now(fleet, NOW), fleet, operations=[operation(1, at=NOW - 9)])
    other = fleet_of(view("alpha", state=State.ASKING, detail="And now?"), view("beta", 2))
    assert [line.text for line in digest(seen_now(fleet, NOW), other).lines] == ["And now?"]


def test_a_step_that_began_before_and_ended_since_is_news() -> None:
    late = operation(1, OpKind.LAND, at=SINCE - 50, ended=SINCE + 50)
    assert [line.at for line in digest(seen(), fleet_of(), operations=[late]).lines] == [SINCE + 50]
    assert not digest(seen(), fleet_of(), operations=[replace(late, state=OpState.PENDING)])


def test_an_idle_lane_that_was_idle_or_unknown_has_not_finished() -> None:
    fleet = fleet_of(view("alpha", state=State.IDLE))
    assert not digest(seen(alpha="idle"), fleet)
    assert not digest(seen(), fleet)
    assert not digest(seen(alpha="working"), fleet_of(view("alpha", state=State.UNKNOWN)))


def test_an_agent_that_ended_is_told() -> None:
    fleet = fleet_of(view("alpha", state=State.EXITED, detail="137"))
    assert digest(seen(alpha="working"), fleet).lines[0].text == "its agent ended: 137"


@pytest.mark.parametrize("value", [{}, {"at": "x", "states": {}}, {"at": True, "states": {}},
                                   {"at": 1, "states": []}])  # fmt: skip
def test_a_strange_file_is_not_known(value: dict[str, object]) -> None:
    assert seen_from_json(value) is None


def test_there_and_back() -> None:
    now = seen_now(fleet_of(view("alpha"), view("beta", 2, started=False)), NOW)
    assert now.states == {ALPHA: "working"}
    assert seen_from_json(seen_to_json(now)) == now
    assert seen_from_json({"at": 5, "states": {"../x": "a", "beta": 3}}) == Seen(5.0, {})


def test_moments() -> None:
    now = datetime(2026, 3, 2, 14, 0).timestamp()
    assert moment("90m", now) == now - 5400
    assert moment("2d", now) == now - 2 * 86400
    assert moment("13:30", now) == now - 1800
    assert moment("14:30", now) == now - 86400 + 1800
    assert moment("2026-03-02", now) == now - 14 * 3600
    for wrong in ("", "soon", "99", "25:00", "2026-13-01", "-5m", "9" * 40 + "d"):
        assert moment(wrong, now) is None, wrong


def test_a_long_question_is_news_once() -> None:
    fleet = fleet_of(view("alpha", state=State.ASKING, detail="May I " + "very " * 200 + "much?"))
    kept = seen_from_json(seen_to_json(seen_now(fleet, NOW)))
    assert kept is not None and len(kept.states[ALPHA]) <= 300
    assert not digest(kept, fleet)
