"""When a background lane starts, is judged, or waits: the table, on a clock of our own."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cockpit.domain.activity import Activity, State
from cockpit.domain.approval import Standing
from cockpit.domain.background import (
    BY_HAND,
    Background,
    Deed,
    Desk,
    Phase,
    Run,
    Trigger,
    run_from_json,
    run_to_json,
)
from cockpit.domain.dispatch import AHEAD, CALM, decide, fleet_print, span
from cockpit.domain.events import BackgroundChanged, Link
from cockpit.domain.fleet import Fleet, LaneView, apply
from cockpit.domain.ids import CommitId, LaneId, RefName
from cockpit.domain.landed import Merged, MergedState
from cockpit.domain.lane import Disagreement, GitFacts, LaneFault
from cockpit.domain.standing import (
    StandingApproval,
    StandingState,
    Terms,
    from_json,
    state_of,
    to_json,
)
from cockpit.domain.train import Train
from tests.ui.fake import NOW, fleet_of, view

TIDY, BETA = LaneId("tidy"), LaneId("beta")
GIVEN = StandingApproval(Terms(TIDY, {"zone": "docs/**", "gate": "make"}), NOW - 10_000, 5)
VALID = StandingState(Standing.VALID, GIVEN)
HOUR = 3600.0
CLEAN = GitFacts(
    CommitId("1" * 40),
    RefName("refs/heads/tidy/work"),
    merged=MergedState(Merged.NOTHING),
)
OPEN = Run(at=NOW - 600, phase=Phase.PROMPTED, prompted=NOW - 590)


def lane(
    on: Trigger = Trigger.INTERVAL,
    state: State = State.IDLE,
    *,
    run: Run | None = None,
    standing: StandingState = VALID,
    facts: GitFacts = CLEAN,
    started: bool = True,
    since: float = 60,
    detail: str = "",
    **more: Any,
) -> LaneView:
    usual = view("tidy", 1, state, facts=facts, started=started, since=since, detail=detail)
    known = Background(on, HOUR, standing, run or Run())
    return replace(usual, background=known, **more)


def beta(state: State = State.IDLE, since: float = 2 * HOUR, **more: Any) -> LaneView:
    return replace(view("beta", 2, state, since=since), **more)


def fleet(*views: LaneView, desk: Desk | None = None, **more: Any) -> Fleet:
    return replace(fleet_of(*views), desk=desk or Desk(), **more)


def deed(shown: Fleet, now: float = NOW) -> Deed:
    step = decide(shown, TIDY, now)
    assert step is not None
    assert step.why, "every answer says why"
    return step.deed


def why(shown: Fleet, now: float = NOW) -> str:
    step = decide(shown, TIDY, now)
    assert step is not None
    return step.why


def test_a_lane_of_the_commanders_own_is_never_decided() -> None:
    shown = fleet(lane(), beta())
    assert decide(shown, BETA, NOW) is None
    assert decide(shown, LaneId("gone"), NOW) is None


# ---------------------------------------------------------------- leave


@pytest.mark.parametrize(
    ("standing", "stopped", "said"),
    [
        (StandingState(), False, "no standing approval"),
        (StandingState(Standing.VOID, GIVEN, ("its gate was a and is b",)), False, "its gate was"),
        (VALID, True, "stopped"),
    ],
)
def test_without_leave_nothing_happens(standing: StandingState, stopped: bool, said: str) -> None:
    desk = Desk(stopped=stopped)
    due = fleet(lane(standing=standing), desk=desk)
    assert (deed(due), said in why(due)) == (Deed.OFF, True)
    open_run = fleet(lane(standing=standing, run=OPEN), desk=desk)
    assert (deed(open_run), said in why(open_run)) == (Deed.HOLD, True)


@given(
    on=st.sampled_from(Trigger),
    state=st.sampled_from(State),
    standing=st.sampled_from([StandingState(), StandingState(Standing.VOID, GIVEN, ("x",)), VALID]),
    stopped=st.booleans(),
    phase=st.sampled_from(Phase),
    at=st.floats(0, 2 * NOW),
    now=st.floats(0, 2 * NOW),
    dirty=st.integers(0, 2),
    ahead=st.integers(0, 2),
)
def test_nothing_is_ever_begun_without_leave_or_over_work(
    on: Trigger,
    state: State,
    standing: StandingState,
    stopped: bool,
    phase: Phase,
    at: float,
    now: float,
    dirty: int,
    ahead: int,
) -> None:
    facts = replace(CLEAN, dirty=dirty, ahead=ahead, merged=MergedState(Merged.UNMERGED, ahead))
    run = Run(at=at, phase=phase, prompted=at, why="held")
    one = lane(on, state, run=run, standing=standing, facts=facts)
    step = decide(fleet(one, beta(), desk=Desk(stopped=stopped, landing=9)), TIDY, now)
    assert step is not None
    if step.deed is Deed.START:
        assert standing is VALID and not stopped and phase is Phase.REST
        assert not dirty and not ahead
        assert state in (State.IDLE, State.EXITED, State.ERROR, State.PLANNED, State.PARKED)
    if step.deed is Deed.JUDGE:
        assert standing is VALID and not stopped and phase is Phase.PROMPTED
        assert state not in (State.WORKING, State.ASKING, State.UNKNOWN, State.ERROR)


# ---------------------------------------------------------------- triggers


def test_an_interval_counts_from_the_yes_then_from_the_last_run() -> None:
    young = replace(VALID, given=replace(GIVEN, at=NOW - HOUR + 1))
    step = decide(fleet(lane(standing=young)), TIDY, NOW)
    assert step is not None and (step.deed, step.until) == (Deed.WAIT, NOW + 1)
    assert deed(fleet(lane(standing=young)), NOW + 1) is Deed.START
    ran = lane(run=Run(at=NOW - 10))
    assert deed(fleet(ran)) is Deed.WAIT
    assert deed(fleet(ran), NOW + HOUR) is Deed.START


def test_a_clock_that_jumps_starts_no_storm() -> None:
    ahead = fleet(lane(run=Run(at=NOW + 10 * HOUR)))
    assert deed(ahead) is Deed.SETTLE
    settled = fleet(lane(run=Run(at=NOW)))
    assert deed(settled) is Deed.WAIT
    assert deed(fleet(lane(run=Run(at=NOW + AHEAD)))) is Deed.WAIT
    now, runs = NOW, 0
    run = Run(at=NOW)
    for jump in (10 * HOUR, -20 * HOUR, 1.0, 1.0, 400 * HOUR, -400 * HOUR, 1.0):
        now += jump
        for _ in range(3):
            step = decide(fleet(lane(run=run)), TIDY, now)
            assert step is not None
            runs += step.deed is Deed.START
            if step.deed in (Deed.START, Deed.SETTLE):
                run = replace(run, at=now)
    assert runs == 2, "each jump forward makes it due once"


def test_a_landing_of_another_lane_starts_it_once_and_only_after_a_while() -> None:
    def landed(seq: int, ago: float) -> Desk:
        return Desk(landing=seq, landed_at=NOW - ago)

    on = Trigger.LANDING
    assert deed(fleet(lane(on), desk=landed(5, 2 * HOUR))) is Deed.WAIT, "before the yes"
    soon = decide(fleet(lane(on), desk=landed(6, 60)), TIDY, NOW)
    assert soon is not None and (soon.deed, soon.until) == (Deed.WAIT, NOW - 60 + HOUR)
    assert deed(fleet(lane(on), desk=landed(6, HOUR))) is Deed.START
    assert deed(fleet(lane(on, run=Run(landing=6)), desk=landed(6, HOUR))) is Deed.WAIT
    assert deed(fleet(lane(on, run=Run(landing=6)), desk=landed(7, HOUR))) is Deed.START
    odd = fleet(lane(on), desk=Desk(landing=6, landed_at=NOW + 10 * HOUR))
    assert deed(odd) is Deed.WAIT, "a landing in the future is one of now"


def test_an_idle_fleet_starts_it_once_for_what_happened() -> None:
    on = Trigger.IDLE
    assert deed(fleet(lane(on), beta(since=HOUR))) is Deed.START
    step = decide(fleet(lane(on), beta(since=HOUR - 5)), TIDY, NOW)
    assert step is not None and (step.deed, step.until) == (Deed.WAIT, NOW + 5)
    shown = fleet(lane(on), beta())
    ran = Run(at=NOW - 2 * HOUR, seen=fleet_print(shown))
    assert deed(fleet(lane(on, run=ran), beta())) is Deed.WAIT, "nothing happened since"
    facts = beta().facts
    assert facts is not None
    moved = beta(facts=replace(facts, head=CommitId("9" * 40)))
    assert deed(fleet(lane(on, run=ran), moved)) is Deed.START
    assert deed(fleet(lane(on, run=ran), beta(), desk=Desk(landing=7))) is Deed.START


@pytest.mark.parametrize("state", list(State))
def test_the_fleet_is_idle_only_if_every_agent_is_known_to_rest(state: State) -> None:
    rests = state in (State.IDLE, State.EXITED, State.ERROR, State.PLANNED, State.PARKED)
    expected = Deed.START if rests else Deed.WAIT
    assert deed(fleet(lane(Trigger.IDLE), beta(state))) is expected
    assert deed(fleet(lane(Trigger.IDLE), beta(busy="landing"))) is Deed.WAIT
    assert deed(fleet(lane(Trigger.INTERVAL), beta(state))) is Deed.START, "others don't matter"


def test_other_background_lanes_do_not_count_as_the_fleet() -> None:
    other = replace(beta(State.WORKING), background=Background(Trigger.IDLE, HOUR))
    assert deed(fleet(lane(Trigger.IDLE), other)) is Deed.START


# ---------------------------------------------------------------- what keeps it


def test_what_keeps_a_due_lane_waiting() -> None:
    train = Train(RefName("refs/heads/main"), CommitId("1" * 40), running=True)
    assert deed(fleet(lane(), train=train)) is Deed.WAIT
    assert deed(fleet(lane(), train=replace(train, running=False))) is Deed.START
    assert deed(fleet(lane(), link=Link(False, "gone"))) is Deed.WAIT
    assert deed(fleet(lane(busy="syncing"))) is Deed.WAIT
    fault = LaneFault(TIDY, Disagreement.FOLDER_MISSING, "The folder is missing.", "")
    assert deed(fleet(lane(fault=fault))) is Deed.HOLD
    assert deed(fleet(lane(run=Run(phase=Phase.BEGUN)))) is Deed.WAIT


def test_slots_are_respected() -> None:
    fresh = lane(state=State.PLANNED, started=False)
    full = Desk(max_running=1)
    assert deed(fleet(fresh, beta(), desk=full)) is Deed.WAIT
    assert deed(fleet(fresh, beta(), desk=Desk(max_running=2))) is Deed.START
    assert deed(fleet(fresh, beta(State.EXITED), desk=full)) is Deed.START
    assert deed(fleet(lane(), beta(), desk=full)) is Deed.START, "its agent runs already"


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        (replace(CLEAN, dirty=1), Deed.HOLD),
        (replace(CLEAN, operation="rebase"), Deed.HOLD),
        (replace(CLEAN, ahead=1, merged=MergedState(Merged.UNMERGED, 1)), Deed.HOLD),
        (replace(CLEAN, ahead=1, merged=MergedState(Merged.PARTLY, 1)), Deed.HOLD),
        (replace(CLEAN, ahead=1, merged=MergedState(Merged.UNKNOWN)), Deed.HOLD),
        (replace(CLEAN, ahead=2, merged=MergedState(Merged.MERGED)), Deed.START),
    ],
)
def test_work_of_before_is_the_commanders(facts: GitFacts, expected: Deed) -> None:
    assert deed(fleet(lane(facts=facts))) is expected


# ---------------------------------------------------------------- an open run


@pytest.mark.parametrize(
    ("state", "detail", "expected", "latch"),
    [
        (State.WORKING, "", Deed.WAIT, False),
        (State.LIMITED, "", Deed.WAIT, False),
        (State.STALLED, "", Deed.WAIT, False),
        (State.UNKNOWN, "", Deed.WAIT, False),
        (State.ASKING, "May I?", Deed.HOLD, False),
        (State.ERROR, "it broke", Deed.HOLD, True),
        (State.EXITED, "1", Deed.HOLD, True),
        (State.EXITED, "", Deed.HOLD, True),
        (State.EXITED, "0", Deed.JUDGE, False),
        (State.IDLE, "", Deed.JUDGE, False),
    ],
)
def test_what_the_agent_does_with_its_prompt(
    state: State, detail: str, expected: Deed, latch: bool
) -> None:
    step = decide(fleet(lane(state=state, run=OPEN, detail=detail)), TIDY, NOW)
    assert step is not None
    assert (step.deed, step.latch) == (expected, latch)
    if expected is Deed.HOLD and detail.endswith(("?", "broke")):
        assert detail in step.why


def test_a_turn_counts_as_ended_only_after_a_calm() -> None:
    fresh = replace(OPEN, prompted=NOW - CALM / 2)
    assert deed(fleet(lane(run=fresh))) is Deed.WAIT, "it may still show its old screen"
    assert deed(fleet(lane(run=fresh)), NOW + CALM) is Deed.JUDGE
    assert deed(fleet(lane(run=OPEN, since=CALM / 2))) is Deed.WAIT
    assert deed(fleet(lane(run=OPEN)), NOW - HOUR) is Deed.JUDGE, "a clock that went back"


def test_a_lane_that_was_put_away_is_over() -> None:
    assert deed(fleet(lane(state=State.PLANNED, started=False, run=OPEN))) is Deed.JUDGE


def test_what_is_held_stays_held_until_the_commander_acts() -> None:
    held = replace(OPEN, phase=Phase.HELD, why="the gate is red")
    work = replace(CLEAN, ahead=1, merged=MergedState(Merged.UNMERGED, 1))
    assert why(fleet(lane(run=held, facts=work))) == "the gate is red"
    assert deed(fleet(lane(run=held, facts=work, standing=StandingState()))) is Deed.HOLD
    landed = replace(CLEAN, merged=MergedState(Merged.MERGED))
    assert deed(fleet(lane(run=held, facts=landed))) is Deed.JUDGE
    assert deed(fleet(lane(run=held, facts=replace(landed, dirty=1)))) is Deed.HOLD
    by_hand = replace(held, why=BY_HAND)
    assert deed(fleet(lane(run=by_hand, facts=landed))) is Deed.HOLD
    not_started = replace(held, prompted=0.0)
    assert deed(fleet(lane(run=not_started, facts=landed))) is Deed.HOLD


def test_a_held_lane_needs_the_commander() -> None:
    held = lane(run=Run(phase=Phase.HELD, why="red"))
    assert held.needs_commander and not lane().needs_commander
    assert fleet(beta(), held).next_needing(None) == held


def test_the_fleet_takes_over_what_is_told_of_background_lanes() -> None:
    shown = apply(
        fleet(lane(), beta()),
        BackgroundChanged({BETA: Background(Trigger.IDLE, 1)}, Desk(stopped=True)),
    )
    assert shown.lanes[TIDY].background is None
    assert shown.lanes[BETA].background == Background(Trigger.IDLE, 1)
    assert shown.desk.stopped


# ---------------------------------------------------------------- values


def test_runs_and_records_are_written_and_read() -> None:
    run = Run(1.5, 7, "abc", Phase.HELD, 2.5, "d", "red", "landed")
    assert run_from_json(run_to_json(run)) == run
    assert from_json(to_json(GIVEN)) == GIVEN


@pytest.mark.parametrize("change", [{"digest": "0"}, {"parts": {}}, {"parts": 3}, {"at": "x"}])
def test_a_record_that_was_meddled_with_is_no_record(change: dict[str, object]) -> None:
    with pytest.raises((ValueError, TypeError, KeyError)):
        from_json({**to_json(GIVEN), **change})


def test_what_changed_is_named_part_by_part() -> None:
    now = Terms(TIDY, {"zone": "docs/**", "gate": "make; rm", "extra": "new"})
    state = state_of(GIVEN, now)
    assert state.standing is Standing.VOID
    assert state.changed == (
        "its gate was make and is make; rm",
        "its extra was nothing and is new",
    )
    long, longer = "x" * 200, "x" * 201
    told = state_of(
        StandingApproval(Terms(TIDY, {"prompt": long}), 0), Terms(TIDY, {"prompt": longer})
    )
    assert told.changed == ("its prompt is another one",)
    assert not state_of(GIVEN, Terms(BETA, GIVEN.terms.parts)).is_valid
    assert state_of(GIVEN, None, "gone").why == "gone"
    assert state_of(GIVEN, GIVEN.terms).is_valid


@pytest.mark.parametrize(
    ("seconds", "said"), [(60, "1m"), (90, "90s"), (3600, "1h"), (5400, "90m"), (172800, "2d")]
)
def test_spans_in_words(seconds: float, said: str) -> None:
    assert span(seconds) == said


def test_the_activity_of_others_is_not_a_matter_of_order() -> None:
    one, two = view("a", 1, State.IDLE), view("b", 2, State.IDLE)
    other = replace(two, activity=Activity(State.WORKING, "screen", "x", NOW))
    assert fleet_print(fleet(one, two)) == fleet_print(fleet(two, one))
    assert fleet_print(fleet(one, two)) == fleet_print(fleet(one, other)), "only what was made"


def test_a_locked_lane_is_not_started() -> None:
    shown = fleet(replace(lane(), locked="as it is"))
    assert deed(shown) is Deed.WAIT and why(shown) == "it is locked: as it is"
