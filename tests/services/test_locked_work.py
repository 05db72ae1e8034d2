"""A locked lane is given no work, and nothing in it is changed."""

from __future__ import annotations

import pytest

from cockpit.domain.change import Layer
from cockpit.domain.hunks import HunkDeed, file_identity
from cockpit.domain.ids import LaneId
from cockpit.domain.intents import ApplyHunk, Commit, HandBack, Intent, LeaveOut, Lock, Stop, Unlock
from cockpit.errors import Refused
from tests.conftest import git
from tests.services.conftest import Desk
from tests.services.test_resolving import both_ways, intent_of, two, view_of

__all__ = ["two"]
ALPHA, BETA = LaneId("alpha"), LaneId("beta")
WHY = "reproducing the crash"


def facts(desk: Desk) -> tuple[object, ...]:
    folder = desk.root.parent / "project-alpha"
    return (
        git(desk.root, "for-each-ref"),
        git(folder, "status", "--porcelain"),
        len(desk.cockpit().log()),
        list(desk.root.glob("tasks/*")),
        [list(rows) for rows in desk.tmux.screens.values()],
    )


def require_refused(desk: Desk, wish: Intent, lane: str = "alpha") -> None:
    before = facts(desk)
    with pytest.raises(Refused, match=f"Lane {lane} is locked and can't be .*: {WHY}"):
        desk.do(wish)
    assert facts(desk) == before


def test_no_conflict_is_handed_to_it(two: Desk) -> None:
    two.start("beta")
    two.do(Lock(ALPHA, WHY))
    require_refused(two, HandBack(ALPHA))
    two.do(HandBack(ALPHA, to="beta"))  # that changes nothing in alpha
    two.do(Lock(BETA, WHY))
    require_refused(two, HandBack(ALPHA, to="beta"), "beta")


def test_its_conflict_is_not_resolved(two: Desk) -> None:
    two.do(Lock(ALPHA, WHY))
    cockpit = two.cockpit()
    assert cockpit.conflict(ALPHA).why_not == f"lane alpha is locked: {WHY}"
    wish = intent_of(both_ways(view_of(cockpit)))
    require_refused(two, wish)
    two.do(Unlock(ALPHA))
    two.do(wish)


def test_nothing_is_committed_in_it_or_staged(desk: Desk) -> None:
    folder = desk.start()
    desk.commit("alpha", "src/one.py", "1\n")
    (folder / "src/one.py").write_text("2\n")
    desk.do(Stop(ALPHA))
    desk.do(Lock(ALPHA, WHY))
    file = desk.cockpit().work.git.review.uncommitted(folder, Layer.UNSTAGED, "src/one.py")
    assert file is not None
    discard = ApplyHunk(ALPHA, HunkDeed.DISCARD, file.layer, file.path, file_identity(file))
    for wish in (Commit(ALPHA, "taken"), LeaveOut(ALPHA, ("src/one.py",)), discard):
        require_refused(desk, wish)
    assert desk.cockpit().preview_commit(ALPHA).refusal == f"lane alpha is locked: {WHY}"
    assert (folder / "src/one.py").read_text() == "2\n"
