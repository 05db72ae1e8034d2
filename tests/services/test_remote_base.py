"""A lane that starts from a branch elsewhere."""

from __future__ import annotations

from pathlib import Path

import pytest

from cockpit.adapters.git.remote import Remotes
from cockpit.domain.ids import LaneId
from cockpit.domain.intents import Follow, Start
from cockpit.domain.upstream import Upstream
from cockpit.errors import Refused
from tests.conftest import git
from tests.services.conftest import Desk
from tests.services.origin import Origin

ALPHA, BETA = LaneId("alpha"), LaneId("beta")


def based(desk: Desk, base: str = "origin/main") -> None:
    text = (desk.root / "lanes.yaml").read_text()
    desk.configure(text.replace("target: main", f"target: main\nbase: {base}"))
    desk.trust()


def theirs(origin: Origin, tmp: Path, branch: str = "main") -> str:
    """A commit that somebody else pushed."""
    clone = tmp / "theirs"
    if not clone.exists():
        git(tmp, "clone", "-q", str(origin.bare), str(clone))
    git(clone, "commit", "-q", "--allow-empty", "-m", "theirs")
    git(clone, "push", "-q", "origin", f"HEAD:{branch}")
    return origin.at(branch)


def head(desk: Desk, lane: str = "alpha") -> str:
    return git(desk.root.parent / f"project-{lane}", "rev-parse", "HEAD").strip()


def test_the_remote_is_asked_first_and_once(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    origin = Origin(desk, tmp_path)
    wanted = theirs(origin, tmp_path)
    based(desk)
    asked: list[object] = []
    fetch = Remotes.fetch

    def noting(self: Remotes, upstream: Upstream) -> None:
        asked.append(upstream)
        fetch(self, upstream)

    monkeypatch.setattr(Remotes, "fetch", noting)
    desk.do(Start(ALPHA))
    assert head(desk) == wanted != desk.main()
    later = theirs(origin, tmp_path)
    desk.do(Start(BETA), cockpit=desk.cockpit())
    assert len(asked) == 1 and head(desk, "beta") == wanted != later


def test_a_base_whose_branch_has_slashes(desk: Desk, tmp_path: Path) -> None:
    origin = Origin(desk, tmp_path)
    wanted = theirs(origin, tmp_path, "release/1.x")
    based(desk, "origin/release/1.x")
    desk.do(Start(ALPHA))
    assert head(desk) == wanted


def test_a_local_branch_of_that_name_is_not_meant(desk: Desk, tmp_path: Path) -> None:
    origin = Origin(desk, tmp_path)
    wanted = theirs(origin, tmp_path)
    git(desk.root, "branch", "origin/main", "main")
    based(desk)
    desk.do(Start(ALPHA))
    assert head(desk) == wanted


def test_a_remote_that_does_not_answer(desk: Desk, tmp_path: Path) -> None:
    origin = Origin(desk, tmp_path)
    based(desk)
    there = origin.bare.rename(tmp_path / "away.git")
    with pytest.raises(Refused, match="can't be asked for the base origin/main") as refused:
        desk.do(Start(ALPHA))
    assert "--no-fetch" in refused.value.hint and refused.value.detail
    assert not (desk.root.parent / "project-alpha").exists()
    desk.do(Start(ALPHA, fetch=False))
    assert head(desk) == desk.main() and there.exists()


def test_what_is_taken_over_needs_no_base(desk: Desk, tmp_path: Path) -> None:
    origin = Origin(desk, tmp_path)
    based(desk)
    origin.bare.rename(tmp_path / "away.git")
    git(desk.root, "branch", "mine", "main")
    text = (desk.root / "lanes.yaml").read_text()
    desk.configure(text.replace("beta: {agent: sh}", "beta: {agent: sh, branch: mine}"))
    desk.trust()
    desk.do(Start(BETA))
    assert head(desk, "beta") == desk.main()
    with pytest.raises(Refused, match="can't be asked"):
        desk.do(Start(ALPHA))


def test_a_base_that_was_never_fetched_and_can_not_be(desk: Desk, tmp_path: Path) -> None:
    Origin(desk, tmp_path)
    based(desk, "origin/nowhere")
    with pytest.raises(Refused, match="can't be asked") as refused:
        desk.do(Start(ALPHA))
    assert "--no-fetch" not in refused.value.hint
    with pytest.raises(Refused, match="never fetched"):
        desk.do(Start(ALPHA, fetch=False))


def test_an_address_that_somebody_changed_is_not_used(desk: Desk, tmp_path: Path) -> None:
    origin = Origin(desk, tmp_path, followed=False)
    based(desk)
    desk.do(Start(ALPHA))
    evil = tmp_path / "evil.git"
    git(tmp_path, "clone", "-q", "--bare", str(origin.bare), str(evil))
    git(desk.root, "remote", "set-url", "origin", str(evil))
    with pytest.raises(Refused, match="address of origin changed"):
        desk.do(Start(BETA), cockpit=desk.cockpit())
    shown = desk.cockpit().preview_follow()
    desk.do(Follow(accepted=shown.changed), cockpit=desk.cockpit())
    desk.do(Start(BETA), cockpit=desk.cockpit())
    assert head(desk, "beta") == origin.at()


def test_a_base_that_is_no_remote_s_is_a_local_one(desk: Desk) -> None:
    git(desk.root, "branch", "feature/x")
    based(desk, "feature/x")
    desk.do(Start(ALPHA))
    assert head(desk) == git(desk.root, "rev-parse", "feature/x").strip()
