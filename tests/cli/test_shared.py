"""A lane in the main checkout on the command line: shown as what it is, left out of what is for
branches, and its teardown promises no more than it does."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cockpit.domain.events import GitFactsChanged
from cockpit.domain.fleet import Fleet
from cockpit.domain.ids import LaneId
from cockpit.domain.intents import Park, Stop, Sync, Teardown
from tests.cli.conftest import Json
from tests.cli.fake import FakeCockpit, Run

ALPHA, BETA = LaneId("alpha"), LaneId("beta")
Capture = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def alpha_is_shared(monkeypatch: pytest.MonkeyPatch) -> None:
    fleet, observe, preview = (
        FakeCockpit.fleet,
        FakeCockpit.observe,
        FakeCockpit.preview_teardown,
    )

    def shared(self: FakeCockpit) -> Fleet:
        found = fleet(self)
        view = found.lanes[ALPHA]
        assert view.record is not None
        lanes = {**found.lanes, ALPHA: replace(view, record=replace(view.record, shared=True))}
        return replace(found, lanes=lanes)

    def seen(self: FakeCockpit, lanes: object = None) -> list[object]:
        told = observe(self)
        return [e for e in told if not (isinstance(e, GitFactsChanged) and e.lane == ALPHA)]

    monkeypatch.setattr(FakeCockpit, "fleet", shared)
    monkeypatch.setattr(FakeCockpit, "observe", seen)
    monkeypatch.setattr(
        FakeCockpit,
        "preview_teardown",
        lambda self, lane: replace(preview(self, lane), shared=lane == ALPHA),
    )


def test_it_has_no_branch(run: Run, run_json: Json, capsys: Capture) -> None:
    _, document = run_json("status", "alpha")
    assert document["lanes"][0]["branch"] is None
    assert document["lanes"][0]["ahead"] is None
    assert run("status") == 0
    rows = {row.split()[1]: row for row in capsys.readouterr().out.splitlines()[2:]}
    assert "(shared)" in rows["alpha"]
    assert "beta/work" in rows["beta"]


def test_all_of_what_is_for_branches_passes_it_by(run: Run, fake: FakeCockpit) -> None:
    assert run("sync", "--all") == 0
    assert run("park", "--all", "--yes") == 0
    assert [type(one) for one in fake.intents] == [Sync, Park]
    assert {one.lane for one in fake.intents if isinstance(one, Sync | Park)} == {BETA}
    fake.intents.clear()
    assert run("stop", "--all") == 0
    assert fake.intents == [Stop(ALPHA), Stop(BETA)]


def test_it_is_not_parked(run: Run, fake: FakeCockpit, capsys: Capture) -> None:
    assert run("park", "alpha", "--dry-run") == 3
    assert "main checkout" in capsys.readouterr().err
    assert fake.intents == []


def test_its_teardown_says_what_it_does(
    run: Run, run_json: Json, fake: FakeCockpit, capsys: Capture
) -> None:
    assert run("teardown", "alpha", "--dry-run") == 0
    out = capsys.readouterr().out
    assert "its agent is ended; the main checkout stays as it is" in out
    assert "trash" not in out
    _, document = run_json("teardown", "alpha", "--dry-run")
    assert document["lanes"][0]["shared"] is True
    assert document["lanes"][0]["trash"] is None
    assert run("teardown", "alpha", "--yes") == 0
    assert [type(one) for one in fake.intents] == [Teardown]
