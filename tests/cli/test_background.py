"""`cockpit background` and `approve --standing`: what they ask for, print, and refuse."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from cockpit.domain.approval import Standing
from cockpit.domain.background import Background, Desk, Dispatcher, Phase, Trigger
from cockpit.domain.background import Run as LastRun
from cockpit.domain.events import BackgroundChanged, Event
from cockpit.domain.fleet import Fleet, apply
from cockpit.domain.ids import LaneId
from cockpit.domain.intents import ApproveStanding, Dispatch
from cockpit.domain.standing import StandingApproval, StandingState, Terms
from tests.cli.conftest import Json
from tests.cli.fake import NOW, FakeCockpit, Run

Capture = pytest.CaptureFixture[str]
BETA = LaneId("beta")
GIVEN = StandingApproval(Terms(BETA, {"zone": '"docs/**"', "gate": '"make"'}), NOW - 100, 3)
VALID = StandingState(Standing.VALID, GIVEN)
VOID = StandingState(Standing.VOID, GIVEN, ("its gate was a and is \x1b]0;b",))
HELD = LastRun(at=NOW - 50, phase=Phase.HELD, prompted=NOW - 49, why="the gate is \x1b]0;red")

Tell = Callable[..., None]


@pytest.fixture
def background(fake: FakeCockpit, monkeypatch: pytest.MonkeyPatch) -> Tell:
    """Makes `beta` a background lane of the fake."""
    fleet, observe = fake.fleet, fake.observe

    def make(
        standing: StandingState = VALID, run: LastRun | None = None, *, stopped: bool = False
    ) -> None:
        known = Background(Trigger.INTERVAL, 600.0, standing, run or LastRun(said="landed as 1"))
        desk = Desk(stopped=stopped, dispatcher=Dispatcher.ELSEWHERE)
        event = BackgroundChanged({BETA: known}, desk)

        def with_it() -> Fleet:
            return apply(fleet(), event)

        def seen(lanes: Any = None) -> list[Event]:
            return [*observe(lanes), event]

        monkeypatch.setattr(fake, "fleet", with_it)
        monkeypatch.setattr(fake, "observe", seen)

    return make


def test_status_tells_of_a_background_lane(run_json: Json, background: Tell) -> None:
    background(run=HELD)
    lanes = {one["lane"]: one for one in run_json("status")[1]["lanes"]}
    assert lanes["alpha"]["background"] is None
    assert lanes["beta"]["background"] == {
        "on": "interval",
        "after_s": 600.0,
        "standing": "valid",
        "changed": [],
        "state": "hold",
        "why": "the gate is \x1b]0;red",
        "next": None,
        "last": "2023-11-14T22:12:30Z",
        "last_said": "",
        "dispatcher": "elsewhere",
        "stopped": False,
    }


def test_people_read_what_comes_next_and_what_waits(
    run: Run, background: Tell, capsys: Capture
) -> None:
    assert run("background") == 0
    assert "No lane starts by itself" in capsys.readouterr().out
    background(run=HELD)
    assert run("background") == 0
    out = capsys.readouterr().out
    assert "holds for you: the gate is" in out and "\x1b]0" not in out
    assert run("status") == 0
    assert "holds for you" in capsys.readouterr().out
    background(VOID, stopped=True)
    assert run("background") == 0
    out = capsys.readouterr().out
    assert "stopped" in out and "void: its gate was a" in out and "\x1b]0" not in out
    assert "last: landed as 1" in out


def test_background_as_json(run_json: Json, background: Tell) -> None:
    background(StandingState())
    code, document = run_json("background", "show", "B")
    assert (code, document["stopped"], document["dispatcher"]) == (0, False, "elsewhere")
    assert [one["lane"] for one in document["lanes"]] == ["beta"]
    assert (document["lanes"][0]["state"], document["lanes"][0]["standing"]) == ("off", "none")


@pytest.mark.parametrize(
    ("words", "intent"),
    [
        (("stop",), Dispatch(False)),
        (("go",), Dispatch(True)),
        (("go", "beta"), Dispatch(True, BETA)),
        (("stop", "B"), Dispatch(False, BETA)),
    ],
)
def test_stop_and_go(run: Run, fake: FakeCockpit, words: tuple[str, ...], intent: Dispatch) -> None:
    assert run("background", *words) == 0
    assert fake.intents == [intent]


def test_only_the_commander_stops_and_goes(
    run: Run, fake: FakeCockpit, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COCKPIT_LANE", "beta")
    for words in (("background", "go"), ("background", "stop"), ("approve", "beta", "--standing")):
        assert run(*words) == 3
    assert not fake.intents
    assert run("background", "show") == 0


def test_a_standing_approval_is_shown_asked_for_and_bound_to_what_was_shown(
    run: Run, fake: FakeCockpit, background: Tell, capsys: Capture, terminal: Callable[..., Any]
) -> None:
    background(StandingState())
    assert run("approve", "beta", "--standing") == 3, "nobody to ask"
    err = capsys.readouterr().err
    assert '"docs/**"' in err and "well" in err
    asked = terminal("n")
    assert run("approve", "beta", "--standing") == 3
    assert "Let beta start by itself" in asked[0]
    assert not fake.intents
    terminal("y")
    assert run("approve", "beta", "--standing") == 0
    assert fake.intents == [ApproveStanding(BETA, fake.standing_terms(BETA).digest)]
    assert run("approve", "beta", "--standing", "--revoke") == 0
    assert fake.intents[-1] == ApproveStanding(BETA, revoke=True)


@pytest.mark.parametrize(
    ("state", "code", "word"),
    [(StandingState(), 3, "no standing"), (VALID, 0, '"docs/**"'), (VOID, 3, "its gate was a")],
)
def test_show_tells_how_a_standing_approval_stands(
    run: Run,
    run_json: Json,
    fake: FakeCockpit,
    background: Tell,
    capsys: Capture,
    state: StandingState,
    code: int,
    word: str,
) -> None:
    background(state)
    assert run("approve", "beta", "--standing", "--show") == code
    out = capsys.readouterr().out
    assert word in out and "\x1b]0" not in out
    exit_code, document = run_json("approve", "beta", "--standing", "--show")
    assert (exit_code, document["standing"]) == (code, state.standing.value)
    assert document["changed"] == list(state.changed)
    assert bool(document["gate_digest"]) is (state.given is not None)
    assert not fake.intents


def test_what_does_not_go_together(run: Run, fake: FakeCockpit) -> None:
    assert run("approve", "beta", "--standing", "--commit", "1" * 40) == 2
    assert run("approve", "beta", "--standing", "--show", "--revoke") == 2
    assert run("background", "pause") == 2
    assert not fake.intents
