"""The order of the train: what decides, what the commander may move, what is said."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from cockpit.domain.ids import LaneId
from cockpit.domain.train_order import Candidate, Move, Place, as_named, needs_of, order

A, B, C, D = (LaneId(name) for name in "abcd")


def lanes(places: tuple[Place, ...]) -> str:
    return "".join(place.lane for place in places)


def whys(places: tuple[Place, ...]) -> list[str]:
    return [place.why for place in places]


def test_one_car_is_alone() -> None:
    assert order([Candidate(A)]) == (Place(A, "alone"),)
    assert as_named([Candidate(A)]) == (Place(A, "alone"),)
    assert order([]) == as_named([]) == ()


def test_what_decides_strongest_first_and_how_it_is_said() -> None:
    cars = [
        Candidate(A, task="1", depends=("4",), priority=1),
        Candidate(B, task="2", priority=2, size=10),
        Candidate(C, task="3", priority=2, size=3),
        Candidate(D, task="4"),
    ]
    places = order(cars)
    assert lanes(places) == "cbda"
    assert whys(places) == [
        "a smaller change (3 lines)",
        "priority 2",
        "before a, whose task needs it",
        "after d, which its task needs",
    ]


def test_fewest_clashes_among_those_that_are_left() -> None:
    cars = [
        Candidate(A, clashes={B: 1, C: 1}),
        Candidate(B, clashes={A: 1}),
        Candidate(C, clashes={A: 4}),
        Candidate(D),
    ]
    places = order(cars)
    assert lanes(places) == "dbac"
    assert places[0].why == "clashes with none of the rest"
    assert places[1].why == "clashes in fewer files"


def test_age_decides_last() -> None:
    places = order([Candidate(A, since=9.0), Candidate(B, since=3.0), Candidate(C, since=9.0)])
    assert lanes(places) == "bac"
    assert whys(places)[:2] == ["waits longest", "in the order of the lanes"]


def test_moves_are_kept_in_the_order_in_which_they_were_made() -> None:
    cars = [Candidate(lane, since=at) for at, lane in enumerate((A, B, C, D))]
    assert lanes(order(cars, [Move(C, A)])) == "cabd"
    assert lanes(order(cars, [Move(C, A), Move(A, C)])) == "acbd"
    places = order(cars, [Move(D, B)])
    assert lanes(places) == "adbc" and places[1].why == "moved by you"
    assert lanes(order(cars, [Move(D, LaneId("gone")), Move(LaneId("gone"), A)])) == "abcd"


def test_a_move_never_puts_a_car_before_what_its_task_needs() -> None:
    cars = [
        Candidate(A, task="1", since=1),
        Candidate(B, task="2", depends=("1",), since=2),
        Candidate(C, since=3),
    ]
    places = order(cars, [Move(B, A)])
    assert lanes(places) == "abc"
    assert places[1].why == "moved by you, but after a, which its task needs"
    places = order(cars, [Move(A, C)])
    assert lanes(places) == "abc"


def test_a_circle_is_named_and_comes_last() -> None:
    cars = [
        Candidate(A, task="1", depends=("2",)),
        Candidate(B, task="2", depends=("1",)),
        Candidate(C, task="3", depends=("1",)),
        Candidate(D),
    ]
    for places in (order(cars), as_named(cars)):
        assert lanes(places)[0] == "d"
        circles = {place.lane: place.circle for place in places}
        assert circles[A] == (A, B, A) and circles[B] == (B, A, B)
        assert circles[C] == (A, B, A) and circles[D] == ()


def test_a_task_that_needs_itself_or_nothing_known_is_free() -> None:
    cars = [Candidate(A, task="1", depends=("1", "99")), Candidate(B)]
    assert needs_of(cars) == {A: set(), B: set()}


def test_named_lanes_keep_their_order_but_for_needs() -> None:
    cars = [Candidate(A, task="1", depends=("2",)), Candidate(B, task="2"), Candidate(C)]
    places = as_named(cars)
    assert lanes(places) == "bac"
    assert whys(places) == [
        "in the order you named",
        "after b, which its task needs",
        "in the order you named",
    ]


@st.composite
def trains(draw: st.DrawFn) -> tuple[list[Candidate], list[Move]]:
    names = [LaneId(name) for name in "abcdefgh"[: draw(st.integers(1, 8))]]
    pick = st.sampled_from(names)
    cars = []
    for at, name in enumerate(names):
        below = names[:at]
        needed = draw(st.lists(st.sampled_from(below), max_size=3)) if below else []
        clashes = draw(st.dictionaries(pick, st.integers(1, 3), max_size=4))
        priority = draw(st.none() | st.integers(0, 3))
        size = draw(st.integers(0, 5))
        cars.append(
            Candidate(name, f"t{name}", tuple(f"t{n}" for n in needed), priority, clashes, size)
        )
    shuffled = draw(st.permutations(cars))
    moves = draw(st.lists(st.builds(Move, pick, pick), max_size=5))
    return list(shuffled), moves


@given(trains())
def test_every_car_rides_once_and_after_what_it_needs(
    made: tuple[list[Candidate], list[Move]],
) -> None:
    cars, moves = made
    needs = needs_of(cars)
    for places in (order(cars, moves), as_named(cars)):
        assert sorted(place.lane for place in places) == sorted(car.lane for car in cars)
        assert all(place.why and not place.circle for place in places)
        for at, place in enumerate(places):
            assert needs[place.lane] <= {before.lane for before in places[:at]}
    assert lanes(order(cars, moves)) == lanes(order([replace(car) for car in cars], moves))
