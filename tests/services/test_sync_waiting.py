"""A sync that waits for the end of a turn is made by the app, once the agent rests."""

from __future__ import annotations

import asyncio

from cockpit.domain.activity import Activity, State
from cockpit.domain.events import Notice, OperationEnded
from cockpit.domain.fleet import LaneView
from cockpit.domain.ids import LaneId
from cockpit.domain.intents import Sync
from cockpit.domain.lane import GitFacts
from cockpit.domain.operation import OpKind
from cockpit.domain.sync import SyncFlag
from cockpit.services.sync_queue import CALM, due
from tests.services.conftest import Desk
from tests.services.test_supervisor import running, until
from tests.services.test_sync import on_main, rests, tip, works
from tests.ui.fake import NOW, fleet_of, view

ALPHA = LaneId("alpha")


def lane(state: State, *, since: float = 60, waiting: bool = True, busy: str = "") -> LaneView:
    facts = GitFacts(None, None, sync=SyncFlag(waiting=waiting))
    usual = view("alpha", 1, state, facts=facts, since=since)
    return LaneView(
        usual.lane,
        usual.key,
        "",
        "sh",
        usual.record,
        Activity(state, "screen", "a rule", NOW - since),
        facts,
        busy=busy,
    )


def test_who_is_due() -> None:
    for state in State:
        expected = [ALPHA] if state in (State.IDLE, State.EXITED, State.ERROR) else []
        assert due(fleet_of(lane(state)), NOW) == expected, state
    for other in (
        lane(State.IDLE, waiting=False),
        lane(State.IDLE, since=CALM / 2),
        lane(State.IDLE, busy="landing"),
    ):
        assert due(fleet_of(other), NOW) == []


async def test_a_waiting_sync_is_made_when_the_turn_ends(desk: Desk) -> None:
    folder = desk.start()
    desk.commit("alpha", "src/mine.py", "1\n")
    on_main(desk, "src/theirs.py", "1\n")
    works(desk)
    before = tip(desk)
    async with running(desk) as (supervisor, _, events):
        await until(
            lambda: supervisor.fleet.lanes[ALPHA].activity.state is State.WORKING, "it works"
        )
        supervisor.submit(Sync(ALPHA, when_idle=True))
        await until(
            lambda: any(isinstance(e, Notice) and "waits" in e.text for e in events), "it waits"
        )

        def waits() -> bool:
            facts = supervisor.fleet.lanes[ALPHA].facts
            return facts is not None and facts.sync.waiting

        await until(waits, "the board says that it waits")
        assert tip(desk) == before
        await asyncio.to_thread(rests, desk)

        def done() -> bool:
            return any(isinstance(e, OperationEnded) and e.kind is OpKind.SYNC for e in events)

        await until(done, "the sync is made")
        assert (folder / "src/theirs.py").exists()
        await until(lambda: not waits(), "nothing waits any more")


async def test_a_waiting_sync_that_conflicts_is_told_once_and_flagged(desk: Desk) -> None:
    desk.start()
    desk.commit("alpha", "README.md", "mine\n")
    on_main(desk, "README.md", "theirs\n")
    works(desk)
    desk.do(Sync(ALPHA, when_idle=True))
    rests(desk)
    before = tip(desk)
    async with running(desk) as (supervisor, _, events):

        def told() -> list[OperationEnded]:
            return [e for e in events if isinstance(e, OperationEnded) and e.error]

        await until(lambda: bool(told()), "the conflict is told")
        assert "conflicts with lane alpha" in told()[0].error and "README.md" in told()[0].error

        def flagged() -> bool:
            facts = supervisor.fleet.lanes[ALPHA].facts
            return facts is not None and bool(facts.sync.conflicts)

        await until(flagged, "the board flags it")
        assert len(told()) == 1 and tip(desk) == before
