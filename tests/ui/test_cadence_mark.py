"""The mark of a lane that should have landed by now, on the panel's lower edge."""

from __future__ import annotations

from dataclasses import replace

from cockpit.ui.board_notes import cadence_mark
from tests.domain.test_cadence import DAY, FACTS, NOW, VIEW, fleet


def test_a_late_lane_is_marked_in_words() -> None:
    assert cadence_mark(fleet(VIEW), VIEW, NOW).plain == "⚠ not landed for 2d"
    fresh = replace(VIEW, facts=replace(FACTS, since=NOW - DAY / 2))
    assert cadence_mark(fleet(fresh), fresh, NOW).plain == ""
    short = replace(VIEW, facts=replace(FACTS, since=NOW - 200))
    assert cadence_mark(fleet(short, 60), short, NOW).plain == "⚠ not landed for 3m"
