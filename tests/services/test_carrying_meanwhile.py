"""A commit in the checkout while its changes are taken along."""

from __future__ import annotations

from typing import Any

import pytest

from cockpit.adapters.git.take import Taker
from cockpit.domain.ids import LaneId
from cockpit.domain.intents import Start
from cockpit.errors import Refused
from tests.conftest import git
from tests.services.conftest import Desk


@pytest.mark.parametrize("when", ["before the snapshot", "after the snapshot"])
def test_the_snapshot_is_of_the_commit_that_the_lane_begins_at(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, when: str
) -> None:
    (desk.root / "mine.txt").write_text("mine\n")
    take = Taker.uncommitted

    def commit() -> None:
        git(desk.root, "add", "mine.txt")
        git(desk.root, "commit", "-qm", "meanwhile")

    def taking(self: Taker, *args: Any, **named: Any) -> Any:
        if named.get("keep") and when.startswith("before"):
            commit()
        found = take(self, *args, **named)
        if named.get("keep") and when.startswith("after"):
            commit()
        return found

    monkeypatch.setattr(Taker, "uncommitted", taking)
    with pytest.raises(Refused, match="they could conflict"):
        desk.do(Start(LaneId("alpha"), with_changes=True))
    assert not (desk.root.parent / "project-alpha").exists()
