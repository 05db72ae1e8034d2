"""Somebody's folder appears where a lane is being moved to."""

from __future__ import annotations

import pytest

from cockpit.domain.ids import LaneId
from cockpit.domain.intents import Move, Stop
from cockpit.errors import Refused
from tests.services.conftest import Desk

ALPHA = LaneId("alpha")


def test_it_is_left_alone_and_the_move_is_dropped(desk: Desk) -> None:
    folder = desk.start()
    desk.do(Stop(ALPHA))
    theirs = desk.root.parent / "elsewhere"

    def probe(where: str) -> None:
        if where == "move: move the folder":
            theirs.mkdir(exist_ok=True)
            (theirs / "mine.txt").write_text("theirs\n")

    with pytest.raises(Refused):
        desk.do(Move(ALPHA, "../elsewhere"), cockpit=desk.cockpit(probe))
    cockpit = desk.cockpit()
    assert cockpit.work.journal.pending() == []
    assert cockpit.recover(lambda _event: None) == []
    assert cockpit.work.record(ALPHA).worktree == folder and cockpit.faults() == []
    assert [path.name for path in theirs.iterdir()] == ["mine.txt"]
