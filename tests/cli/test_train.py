"""`cockpit train`: what is shown, what is asked for, and the exit codes."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from cockpit.domain.ids import LaneId
from cockpit.domain.intents import Land, Queue, RunTrain, StopTrain
from cockpit.domain.merge import Check
from cockpit.domain.train import Aside, Car, CarState, Train
from tests.cli.conftest import Json
from tests.cli.fake import ONE, TASK, TERMS, TWO, FakeCockpit, Run

A, B, C = (LaneId(name) for name in ("alpha", "beta", "gamma"))
Capture = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def train(fake: FakeCockpit) -> Train:
    """alpha may land, beta conflicts with it, gamma fails a check."""
    cars = (
        Car(A, CarState.READY, "priority 1", preview=fake.preview_landing(A)),
        Car(B, CarState.READY, "smaller", preview=fake.preview_landing(B)).put_aside(
            Aside.CONFLICT, "conflicts with main \x1b[2J"
        ),
        Car(C, CarState.READY, "the last one", preview=fake.preview_landing(C)).put_aside(
            Aside.CHECKS, "1 uncommitted path(s)"
        ),
    )
    fake.train = Train(fake.preview_landing(A).target, ONE, cars, gate=("make test",))
    return fake.train


def test_plan_is_the_default_and_moves_nothing(
    run: Run, fake: FakeCockpit, capsys: Capture
) -> None:
    assert run("train") == run("train", "plan") == 0
    shown = capsys.readouterr().out
    assert "train → main at 1111111111: 1 lane of 3 can land" in shown
    assert "● ready    alpha  1 commit, 1 path  (priority 1)" in shown
    assert "✗ conflict beta  conflicts with main ␛[2J" in shown
    assert "\x1b" not in shown
    assert not fake.intents


def test_plan_as_json(run_json: Json) -> None:
    code, document = run_json("train", "plan", "alpha", "B")
    assert code == 0
    assert [car["lane"] for car in document["cars"]] == ["alpha", "beta"]
    assert document["target_old"] == ONE and document["may_run"] is True
    first = document["cars"][0]
    assert first["state"] == "ready" and first["why_here"] == "priority 1"
    assert first["preview"]["source"] == first["source"] == TWO
    assert document["cars"][1]["aside"] == "conflict"


def test_run_needs_a_yes_and_binds_it_to_what_was_shown(
    run: Run, fake: FakeCockpit, terminal: Callable[..., list[str]], capsys: Capture
) -> None:
    assert run("train", "run") == 3
    assert "--yes" in capsys.readouterr().err
    asked = terminal("n", "y")
    assert run("train", "run") == 3
    assert not fake.intents
    assert run("train", "run") == 0
    assert asked == ["Land alpha on main? [y/N]"] * 2
    tasks, terms = ((A, TASK), (B, TASK)), ((A, TERMS), (B, TERMS))
    wish = RunTrain((A, B, C), ((A, TWO), (B, TWO)), ONE, tasks=tasks, terms=terms)
    assert fake.intents == [wish]


def test_run_takes_the_queue_or_the_lanes_that_are_named(run: Run, fake: FakeCockpit) -> None:
    fake.queued = True
    assert run("train", "run", "--yes") == 0
    assert run("train", "run", "alpha", "beta", "--yes") == 0
    assert [wish.lanes for wish in fake.intents if isinstance(wish, RunTrain)] == [(), (A, B)]


@pytest.mark.parametrize("code", [0, 3, 4, 5, 6, 130])
def test_the_exit_code_is_that_of_the_first_that_did_not_land(
    run_json: Json, fake: FakeCockpit, code: int
) -> None:
    fake.data = {"code": code, "cars": []}
    ended, document = run_json("train", "run", "--yes")
    assert ended == code and document["code"] == code


def test_run_is_refused_when_nothing_can_ride(
    run: Run, fake: FakeCockpit, train: Train, capsys: Capture
) -> None:
    assert run("train", "run", "gamma", "--yes") == 3
    assert "gamma: 1 uncommitted path(s)" in capsys.readouterr().err
    fake.train = Train(
        train.target, ONE, train.cars, notes=(Check("upstream", False, "main is behind"),)
    )
    assert run("train", "run", "--yes") == 3
    assert "main is behind" in capsys.readouterr().err
    assert not fake.intents


def test_the_queue(run: Run, fake: FakeCockpit) -> None:
    assert run("train", "add", "alpha", "B") == 0
    assert run("train", "drop", "alpha") == 0
    assert run("train", "move", "beta", "--before", "alpha") == 0
    assert run("train", "move", "beta") == 0
    assert run("train", "stop") == 0
    assert fake.intents == [
        Queue(A),
        Queue(B),
        Queue(A, out=True),
        Queue(B, before=A),
        Queue(B),
        StopTrain(),
    ]


@pytest.mark.parametrize(
    "words",
    [
        ("add",),
        ("drop",),
        ("move",),
        ("move", "alpha", "beta"),
        ("stop", "alpha"),
        ("run", "nowhere"),
        ("add", "alpha", "--before", "beta"),
        ("fly",),
    ],
)
def test_a_wrong_command_line_is_code_2(run: Run, fake: FakeCockpit, words: tuple[str]) -> None:
    assert run("train", *words) == 2
    assert not fake.intents


@pytest.mark.parametrize("action", ["run", "add", "drop", "move", "stop"])
def test_what_decides_is_refused_inside_a_lane(
    run: Run, fake: FakeCockpit, monkeypatch: pytest.MonkeyPatch, action: str
) -> None:
    monkeypatch.setenv("COCKPIT_LANE", "alpha")
    assert run("train", action, "alpha", "--yes") == 3
    assert run("train", "plan") == 0
    assert not fake.intents


def test_merge_red_takes_the_reason_along(run: Run, fake: FakeCockpit) -> None:
    assert run("merge", "alpha", "--yes", "--red", "the test server is down") == 0
    assert fake.intents == [Land(A, TWO, ONE, "", "the test server is down", TASK, TERMS)]


def test_status_names_the_car_of_each_lane(run_json: Json, fake: FakeCockpit) -> None:
    fake.queued = True
    _, document = run_json("status")
    assert [lane["train"] for lane in document["lanes"]] == ["ready", "aside", "aside"]
