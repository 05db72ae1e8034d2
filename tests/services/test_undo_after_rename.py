"""What is kept by a lane's name is not brought back under a name that it has no more."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from cockpit.domain.ids import LaneId
from cockpit.domain.intents import (
    Approve,
    ApproveStanding,
    Intent,
    Lock,
    Move,
    Rename,
    Stop,
    Undo,
    Unlock,
)
from cockpit.errors import Refused
from cockpit.services import locked, standing
from tests.services.conftest import Desk

ALPHA, GAMMA = LaneId("alpha"), LaneId("gamma")
LANES = """\
target: main
agents: {fake: {command: ["true"], preset: claude}}
lanes:
  alpha: {agent: fake, zone: ["src/**"], background: {on: interval, after: 1m, prompt: look}}
gate: {run: ["true"]}
"""


def on_record(desk: Desk) -> bool:
    work = desk.cockpit().work
    records = (locked.reason_of(work, ALPHA), work.approvals.get(ALPHA), standing.raw(work, ALPHA))
    return any(records)


@pytest.mark.parametrize(
    ("done", "taken_back"),
    [
        (Lock(ALPHA, "as it is"), Unlock(ALPHA)),
        (Approve(ALPHA), Approve(ALPHA, revoke=True)),
        (ApproveStanding(ALPHA), ApproveStanding(ALPHA, revoke=True)),
    ],
)
def test_no_record_comes_back_for_nobody(
    make_desk: Callable[..., Desk], done: Intent, taken_back: Intent
) -> None:
    desk = make_desk(lanes=LANES)
    desk.trust()
    desk.start()
    desk.commit("alpha", "src/mine.py", "1\n")
    desk.do(Stop(ALPHA))
    desk.do(done)
    op = desk.do(taken_back).operation
    assert op is not None
    renamed = desk.do(Rename(ALPHA, GAMMA)).operation
    assert renamed is not None
    with pytest.raises(Refused, match=f"step {renamed.seq} .* came after it: undo that first"):
        desk.do(Undo(op.seq))
    assert not on_record(desk)
    desk.do(Undo(renamed.seq))
    desk.do(Move(ALPHA, "../elsewhere"))  # another place, the same name
    desk.do(Undo(op.seq))
    assert on_record(desk)
