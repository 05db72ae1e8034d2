"""A lane that was renamed, and another one that has its old name since."""

from __future__ import annotations

from cockpit.domain.ids import LaneId
from cockpit.domain.intents import Land, Rename, Start, Stop, Undo
from cockpit.domain.lane_steps import steps_of
from cockpit.domain.operation import OpKind
from tests.conftest import git
from tests.services.conftest import Desk

ALPHA, GAMMA = LaneId("alpha"), LaneId("gamma")


def renamed_and_replaced(desk: Desk) -> None:
    """alpha landed, was taken back by a revert and is gamma now; a new lane is called alpha."""
    desk.start()
    desk.commit("alpha", "src/mine.py", "1\n")
    landed = desk.do(Land(ALPHA)).operation
    assert landed is not None
    git(desk.root, "commit", "-q", "--allow-empty", "-m", "on top, so that it is reverted")
    desk.do(Undo(landed.seq))
    assert not (desk.root / "src/mine.py").exists()
    desk.do(Stop(ALPHA))
    desk.do(Rename(ALPHA, GAMMA))
    path = desk.root / "lanes.yaml"
    path.write_text(path.read_text().replace("  beta:", "  alpha: {agent: sh}\n  beta:"))
    git(desk.root, "commit", "-qam", "a new lane alpha")
    desk.do(Start(ALPHA))


def test_what_was_taken_back_of_a_renamed_lane_comes_again(desk: Desk) -> None:
    renamed_and_replaced(desk)
    desk.commit("gamma", "src/more.py", "2\n")
    desk.do(Land(GAMMA))
    assert (desk.root / "src/more.py").exists()
    assert (desk.root / "src/mine.py").exists(), "the work that was taken back was swallowed"


def test_each_lane_has_its_own_steps(desk: Desk) -> None:
    renamed_and_replaced(desk)
    entries = desk.cockpit().work.journal.entries()
    kinds = {lane: [step.kind for step in steps_of(entries, lane)] for lane in (ALPHA, GAMMA)}
    assert "land" in kinds[GAMMA] and "land" not in kinds[ALPHA]
    assert kinds[ALPHA].count(OpKind.START) == kinds[GAMMA].count(OpKind.START) == 1
