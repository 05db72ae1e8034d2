"""Closing a round: nothing goes before the gate is green, and only what is merged goes."""

from __future__ import annotations

import os
from collections.abc import Callable

import pytest

from cockpit.domain.events import GitFactsChanged
from cockpit.domain.ids import LaneId
from cockpit.domain.intents import Approve, CloseRound, Land, Start, Undo
from cockpit.domain.operation import OpKind, OpState
from cockpit.errors import Exit, GateRed, Refused
from cockpit.services import gate
from tests.conftest import git
from tests.faults.predicate import Picture, check
from tests.services.conftest import Desk
from tests.services.test_recovery import Died
from tests.services.test_train_deaths import die_before

ALPHA, BETA, GAMMA = LaneId("alpha"), LaneId("beta"), LaneId("gamma")
LANES = """\
target: main
agents:
  sh: {command: [sh], preset: shell}
lanes:
  alpha: {agent: sh}
  beta: {agent: sh}
  gamma: {agent: sh}
gate: {run: ["test ! -e broken"], timeout: 20s, retry: 0}
"""


@pytest.fixture
def desk(make_desk: Callable[..., Desk]) -> Desk:
    """alpha and beta have landed a task each, gamma works on a third; one is open."""
    made = make_desk(lanes=LANES)
    (made.root / "tasks").mkdir()
    for number in (1, 2, 3, 4):
        path = made.root / f"tasks/task-00{number}-x.md"
        path.write_text(f"# task {number}\n")
        os.utime(path, (1e9, 1e9))
    for number, lane in enumerate((ALPHA, BETA, GAMMA), 1):
        made.do(Start(lane, task=str(number)))
        made.commit(lane, f"src/{lane}.py", "x = 1\n")
    for lane in (ALPHA, BETA):
        made.do(Approve(lane))
        shown = made.usual().preview_landing(lane)
        made.do(Land(lane, shown.source, shown.target_old))
    return made


def started(desk: Desk) -> set[str]:
    return set(desk.usual().work.registry.lanes())


def rounds(desk: Desk) -> list[OpState]:
    return [op.state for op in desk.usual().log() if op.kind is OpKind.ROUND]


def test_what_is_merged_goes_and_the_round_is_summed_up(desk: Desk) -> None:
    shown = desk.usual().preview_round()
    assert [one.lane for one in shown.lanes if not one.why_not] == [ALPHA, BETA]
    assert started(desk) == {ALPHA, BETA, GAMMA}
    outcome = desk.do(CloseRound())
    assert started(desk) == {GAMMA}
    assert outcome.data["torn_down"] == [ALPHA, BETA]
    assert outcome.data["done"] == ["task-001", "task-002"]
    assert outcome.data["open"] == ["task-003", "task-004"]
    assert outcome.data["failed"] == []
    assert outcome.data["landings"] == [ALPHA, BETA]
    assert outcome.data["in_parallel_s"] <= outcome.data["one_after_another_s"]
    assert outcome.summary.startswith("Closed the round: 2 landings; 2 tasks done, 2 open.")
    again = desk.do(CloseRound())
    assert again.data["done"] == again.data["landings"] == []
    assert again.data["open"] == ["task-003", "task-004"]
    desk.do(Undo(next(op.seq for op in desk.usual().log() if op.kind is OpKind.TEARDOWN)))
    assert ALPHA in started(desk)


def test_a_red_gate_closes_nothing(desk: Desk) -> None:
    (desk.root / "broken").write_text("")
    git(desk.root, "add", "broken")
    git(desk.root, "commit", "-q", "-m", "break it")
    with pytest.raises(GateRed) as red:
        desk.do(CloseRound())
    assert red.value.code is Exit.GATE_RED
    assert int(red.value.code) == 5
    assert started(desk) == {ALPHA, BETA, GAMMA}
    assert rounds(desk) == [OpState.ABANDONED]
    assert desk.usual().preview_round().summary.since == 0


def test_a_target_that_moves_meanwhile_is_gated_again(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = gate.run

    def late(*args: object, **more: object) -> object:
        verdict = real(*args, **more)  # type: ignore[arg-type]
        git(desk.root, "commit", "-q", "--allow-empty", "-m", "meanwhile")
        return verdict

    with monkeypatch.context() as patch, pytest.raises(Refused, match="moved while"):
        patch.setattr(gate, "run", late)
        desk.do(CloseRound())
    assert started(desk) == {ALPHA, BETA, GAMMA}


def test_while_something_lands_no_round_is_closed(desk: Desk) -> None:
    other = desk.cockpit()
    with other.work.locks.hold("train", why="test"), pytest.raises(Refused, match="landing"):
        from concurrent.futures import ThreadPoolExecutor

        with ThreadPoolExecutor(1) as pool:
            pool.submit(desk.do, CloseRound()).result(timeout=20)
    assert rounds(desk) == []


def test_a_lane_with_uncommitted_work_stays(desk: Desk) -> None:
    (desk.root.parent / "project-alpha/new.txt").write_text("mine")
    outcome = desk.do(CloseRound())
    assert started(desk) == {ALPHA, GAMMA}
    assert outcome.data["torn_down"] == [BETA]


def test_a_lane_that_changes_after_it_was_noted_stays_and_keeps_no_other_back(
    desk: Desk,
) -> None:
    def write(where: str) -> None:
        if where == "round: tear down alpha":
            (desk.root.parent / "project-alpha/new.txt").write_text("mine")

    outcome = desk.do(CloseRound(), cockpit=desk.cockpit(probe=write))
    assert started(desk) == {ALPHA, GAMMA}
    assert "changed since" in outcome.data["stay"][ALPHA]


@pytest.mark.parametrize(
    ("step", "time", "left", "state"),
    [
        ("round: begin", 1, {ALPHA, BETA, GAMMA}, None),
        ("round: gate main", 1, {ALPHA, BETA, GAMMA}, OpState.ABANDONED),
        ("gate: end", 1, {ALPHA, BETA, GAMMA}, OpState.ABANDONED),
        ("round: look which lanes are merged", 1, {ALPHA, BETA, GAMMA}, OpState.ABANDONED),
        ("round: tear down alpha", 1, {GAMMA}, OpState.DONE),
        ("teardown: move the folder to the trash", 1, {GAMMA}, OpState.DONE),
        ("round: tear down beta", 1, {GAMMA}, OpState.DONE),
        ("round: end", 1, {GAMMA}, OpState.DONE),
    ],
)
def test_a_death_on_the_way(
    desk: Desk, step: str, time: int, left: set[LaneId], state: OpState | None
) -> None:
    (desk.root / "new.py").write_text("a tree that no gate has seen")
    git(desk.root, "add", "new.py")
    git(desk.root, "commit", "-q", "-m", "by hand")
    lanes = [desk.root.parent / f"project-{lane}" for lane in (ALPHA, BETA, GAMMA)]
    before = Picture.take(desk.root, lanes, desk.usual().state)
    with pytest.raises(Died):
        desk.do(CloseRound(), cockpit=desk.cockpit(probe=die_before(step, time)))
    fresh = desk.cockpit()
    fresh.recover(desk.events.append)
    assert check(before, desk.root, fresh.state) == []
    assert fresh.recover(desk.events.append) == []
    assert started(desk) == left
    assert rounds(desk) == ([state] if state is not None else [])


def test_after_a_death_a_lane_that_was_worked_on_since_stays(desk: Desk) -> None:
    with pytest.raises(Died):
        probe = die_before("round: tear down alpha", 1)
        desk.do(CloseRound(), cockpit=desk.cockpit(probe=probe))
    desk.commit(ALPHA, "src/more.py", "x")
    desk.cockpit().recover(desk.events.append)
    assert started(desk) == {ALPHA, GAMMA}
    (op,) = (op for op in desk.usual().log() if op.kind is OpKind.ROUND)
    assert op.state is OpState.DONE
    assert "changed since" in op.outcome["stay"][ALPHA]


def test_a_lane_lives_since_its_start_or_its_last_landing(desk: Desk) -> None:
    def since() -> dict[LaneId, float]:
        cockpit = desk.usual()
        events = cockpit.observe()
        return {e.lane: e.facts.since for e in events if isinstance(e, GitFactsChanged)}

    assert set(since().values()) == {0.0}
    config = (desk.root / "lanes.yaml").read_text()
    desk.configure(f"{config}merge: {{cadence: 1d}}\n")
    ops = desk.usual().log()
    landed = {op.lane: op.ended for op in ops if op.kind is OpKind.LAND}
    began = {op.lane: op.at for op in ops if op.kind is OpKind.START}
    assert desk.usual().fleet().cadence == 86_400
    assert since() == {ALPHA: landed[ALPHA], BETA: landed[BETA], GAMMA: began[GAMMA]}
