"""What a landing pushes, where to, and what is known of it afterwards."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from cockpit.domain.events import OperationEnded
from cockpit.domain.ids import LaneId
from cockpit.domain.intents import Follow, Land, RunTrain, Undo
from cockpit.domain.operation import Operation, OpKind, OpState
from cockpit.errors import Refused
from cockpit.services.cockpit import LocalCockpit
from tests.conftest import git
from tests.services.conftest import LANES, Desk
from tests.services.origin import Origin

ALPHA, BETA = LaneId("alpha"), LaneId("beta")
PUSHING = LANES + "merge: {push: origin}\n"


def pushing(make_desk: Callable[..., Desk], remote: str = "origin") -> Desk:
    """A desk that pushes, with something to land."""
    desk = make_desk(lanes=LANES + f"merge: {{push: {remote}}}\n")
    desk.start()
    desk.commit("alpha", "src/api.py", "mine\n")
    return desk


def meddled(desk: Desk, moment: str, deed: Callable[[], object]) -> LocalCockpit:
    """A cockpit in whose first `moment` somebody else does `deed`."""
    left = [deed]

    def probe(name: str) -> None:
        if name == moment and left:
            left.pop()()

    return desk.cockpit(probe)


def pushes(desk: Desk) -> list[Operation]:
    return [op for op in desk.cockpit().log() if op.kind is OpKind.PUSH]


def unseen(desk: Desk) -> Callable[[], str]:
    """Someone puts a commit of their own on the target."""
    return lambda: git(desk.root, "commit", "-q", "--allow-empty", "-m", "nobody looked at it")


# ---------------------------------------------------------------- what is pushed


@pytest.mark.parametrize("wish", [Land(ALPHA), RunTrain((ALPHA,))])
def test_what_landed_is_pushed_and_nothing_that_came_after(
    make_desk: Callable[..., Desk], tmp_path: Path, wish: Land | RunTrain
) -> None:
    desk = pushing(make_desk)
    origin = Origin(desk, tmp_path)
    said = desk.do(wish, cockpit=meddled(desk, "land: end", unseen(desk))).data["pushed"]
    landed = git(desk.root, "rev-parse", "main^").strip()
    assert git(desk.root, "log", "-1", "--format=%s", "main").strip() == "nobody looked at it"
    assert origin.at() == landed
    assert said == f"Pushed {landed[:10]} to origin; what came on top of it in main was not."


def test_what_was_taken_back_meanwhile_is_not_pushed(
    make_desk: Callable[..., Desk], tmp_path: Path
) -> None:
    desk = pushing(make_desk)
    origin, before = Origin(desk, tmp_path), desk.main()

    def back() -> None:
        git(desk.root, "update-ref", "refs/heads/main", before)

    said = desk.do(Land(ALPHA), cockpit=meddled(desk, "land: end", back)).data["pushed"]
    assert said == "Not pushed: main does not hold what landed any more."
    assert origin.at() == before and pushes(desk) == []


# ---------------------------------------------------------------- where to


def test_another_branch_to_follow_is_not_pushed_to(
    make_desk: Callable[..., Desk], tmp_path: Path
) -> None:
    desk = pushing(make_desk)
    origin = Origin(desk, tmp_path)
    git(desk.root, "push", "-q", "origin", "main:production")
    assert desk.do(Land(ALPHA)).data["pushed"] == "Pushed main to origin."
    live = origin.at("production")
    git(desk.root, "config", "branch.main.merge", "refs/heads/production")
    desk.commit("alpha", "src/api.py", "more\n")
    with pytest.raises(Refused, match="what main follows changed since cockpit last used it"):
        desk.do(Land(ALPHA))
    git(desk.root, "config", "branch.main.merge", "refs/heads/main")

    def planted() -> None:
        git(desk.root, "config", "branch.main.merge", "refs/heads/production")

    said = desk.do(Land(ALPHA), cockpit=meddled(desk, "gate: begin", planted)).data["pushed"]
    assert said.startswith("Not pushed: what main follows changed") and "production" in said
    assert origin.at("production") == live


def test_a_target_that_lost_its_upstream_is_not_pushed_elsewhere(
    make_desk: Callable[..., Desk], tmp_path: Path
) -> None:
    desk = pushing(make_desk)
    origin = Origin(desk, tmp_path)
    git(desk.root, "push", "-q", "origin", "main:next")
    git(desk.root, "branch", "-q", "--set-upstream-to=origin/next", "main")
    assert desk.do(Land(ALPHA)).data["pushed"] == "Pushed main to origin."
    live = origin.at()
    git(desk.root, "branch", "-q", "--unset-upstream", "main")
    desk.commit("alpha", "src/api.py", "more\n")
    assert "next of origin" in desk.do(Land(ALPHA)).data["pushed"]
    assert origin.at() == live
    shown = desk.cockpit().preview_follow()
    desk.do(Follow(accepted=shown.changed))
    desk.commit("alpha", "src/api.py", "even more\n")
    assert desk.do(Land(ALPHA)).data["pushed"] == "Pushed main to origin."
    assert origin.at() == desk.main()


def test_another_remote_to_push_to_can_be_accepted(
    make_desk: Callable[..., Desk], tmp_path: Path
) -> None:
    desk = pushing(make_desk, "fork")
    Origin(desk, tmp_path)
    fork = Origin(desk, tmp_path, "fork", followed=False)
    assert desk.do(Land(ALPHA)).data["pushed"] == "Pushed main to fork."
    moved = fork.bare.with_name("moved.git")
    fork.bare.rename(moved)
    git(desk.root, "remote", "set-url", "fork", str(moved))
    desk.commit("alpha", "src/api.py", "more\n")
    assert "the address of fork changed" in desk.do(Land(ALPHA)).data["pushed"]
    desk.do(Follow(accepted=desk.cockpit().preview_follow().changed))
    desk.commit("alpha", "src/api.py", "even more\n")
    assert desk.do(Land(ALPHA)).data["pushed"] == "Pushed main to fork."


def test_both_addresses_are_shown_and_the_yes_is_bound_to_them(desk: Desk, tmp_path: Path) -> None:
    origin = Origin(desk, tmp_path)
    desk.cockpit().preview_follow()
    other = tmp_path / "other.git"
    origin.bare.rename(other)
    git(desk.root, "remote", "set-url", "origin", str(other))
    git(desk.root, "remote", "set-url", "--push", "origin", "/evil.git")
    shown = desk.cockpit().preview_follow()
    assert [(one.what, one.was, one.now) for one in shown.changed] == [
        ("the address of origin", str(origin.bare), str(other)),
        ("the push address of origin", str(origin.bare), "/evil.git"),
    ]
    with pytest.raises(Refused) as caught:
        desk.do(Follow())
    assert str(other) in caught.value.title and "/evil.git" in caught.value.title
    git(desk.root, "remote", "set-url", "--push", "origin", "/worse.git")
    for use in (
        lambda: desk.do(Follow(accepted=shown.changed)),
        lambda: desk.cockpit().preview_follow(accepted=shown.changed),
    ):
        with pytest.raises(Refused, match="not what was shown"):
            use()
    assert desk.cockpit().preview_follow().changed, "nothing was stored"
    desk.do(Follow(accepted=desk.cockpit().preview_follow().changed))
    assert desk.cockpit().preview_follow().changed == ()


def test_another_remote_shows_its_address_too(desk: Desk, tmp_path: Path) -> None:
    Origin(desk, tmp_path)
    desk.cockpit().preview_follow()
    git(desk.root, "remote", "add", "evil", "/evil.git")
    git(desk.root, "config", "branch.main.remote", "evil")
    shown = desk.cockpit().preview_follow()
    assert [(one.what, one.was, one.now) for one in shown.changed] == [
        ("what main follows", "main of origin", "main of evil"),
        ("the address of evil", "", "/evil.git"),
    ]


# ---------------------------------------------------------------- what is known afterwards


@pytest.mark.parametrize("how", ["another remote", "no upstream", "no tracking ref"])
def test_what_was_pushed_is_not_taken_back_by_going_back(
    make_desk: Callable[..., Desk], tmp_path: Path, how: str
) -> None:
    desk = pushing(make_desk, "fork")
    if how == "another remote":
        Origin(desk, tmp_path)
    fork = Origin(desk, tmp_path, "fork", followed=False)
    done = desk.do(Land(ALPHA))
    landed = desk.main()
    assert fork.at() == landed == git(desk.root, "rev-parse", "fork/main").strip()
    if how == "no tracking ref":
        git(desk.root, "update-ref", "-d", "refs/remotes/fork/main")
    assert "gets a commit that takes back" in desk.cockpit().preview_undo().lines[0]
    desk.do(Undo(done.data["undo"]))
    assert git(desk.root, "rev-parse", "main^").strip() == landed


def test_a_remote_that_can_not_be_reached_has_refused_nothing(
    make_desk: Callable[..., Desk], tmp_path: Path
) -> None:
    desk = pushing(make_desk)
    origin, before = Origin(desk, tmp_path), desk.main()

    def offline() -> None:
        origin.bare.rename(origin.bare.with_name("gone.git"))

    said = desk.do(Land(ALPHA), cockpit=meddled(desk, "land: end", offline)).data["pushed"]
    assert said.startswith("Not pushed to origin: origin can't be reached.")
    assert "refused" not in said
    assert [op.state for op in pushes(desk)] == [OpState.ABANDONED]
    desk.do(Undo())
    assert desk.main() == before, "it never left the machine"


def test_a_push_that_nobody_can_tell_of_counts_as_one(
    make_desk: Callable[..., Desk], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = pushing(make_desk)
    Origin(desk, tmp_path)
    pack = tmp_path / "bin"
    pack.mkdir()
    (pack / "receive").write_text('#!/bin/sh\ngit receive-pack --advertise-refs "$1"; exit 1\n')
    (pack / "receive").chmod(0o755)
    monkeypatch.setattr(
        "cockpit.adapters.git.remote_here.receive_pack", lambda _git: str(pack / "receive")
    )
    said = desk.do(Land(ALPHA)).data["pushed"]
    landed = desk.main()
    assert said.startswith("Nobody can tell whether main was pushed to origin")
    desk.do(Undo())
    assert git(desk.root, "rev-parse", "main^").strip() == landed


def test_a_push_that_was_taken_is_one_whatever_comes_after(
    make_desk: Callable[..., Desk], tmp_path: Path
) -> None:
    desk = pushing(make_desk, "fork")
    fork = Origin(desk, tmp_path, "fork", followed=False)
    git(desk.root, "update-ref", "refs/remotes/fork", "HEAD")
    said = desk.do(Land(ALPHA)).data["pushed"]
    assert fork.at() == desk.main()
    assert said.startswith("Pushed main to fork. ")
    assert [op.state for op in pushes(desk)] == [OpState.DONE]
    assert any(
        isinstance(one, OperationEnded) and one.kind is OpKind.PUSH and not one.error
        for one in desk.events
    )
