"""Where a pull request goes, and which branch of an earlier one it may replace."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from cockpit.domain.ids import LaneId
from cockpit.domain.intents import PullRequest, Teardown
from cockpit.errors import CockpitError, Refused
from tests.conftest import git
from tests.services.conftest import LANES, Desk
from tests.services.origin import Origin

ALPHA = LaneId("alpha")
BRANCH = "alpha/work"


def asking(make_desk: Callable[..., Desk], push: str = "") -> Desk:
    desk = make_desk(lanes=LANES + merge(push))
    desk.start()
    desk.commit("alpha", "src/api.py", "mine\n")
    return desk


def merge(push: str) -> str:
    return f'merge: {{push: "{push}", pull_request: "echo made >> made"}}\n'


def amend(desk: Desk) -> None:
    git(desk.root.parent / "project-alpha", "commit", "-q", "--amend", "-m", "again")


def test_a_request_goes_to_no_remote_that_was_put_in_place_of_the_usual(
    make_desk: Callable[..., Desk], tmp_path: Path
) -> None:
    desk = asking(make_desk)
    origin = Origin(desk, tmp_path)
    evil = Origin(desk, tmp_path, "evil", followed=False)
    desk.do(PullRequest(ALPHA))
    assert origin.at(BRANCH)
    git(desk.root, "config", "branch.main.remote", "evil")
    amend(desk)
    with pytest.raises(Refused, match="what main follows changed"):
        desk.do(PullRequest(ALPHA))
    assert not evil.at(BRANCH)


def test_an_address_that_only_requests_used_is_remembered(
    make_desk: Callable[..., Desk], tmp_path: Path
) -> None:
    desk = asking(make_desk, "origin")
    Origin(desk, tmp_path)
    evil = Origin(desk, tmp_path, "evil", followed=False)
    desk.do(PullRequest(ALPHA))
    git(desk.root, "remote", "set-url", "--push", "origin", str(evil.bare))
    amend(desk)
    with pytest.raises(Refused, match="the push address of origin changed"):
        desk.do(PullRequest(ALPHA))
    assert not evil.at(BRANCH)


def test_another_remote_is_pushed_to_anew(make_desk: Callable[..., Desk], tmp_path: Path) -> None:
    desk = asking(make_desk, "origin")
    origin = Origin(desk, tmp_path)
    fork = Origin(desk, tmp_path, "fork", followed=False)
    desk.do(PullRequest(ALPHA))
    assert git(desk.root, "rev-parse", f"origin/{BRANCH}").strip() == origin.at(BRANCH)
    desk.configure(LANES % '"true"' + merge("fork"))
    desk.trust()
    assert "to fork" in desk.do(PullRequest(ALPHA)).summary
    assert fork.at(BRANCH) == origin.at(BRANCH) != ""
    git(fork.bare, "update-ref", "-d", f"refs/heads/{BRANCH}")
    desk.do(PullRequest(ALPHA))
    assert fork.at(BRANCH), "what is said to be pushed is there"


def test_a_lane_of_the_same_name_does_not_replace_an_earlier_one_s_request(
    make_desk: Callable[..., Desk], tmp_path: Path
) -> None:
    desk = asking(make_desk, "origin")
    origin = Origin(desk, tmp_path)
    desk.do(PullRequest(ALPHA))
    asked = origin.at(BRANCH)
    desk.do(Teardown(ALPHA, desk.cockpit().preview_teardown(ALPHA).token))
    desk.start()
    desk.commit("alpha", "src/other.py", "something else\n")
    with pytest.raises(Refused, match="refused the lane's branch"):
        desk.do(PullRequest(ALPHA))
    assert origin.at(BRANCH) == asked


def test_a_remote_that_can_not_be_reached_has_refused_nothing(
    make_desk: Callable[..., Desk], tmp_path: Path
) -> None:
    desk = asking(make_desk, "origin")
    origin = Origin(desk, tmp_path)
    origin.bare.rename(origin.bare.with_name("gone.git"))
    with pytest.raises(CockpitError, match="origin can't be reached") as caught:
        desk.do(PullRequest(ALPHA))
    assert "Someone else" not in caught.value.hint and not isinstance(caught.value, Refused)
