"""The train on real git: who lands, who is put aside and why, what stops it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from cockpit.domain.events import TrainChanged
from cockpit.domain.ids import CommitId, LaneId
from cockpit.domain.intents import Approve, Gate, Land, Queue, RunTrain, StopTrain, Undo
from cockpit.domain.operation import OpKind, OpState
from cockpit.domain.train import Aside, CarState, Train
from cockpit.errors import Exit, GateRed, Refused
from cockpit.services.api import Outcome
from tests.conftest import git, retry_until
from tests.services.conftest import Desk

A, B, C, D = (LaneId(name) for name in ("alpha", "beta", "gamma", "delta"))

LANES = """\
target: main
agents:
  sh: {command: [sh], preset: shell}
lanes:
  alpha: {agent: sh, zone: ["src/**"]}
  beta: {agent: sh}
  gamma: {agent: sh}
  delta: {agent: sh}
gate: {run: [%s], timeout: 20s, retry: 0}
"""

Make = Callable[..., Desk]


@pytest.fixture
def yard(make_desk: Make) -> Callable[..., Desk]:
    """A desk whose lanes each have a commit of their own; the gate as given."""

    def make(
        gate: str = '"true"', lanes: tuple[LaneId, ...] = (A, B, C), text: str = LANES
    ) -> Desk:
        desk = make_desk(gate=gate, lanes=text)
        for lane in lanes:
            desk.start(lane)
            desk.commit(lane, f"src/{lane}.py", f"{lane} = 1\n", f"work of {lane}")
        return desk

    return make


def states(outcome: Outcome) -> dict[str, str]:
    """Lane → `landed`, or why it was put aside."""
    return {car["lane"]: car["aside"] or car["state"] for car in outcome.data["cars"]}


def queue(desk: Desk, *lanes: LaneId) -> None:
    for lane in lanes:
        desk.do(Queue(lane))


def last_train(desk: Desk) -> Train:
    told = [event.train for event in desk.events if isinstance(event, TrainChanged)]
    assert told and told[-1] is not None
    return told[-1]


def gating(event: object, lane: LaneId | None = None) -> bool:
    """Whether the event tells of a train with a car (`lane`'s) at the gate."""
    if not isinstance(event, TrainChanged) or event.train is None:
        return False
    at_gate = {car.lane for car in event.train.cars if car.state is CarState.GATING}
    return bool(at_gate) if lane is None else lane in at_gate


def lanes_of(desk: Desk) -> list[str]:
    train = desk.cockpit().fleet().train
    return [car.lane for car in train.cars] if train is not None else []


# ---------------------------------------------------------------- landing


def test_three_lanes_land_one_by_one_and_each_is_undone_by_itself(
    yard: Callable[..., Desk],
) -> None:
    desk = yard()
    old = desk.main()
    queue(desk, A, B, C)
    outcome = desk.do(RunTrain())
    assert states(outcome) == {A: "landed", B: "landed", C: "landed"}
    assert outcome.data["code"] == 0
    assert git(desk.root, "rev-list", "--count", "--first-parent", f"{old}..main").strip() == "3"
    assert git(desk.root, "status", "--porcelain") == ""
    for lane in (A, B, C):
        assert (desk.root / "src" / f"{lane}.py").exists()
    assert lanes_of(desk) == []
    landed = [op for op in desk.cockpit().log() if op.kind is OpKind.LAND]
    assert [op.lane for op in landed] == [A, B, C]
    desk.do(Undo(landed[-1].seq))
    assert not (desk.root / "src" / "gamma.py").exists()
    assert (desk.root / "src" / "beta.py").exists()


def test_the_preview_is_exact_and_leaves_nothing_in_the_repository(
    yard: Callable[..., Desk],
) -> None:
    desk = yard()
    before = git(desk.root, "count-objects", "-v"), git(desk.root, "for-each-ref")
    shown = desk.cockpit().preview_train((A, B, C))
    assert (git(desk.root, "count-objects", "-v"), git(desk.root, "for-each-ref")) == before
    assert [car.state for car in shown.cars] == [CarState.READY] * 3
    seen = tuple((car.lane, car.preview.source) for car in shown.cars if car.preview)
    desk.do(RunTrain((A, B, C), seen=seen, target_old=shown.target_old))
    last = shown.cars[-1].preview
    assert last is not None
    assert git(desk.root, "rev-parse", "main^{tree}").strip() == last.tree


def test_without_a_queue_the_preview_is_of_all_that_have_something(
    yard: Callable[..., Desk],
) -> None:
    desk = yard(lanes=(A, B))
    desk.start(C)
    assert [car.lane for car in desk.cockpit().preview_train().cars] == [A, B]
    with pytest.raises(Refused, match="No lane is in the train"):
        desk.do(RunTrain())


def test_a_conflict_goes_aside_and_the_rest_goes_on(yard: Callable[..., Desk]) -> None:
    desk = yard()
    desk.commit(A, "src/api.py", "def answer():\n    return 1\n")
    desk.commit(B, "src/api.py", "def answer():\n    return 2\n")
    outcome = desk.do(RunTrain((A, B, C)))
    assert states(outcome) == {A: "landed", B: "conflict", C: "landed"}
    assert outcome.data["code"] == Exit.CONFLICT
    assert lanes_of(desk) == [B]
    assert git(desk.root, "status", "--porcelain") == ""


def test_a_car_rides_after_all_when_the_one_it_met_is_put_aside(
    yard: Callable[..., Desk],
) -> None:
    desk = yard(gate="'! grep -q \"return 1\" src/api.py'", lanes=(A, B))
    desk.commit(A, "src/api.py", "def answer():\n    return 1\n")
    desk.commit(B, "src/api.py", "def answer():\n    return 2\n")
    shown = desk.cockpit().preview_train((A, B))
    assert [car.aside for car in shown.cars] == [None, Aside.CONFLICT]
    assert states(desk.do(RunTrain((A, B)))) == {A: "red", B: "landed"}


# ---------------------------------------------------------------- the gate


def test_a_red_lane_goes_aside_with_its_log_and_the_rest_lands(yard: Callable[..., Desk]) -> None:
    desk = yard(gate="'echo looking; ! test -e src/beta.py'")
    outcome = desk.do(RunTrain((A, B, C)))
    assert states(outcome) == {A: "landed", B: "red", C: "landed"}
    red = outcome.data["cars"][1]
    assert "looking" in Path(red["log"]).read_text()
    assert outcome.data["code"] == Exit.GATE_RED


def test_a_red_target_stops_the_train_and_blames_no_lane(yard: Callable[..., Desk]) -> None:
    desk = yard(gate='"false"')
    old = desk.main()
    queue(desk, A, B)
    outcome = desk.do(RunTrain())
    assert states(outcome) == {A: "stopped", B: "stopped"}
    assert "main itself does not pass" in outcome.data["stopped"]
    assert outcome.data["code"] == Exit.GATE_RED
    assert desk.main() == old
    assert lanes_of(desk) == [A, B]


@pytest.mark.parametrize("gate", ['"no-such-command-here"', '"/etc/passwd"'])
def test_a_gate_that_can_not_run_blames_nobody(yard: Callable[..., Desk], gate: str) -> None:
    outcome = yard(gate=gate).do(RunTrain((A, B)))
    assert states(outcome) == {A: "stopped", B: "stopped"}
    assert outcome.data["code"] == Exit.REFUSED


def test_a_lane_that_breaks_the_gate_itself_is_to_blame(yard: Callable[..., Desk]) -> None:
    desk = yard(gate='"sh tests.sh"', lanes=(B, C))
    (desk.root / "tests.sh").write_text("exit 0\n")
    git(desk.root, "add", "-A")
    git(desk.root, "commit", "-q", "-m", "tests")
    desk.commit(B, "tests.sh", "exit 127\n")
    assert states(desk.do(RunTrain((B, C)))) == {B: "conflict", C: "landed"}
    folder = desk.root.parent / "project-beta"
    git(folder, "reset", "-q", "--hard", "main")
    desk.commit(B, "tests.sh", "exit 127\n")
    outcome = desk.do(RunTrain((B,)))
    assert states(outcome) == {B: "red"}


def test_a_gate_that_hangs_for_one_lane_is_that_lane_s(yard: Callable[..., Desk]) -> None:
    text = LANES.replace("timeout: 20s", "timeout: 1s")
    desk = yard(gate="'! test -e src/beta.py || sleep 300'", text=text)
    outcome = desk.do(RunTrain((A, B, C)))
    assert states(outcome) == {A: "landed", B: "red", C: "landed"}
    assert "did not end within 1 s" in outcome.data["cars"][1]["said"]


def test_a_flaky_gate_is_noted_and_the_lane_lands(
    yard: Callable[..., Desk], tmp_path: Path
) -> None:
    text = LANES.replace("retry: 0", "retry: 1")
    mark = tmp_path / "tried"
    gate = f"'! test -e src/beta.py || test -e {mark} || {{ touch {mark}; exit 1; }}'"
    outcome = yard(gate=gate, text=text).do(RunTrain((A, B)))
    assert states(outcome) == {A: "landed", B: "landed"}
    assert [car["flaky"] for car in outcome.data["cars"]] == [False, True]


def test_the_same_tree_is_not_tested_twice_unless_asked(
    yard: Callable[..., Desk], tmp_path: Path
) -> None:
    count = tmp_path / "count"
    desk = yard(gate=f'"echo run >> {count}"', lanes=(A,))
    desk.do(Gate(A))
    desk.do(Gate(A))
    assert count.read_text().split() == ["run"] * 2
    desk.do(RunTrain((A,)))
    assert count.read_text().split() == ["run"] * 2


def test_a_gate_that_prints_much_and_leaves_daemons_does_not_hold_the_train(
    yard: Callable[..., Desk],
) -> None:
    gate = "'head -c 40000000 /dev/zero | tr \"\\0\" x; (setsid sleep 300 &)'"
    desk = yard(gate=gate, lanes=(A,))
    assert states(desk.do(RunTrain((A,)))) == {A: "landed"}


def test_landing_red_takes_a_reason_which_the_journal_keeps(yard: Callable[..., Desk]) -> None:
    desk = yard(gate='"false"', lanes=(A,))
    with pytest.raises(GateRed):
        desk.do(Land(A))
    with pytest.raises(GateRed):
        desk.do(Land(A, red_reason="   "))
    outcome = desk.do(Land(A, red_reason="the test server is down"))
    assert outcome.operation is not None
    assert outcome.operation.intent["red_reason"] == "the test server is down"
    assert "the test server is down" not in git(desk.root, "log", "-1", "--format=%B")
    assert outcome.data["gate"] == "red"


# ---------------------------------------------------------------- what moved


def test_a_lane_that_went_on_after_the_look_goes_aside(yard: Callable[..., Desk]) -> None:
    desk = yard()
    shown = desk.cockpit().preview_train((A, B, C))
    seen = tuple((car.lane, car.preview.source) for car in shown.cars if car.preview)
    desk.commit(B, "src/late.py", "late\n")
    outcome = desk.do(RunTrain((A, B, C), seen=seen))
    assert states(outcome) == {A: "landed", B: "moved", C: "landed"}


@pytest.mark.parametrize("how", ["commit", "reset", "delete"])
def test_a_lane_that_moves_while_the_train_runs_goes_aside(
    yard: Callable[..., Desk], how: str
) -> None:
    """The gate of the car ahead is when it happens."""
    desk = yard(lanes=(A, B, C))
    beta = desk.root.parent / "project-beta"
    what = {
        "commit": f"git -C {beta} commit -q --allow-empty -m late",
        "reset": f"git -C {beta} reset -q --hard HEAD~1",
        "delete": f"git -C {desk.root} update-ref -d refs/heads/beta/work",
    }[how]
    desk.configure(LANES % f"'test -e src/beta.py || test -e src/gamma.py || {what}'")
    git(desk.root, "commit", "-q", "-am", "gate")
    desk.trust()
    outcome = desk.do(RunTrain((A, B, C)))
    assert states(outcome) == {A: "landed", B: "moved", C: "landed"}


def test_an_approval_taken_back_while_the_train_runs_counts(yard: Callable[..., Desk]) -> None:
    desk = yard(lanes=(A, B))
    cockpit = desk.cockpit()
    hooked: list[object] = []

    def tell(event: object) -> None:
        if not hooked and gating(event, A):
            hooked.append(desk.do(Approve(A, revoke=True)))

    outcome = cockpit.carry_out(RunTrain((A, B)), tell, by="test")
    assert hooked and states(outcome) == {A: "moved", B: "landed"}


@pytest.mark.parametrize("how", ["forward", "forced"])
def test_a_target_moved_by_someone_else_stops_the_train(
    yard: Callable[..., Desk], how: str
) -> None:
    desk = yard(lanes=(A, B, C))
    old = desk.main()
    moved = (
        f"git -C {desk.root} commit -q --allow-empty -m meanwhile"
        if how == "forward"
        else f"git -C {desk.root} update-ref refs/heads/main {old}"
    )
    desk.configure(LANES % f"'! test -e src/beta.py || {moved}'")
    git(desk.root, "commit", "-q", "-am", "gate")
    desk.trust()
    queue(desk, A, B, C)
    outcome = desk.do(RunTrain((A, B, C)))
    assert states(outcome) == {A: "landed", B: "stopped", C: "stopped"}
    assert "moved by someone else" in outcome.data["stopped"]
    assert lanes_of(desk) == [B, C]


def test_the_commanders_work_in_the_way_of_one_car_keeps_only_that_one(
    yard: Callable[..., Desk],
) -> None:
    desk = yard()
    (desk.root / "src" / "beta.py").write_text("mine\n")
    outcome = desk.do(RunTrain((A, B, C)))
    assert states(outcome) == {A: "landed", B: "checks", C: "landed"}
    assert (desk.root / "src" / "beta.py").read_text() == "mine\n"


def test_work_that_comes_into_the_way_while_the_gate_runs(yard: Callable[..., Desk]) -> None:
    desk = yard(lanes=(A, B))
    mine = desk.root / "src" / "alpha.py"
    desk.configure(LANES % f"'test -e src/beta.py || echo mine > {mine}'")
    git(desk.root, "commit", "-q", "-am", "gate")
    desk.trust()
    outcome = desk.do(RunTrain((A, B)))
    assert states(outcome) == {A: "refused", B: "landed"}
    assert mine.read_text() == "mine\n"


@pytest.mark.parametrize("what", ["branch", "bisect"])
def test_where_the_commanders_checkout_is(yard: Callable[..., Desk], what: str) -> None:
    desk = yard(lanes=(A, B))
    if what == "branch":
        git(desk.root, "switch", "-q", "-c", "mine")
    else:
        git(desk.root, "bisect", "start")
    outcome = desk.do(RunTrain((A, B)))
    wanted = "landed" if what == "branch" else "checks"
    assert states(outcome) == {A: wanted, B: wanted}
    assert git(desk.root, "status", "--porcelain") == ""


# ---------------------------------------------------------------- stop, resume, two cockpits


def test_stop_ends_the_gate_and_what_did_not_land_waits(
    yard: Callable[..., Desk], tmp_path: Path
) -> None:
    mark = tmp_path / "in"
    desk = yard(gate=f"'! test -e src/beta.py || {{ touch {mark}; sleep 300; }}'")
    queue(desk, A, B, C)
    with pytest.raises(Refused, match="No train runs"):
        desk.do(StopTrain())
    ended: list[Outcome] = []
    thread = threading.Thread(target=lambda: ended.append(desk.do(RunTrain((A, B, C)))))
    thread.start()
    retry_until(mark.exists, why="the second car's gate")
    with pytest.raises(Refused, match="landing already"):
        desk.do(RunTrain((C,)))
    with pytest.raises(Refused, match="landing already"):
        desk.do(Land(C))
    other = desk.cockpit().fleet().train
    assert other is not None and other.running
    assert [car.state for car in other.cars] == [CarState.LANDED, CarState.GATING, CarState.READY]
    desk.do(StopTrain())
    thread.join(20)
    assert states(ended[0]) == {A: "landed", B: "stopped", C: "stopped"}
    assert ended[0].data["code"] == Exit.INTERRUPTED
    assert lanes_of(desk) == [B, C]
    desk.configure(LANES % '"true"')
    git(desk.root, "commit", "-q", "-am", "a gate that ends")
    desk.trust()
    assert states(desk.do(RunTrain())) == {B: "landed", C: "landed"}


def test_a_lane_taken_out_while_the_train_runs_does_not_ride(yard: Callable[..., Desk]) -> None:
    desk = yard()
    hooked: list[object] = []

    def tell(event: object) -> None:
        if not hooked and gating(event):
            hooked.append(desk.do(Queue(B, out=True)))

    outcome = desk.cockpit().carry_out(RunTrain((A, B, C)), tell, by="test")
    assert states(outcome) == {A: "landed", B: "dropped", C: "landed"}


# ---------------------------------------------------------------- the queue


def test_the_queue_is_kept_moved_and_shared(yard: Callable[..., Desk]) -> None:
    desk = yard()
    queue(desk, A, B, C)
    assert lanes_of(desk) == [A, B, C]
    desk.do(Queue(C, before=A))
    assert lanes_of(desk) == [C, A, B]
    train = last_train(desk)
    assert train.cars[0].why_here == "moved by you"
    assert [car.lane for car in desk.cockpit().preview_train().cars] == [C, A, B]
    desk.do(Queue(C))
    assert lanes_of(desk) == [A, B, C]
    desk.do(Queue(B, out=True))
    assert lanes_of(desk) == [A, C]
    with pytest.raises(Refused, match="not in the train"):
        desk.do(Queue(B, out=True))
    with pytest.raises(Refused, match="before"):
        desk.do(Queue(A, before=B))


def test_a_lane_that_is_not_started_can_not_be_queued(yard: Callable[..., Desk]) -> None:
    with pytest.raises(Refused, match="not started"):
        yard(lanes=()).do(Queue(D))


def test_why_it_was_put_aside_is_known_until_the_lane_moves(yard: Callable[..., Desk]) -> None:
    desk = yard(gate="'! test -e src/beta.py'", lanes=(A, B))
    queue(desk, A, B)
    desk.do(RunTrain())
    train = desk.cockpit().fleet().train
    assert train is not None and train.cars[0].aside is Aside.RED
    desk.commit(B, "src/more.py", "more\n")
    train = desk.cockpit().fleet().train
    assert train is not None and train.cars[0].state is CarState.READY


# ---------------------------------------------------------------- tasks


def task(desk: Desk, lane: LaneId, number: int, depends: str = "", priority: int = 0) -> None:
    folder = desk.root / "tasks"
    folder.mkdir(exist_ok=True)
    lines = ["---", f"title: Do {number}", f"lane: {lane}"]
    lines += [f"depends: {depends}"] if depends else []
    lines += [f"priority: {priority}"] if priority else []
    (folder / f"task-{number:03d}-x.md").write_text("\n".join([*lines, "---", "text", ""]))


def test_what_a_task_needs_goes_first_or_it_waits(yard: Callable[..., Desk]) -> None:
    desk = yard(lanes=(A, B, C))
    task(desk, A, 1, depends="2")
    task(desk, B, 2)
    task(desk, C, 3, depends="9")
    shown = desk.cockpit().preview_train((A, B, C))
    assert [car.lane for car in shown.cars] == [B, A, C]
    assert shown.cars[1].why_here == "after beta, which its task needs"
    outcome = desk.do(RunTrain((A, B, C)))
    assert states(outcome) == {B: "landed", A: "landed", C: "depends"}
    subjects = git(
        desk.root,
        "log",
        "-2",
        "--first-parent",
        "--format=%s|%(trailers:key=Cockpit-Task,valueonly)",
    )
    assert "Do 1|" in subjects and "task-001" in subjects


def test_a_lane_whose_need_was_put_aside_waits(yard: Callable[..., Desk]) -> None:
    desk = yard(gate="'! test -e src/alpha.py'", lanes=(A, B))
    task(desk, A, 1)
    task(desk, B, 2, depends="1")
    assert states(desk.do(RunTrain((A, B)))) == {A: "red", B: "depends"}


def test_a_circle_of_tasks_is_named(yard: Callable[..., Desk]) -> None:
    desk = yard(lanes=(A, B, C))
    task(desk, A, 1, depends="2")
    task(desk, B, 2, depends="1")
    outcome = desk.do(RunTrain((A, B, C)))
    assert states(outcome) == {A: "depends", B: "depends", C: "landed"}


def test_a_task_that_changed_after_the_look_voids_the_go(yard: Callable[..., Desk]) -> None:
    desk = yard(lanes=(A, B))
    task(desk, B, 2)
    cockpit = desk.cockpit()
    hooked: list[object] = []

    def tell(event: object) -> None:
        if not hooked and gating(event):
            task(desk, B, 2, priority=3)
            hooked.append(B)

    outcome = cockpit.carry_out(RunTrain((A, B)), tell, by="test")
    assert states(outcome) == {A: "landed", B: "moved"}


def test_a_void_approval_is_not_renewed_unseen(yard: Callable[..., Desk]) -> None:
    desk = yard(lanes=(A, B))
    desk.do(Approve(A))
    tip = CommitId(desk.commit(A, "src/more.py", "more\n"))
    assert states(desk.do(RunTrain((A, B)))) == {A: "moved", B: "landed"}
    assert states(desk.do(RunTrain((A,), seen=((A, tip),)))) == {A: "landed"}


def test_the_journal_holds_the_outcome_of_each_car(yard: Callable[..., Desk]) -> None:
    desk = yard(gate="'! test -e src/beta.py'")
    desk.do(RunTrain((A, B, C)))
    op = next(op for op in desk.cockpit().log() if op.kind is OpKind.TRAIN)
    assert op.state is OpState.DONE
    assert [car["state"] for car in op.outcome["cars"]] == ["landed", "aside", "landed"]
    assert op.outcome["landed"] == [A, C]
    assert last_train(desk).running is False
