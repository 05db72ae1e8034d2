"""A yes to a landing is to what lanes.yaml asked of it when it was shown."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from cockpit.domain.events import ConfigRead
from cockpit.domain.ids import LaneId
from cockpit.domain.intents import Land, PullRequest, RunTrain, Start, Trust
from cockpit.errors import Refused
from tests.conftest import git
from tests.services.conftest import Desk

ALPHA, BETA = LaneId("alpha"), LaneId("beta")
LANES = 'target: main\nlanes:\n  alpha: {agent: shell, zone: ["src/**"]}\n'
GATE = 'gate: {run: ["false"]}\n'
ZONES = "zones: {outside: ask}\n"


@pytest.mark.parametrize(
    "weaker",
    [LANES + ZONES, LANES + GATE, LANES.replace("src/**", "**") + GATE + ZONES,
     LANES.replace("main", "other") + GATE + ZONES],
    ids=["no gate", "no zones", "another zone", "another target"],
)  # fmt: skip
def test_terms_that_changed_since_it_was_shown(make_desk: Callable[..., Desk], weaker: str) -> None:
    desk = make_desk(lanes=LANES + GATE + ZONES)
    git(desk.root, "branch", "other")
    cockpit = desk.cockpit()
    desk.do(Start(ALPHA), cockpit=cockpit)
    desk.commit("alpha", "src/a.py", "1\n")
    shown = cockpit.preview_landing(ALPHA)
    assert shown.may_land and shown.gate
    wish = Land(
        ALPHA,
        shown.source,
        shown.target_old,
        task_digest=shown.task_digest,
        terms=shown.terms,
    )
    desk.configure(weaker)
    assert isinstance(cockpit.read_config(), ConfigRead)
    before = git(desk.root, "for-each-ref", "refs/heads/main", "refs/heads/other")
    with pytest.raises(Refused, match="than when the preview was shown"):
        desk.do(wish, cockpit=cockpit)
    assert git(desk.root, "for-each-ref", "refs/heads/main", "refs/heads/other") == before


def test_a_train_and_a_pull_request_are_to_what_was_shown_as_well(
    make_desk: Callable[..., Desk], tmp_path: Path
) -> None:
    asking = LANES + "  beta: {agent: shell}\n" + "merge: {push: origin, pull_request: 'true'}\n"
    desk = make_desk(lanes=asking + 'gate: {run: ["true"]}\n')
    git(tmp_path, "init", "-q", "--bare", "far.git")
    git(desk.root, "remote", "add", "origin", str(tmp_path / "far.git"))
    cockpit = desk.cockpit()
    for lane in (ALPHA, BETA):
        desk.do(Start(lane), cockpit=cockpit)
        desk.commit(lane, f"src/{lane}.py", "1\n")
    looks = [car.preview for car in cockpit.preview_train((ALPHA, BETA)).cars]
    shown, other = (look for look in looks if look is not None)
    train = RunTrain(
        (ALPHA, BETA),
        tuple((look.lane, look.source) for look in (shown, other)),
        terms=tuple((look.lane, look.terms) for look in (shown, other)),
    )
    request = PullRequest(ALPHA, shown.source, terms=shown.terms)
    desk.configure(asking)
    assert isinstance(cockpit.read_config(), ConfigRead)
    desk.do(Trust(cockpit.trust().digest), cockpit=cockpit)
    before = desk.main()
    outcome = desk.do(train, cockpit=cockpit)
    assert [car["aside"] for car in outcome.data["cars"]] == ["moved", "moved"]
    assert all("than when you looked" in car["said"] for car in outcome.data["cars"])
    assert desk.main() == before and cockpit.approval(ALPHA).approval is None
    with pytest.raises(Refused, match="than when the preview was shown"):
        desk.do(request, cockpit=cockpit)
    assert git(tmp_path / "far.git", "for-each-ref") == ""
