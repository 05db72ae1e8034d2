"""Which task goes to which lane, and what the others are told."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cockpit.domain.assignment import Assignment, Offer, assign, underway, why_not_in
from cockpit.domain.ids import LaneId
from cockpit.domain.task import TaskFile, parse_task
from cockpit.domain.taskname import TaskId
from cockpit.domain.zone import Zone

A, B, C = (LaneId(name) for name in ("alpha", "beta", "gamma"))


def task(number: int, **keys: str) -> TaskFile:
    head = "\n".join(f"{key}: {value}" for key, value in keys.items())
    return parse_task(f"task-{number:03d}.md", f"---\n{head}\n---\nDo it.\n".encode())


def offer(lane: LaneId, *include: str, busy: str = "", since: float = 0.0, **more: str) -> Offer:
    made = Offer(lane, lane[0], Zone(include), busy=busy, since=since)
    return replace(made, agent=more.get("agent", ""), role=more.get("role", ""))


def given(*pairs: tuple[int, LaneId]) -> tuple[Assignment, ...]:
    return tuple(Assignment(task(number).id, lane) for number, lane in pairs)


def test_each_takes_the_lane_that_fits_it_most_closely() -> None:
    offers = (offer(A), offer(B, "src/**"), offer(C, "docs/**"))
    ready = (task(1, zone="src/api/**"), task(2, zone="docs/*.md"), task(3))
    assert assign(ready, offers, (), room=9).start == given((1, B), (2, C), (3, A))


def test_of_equal_lanes_the_one_that_waits_longest() -> None:
    offers = (offer(A, since=50.0), offer(B, since=20.0))
    assert assign((task(1),), offers, (), room=9).start == given((1, B))


def test_a_named_lane_is_waited_for_though_others_are_free() -> None:
    offers = (offer(A), offer(B, busy="works on task-009"))
    done = assign((task(1, lane="B"), task(2, lane="lane beta")), offers, (), room=9)
    assert done.start == ()
    assert list(done.waits.values()) == ["lane beta works on task-009"] * 2


def test_what_two_need_for_themselves_is_used_by_one() -> None:
    ready = (task(1, needs="database, port"), task(2, needs="Database"), task(3, needs="gpu"))
    done = assign(ready, (offer(A), offer(B), offer(C)), (), room=9)
    assert [one.task for one in done.start] == ["task-001", "task-003"]
    assert done.waits[TaskId("task-002")] == "it needs Database, which task-001 in lane alpha uses"


def test_zones_that_meet_keep_apart_also_from_what_runs() -> None:
    running = (underway(task(9, zone="src/**/*.py"), C),)
    ready = (task(1, zone="src/api/**"), task(2, zone="docs/**"), task(3))
    done = assign(ready, (offer(A), offer(B)), running, room=9)
    assert [one.task for one in done.start] == ["task-002", "task-003"]
    assert done.waits[TaskId("task-001")] == "its zone meets that of task-009 in lane gamma"


def test_the_room_is_kept_and_named() -> None:
    ready = (task(1), task(2))
    done = assign(ready, (offer(A), offer(B)), (), room=1, limit="`launch.max_running` is 1")
    assert done.start == given((1, A))
    assert done.waits == {TaskId("task-002"): "`launch.max_running` is 1"}
    assert assign(ready, (offer(A),), (), room=0).start == ()


@pytest.mark.parametrize(
    ("keys", "lane", "why"),
    [
        ({"agent": "Codex"}, offer(A, agent="codex"), ""),
        ({"agent": "codex"}, offer(A, agent="claude"), "it wants the agent codex"),
        ({"role": "CTO"}, offer(A, role="cto"), ""),
        ({"role": "CTO"}, offer(A), ""),
        ({"role": "CTO"}, offer(A, role="CQO"), "it wants the role CTO"),
        ({"zone": "src/**"}, offer(A, "src/auth/**"), "its zone lies outside the lane's"),
        ({"zone": "src/auth/x.py"}, offer(A, "src/auth/**"), ""),
        (
            {"zone": "src/gen/*"},
            Offer(A, "a", Zone(("src/**",), ("src/gen/**",))),
            "its zone is excluded from the lane's",
        ),
        ({"zone": "../evil, src/auth/**"}, offer(A, "src/**"), ""),
        ({"lane": "beta"}, offer(A), "it is for lane beta"),
        ({"model": "opus"}, offer(A), ""),
        (
            {"model": "opus"},
            Offer(A, "a", agent="sh", takes_model=False),
            "it wants the model opus, and its agent sh takes none",
        ),
        ({"model": "-x"}, Offer(A, "a", agent="sh", takes_model=False), ""),
    ],
)
def test_who_is_right_for_what(keys: dict[str, str], lane: Offer, why: str) -> None:
    assert why_not_in(task(1, **keys), lane) == why


def test_where_no_lane_fits_the_reasons_are_told() -> None:
    offers = (offer(A, "docs/**"), offer(B, agent="claude"))
    done = assign((task(1, zone="src/**", agent="codex"),), offers, (), room=9)
    assert done.waits[TaskId("task-001")] == "no lane fits it: it wants the agent codex"
    done = assign((task(1, zone="src/**", agent="claude"),), offers, (), room=9)
    assert done.start == given((1, B))
    assert assign((task(1),), (), (), room=9).waits[TaskId("task-001")] == "there is no lane"
    busy = (offer(A, busy="asks"), offer(B, busy="works on task-002"))
    done = assign((task(1),), busy, (), room=9)
    assert done.waits[TaskId("task-001")] == "the lanes that fit it are busy: alpha, beta"
