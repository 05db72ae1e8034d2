"""Which tasks start now in which lanes, why the rest waits, and how long a plan takes so."""

from __future__ import annotations

import heapq
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cockpit.domain.activity import Activity, State
from cockpit.domain.assignment import Assignment, Offer
from cockpit.domain.board import Board, Seen, draw
from cockpit.domain.fleet import Fleet, LaneView
from cockpit.domain.handing_out import hand_out, in_rank
from cockpit.domain.ids import CommitId, LaneId, OpId, PaneId, RefName, SessionId, WindowId
from cockpit.domain.landed import Merged, MergedState
from cockpit.domain.lane import GitFacts, LaneRecord, PaneRef
from cockpit.domain.schedule import simulate
from cockpit.domain.task import TaskFile, parse_task
from cockpit.domain.task_desk import PlanDesk
from cockpit.domain.taskname import TaskId
from cockpit.domain.work import Effort, Holder

ALPHA, BETA = LaneId("alpha"), LaneId("beta")


def task(number: int, **head: object) -> TaskFile:
    lines = "\n".join(f"{key}: {value}" for key, value in head.items())
    return parse_task(f"task-{number:03d}.md", f"---\n{lines}\n---\n# {number}\n".encode())


def record(lane: LaneId, task_name: str = "", *, runs: bool = True) -> LaneRecord:
    pane = PaneRef(SessionId("$1"), WindowId("@1"), PaneId("%1"), 1) if runs else None
    return LaneRecord(
        lane=lane,
        branch=RefName(f"refs/heads/{lane}/work"),
        worktree=Path("/w") / lane,
        admin=Path("/a") / lane,
        base=CommitId("0" * 40),
        agent="bot",
        op=OpId("1"),
        pane=pane,
        task=task_name,
    )


def idle(lane: LaneId, **facts: object) -> LaneView:
    """A lane that has landed what it had."""
    seen = GitFacts(None, None, merged=MergedState(Merged.MERGED), **facts)  # type: ignore[arg-type]
    return LaneView(
        lane,
        lane[0].upper(),
        "",
        "bot",
        record=record(lane),
        activity=Activity(State.IDLE, "screen", "", 0.0),
        facts=seen,
    )


def fleet(*views: LaneView) -> Fleet:
    return Fleet("project", "main", {view.lane: view for view in views})


def planned(lane: LaneId) -> LaneView:
    return LaneView(lane, lane[0].upper(), "", "bot")


def desk(*lanes: LaneId, most: int = 0) -> PlanDesk:
    return PlanDesk(going=True, max_running=most, lanes={lane: Offer(lane) for lane in lanes})


def board(*tasks: TaskFile, go: bool = True, **seen: object) -> Board:
    covered = {one.name: one.digest for one in tasks} if go else {}
    return draw(Seen(tasks=tasks, go=covered, **seen))  # type: ignore[arg-type]


def started(lanes: Fleet, tasks: Board, plan: PlanDesk) -> list[tuple[str, str]]:
    return [(one.task, one.lane) for one in hand_out(lanes, tasks, plan).start]


def test_nothing_starts_that_the_go_does_not_cover() -> None:
    tasks = board(task(1), go=False)
    lanes = fleet(planned(ALPHA))
    found = hand_out(lanes, tasks, desk(ALPHA))
    assert not found.start
    assert found.waits == {"task-001": "the go does not cover it"}
    dry = hand_out(lanes, tasks, desk(ALPHA), all_ready=True)
    assert dry.start == (Assignment(TaskId("task-001"), ALPHA),)


def test_a_task_that_was_changed_since_the_go_waits() -> None:
    old, new = task(1), task(1, priority=1)
    changed = draw(Seen(tasks=[new], go={old.name: old.digest}))
    assert not hand_out(fleet(planned(ALPHA)), changed, desk(ALPHA)).start


@pytest.mark.parametrize(
    ("view", "why"),
    [
        (idle(ALPHA), ""),
        (planned(ALPHA), ""),
        (idle(ALPHA, dirty=2), "holds uncommitted work"),
        (
            replace(
                idle(ALPHA),
                facts=GitFacts(None, None, ahead=1, merged=MergedState(Merged.UNMERGED, 1)),
            ),
            "holds commits that have not landed",
        ),
        (replace(idle(ALPHA), facts=None), "was not looked at yet"),
        (idle(ALPHA, operation="rebase"), "has a rebase under way"),
        (replace(idle(ALPHA), busy="sync"), "is busy: sync"),
        (
            replace(idle(ALPHA), activity=Activity(State.WORKING, "screen", "", 0.0)),
            "is working",
        ),
        (
            replace(idle(ALPHA), activity=Activity(State.UNKNOWN, "none", "", 0.0)),
            "is unknown",
        ),
        (
            replace(planned(ALPHA), activity=Activity(State.PARKED, "none", "", 0.0)),
            "is parked",
        ),
    ],
)
def test_which_lanes_are_free(view: LaneView, why: str) -> None:
    found = hand_out(fleet(view), board(task(1)), desk(ALPHA))
    assert bool(found.start) == (not why)
    if why:
        assert found.waits[TaskId("task-001")] == f"lane alpha {why}"


def test_a_lane_whose_task_has_not_landed_takes_no_other() -> None:
    one, two = task(1), task(2)
    holders = {one.name: Holder(ALPHA, State.IDLE)}
    found = hand_out(fleet(idle(ALPHA)), board(one, two, holders=holders), desk(ALPHA))
    assert found.waits == {"task-002": "lane alpha has task-001"}


def test_the_limit_counts_agents_and_not_lanes_that_rest() -> None:
    lanes = fleet(idle(ALPHA), planned(BETA))
    tasks = board(task(1), task(2))
    found = hand_out(lanes, tasks, desk(ALPHA, BETA, most=1))
    assert [one.lane for one in found.start] == [ALPHA], "its agent runs already"
    assert found.waits == {"task-002": "1 agents run already"}


def test_what_a_lane_uses_for_itself_keeps_another_task_back() -> None:
    tasks = board(task(1, needs="database"), task(2, needs="Database"))
    found = hand_out(fleet(planned(ALPHA), planned(BETA)), tasks, desk(ALPHA, BETA))
    assert len(found.start) == 1
    assert found.waits[TaskId("task-002")] == "it needs Database, which task-001 in lane alpha uses"


def test_the_agent_that_was_asked_for_at_a_retry() -> None:
    tried = board(task(1), efforts={TaskId("task-001"): Effort(TaskId("task-001"), agent="codex")})
    lanes = PlanDesk(
        going=True,
        lanes={ALPHA: Offer(ALPHA, agent="claude"), BETA: Offer(BETA, agent="codex")},
    )
    assert started(fleet(planned(ALPHA), planned(BETA)), tried, lanes) == [("task-001", "beta")]


def test_the_longest_way_goes_first_and_priority_before_it() -> None:
    tasks = board(
        task(1, estimate="1h"),
        task(2, estimate="1h"),
        task(3, estimate="5h", depends="2"),
        task(4, priority=1),
    )
    assert [view.task.id for view in in_rank(tasks)][:2] == ["task-004", "task-002"]


# ---------------------------------------------------------------- a whole plan, with a fake clock


def run_plan(tasks: list[TaskFile], seconds: dict[TaskId, float], count: int) -> float:
    """Carry a plan out as the app does, on lanes whose agents take exactly `seconds` and whose
    work lands at once; returns how long it takes."""
    lanes = [LaneId(f"lane-{number}") for number in range(count)]
    plan = desk(*lanes)
    merged: set[TaskId] = set()
    running: dict[LaneId, TaskFile] = {}
    ends: list[tuple[float, LaneId]] = []
    now = 0.0
    go = {one.name: one.digest for one in tasks}
    by_id = {one.id: one for one in tasks}
    while True:
        holders = {one.name: Holder(lane, State.WORKING) for lane, one in running.items()}
        seen = draw(Seen(tasks=tasks, merged=merged, holders=holders, go=go))
        views = [
            replace(idle(lane), activity=Activity(State.WORKING, "screen", "", now))
            if lane in running
            else idle(lane)
            for lane in lanes
        ]
        for one in hand_out(fleet(*views), seen, plan).start:
            running[one.lane] = by_id[one.task]
            heapq.heappush(ends, (now + seconds[one.task], one.lane))
        if not ends:
            assert len(merged) == len(tasks)
            return now
        now, lane = heapq.heappop(ends)
        merged.add(running.pop(lane).id)


@st.composite
def plans(draw_: st.DrawFn) -> list[tuple[int, int, tuple[int, ...]]]:
    """39 tasks: number, minutes, what it needs."""
    made = []
    for number in range(1, 40):
        needs = draw_(st.sets(st.integers(1, number - 1), max_size=3)) if number > 1 else set()
        made.append((number, draw_(st.integers(1, 480)), tuple(sorted(needs))))
    return made


@pytest.mark.parametrize("count", [3, 5, 7])
@settings(max_examples=15, deadline=None)
@given(made=plans())
def test_39_tasks_take_what_list_scheduling_takes(
    count: int, made: list[tuple[int, int, tuple[int, ...]]]
) -> None:
    tasks = [
        task(number, estimate=f"{minutes}m", depends=", ".join(map(str, needs)))
        for number, minutes, needs in made
    ]
    seconds = {one.id: float(one.estimate or 0) for one in tasks}
    best = simulate(draw(Seen(tasks=tasks)).graph, seconds.__getitem__, count).length
    assert run_plan(tasks, seconds, count) <= 1.1 * best
