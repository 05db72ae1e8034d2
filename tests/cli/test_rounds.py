"""`cockpit plan close`: shown first, asked for, and a red gate is exit code 5."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from cockpit.domain.forecast import Comparison
from cockpit.domain.ids import LaneId
from cockpit.domain.intents import CloseRound
from cockpit.domain.rounds import RoundPreview, RoundSummary
from cockpit.domain.taskname import TaskId
from cockpit.domain.teardown import SweepEntry
from cockpit.errors import GateRed
from tests.cli.conftest import Json
from tests.cli.fake import ONE, FakeCockpit, Run

Capture = pytest.CaptureFixture[str]
SUMMARY = RoundSummary(
    landings=(LaneId("alpha"),),
    done=(TaskId("task-001"), TaskId("task-002")),
    open=(TaskId("task-003"),),
    clock=Comparison(2, 7200.0, 3600.0),
)


@pytest.fixture(autouse=True)
def shown(fake: FakeCockpit, monkeypatch: pytest.MonkeyPatch) -> None:
    gone = SweepEntry(LaneId("alpha"), fake.preview_teardown(LaneId("alpha")))
    stays = SweepEntry(LaneId("beta"), None, "2 commits are not merged")
    preview = RoundPreview(ONE, ("make test",), (gone, stays), SUMMARY)
    monkeypatch.setattr(FakeCockpit, "preview_round", lambda _self: preview, raising=False)


def test_a_dry_run_only_shows(run: Run, fake: FakeCockpit, capsys: Capture) -> None:
    assert run("plan", "close", "--dry-run") == 0
    out = capsys.readouterr().out
    for said in (
        "1 landing; 2 tasks done, 1 open",
        "2h one after another, 1h in parallel (2.0 times as fast)",
        "make test",
        "alpha is torn down",
        "beta stays: 2 commits are not merged",
    ):
        assert said in out
    assert fake.intents == [] and fake.recoveries == 0


def test_its_json_has_all_of_it(run_json: Json) -> None:
    code, document = run_json("plan", "close", "--dry-run")
    assert code == 0
    assert document["lanes"] == ["alpha"]
    assert document["stay"] == {"beta": "2 commits are not merged"}
    assert document["done"] == ["task-001", "task-002"]
    assert document["one_after_another_s"] == 7200.0


def test_it_asks_and_needs_a_yes(
    run: Run, fake: FakeCockpit, terminal: Callable[..., list[str]]
) -> None:
    assert run("plan", "close") == 3
    assert fake.intents == []
    assert run("plan", "close", "--yes") == 0
    assert fake.intents == [CloseRound()]
    asked = terminal("n", "y")
    assert run("plan", "close") == 3
    assert run("plan", "close") == 0
    assert [question.startswith("Close the round?") for question in asked] == [True, True]


def test_a_red_gate_is_exit_code_5(run: Run, fake: FakeCockpit) -> None:
    fake.refuses[None] = GateRed("The gate is red.")
    assert run("plan", "close", "--yes") == 5


def test_it_is_not_for_lanes_and_takes_no_task(
    run: Run, fake: FakeCockpit, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert run("plan", "close", "7", "--yes") == 2
    assert run("plan", "close", "--follow", "--yes") == 2
    monkeypatch.setenv("COCKPIT_LANE", "alpha")
    assert run("plan", "close", "--yes") == 3
    assert fake.intents == []
