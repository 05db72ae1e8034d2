"""The forecast of a plan in which tasks need things for themselves alone."""

from __future__ import annotations

import itertools
import time

from hypothesis import given
from hypothesis import strategies as st

from cockpit.domain.dependencies import dependencies
from cockpit.domain.schedule import Schedule, simulate
from cockpit.domain.taskname import TaskId, make_id

NUMBERS = st.integers(1, 12)
PLANS = st.lists(
    st.tuples(NUMBERS, st.lists(NUMBERS, max_size=3)), max_size=12, unique_by=lambda t: t[0]
)


@given(PLANS, st.integers(1, 4), st.data())
def test_nothing_waits_that_could_run(
    plan: list[tuple[int, list[int]]], lanes: int, data: st.DataObject
) -> None:
    graph = dependencies(
        (make_id("task", number), [make_id("task", need) for need in needs if need < number])
        for number, needs in plan
    )
    lasts = {task: float(data.draw(st.integers(1, 5))) for task in graph.needs}
    alone = {
        task: tuple(data.draw(st.lists(st.sampled_from("abc"), unique=True)))
        for task in graph.needs
    }
    ranks = {task: data.draw(st.integers(0, 3)) for task in graph.needs}
    schedule = simulate(graph, lasts.__getitem__, lanes, priorities=ranks, exclusive=alone)
    begin = {slot.task: slot.begin for slot in schedule.slots}
    end = {slot.task: slot.end for slot in schedule.slots}
    assert begin.keys() == {task for wave in graph.waves for task in wave}
    for one, other in itertools.combinations(begin, 2):
        if set(alone[one]) & set(alone[other]):
            assert end[one] <= begin[other] or end[other] <= begin[one]
    for moment in sorted({0.0, *end.values()}):
        running = [task for task in begin if begin[task] <= moment < end[task]]
        if len(running) == lanes:
            continue
        held = {need for task in running for need in alone[task]}
        for task in begin:
            if begin[task] > moment and all(end[n] <= moment for n in graph.waits_for(task)):
                assert held & set(alone[task]), f"{task} waits for nothing at {moment}"


def test_ten_thousand_tasks_that_all_need_the_same_are_forecast_at_once() -> None:
    tasks = [make_id("task", number) for number in range(1, 10_001)]
    graph = dependencies((task, ()) for task in tasks)
    begun = time.process_time()
    schedule = simulate(graph, lambda _task: 1.0, 7, exclusive=dict.fromkeys(tasks, ("database",)))
    assert schedule.length == 10_000
    assert time.process_time() - begun < 5


def test_two_that_need_two_things_never_wait_for_each_other() -> None:
    one, two, both = (TaskId(f"task-00{number}") for number in (1, 2, 3))
    graph = dependencies([(one, ()), (two, ()), (both, ())])
    alone = {one: ("a",), two: ("b",), both: ("a", "b")}
    schedule: Schedule = simulate(graph, lambda _task: 1.0, 3, exclusive=alone)
    assert [(slot.task, slot.begin) for slot in schedule.slots] == [(one, 0), (two, 0), (both, 1)]


def test_who_is_asked_first_and_has_to_wait_for_another_thing_lets_the_next_go() -> None:
    one, two, both, last = (TaskId(f"task-00{number}") for number in (1, 2, 3, 4))
    graph = dependencies([(one, ()), (two, ()), (both, ()), (last, ())])
    alone = {one: ("a",), two: ("b",), both: ("b", "a"), last: ("b",)}
    lasts = {one: 10.0, two: 1.0, both: 1.0, last: 1.0}
    ranks = {task: number for number, task in enumerate(lasts)}
    schedule = simulate(graph, lasts.__getitem__, 4, priorities=ranks, exclusive=alone)
    begins = {slot.task: slot.begin for slot in schedule.slots}
    assert begins == {one: 0, two: 0, last: 1, both: 10}
