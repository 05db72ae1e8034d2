"""A lane in the main checkout on the screens: what is for branches says why not, and its
teardown promises no trash."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from cockpit.domain.fleet import Fleet, LaneView
from cockpit.domain.ids import LaneId, RefName
from cockpit.domain.teardown import Holdings, TeardownPreview
from cockpit.ui.actions import ACTIONS
from cockpit.ui.reasons import Context, looks_landable
from cockpit.ui.screens.teardown import teardown_lines
from tests.cli.fake import record

ORACLE = LaneId("oracle")
VIEW = LaneView(ORACLE, "O", "", "sh", record=replace(record("oracle"), shared=True))
FLEET = Fleet("r", "main", {ORACLE: VIEW})


def test_what_is_for_branches_says_why_not() -> None:
    reasons = {action.id: action.why_not(Context(FLEET, VIEW)) for action in ACTIONS}
    for name in ("diff", "land", "park", "gate", "sync"):
        assert "works in the main checkout" in (reasons[name] or ""), name
    for name in ("teardown", "stop", "interrupt", "restart", "send"):
        assert "main checkout" not in (reasons[name] or ""), name
    assert not looks_landable(FLEET, VIEW)


def test_its_teardown_names_no_trash() -> None:
    preview = TeardownPreview(
        ORACLE,
        RefName("refs/heads/main"),
        None,
        Path("/p"),
        (),
        Holdings(),
        (),
        Path("/t"),
        "",
        shared=True,
    )
    said = "\n".join(line.plain for line in teardown_lines(preview))
    assert "stay as they are" in said
    assert "/t" not in said and "undo" not in said
