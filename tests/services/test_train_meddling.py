"""What others do while a train runs: agents at their lanes, the commander in a second cockpit.

Everything here happens while a car is at the gate, when no lock of lanes or target is held.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from cockpit.domain.events import Event, TrainChanged
from cockpit.domain.ids import CommitId, LaneId
from cockpit.domain.intents import Follow, Land, Park, Queue, RunTrain, Sync, Undo
from cockpit.domain.operation import OpKind
from cockpit.domain.train import CarState
from cockpit.errors import CockpitError, Exit
from cockpit.services.api import Outcome
from cockpit.services.cockpit import LocalCockpit
from tests.conftest import git
from tests.services.conftest import Desk

A, B, C = (LaneId(name) for name in ("alpha", "beta", "gamma"))

LANES = """\
target: main
agents:
  sh: {command: [sh], preset: shell}
lanes:
  alpha: {agent: sh}
  beta: {agent: sh}
  gamma: {agent: sh}
gate: {run: [%s], timeout: 20s, retry: 0}
"""


@pytest.fixture
def yard(make_desk: Callable[..., Desk]) -> Desk:
    desk = make_desk(lanes=LANES)
    for lane in (A, B, C):
        desk.start(lane)
        desk.commit(lane, f"src/{lane}.py", f"{lane} = 1\n", f"work of {lane}")
    return desk


def ride(desk: Desk, at_gate: LaneId, deed: Callable[[], object]) -> Outcome:
    """A train of all three; `deed` is done once, while `at_gate` is at the gate."""
    done: list[object] = []

    def tell(event: Event) -> None:
        if done or not isinstance(event, TrainChanged) or event.train is None:
            return
        car = event.train.car(at_gate)
        if car is not None and car.state is CarState.GATING:
            done.append(1)
            deed()

    outcome = desk.cockpit().carry_out(RunTrain((A, B, C)), tell, by="test")
    assert done, "it never was at the gate"
    return outcome


def states(outcome: Outcome) -> dict[str, str]:
    return {car["lane"]: car["aside"] or car["state"] for car in outcome.data["cars"]}


def queued(desk: Desk) -> list[str]:
    train = desk.cockpit().fleet().train
    return [car.lane for car in train.cars] if train is not None else []


def whole(desk: Desk) -> None:
    assert git(desk.root, "status", "--porcelain") == ""
    assert git(desk.root, "fsck", "--connectivity-only", "--no-dangling") == ""
    assert desk.cockpit().recover(desk.events.append) == []


@pytest.mark.parametrize("how", ["commit", "amend", "rebase", "delete", "switch away"])
def test_a_lane_that_moves_at_its_own_gate(yard: Desk, how: str) -> None:
    folder = yard.root.parent / "project-beta"
    before = git(yard.root, "rev-parse", "beta/work").strip()

    def deed() -> None:
        match how:
            case "commit":
                git(folder, "commit", "-q", "--allow-empty", "-m", "late")
            case "amend":
                git(folder, "commit", "-q", "--amend", "-m", "another word")
            case "rebase":
                git(folder, "rebase", "-q", "main")
            case "delete":
                git(yard.root, "update-ref", "-d", "refs/heads/beta/work")
            case _:
                git(folder, "switch", "-q", "-c", "elsewhere")

    outcome = ride(yard, B, deed)
    if how == "switch away":  # the branch is what was approved; where its folder is matters not
        assert states(outcome) == {A: "landed", B: "landed", C: "landed"}
    else:
        assert states(outcome) == {A: "landed", B: "moved", C: "landed"}
        assert queued(yard) == [B]
        landed = git(yard.root, "log", "--format=%H", "main").split()
        assert before not in landed
    whole(yard)


def test_a_landing_that_is_taken_back_while_the_train_goes_on_stops_it(yard: Desk) -> None:
    old = yard.main()

    def deed() -> None:
        landed = next(op for op in yard.cockpit().log() if op.kind is OpKind.LAND)
        yard.do(Undo(landed.seq))

    outcome = ride(yard, B, deed)
    assert states(outcome) == {A: "landed", B: "stopped", C: "stopped"}
    assert "moved by someone else" in outcome.data["stopped"]
    assert outcome.data["code"] == Exit.REFUSED
    assert yard.main() == old
    assert queued(yard) == [B, C]
    whole(yard)
    assert states(yard.do(RunTrain((A, B, C)))) == {A: "landed", B: "landed", C: "landed"}


def test_a_lane_that_is_brought_up_to_date_while_the_train_runs(yard: Desk) -> None:
    """It is another commit then, which nobody has looked at."""
    outcome = ride(yard, B, lambda: yard.do(Sync(C)))
    assert states(outcome) == {A: "landed", B: "landed", C: "moved"}
    whole(yard)
    assert states(yard.do(RunTrain((C,)))) == {C: "moved"}, "it was still not looked at"
    seen = git(yard.root, "rev-parse", "gamma/work").strip()
    again = yard.do(RunTrain((C,), seen=((C, CommitId(seen)),)))
    assert states(again) == {C: "landed"}


def test_a_lane_that_is_parked_while_the_train_runs(yard: Desk) -> None:
    outcome = ride(yard, B, lambda: yard.do(Park(C)))
    assert states(outcome)[C] == "moved"
    assert "not started" in outcome.data["cars"][2]["said"]
    whole(yard)


@pytest.mark.parametrize("what", ["train", "landing"])
def test_a_second_one_at_the_same_time_is_refused(yard: Desk, what: str) -> None:
    caught: list[CockpitError] = []

    def try_it() -> None:
        try:
            yard.do(RunTrain((C,)) if what == "train" else Land(C))
        except CockpitError as error:
            caught.append(error)

    def deed() -> None:
        other = threading.Thread(target=try_it)
        other.start()
        other.join()

    outcome = ride(yard, A, deed)
    assert "landing already" in caught[0].title
    assert states(outcome) == {A: "landed", B: "landed", C: "landed"}
    whole(yard)


def test_a_target_that_follows_its_upstream_meanwhile_stops_the_train(
    yard: Desk, tmp_path: Path
) -> None:
    origin, other = tmp_path / "origin.git", tmp_path / "other"
    git(tmp_path, "clone", "-q", "--bare", str(yard.root), str(origin))
    git(yard.root, "remote", "add", "origin", str(origin))
    git(yard.root, "fetch", "-q", "origin")
    git(yard.root, "branch", "-q", "--set-upstream-to=origin/main", "main")
    git(tmp_path, "clone", "-q", str(origin), str(other))
    git(other, "commit", "-q", "--allow-empty", "-m", "theirs")

    def deed() -> None:
        git(other, "push", "-q", "origin", "main")
        yard.do(Follow())

    outcome = ride(yard, A, deed)
    assert states(outcome) == {A: "stopped", B: "stopped", C: "stopped"}
    assert git(yard.root, "log", "-1", "--format=%s", "main").strip() == "theirs"
    whole(yard)


# ---------------------------------------------------------------- the machine


class FullDisk:
    """A disk that is full as soon as the gate has run; all else is the real one."""

    def __init__(self, real: Any) -> None:
        self._real = real

    def free(self, _path: Path) -> int:
        return 1 << 10

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)


@pytest.mark.parametrize(
    ("gate", "said", "code"),
    [
        ('"exit 1"', "on a full disk", Exit.FAILED),
        ('"exit 126"', "main itself does not pass", Exit.REFUSED),
        ('"exit 127"', "main itself does not pass", Exit.REFUSED),
    ],
)
def test_a_gate_that_fails_for_no_lane_s_reason_blames_none(
    make_desk: Callable[..., Desk], gate: str, said: str, code: Exit
) -> None:
    desk = make_desk(gate=gate, lanes=LANES)
    desk.start(A)
    desk.commit(A, "src/alpha.py", "alpha = 1\n")
    old = desk.main()
    cockpit = desk.cockpit()
    if "disk" in said:
        work = replace(cockpit.work, disk=FullDisk(cockpit.work.disk))
        cockpit = LocalCockpit(work)
        desk.open_ones.append(cockpit)
    outcome = desk.do(RunTrain((A,)), cockpit=cockpit)
    assert states(outcome) == {A: "stopped"}
    assert said in outcome.data["stopped"]
    assert outcome.data["code"] == code
    assert desk.main() == old
    assert queued(desk) == [A]


def test_a_task_that_is_rewritten_between_look_and_go_is_put_aside(yard: Desk) -> None:
    """The go is for the text that was shown, also of a lane that had no task."""
    shown = yard.cockpit().preview_train((A, B))
    looks = [car.preview for car in shown.cars if car.preview is not None]
    task = yard.root / "tasks/task-007.md"
    task.parent.mkdir(exist_ok=True)
    task.write_text("---\ntitle: T\nlane: alpha\n---\nAnother text.\n")
    go = RunTrain(
        (A, B),
        tuple((look.lane, look.source) for look in looks),
        shown.target_old,
        tasks=tuple((look.lane, look.task_digest) for look in looks),
    )
    outcome = yard.do(go)
    assert states(outcome) == {A: "moved", B: "landed"}
    assert outcome.data["cars"][0]["said"] == "its task changed since you looked"
    assert yard.cockpit().approval(A).approval is None
    whole(yard)


# ---------------------------------------------------------------- the reasons, afterwards


def stayed(desk: Desk) -> dict[str, str]:
    """What the queue says afterwards: lane → why it was put aside, or its state."""
    train = desk.cockpit().fleet().train
    cars = train.cars if train is not None else ()
    return {car.lane: str(car.aside or car.state) for car in cars}


def test_a_train_of_others_leaves_the_reasons_of_those_that_wait(yard: Desk) -> None:
    (yard.root / "src").mkdir(exist_ok=True)
    (yard.root / "src/alpha.py").write_text("alpha = 2\n")
    git(yard.root, "add", "-A")
    git(yard.root, "commit", "-q", "-m", "the commander's own")
    yard.do(Queue(A))
    assert states(yard.do(RunTrain())) == {A: "conflict"}
    assert states(yard.do(RunTrain((B,)))) == {B: "landed"}
    assert stayed(yard) == {A: "conflict"}
    git(yard.root.parent / "project-alpha", "commit", "-q", "--allow-empty", "-m", "mended")
    assert stayed(yard) == {A: "ready"}


@pytest.mark.parametrize("at_gate", [B, C])
def test_one_that_moved_stays_put_aside_until_it_moves_again(yard: Desk, at_gate: LaneId) -> None:
    """Whether it moved before its turn or at its own gate."""

    def commit() -> None:
        git(yard.root.parent / "project-gamma", "commit", "-q", "--allow-empty", "-m", "late")

    assert states(ride(yard, at_gate, commit)) == {A: "landed", B: "landed", C: "moved"}
    assert stayed(yard) == {C: "moved"}
    commit()
    assert stayed(yard) == {C: "ready"}


def test_one_that_can_not_be_looked_at_stays_put_aside(yard: Desk) -> None:
    ride(yard, B, lambda: yard.do(Park(C)))
    assert stayed(yard) == {C: "moved"}
    assert states(yard.do(RunTrain((C,)))) == {C: "refused"}
    assert stayed(yard) == {C: "refused"}


def test_a_lane_that_was_named_and_stayed_behind_waits_with_its_reason(yard: Desk) -> None:
    """It was not queued before; what did not land stays."""
    yard.commit(A, "src/same.py", "1\n")
    yard.commit(B, "src/same.py", "2\n")
    assert states(yard.do(RunTrain((A, B)))) == {A: "landed", B: "conflict"}
    assert stayed(yard) == {B: "conflict"}
