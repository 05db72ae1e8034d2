"""A locked lane stays as it is, and says why."""

from __future__ import annotations

import pytest

from cockpit.domain.assignment import Offer
from cockpit.domain.fleet import apply
from cockpit.domain.handing_out import offer_of
from cockpit.domain.ids import LaneId
from cockpit.domain.intents import (
    Approve,
    Assign,
    Intent,
    Land,
    Lock,
    Move,
    Park,
    Queue,
    Rename,
    Restart,
    RunTrain,
    Send,
    Start,
    Stop,
    Sync,
    Teardown,
    Undo,
    Unlock,
)
from cockpit.errors import CockpitError, Refused, UsageError
from cockpit.services import locked, train_queue
from tests.conftest import git
from tests.services.conftest import Desk

ALPHA, BETA = LaneId("alpha"), LaneId("beta")
WHY = "reproducing the crash"


def held(desk: Desk) -> None:
    desk.start()
    desk.commit("alpha", "src/mine.py", "1\n")
    desk.do(Stop(ALPHA))
    desk.do(Lock(ALPHA, f"  {WHY}.\n"))


@pytest.mark.parametrize(
    "wish",
    [
        Teardown(ALPHA),
        Park(ALPHA),
        Rename(ALPHA, LaneId("gamma")),
        Move(ALPHA, "../elsewhere"),
        Land(ALPHA),
        Queue(ALPHA),
        Sync(ALPHA),
        Assign("task-001", ALPHA),
        Start(ALPHA, task="1"),
    ],
)
def test_what_a_lock_keeps_a_lane_from(desk: Desk, wish: Intent) -> None:
    held(desk)
    before = git(desk.root, "for-each-ref"), len(desk.cockpit().log())
    with pytest.raises(Refused, match=WHY) as refused:
        desk.do(wish)
    assert "cockpit unlock alpha" in refused.value.hint
    assert (git(desk.root, "for-each-ref"), len(desk.cockpit().log())) == before


def test_what_it_does_not_keep_a_lane_from(desk: Desk) -> None:
    held(desk)
    desk.do(Approve(ALPHA))
    desk.do(Restart(ALPHA))
    desk.do(Send(ALPHA, "go on"))
    desk.do(Stop(ALPHA))


def test_everybody_who_looks_sees_why(desk: Desk) -> None:
    held(desk)
    cockpit = desk.cockpit()
    fleet = cockpit.fleet()
    assert (fleet.lanes[ALPHA].locked, fleet.lanes[BETA].locked) == (WHY, "")
    for event in cockpit.observe():
        fleet = apply(fleet, event)
    assert fleet.lanes[ALPHA].locked == WHY
    assert offer_of(fleet.lanes[ALPHA], Offer(ALPHA), {}).busy == f"is locked: {WHY}"
    checks = {check.name: check for check in cockpit.preview_landing(ALPHA).checks}
    assert not checks["lock"].ok and WHY in checks["lock"].text
    desk.do(Unlock(ALPHA))
    assert desk.cockpit().fleet().lanes[ALPHA].locked == ""
    with pytest.raises(Refused, match="not locked"):
        desk.do(Unlock(ALPHA))


def test_sweeps_trains_and_undoing_leave_it(desk: Desk) -> None:
    desk.start()
    desk.commit("alpha", "src/mine.py", "1\n")
    desk.do(Land(ALPHA))
    started = next(op.seq for op in desk.cockpit().log() if op.kind == "start")
    desk.do(Lock(ALPHA, WHY))
    for merged_only in (True, False):
        (entry,) = desk.cockpit().preview_sweep(merged_only=merged_only)
        assert entry.why_not.endswith(WHY)
    with pytest.raises(Refused, match=f"locked: {WHY}"):
        desk.do(Undo(started))
    assert (desk.root.parent / "project-alpha").is_dir()


def test_a_train_leaves_a_lane_that_was_locked_in_the_queue(desk: Desk) -> None:
    desk.start()
    desk.commit("alpha", "src/mine.py", "1\n")
    desk.do(Queue(ALPHA))
    desk.do(Lock(ALPHA, WHY))
    before = desk.main()
    desk.do(RunTrain())
    assert desk.main() == before
    assert ALPHA in train_queue.read(desk.cockpit().work).since


def test_undoing_a_lock_and_an_unlock(desk: Desk) -> None:
    held(desk)
    desk.do(Lock(ALPHA, "another reason"))
    desk.do(Undo())
    assert locked.reason_of(desk.cockpit().work, ALPHA) == WHY
    desk.do(Unlock(ALPHA))
    desk.do(Undo())
    assert locked.reason_of(desk.cockpit().work, ALPHA) == WHY


def test_reasons_that_are_none(desk: Desk) -> None:
    desk.start()
    for reason in ("", " \n ", "...", "x" * 500):
        with pytest.raises(UsageError):
            desk.do(Lock(ALPHA, reason))
    desk.do(Lock(ALPHA, "\x1b]0;evil\x07 [/x]"))
    assert "\x1b" not in desk.cockpit().fleet().lanes[ALPHA].locked
    with pytest.raises(CockpitError):
        desk.do(Lock(LaneId("nobody"), "x"))


def test_a_damaged_lock_holds(desk: Desk) -> None:
    held(desk)
    desk.state("lock-alpha").write_text("{")
    with pytest.raises(Refused, match="its lock can't be read"):
        desk.do(Teardown(ALPHA))
    desk.do(Unlock(ALPHA))
    desk.do(Teardown(ALPHA))


def test_a_lane_that_is_not_started_can_be_locked(desk: Desk) -> None:
    desk.do(Lock(BETA, WHY))
    with pytest.raises(Refused, match=WHY):
        desk.do(Start(BETA, task="1"))
    desk.start("beta")
