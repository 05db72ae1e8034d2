"""A background lane on the board: its mark, its standing approval, stop and go."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cockpit.domain.activity import State
from cockpit.domain.approval import Standing
from cockpit.domain.background import Background, Desk, Dispatcher, Phase, Run, Trigger
from cockpit.domain.fleet import Fleet, LaneView
from cockpit.domain.ids import LaneId
from cockpit.domain.intents import ApproveStanding, Dispatch
from cockpit.domain.lane import GitFacts
from cockpit.domain.standing import StandingApproval, StandingState, Terms
from cockpit.ui.board_notes import background_mark
from tests.ui.drive import opened
from tests.ui.fake import NOW, fleet_of, view

TIDY = LaneId("tidy")
GIVEN = StandingApproval(Terms(TIDY, {"zone": "docs/**", "gate": "make"}), NOW - 1000, 3)
VALID = StandingState(Standing.VALID, GIVEN)
OLD = StandingState(Standing.VALID, replace(GIVEN, at=NOW - 3600))
VOID = StandingState(Standing.VOID, GIVEN, ("its gate was make and is \x1b]0;rm",))
HELD = Run(at=NOW - 50, phase=Phase.HELD, prompted=NOW - 49, why="the gate is \x1b]0;red")
CLEAN = GitFacts(None, None)


def tidy(
    standing: StandingState = VALID, run: Run | None = None, state: State = State.IDLE
) -> LaneView:
    known = Background(Trigger.INTERVAL, 3600.0, standing, run or Run())
    return replace(view("tidy", 1, state, facts=CLEAN), background=known)


def fleet(one: LaneView, desk: Desk | None = None) -> Fleet:
    return replace(fleet_of(one, view("alpha", 2)), desk=desk or Desk(dispatcher=Dispatcher.HERE))


@pytest.mark.parametrize(
    ("one", "desk", "mark"),
    [
        (tidy(StandingState()), None, "↻ off: it has no standing approval"),
        (tidy(VOID), None, "↻ off: its standing approval is void: its gate was make"),
        (tidy(), Desk(stopped=True), "↻ off: background work is stopped"),
        (tidy(), None, "↻ in 44m"),
        (tidy(OLD), None, "↻ due"),
        (tidy(run=HELD), None, "⚠ waits for you: the gate is"),
        (tidy(), Desk(dispatcher=Dispatcher.ELSEWHERE), "↻ in 44m · another cockpit acts"),
        (
            tidy(run=Run(at=NOW, phase=Phase.PROMPTED, prompted=NOW), state=State.WORKING),
            None,
            "↻ its agent is working",
        ),
    ],
)
def test_the_mark_says_what_comes_next(one: LaneView, desk: Desk | None, mark: str) -> None:
    shown = background_mark(fleet(one, desk), one, NOW).plain
    assert shown.startswith(mark) and "\x1b" not in shown


def test_a_lane_of_the_commanders_own_has_no_mark() -> None:
    shown = fleet(tidy())
    assert not background_mark(shown, shown.lanes[LaneId("alpha")], NOW)


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_what_a_lane_holds_is_seen_and_found(size: tuple[int, int]) -> None:
    shown = replace(fleet(tidy()), lanes={**fleet_of(view("alpha", 2)).lanes, TIDY: tidy(run=HELD)})
    async with opened(shown, size=size) as session:
        await session.press("w")
        assert session.app.board.chosen is not None
        assert session.app.board.chosen.lane == TIDY
        assert "⚠ waits for you" in session.text()
        await session.press("P")
        assert "Let tidy go on?" in session.text() and "the gate is" in session.text()
        await session.press("y")
        assert session.supervisor.intents == [Dispatch(True, TIDY)]


async def test_a_standing_approval_is_given_for_what_was_shown() -> None:
    async with opened(fleet(tidy(VOID))) as session:
        await session.press("A")
        text = session.text()
        assert "Let tidy run and land by itself?" in text
        assert "its gate was make" in text and "docs/**" in text and "well" in text
        assert "\x1b" not in text
        await session.press("n", "A", "enter")
        assert session.supervisor.intents == [], "Enter is no yes"
        await session.press("y")
        terms = session.supervisor.cockpit.standing_terms(TIDY)
        assert session.supervisor.intents == [ApproveStanding(TIDY, terms.digest)]


async def test_one_that_counts_can_be_taken_back() -> None:
    async with opened(fleet(tidy())) as session:
        await session.press("A")
        assert "Take the standing approval of tidy back?" in session.text()
        await session.press("y")
        assert session.supervisor.intents == [ApproveStanding(TIDY, revoke=True)]


@pytest.mark.parametrize(("stopped", "wish"), [(False, Dispatch(False)), (True, Dispatch(True))])
async def test_stop_and_go(stopped: bool, wish: Dispatch) -> None:
    async with opened(fleet(tidy(), Desk(stopped=stopped))) as session:
        await session.press("P", "y")
        assert session.supervisor.intents == [wish]


async def test_where_there_is_none_the_keys_say_so() -> None:
    async with opened(fleet_of(view("alpha", 1))) as session:
        await session.press("A")
        assert "alpha is no background lane" in session.text()
        await session.press("P")
        assert "There is no background lane" in session.text()
        assert session.supervisor.intents == []
