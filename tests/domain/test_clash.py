"""The radar's picture, seen from each side, and the order that hurts least."""

from __future__ import annotations

from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cockpit.domain.clash import (
    Clash,
    ClashPath,
    Hunk,
    Radar,
    gentlest_order,
    gentlest_places,
)
from cockpit.domain.ids import LaneId

A, B, C, D = (LaneId(name) for name in ("a", "b", "c", "d"))
HUNK = Hunk(3, 2, 9, 1, ("x", "y"), ("z",))
ONE = (ClashPath("src/api.py", hunks=(HUNK,)),)
TWO = (ClashPath("p"), ClashPath("q"))


def test_a_clash_is_seen_from_the_lane_that_asks() -> None:
    radar = Radar((Clash(A, B, ONE), Clash(B, None, TWO), Clash(C, B, TWO)))
    assert [clash.other for clash in radar.of(B)] == [None, A, C]
    assert radar.of(A) == (Clash(A, B, ONE),)
    turned = radar.between(B, A)
    assert turned is not None
    assert turned.paths[0].hunks == (Hunk(9, 1, 3, 2, ("z",), ("x", "y")),)
    assert turned.turned() == Clash(A, B, ONE)
    assert radar.between(A, C) is None
    assert Clash(B, None, TWO).turned() == Clash(B, None, TWO)


@pytest.mark.parametrize(
    ("path", "words"),
    [
        (ClashPath("a.py"), "a.py"),
        (ClashPath("a.py", "rename/rename", (), ("b.py", "c.py")), "a.py → b.py, c.py"),
        (ClashPath("b.py", "rename/delete", (), ("a.py",)), "b.py (was a.py)"),
    ],
)
def test_a_path_in_words(path: ClashPath, words: str) -> None:
    assert path.words == words


def test_why_a_pair_is_not_known() -> None:
    radar = Radar(unseen={A: "its branch is gone"}, unsure={(B, C): "it took too long"})
    assert radar.why_unknown(A, None) == "a: its branch is gone"
    assert radar.why_unknown(D, A) == "a: its branch is gone"
    assert radar.why_unknown(C, B) == "it took too long"
    assert radar.why_unknown(B, None) == radar.why_unknown(B, D) == ""


def test_the_lane_with_the_fewest_clashes_goes_first() -> None:
    radar = Radar((Clash(A, B, ONE), Clash(A, C, ONE), Clash(B, C, TWO)))
    assert gentlest_order([A, B, C, D], radar) == (D, A, B, C)


def test_a_lane_that_conflicts_with_the_target_goes_last() -> None:
    radar = Radar((Clash(D, None, ONE), Clash(A, B, ONE)))
    places = gentlest_places([D, A, B], radar)
    assert [place.lane for place in places] == [A, B, D]
    assert [place.why for place in places] == [
        "lands as it is; b will have to resolve",
        "has 1 path to resolve with a",
        "conflicts with the target already",
    ]
    assert gentlest_places([C], radar)[0].why == "lands as it is; in nobody's way"


@st.composite
def radars(draw: st.DrawFn) -> tuple[list[LaneId], Radar]:
    lanes = [LaneId(f"l{number}") for number in range(draw(st.integers(0, 7)))]
    pairs = [*combinations(lanes, 2), *((lane, None) for lane in lanes)]
    clashing = draw(st.lists(st.sampled_from(pairs), unique=True)) if pairs else []
    return lanes, Radar(tuple(Clash(one, other, ONE) for one, other in clashing))


@given(given=radars())
def test_every_clash_is_paid_once_whatever_the_order(given: tuple[list[LaneId], Radar]) -> None:
    lanes, radar = given
    places = gentlest_places(lanes, radar)
    assert sorted(place.lane for place in places) == sorted(lanes)
    between_lanes = sum(clash.other is not None for clash in radar.clashes)
    assert sum(len(place.meets) for place in places) == between_lanes
    assert sum(len(place.leaves) for place in places) == between_lanes
    stuck = [place.with_target for place in places]
    assert stuck == sorted(stuck)
