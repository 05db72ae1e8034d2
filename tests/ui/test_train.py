"""The train screen by keys: what is approved, what is refused, how it goes, what mends a car."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from textual.events import Key, Paste
from textual.widgets import Input, TextArea

from cockpit.domain.clash import Radar
from cockpit.domain.events import (
    GateOutput,
    GitFactsChanged,
    OperationEnded,
    OperationStep,
    RadarChanged,
    TrainChanged,
)
from cockpit.domain.ids import CommitId, LaneId, OpId
from cockpit.domain.intents import Gate, Land, Queue, RunTrain, Send, StopTrain, Undo
from cockpit.domain.lane import GitFacts
from cockpit.domain.merge import Check
from cockpit.domain.operation import OpKind
from cockpit.domain.train import CarState, Train
from cockpit.errors import Refused
from cockpit.ui.screens.train import TrainScreen
from cockpit.ui.train_reasons import Stage
from cockpit.ui.widgets.hints import Line
from tests.ui import trains
from tests.ui.drive import Session, opened
from tests.ui.fake import BASE, HEAD, TASK, TERMS, FakeSupervisor

ALPHA, BETA, GAMMA = LaneId("alpha"), LaneId("beta"), LaneId("gamma")
ELSEWHERE = CommitId("9" * 40)


def supervisor(full: Train, **answers: Any) -> FakeSupervisor:
    fake = FakeSupervisor(trains.idle_fleet(max(len(full.cars), 1)))
    fake.fake.answers.update({"train": trains.answering(full), **answers})
    return fake


def screen(session: Session) -> TrainScreen:
    found = session.app.screen
    assert isinstance(found, TrainScreen)
    return found


def rows(session: Session) -> list[str]:
    return [line.plain for line in screen(session).car_list.lines]


def said(session: Session) -> str:
    return screen(session).query_one("#say", Line).content.plain


def last_run(session: Session) -> RunTrain:
    found = session.supervisor.intents[-1]
    assert isinstance(found, RunTrain)
    return found


# ------------------------------------------------------------------ the go


async def test_three_lanes_are_approved_exactly_as_shown_with_two_keys() -> None:
    fake = supervisor(trains.riders(3))
    async with opened(fake.fleet, supervisor=fake) as session:
        await session.press("M")
        assert "Enter approves and lands 3: alpha, beta, gamma" in session.text()
        await session.press("enter")
        lanes = (ALPHA, BETA, GAMMA)
        seen = tuple((lane, HEAD) for lane in lanes)
        tasks = tuple((lane, TASK) for lane in lanes)
        terms = tuple((lane, TERMS) for lane in lanes)
        assert fake.intents == [RunTrain(lanes, seen, BASE, (), tasks, terms)]


async def test_enter_held_down_runs_once() -> None:
    fake = supervisor(trains.riders(3))
    async with opened(fake.fleet, supervisor=fake) as session:
        await session.press("M", "enter", "enter", "enter")
        assert len(fake.intents) == 1
        assert "runs already" in said(session)
        fake.tell(TrainChanged(trains.ended()))
        fake.tell(OperationEnded(OpId("50-train-0"), OpKind.TRAIN, None, "landed 2"))
        await session.settle()
        await session.press("enter", "enter")
        assert len(fake.intents) == 1


async def test_a_burst_of_pasted_text_approves_nothing() -> None:
    fake = supervisor(trains.riders(3))
    async with opened(fake.fleet, supervisor=fake) as session:
        await session.press("M")
        for key in ("r", "m", "enter", "x", "enter", "enter"):
            session.app.post_message(Key(key, key if len(key) == 1 else None))
        await session.settle()
        assert any("looked like pasted text" in toast for toast in session.toasts())
        session.app.post_message(Paste("make\nMake\n"))
        await session.settle()
        assert fake.intents == []
        assert screen(session).stage is Stage.SHOWN


async def test_what_can_not_land_does_not_ride_and_says_why_with_its_key() -> None:
    fake = supervisor(trains.four_asides())
    async with opened(fake.fleet, supervisor=fake, size=(160, 40)) as session:
        await session.press("M")
        text = session.text()
        for part in (
            "⚔ conflict",
            "✗ not ready",
            "⋯ waits",
            "✗ refused",
            "(+1)  o",
            "4 stay behind",
        ):
            assert part in text
        await session.press("enter")
        assert last_run(session).lanes == (ALPHA, BETA)


@pytest.mark.parametrize(
    "train",
    [
        trains.train(*trains.four_asides().cars[2:]),
        trains.train(
            *trains.riders(2).cars,
            notes=(Check("upstream", False, "main and origin/main have gone apart", key="b"),),
        ),
        trains.train(),
    ],
)
async def test_a_train_that_can_not_run_approves_nothing(train: Train) -> None:
    fake = supervisor(train)
    async with opened(fake.fleet, supervisor=fake) as session:
        await session.press("M", "enter")
        assert fake.intents == []
        assert "can" in said(session).lower() or "No lane has anything" in session.text()
        assert "approve and run" not in session.text().splitlines()[-1]


async def test_an_empty_train_explains_what_to_do() -> None:
    fake = supervisor(trains.train())
    async with opened(fake.fleet, supervisor=fake, size=(80, 24)) as session:
        await session.press("M", "j", "x", "J", "e", "d", "u", "g", "F", "c", "o", "m", "enter")
        assert "No lane has anything to land" in session.text()
        assert "m on the board shows what keeps a lane" in session.text()
        assert fake.intents == []


async def test_a_refused_preview_stays_readable_and_r_looks_again() -> None:
    fake = supervisor(trains.riders(2), train=Refused("main is gone.", hint="Make it again."))
    async with opened(fake.fleet, supervisor=fake) as session:
        await session.press("M", "enter")
        assert fake.intents == []
        assert any("main is gone." in toast for toast in session.toasts())
        fake.fake.answers["train"] = trains.answering(trains.riders(2))
        await session.press("r", "enter")
        assert last_run(session).lanes == (ALPHA, BETA)


async def test_a_wish_that_is_refused_leaves_the_train_as_it_was_shown() -> None:
    fake = supervisor(trains.riders(2))
    async with opened(fake.fleet, supervisor=fake) as session:
        await session.press("M", "enter")
        fake.tell(OperationEnded(OpId(""), OpKind.TRAIN, None, "", "Another train runs.", "Wait."))
        await session.settle()
        assert "✗ Another train runs. Wait." in session.text()
        assert screen(session).stage is Stage.SHOWN


# ------------------------------------------------------------------ what moves meanwhile


async def test_a_lane_that_moves_must_be_looked_at_again() -> None:
    fake = supervisor(trains.riders(3))
    async with opened(fake.fleet, supervisor=fake) as session:
        await session.press("M")
        fake.tell(GitFactsChanged(BETA, GitFacts(ELSEWHERE, None, 4)))
        await session.settle()
        assert "⚠ moved" in rows(session)[1]
        await session.press("enter")
        assert fake.intents == []
        assert "Changed after it was shown: beta. r looks again." in said(session)
        moved = trains.car("beta", preview={"source": ELSEWHERE})
        cars = trains.riders(3).with_car(moved)
        fake.fake.answers["train"] = trains.answering(cars)
        await session.press("r", "enter")
        assert last_run(session).seen[1] == (BETA, ELSEWHERE)


async def test_a_lane_that_does_not_ride_may_move() -> None:
    fake = supervisor(trains.four_asides())
    async with opened(fake.fleet, supervisor=fake) as session:
        await session.press("M")
        fake.tell(GitFactsChanged(GAMMA, GitFacts(ELSEWHERE, None, 4)))
        await session.settle()
        await session.press("enter")
        assert last_run(session).lanes == (ALPHA, BETA)


@pytest.mark.parametrize("how", ["landing", "radar"])
async def test_a_target_that_moves_must_be_looked_at_again(how: str) -> None:
    fake = supervisor(trains.riders(2))
    async with opened(fake.fleet, supervisor=fake) as session:
        await session.press("M")
        fake.tell(RadarChanged(Radar(target=BASE)))
        await session.settle()
        assert "Enter approves" in said(session)
        if how == "landing":
            fake.tell(OperationEnded(OpId("9-land-0"), OpKind.LAND, GAMMA, "landed gamma"))
        else:
            fake.tell(RadarChanged(Radar(target=ELSEWHERE)))
        await session.settle()
        await session.press("enter")
        assert fake.intents == []
        assert "The target moved" in said(session)
        await session.press("r", "enter")
        assert len(fake.intents) == 1


# ------------------------------------------------------------------ before the go


async def test_a_car_is_dropped_and_put_in_again_and_the_rest_is_built_without_it() -> None:
    asked: list[Sequence[LaneId]] = []
    full = trains.answering(trains.riders(3))

    def preview(lanes: Sequence[LaneId]) -> Train:
        asked.append(tuple(lanes))
        return full(lanes)

    fake = supervisor(trains.riders(3), train=preview)
    async with opened(fake.fleet, supervisor=fake) as session:
        await session.press("M", "j", "x")
        assert "– dropped" in rows(session)[1]
        assert asked[-1] == (ALPHA, GAMMA)
        assert "lands 2: alpha, gamma; 1 stays behind" in said(session)
        await session.press("escape", "M")
        assert "– dropped" in rows(session)[1], "leaving the screen forgets nothing"
        await session.press("j", "x")
        assert "● ready" in rows(session)[1]
        await session.press("x", "enter")
        assert last_run(session).lanes == (ALPHA, GAMMA)


async def test_cars_are_moved_here_while_nothing_is_queued() -> None:
    fake = supervisor(trains.riders(3))
    async with opened(fake.fleet, supervisor=fake) as session:
        await session.press("M", "J", "J")
        assert [row.split()[-6] for row in rows(session)] and "alpha" in rows(session)[2]
        assert "▸" in rows(session)[2], "the chosen car stays chosen"
        await session.press("J")
        assert "alpha is the last already" in said(session)
        await session.press("K", "enter")
        assert last_run(session).lanes == (BETA, ALPHA, GAMMA)


async def test_a_queue_is_changed_by_wishes_and_looked_at_when_they_are_done() -> None:
    full = trains.riders(3)
    fake = supervisor(full)
    fake.fleet = replace(fake.fleet, train=full)
    async with opened(fake.fleet, supervisor=fake) as session:
        await session.press("M", "J")
        assert fake.intents == [Queue(BETA, before=ALPHA)]
        assert screen(session).stage is Stage.LOOKING
        await session.press("enter")
        assert len(fake.intents) == 1, "what is being built is not approved"
        fake.tell(OperationEnded(OpId("7-queue-0"), OpKind.QUEUE, BETA, "queued beta"))
        await session.settle()
        assert "beta" in rows(session)[0] and session.toasts() == []
        await session.press("K")
        assert fake.intents[-1] == Queue(ALPHA, before=BETA)
        fake.tell(OperationEnded(OpId("8-queue-0"), OpKind.QUEUE, ALPHA, "queued alpha"))
        await session.settle()
        await session.press("x")
        assert fake.intents[-1] == Queue(ALPHA, out=True)


async def test_a_message_is_edited_and_goes_along() -> None:
    fake = supervisor(trains.riders(2))
    async with opened(fake.fleet, supervisor=fake) as session:
        await session.press("M", "j", "e")
        area = session.app.screen.query_one(TextArea)
        assert "blitz: merge lane beta" in area.text
        area.text = "blitz: tokens"
        await session.press("ctrl+s")
        assert "message edited" in rows(session)[1]
        await session.press("e")
        session.app.screen.query_one(TextArea).text = "another"
        await session.press("escape", "enter")
        assert last_run(session).messages == ((BETA, "blitz: tokens"),)


async def test_the_diff_of_the_chosen_car_and_back() -> None:
    fake = supervisor(trains.riders(2))
    async with opened(fake.fleet, supervisor=fake) as session:
        await session.press("M", "j", "d")
        assert not isinstance(session.app.screen, TrainScreen)
        await session.press("escape")
        assert screen(session).chosen == BETA


# ------------------------------------------------------------------ while it runs


async def started(session: Session) -> None:
    await session.press("M", "enter")
    session.supervisor.tell(TrainChanged(trains.running()))
    await session.settle()


async def gate_prints(session: Session, *lines: str, lane: LaneId | None = GAMMA) -> None:
    """Let the gate print, and wait until the screen has gathered and drawn it."""
    session.supervisor.tell(GateOutput(lane, lines))
    await session.settle()
    top = session.app.screen
    await session.until(lambda: not (isinstance(top, TrainScreen) and top.gathers))
    await session.settle()


async def test_states_and_the_gate_are_followed_live() -> None:
    fake = supervisor(trains.riders(7))
    async with opened(fake.fleet, supervisor=fake, size=(80, 24)) as session:
        await started(session)
        assert "train 3/7 gating gamma" in session.text()
        assert screen(session).chosen == GAMMA
        await gate_prints(session, *(f"test {number}" for number in range(50)), "last [/x]")
        assert "last [/x]" in session.text()
        fake.tell(OperationStep(OpId("60-gate-0"), OpKind.GATE, GAMMA, "run make test"))
        await session.settle()
        assert "gamma: run make test" in said(session)
        await session.press("k")
        assert "the gate is red" in session.text()
        await gate_prints(session, "more of gamma")
        assert screen(session).chosen == BETA, "who looks elsewhere is left there"
        assert "more of gamma" not in session.text()


async def test_a_train_may_be_left_and_is_there_again() -> None:
    fake = supervisor(trains.riders(7))
    async with opened(fake.fleet, supervisor=fake) as session:
        await started(session)
        await session.press("escape")
        assert "train 3/7 gating gamma" in session.text().splitlines()[0]
        await gate_prints(session, "printed while away")
        await session.press("M")
        assert screen(session).stage is Stage.RUNNING
        assert "printed while away" in session.text()
        await session.press("escape")
        fake.tell(TrainChanged(replace(trains.running(), running=False, stopped="stopped by you")))
        fake.tell(TrainChanged(None))
        await session.settle()
        await session.press("M")
        assert "stopped by you" in said(session)
        await session.press("escape", "M")
        assert screen(session).stage is Stage.SHOWN, "an end that was seen makes room"


async def test_a_train_that_another_process_runs_is_shown() -> None:
    fake = supervisor(trains.riders(7))
    fake.fleet = replace(fake.fleet, train=trains.running())
    async with opened(fake.fleet, supervisor=fake) as session:
        await session.press("M")
        assert screen(session).stage is Stage.RUNNING
        assert "◔ gating" in session.text()


async def test_x_stops_a_running_train_and_drops_nothing() -> None:
    fake = supervisor(trains.riders(7))
    async with opened(fake.fleet, supervisor=fake) as session:
        await started(session)
        await session.press("x")
        assert fake.intents[-1] == StopTrain()
        fake.tell(TrainChanged(trains.ended()))
        await session.settle()
        await session.press("x")
        assert fake.intents[-1] == StopTrain() and len(fake.intents) == 2


async def test_resizing_while_it_runs_keeps_it_readable() -> None:
    fake = supervisor(trains.riders(7))
    async with opened(fake.fleet, supervisor=fake, size=(80, 24)) as session:
        await started(session)
        await gate_prints(session, "one", "two")
        before = session.text()
        for size in ((200, 60), (60, 20), (120, 40), (30, 8), (80, 24)):
            await session.pilot.resize_terminal(*size)
            await session.settle()
            if size[0] >= 60:
                assert "gating" in session.text() and "two" in session.text()
        assert session.text() == before


async def test_a_flood_of_gate_output_is_drawn_a_few_times_only(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    fake = supervisor(trains.riders(7))
    async with opened(fake.fleet, supervisor=fake) as session:
        await started(session)
        drawn = []
        usual = TrainScreen.show_car

        def show_car(self: TrainScreen) -> None:
            drawn.append(1)
            usual(self)

        monkeypatch.setattr(TrainScreen, "show_car", show_car)
        for number in range(500):
            fake.tell(GateOutput(GAMMA, (f"line {number}",) * 20))
        await gate_prints(session, "the end")
        assert len(drawn) < 20
        assert "the end" in session.text()
        assert len(session.app.train_memory.output(GAMMA)) == 2000


# ------------------------------------------------------------------ afterwards


async def finished(session: Session) -> None:
    await session.press("M", "enter")
    session.supervisor.tell(TrainChanged(trains.running()))
    session.supervisor.tell(GateOutput(BETA, ("FAIL: test_half",)))
    session.supervisor.tell(TrainChanged(replace(trains.ended(), running=True, stopped="")))
    session.supervisor.tell(TrainChanged(trains.ended()))
    session.supervisor.tell(TrainChanged(None))
    await session.settle()


async def test_the_end_says_what_landed_and_what_is_aside() -> None:
    fake = supervisor(trains.riders(6))
    async with opened(fake.fleet, supervisor=fake) as session:
        await finished(session)
        assert "landed 2, aside 3, stopped 1" in session.text().splitlines()[0]
        assert "stopped by you" in said(session)
        assert screen(session).chosen == BETA, "the first that needs something"
        text = session.text()
        assert "FAIL: test_half" in text and "/s/gate-7.log" in text
        assert "flaky gate" in text
        assert screen(session).train is not None


async def test_a_red_car_goes_to_its_agent_with_the_log() -> None:
    fake = supervisor(trains.riders(6))
    async with opened(fake.fleet, supervisor=fake) as session:
        await finished(session)
        await session.press("o")
        draft = session.app.screen.query_one(TextArea).text
        for part in ("the gate is red: make test", "FAIL: test_half", "/s/gate-7.log"):
            assert part in draft
        await session.press("ctrl+s")
        assert fake.intents[-1] == Send(BETA, draft, force=False)
        assert isinstance(session.app.screen, TrainScreen)


async def test_a_red_car_lands_only_with_a_reason() -> None:
    fake = supervisor(trains.riders(6))
    async with opened(fake.fleet, supervisor=fake) as session:
        await finished(session)
        await session.press("F")
        assert "Land beta although its gate is red?" in session.text()
        await session.press("enter")
        assert "needs a reason" in session.text()
        session.app.screen.query_one(Input).value = "  the test\tis wrong, #12 "
        await session.press("enter")
        found = fake.intents[-1]
        assert isinstance(found, Land)
        assert (found.lane, found.source, found.target_old) == (BETA, HEAD, BASE)
        assert found.red_reason == "the test is wrong, #12"
        fake.tell(OperationEnded(OpId("61-land-0"), OpKind.LAND, BETA, "landed beta, red"))
        await session.settle()
        assert "✓ landed" in rows(session)[1]
        await session.press("u")
        assert "Undo step 61" in session.text()


@pytest.mark.parametrize("lane", [ALPHA, GAMMA])
async def test_only_red_cars_land_red_and_escape_leaves_it(lane: LaneId) -> None:
    fake = supervisor(trains.riders(6))
    async with opened(fake.fleet, supervisor=fake) as session:
        await finished(session)
        before = len(fake.intents)
        await session.press("F", "escape")
        screen(session)._look_at(lane)
        await session.press("F")
        assert "Only a car whose gate was red" in said(session)
        assert len(fake.intents) == before


async def test_the_gate_runs_again_and_says_so() -> None:
    fake = supervisor(trains.riders(6))
    async with opened(fake.fleet, supervisor=fake) as session:
        await finished(session)
        await session.press("g")
        assert fake.intents[-1] == Gate(BETA)
        await gate_prints(session, "all green now", lane=BETA)
        fake.tell(OperationEnded(OpId("62-gate-0"), OpKind.GATE, BETA, "gate of beta is green"))
        await session.settle()
        assert "✓ gate of beta is green" in said(session)
        assert "all green now" in session.text()
        assert screen(session).train is not None
        assert screen(session).car is not None and screen(session).car.state is CarState.ASIDE  # type: ignore[union-attr]


async def test_a_landed_car_is_undone_from_here() -> None:
    fake = supervisor(trains.riders(6))
    async with opened(fake.fleet, supervisor=fake) as session:
        await finished(session)
        await session.press("k", "u")
        assert "Undo step 41" in session.text()
        await session.press("y")
        assert fake.intents[-1] == Undo(41)
        fake.tell(OperationEnded(OpId("63-undo-0"), OpKind.UNDO, ALPHA, "undid step 41"))
        await session.settle()
        assert "undid step 41" in rows(session)[0]
        await session.press("u")
        assert fake.intents[-1] == Undo(41) and "Only a car that landed" in said(session)


async def test_help_and_hints_name_only_what_works() -> None:
    fake = supervisor(trains.four_asides())
    async with opened(fake.fleet, supervisor=fake, size=(160, 40)) as session:
        await session.press("M")
        assert "approve and run" in session.text().splitlines()[-1]
        assert "resolve" not in session.text().splitlines()[-1]
        await session.press("j", "j", "j")
        assert session.text().splitlines()[-1].startswith(" o ask to mend it  c resolve")
        await session.press("question_mark")
        await session.press("question_mark")
        assert isinstance(session.app.screen, TrainScreen)
