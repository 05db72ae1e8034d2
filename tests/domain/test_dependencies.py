"""The graph of tasks: circles, what is missing, waves, the critical path."""

from __future__ import annotations

import itertools

from hypothesis import given
from hypothesis import strategies as st

from cockpit.domain.dependencies import Dependencies, dependencies
from cockpit.domain.schedule import simulate
from cockpit.domain.taskname import TaskId, ids_in, make_id

LIKE = TaskId("ws-01")


def graph(text: str, done: str = "") -> Dependencies:
    """From `3: 1 2, 4: 3`."""
    rows = (row.partition(":") for row in text.split(",") if row.strip())
    return dependencies(
        [(ids(head)[0], ids(tail)) for head, _, tail in rows],
        ids(done),
    )


def ids(text: str) -> tuple[TaskId, ...]:
    return tuple(ids_in(word, like=LIKE)[0] for word in text.split())


def test_the_waves_of_seed_004() -> None:
    plan = graph("22:, 3:, 12:, 23: 22, 13: 12")
    assert plan.waves == (ids("3 12 22"), ids("13 23"))
    hours = dict(zip(ids("22 3 12 23 13"), (1.0, 4.0, 2.0, 2.0, 2.0), strict=True))
    assert plan.critical_path(hours.__getitem__) == ids("3")
    assert plan.levels(hours.__getitem__)[ids("12")[0]] == 4.0
    assert not plan.circles and not plan.stuck
    forecast = simulate(plan, hours.__getitem__, 3)
    assert {slot.task: slot.begin for slot in forecast.slots} == dict(
        zip(ids("3 12 22 23 13"), (0.0, 0.0, 0.0, 1.0, 2.0), strict=True)
    )
    assert (forecast.length, forecast.one_by_one, forecast.gain) == (4.0, 11.0, 2.75)


def test_what_is_merged_holds_nobody_back_even_without_its_file() -> None:
    plan = graph("2: 1, 3: 2", done="1")
    assert plan.waves == (ids("2"), ids("3"))
    assert plan.waits_for(ids("2")[0]) == ()
    assert graph("1:, 2: 1", done="1 2").waves == ()


def test_a_circle_is_named_from_its_smallest_task_and_closed() -> None:
    plan = graph("5: 7, 7: 6, 6: 5, 8: 6, 9:")
    assert plan.circles == (ids("5 7 6 5"),)
    assert plan.waves == (ids("9"),)
    assert plan.way(ids("8")[0]) == ids("8 6 5 7 6")
    assert plan.way(ids("5")[0]) == ids("5 7 6 5")
    assert plan.way(ids("9")[0]) == ()


def test_a_task_that_needs_itself_is_a_circle() -> None:
    assert graph("1: 1, 2: 1").circles == (ids("1 1"),)


def test_a_missing_task_is_named_with_the_way_to_it() -> None:
    plan = graph("1: 99, 2: 1, 3: 2, 4:")
    assert plan.missing(ids("1")[0]) == ids("99")
    assert plan.missing(ids("3")[0]) == ()
    assert plan.way(ids("3")[0]) == ids("3 2 1 99")
    assert plan.waves == (ids("4"),)


def test_two_circles_in_one_knot_give_one_closed_way_each_step_of_which_is_a_need() -> None:
    plan = graph("1: 2, 2: 3 1, 3: 1, 4: 5, 5: 4")
    assert plan.circles == (ids("4 5 4"), ids("1 2 1")) or plan.circles == (
        ids("1 2 1"),
        ids("4 5 4"),
    )
    assert plan.way(ids("3")[0])[-1] in plan.way(ids("3")[0])[:-1]


def test_ten_thousand_in_a_row_behind_one_that_is_missing() -> None:
    row = [make_id("task", number) for number in range(1, 10_001)]
    plan = dependencies([(task, (need,)) for need, task in itertools.pairwise(row)])
    assert len(plan.stuck) == 9_999
    assert len(plan.way(row[-1])) == 10_000
    held = dependencies([(row[0], ()), *((b, (a,)) for a, b in itertools.pairwise(row))])
    assert len(held.waves) == 10_000
    assert held.levels(lambda _task: 1.0)[row[0]] == 10_000


TASKS = [make_id("task", number) for number in range(1, 9)]
NEEDS = st.lists(
    st.tuples(st.sampled_from(TASKS), st.lists(st.sampled_from(TASKS), max_size=3)), max_size=9
)


@given(NEEDS, st.sets(st.sampled_from(TASKS), max_size=3))
def test_each_open_task_is_in_a_wave_after_all_it_needs_or_stuck_with_a_reason(
    needs: list[tuple[TaskId, list[TaskId]]], done: set[TaskId]
) -> None:
    plan = dependencies(needs, done)
    wave_of = {task: at for at, wave in enumerate(plan.waves) for task in wave}
    for task in plan.needs:
        if task in done:
            assert task not in wave_of and task not in plan.stuck
            continue
        assert (task in wave_of) != (task in plan.stuck)
        if task in wave_of:
            before = [wave_of[need] for need in plan.waits_for(task)]
            assert wave_of[task] == max(before, default=-1) + 1
        else:
            way = plan.way(task)
            assert way[0] == task
            assert all(b in plan.waits_for(a) for a, b in itertools.pairwise(way))
            assert way[-1] not in plan.needs or way[-1] in way[:-1]
    for circle in plan.circles:
        assert circle[0] == circle[-1]
        assert all(b in plan.waits_for(a) for a, b in itertools.pairwise(circle))


@given(NEEDS, st.integers(1, 4), st.data())
def test_a_forecast_breaks_no_rule_and_is_within_grahams_bound(
    needs: list[tuple[TaskId, list[TaskId]]], lanes: int, data: st.DataObject
) -> None:
    plan = dependencies(needs)
    lasts = {task: data.draw(st.integers(1, 9)) for task in plan.needs}
    alone = {task: ("database",) for task in plan.needs if data.draw(st.booleans())}
    forecast = simulate(plan, lambda task: float(lasts[task]), lanes, exclusive=alone)
    at = {slot.task: slot for slot in forecast.slots}
    assert set(at) == {task for wave in plan.waves for task in wave}
    for slot in forecast.slots:
        assert slot.end - slot.begin == lasts[slot.task]
        assert all(at[need].end <= slot.begin for need in plan.waits_for(slot.task))
    for one, other in itertools.combinations(forecast.slots, 2):
        if one.lane == other.lane or (one.task in alone and other.task in alone):
            assert one.end <= other.begin or other.end <= one.begin
    if not alone:
        path = sum(lasts[task] for task in plan.critical_path(lambda task: float(lasts[task])))
        assert path <= forecast.length <= forecast.one_by_one / lanes + path
