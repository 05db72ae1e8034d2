"""What a stop and a reason to land red cover: a stop ends a landing at any moment before the
target moves, and a reason stands for a gate that is red, nothing else."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from cockpit.domain.ids import LaneId
from cockpit.domain.intents import Land, PullRequest
from cockpit.errors import CockpitError, Exit, Refused, TimedOut
from cockpit.services import stopping
from cockpit.services.cockpit import LocalCockpit
from tests.conftest import git
from tests.services.conftest import LANES, Desk

ALPHA = LaneId("alpha")
REQUESTS = 'merge: {push: origin, pull_request: "touch made"}\n'


def with_work(make_desk: Callable[..., Desk], gate: str, more: str = "") -> Desk:
    desk = make_desk(gate=gate, lanes=LANES.replace("timeout: 20s", "timeout: 1s") + more)
    desk.start()
    desk.commit("alpha", "src/api.py", "mine\n")
    return desk


def stopped_at(desk: Desk, moment: str) -> LocalCockpit:
    """A cockpit in whose `moment` somebody else wishes for a stop."""
    other = desk.cockpit()

    def probe(name: str) -> None:
        if name == moment:
            stopping.wish(other.work)

    return desk.cockpit(probe)


@pytest.mark.parametrize(
    ("gate", "moment", "reason"),
    [
        ('"sleep 20"', "gate: begin", ""),
        ('"sleep 20"', "gate: begin", "it is always slow"),
        ('"true"', "gate: end", ""),
        ('"true"', "gate: end", "it is always red"),
    ],
)
def test_a_stop_lands_nothing(
    make_desk: Callable[..., Desk], gate: str, moment: str, reason: str
) -> None:
    desk = with_work(make_desk, gate)
    before = desk.main()
    with pytest.raises(CockpitError, match="stopped") as caught:
        desk.do(Land(ALPHA, red_reason=reason), cockpit=stopped_at(desk, moment))
    assert caught.value.code == Exit.INTERRUPTED
    assert desk.main() == before


@pytest.mark.parametrize(
    ("gate", "error"), [('"sleep 20"', TimedOut), ('"no-such-command-at-all"', Refused)]
)
def test_a_reason_covers_a_red_gate_only(
    make_desk: Callable[..., Desk], gate: str, error: type[CockpitError]
) -> None:
    desk = with_work(make_desk, gate)
    before = desk.main()
    with pytest.raises(error):
        desk.do(Land(ALPHA, red_reason="the test server is down"))
    assert desk.main() == before


def test_a_red_gate_lands_with_a_reason(make_desk: Callable[..., Desk]) -> None:
    desk = with_work(make_desk, '"false"')
    before = desk.main()
    assert desk.do(Land(ALPHA, red_reason="known to fail")).data["gate"] == "red"
    assert desk.main() != before


@pytest.mark.parametrize(
    ("gate", "moment"), [('"sleep 20"', "gate: begin"), ('"true"', "gate: end")]
)
def test_a_stop_pushes_no_request(
    make_desk: Callable[..., Desk], tmp_path: Path, gate: str, moment: str
) -> None:
    desk = with_work(make_desk, gate, REQUESTS)
    bare = tmp_path / "origin.git"
    git(tmp_path, "init", "-q", "--bare", str(bare))
    git(desk.root, "remote", "add", "origin", str(bare))
    with pytest.raises(CockpitError, match="stopped") as caught:
        desk.do(PullRequest(ALPHA), cockpit=stopped_at(desk, moment))
    assert caught.value.code == Exit.INTERRUPTED
    assert git(bare, "for-each-ref") == "" and not (desk.root / "made").exists()
