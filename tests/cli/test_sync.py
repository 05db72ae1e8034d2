"""`sync`, `park`, `resume` and sweeps: which intents they become, what they show and ask."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from cockpit.domain.activity import State
from cockpit.domain.ids import LaneId
from cockpit.domain.intents import Intent, Park, Resume, Sync, Teardown
from cockpit.errors import Conflict
from tests.cli.conftest import Json
from tests.cli.fake import FakeCockpit, Run

Capture = pytest.CaptureFixture[str]
A, B = LaneId("alpha"), LaneId("beta")


@pytest.mark.parametrize(
    ("words", "intents"),
    [
        (["sync", "alpha"], [Sync(A)]),
        (["sync", "A", "B", "--rebase"], [Sync(A, "rebase"), Sync(B, "rebase")]),
        (["sync", "--all", "--merge"], [Sync(A, "merge"), Sync(B, "merge")]),
        (["sync", "alpha", "--when-idle"], [Sync(A, when_idle=True)]),
        (["park", "alpha", "--yes"], [Park(A, "token-alpha")]),
        (["park", "--all", "-y"], [Park(A, "token-alpha"), Park(B, "token-beta")]),
        (["resume", "alpha"], [Resume(A)]),
        (["teardown", "--merged", "-y"], [Teardown(B, "token-beta")]),
    ],
)
def test_intents(words: list[str], intents: list[Intent], run: Run, fake: FakeCockpit) -> None:
    assert run(*words) == 0
    assert fake.intents == intents


def test_idle_takes_those_that_rest(run: Run, fake: FakeCockpit, capsys: Capture) -> None:
    assert run("sync", "--idle") == 0
    assert fake.intents == [] and "No lane rests" in capsys.readouterr().out
    fake.activities = [State.IDLE]
    assert run("sync", "--idle") == 0
    assert fake.intents == [Sync(A, when_idle=True), Sync(B, when_idle=True)]


@pytest.mark.parametrize("state", [State.UNKNOWN, State.ASKING, State.STALLED, State.LIMITED])
def test_idle_leaves_those_of_whom_it_is_not_sure(
    run: Run, fake: FakeCockpit, state: State
) -> None:
    fake.activities = [state]
    assert run("sync", "--idle") == 0
    assert fake.intents == []


@pytest.mark.parametrize(
    "words",
    [
        ["sync"],
        ["sync", "alpha", "--idle"],
        ["sync", "--all", "--idle"],
        ["sync", "alpha", "--rebase", "--merge"],
        ["teardown", "alpha", "--merged"],
        ["teardown", "--all", "--merged"],
        ["park"],
        ["resume", "nobody"],
    ],
)
def test_wrong_words(words: list[str], run: Run, fake: FakeCockpit) -> None:
    assert run(*words) == 2
    assert fake.intents == []


def test_a_conflict_stops_no_other_lane(run_json: Json, fake: FakeCockpit) -> None:
    fake.refuses[A] = Conflict("main conflicts with lane alpha.", paths=("a",), detail="a")
    code, document = run_json("sync", "--all")
    assert code == 4
    assert fake.intents == [Sync(B)]
    assert document["lanes"][0]["error"]["code"] == 4


def test_a_look_at_a_sync(run: Run, run_json: Json, fake: FakeCockpit, capsys: Capture) -> None:
    code, document = run_json("sync", "alpha", "--dry-run")
    assert code == 0 and fake.intents == []
    [shown] = document["lanes"]
    assert shown["may_sync"] and shown["paths"] == ["src/api.py"] and shown["how"] == "merge"
    assert run("sync", "alpha", "--dry-run") == 0
    seen = capsys.readouterr().out
    assert "1 commit" in seen and "its agent is working" in seen and "\x1b" not in seen
    fake.conflicts = ("src/\x1bapi.py",)
    assert run("sync", "alpha", "--dry-run") == 0
    seen = capsys.readouterr().out
    assert "conflicts" in seen and "\x1b" not in seen


def test_parking_asks_for_uncommitted_work(
    run: Run, fake: FakeCockpit, terminal: Callable[..., list[str]], capsys: Capture
) -> None:
    asked = terminal("no")
    assert run("park", "alpha") == 3
    seen = capsys.readouterr().err
    assert "alpha/work at 2222222222 stays" in seen and "1 path untracked" in seen
    assert asked == ["Park alpha with what is uncommitted there? [y/N]"]
    assert not fake.intents
    assert run("park", "alpha", "--dry-run") == 0
    assert not fake.intents


def test_a_sweep_names_what_stays_and_asks_once(
    run: Run, run_json: Json, fake: FakeCockpit, terminal: Callable[..., list[str]], capsys: Capture
) -> None:
    code, document = run_json("teardown", "--merged", "--dry-run")
    assert code == 0
    assert document["stay"] == [{"lane": "alpha", "why": "2 commits not merged"}]
    assert [lane["lane"] for lane in document["lanes"]] == ["beta"]
    asked = terminal("yes")
    assert run("teardown", "--merged") == 0
    assert asked == ["Tear down beta? [y/N]"]
    assert "alpha stays: 2 commits not merged" in capsys.readouterr().err
    assert fake.intents == [Teardown(B, "token-beta")]


def test_a_status_that_says_how_lanes_stand(run_json: Json) -> None:
    lane = run_json("status")[1]["lanes"][0]
    assert lane["merged"] == "unknown" and lane["unmerged"] == 0
    assert lane["sync"] == {"waiting": False, "conflicts": []}
