"""Which lanes have lived too long, and that each is said once."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cockpit.cli.commands import status
from cockpit.domain.cadence import all_overdue, overdue
from cockpit.domain.events import Notice
from cockpit.domain.fleet import Fleet, LaneView
from cockpit.domain.ids import LaneId
from cockpit.domain.landed import Merged, MergedState
from cockpit.domain.lane import GitFacts
from cockpit.services.reminders import Reminders
from tests.cli.fake import record

ALPHA = LaneId("alpha")
DAY = 86_400.0
NOW = 100 * DAY
FACTS = GitFacts(None, None, merged=MergedState(Merged.UNMERGED, 2), since=NOW - 2 * DAY)
VIEW = LaneView(ALPHA, "A", "", "sh", record=record("alpha"), facts=FACTS)


def fleet(view: LaneView, cadence: float = DAY) -> Fleet:
    return Fleet("r", "main", {view.lane: view}, cadence)


@pytest.mark.parametrize(
    ("facts", "cadence", "is_late"),
    [
        (FACTS, DAY, True),
        (FACTS, 0.0, False),
        (FACTS, 3 * DAY, False),
        (FACTS, 2 * DAY, False),
        (None, DAY, False),
        (replace(FACTS, since=0.0), DAY, False),
        (replace(FACTS, since=NOW + DAY), DAY, False),
        (replace(FACTS, merged=MergedState(Merged.MERGED)), DAY, False),
        (replace(FACTS, merged=MergedState(Merged.NOTHING)), DAY, False),
        (replace(FACTS, merged=MergedState(Merged.UNKNOWN)), DAY, False),
        (replace(FACTS, merged=MergedState(Merged.NOTHING), dirty=1), DAY, True),
        (replace(FACTS, merged=MergedState(Merged.PARTLY, 1)), DAY, True),
    ],
)
def test_only_a_lane_with_something_to_land_is_late(
    facts: GitFacts | None, cadence: float, is_late: bool
) -> None:
    view = replace(VIEW, facts=facts)
    found = overdue(fleet(view, cadence), view, NOW)
    assert (found is not None) is is_late
    assert overdue(fleet(view, cadence), replace(view, record=None), NOW) is None
    assert len(all_overdue(fleet(view, cadence), NOW)) == is_late
    if found is not None:
        assert (found.lane, found.seconds) == (ALPHA, 2 * DAY)


def test_each_is_said_once_and_again_after_a_landing() -> None:
    said: list[Notice] = []
    reminders = Reminders(said.append)
    for _ in range(3):
        reminders.beat(fleet(VIEW), NOW)
    assert [(one.lane, one.severity) for one in said] == [(ALPHA, "warning")]
    assert "has not landed for 2" in said[0].text
    landed = replace(VIEW, facts=replace(FACTS, since=NOW))
    reminders.beat(fleet(landed), NOW + 1)
    assert len(said) == 1
    reminders.beat(fleet(landed), NOW + 2 * DAY)
    assert len(said) == 2


def test_the_table_says_it() -> None:
    cell = status._notes(fleet(VIEW), VIEW, NOW)
    assert "not landed for 2d" in cell[0]
