"""A yes to a landing is to what lanes.yaml asked of it when it was shown."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from cockpit.domain.events import ConfigRead
from cockpit.domain.ids import LaneId
from cockpit.domain.intents import Land, Start
from cockpit.errors import Refused
from tests.conftest import git
from tests.services.conftest import Desk

ALPHA = LaneId("alpha")
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
