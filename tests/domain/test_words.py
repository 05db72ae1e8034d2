"""Which words changed, and which lines are one line changed."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cockpit.domain.words import Span, changed_spans, likeness, pairs


@pytest.mark.parametrize(
    ("old", "new", "removed", "added"),
    [
        ("return 1", "return 2", ["1"], ["2"]),
        ("f(a, b)", "f(a, c, b)", [], ["c, "]),
        ("x = old_name + 1", "x = new_name + 1", ["old_name"], ["new_name"]),
        ("def f(user):", "def f(user: str) -> None:", [], [": str", " -> None"]),
        ("    a", "\ta", ["    "], ["\t"]),
        ("same", "same", [], []),
        ("nothing alike", "completely other", [], []),
    ],
)
def test_changed_words(old: str, new: str, removed: list[str], added: list[str]) -> None:
    olds, news = changed_spans(old, new)
    assert [old[a:b] for a, b in olds] == removed
    assert [new[a:b] for a, b in news] == added


def kept(line: str, spans: list[Span]) -> str:
    for begin, end in reversed(spans):
        line = line[:begin] + line[end:]
    return line


LINE = st.text(alphabet="ab _(.\té🎉", max_size=30)


@given(LINE, LINE)
def test_spans_are_in_order_within_the_line_and_the_rest_is_common(old: str, new: str) -> None:
    olds, news = changed_spans(old, new)
    for line, spans in ((old, olds), (new, news)):
        assert all(0 <= a < b <= len(line) for a, b in spans)
        assert all(a[1] <= b[0] for a, b in pairwise(spans))
    if olds or news:
        assert kept(old, olds).split() == kept(new, news).split() or "".join(
            kept(old, olds).split()
        ) == "".join(kept(new, news).split())


def test_long_lines_are_compared_by_their_ends_alone() -> None:
    old, new = "x" * 100_000 + "a" + "y" * 100_000, "x" * 100_000 + "bb" + "y" * 100_000
    assert changed_spans(old, new) == ([(100_000, 100_001)], [(100_000, 100_002)])


@pytest.mark.parametrize(
    ("removed", "added", "expected"),
    [
        (["a = 1"], ["b = 2"], {0: 0}),
        (["a = f(x, 1)"], ["import y", "a = f(x, 2)"], {0: 1}),
        (["one two", "three four"], ["three five", "one six", "three four"], {0: 1, 1: 2}),
        (["aaa", "b b b"], ["ccc", "b b c"], {0: 0, 1: 1}),
        (["aaa", "b"], ["x y"], {}),
        (["x"] * 100, ["x"] * 70, {at: at for at in range(70)}),
        ([], ["x"], {}),
    ],
)
def test_pairs(removed: list[str], added: list[str], expected: dict[int, int]) -> None:
    assert pairs(removed, added) == expected


@given(st.lists(LINE, max_size=8), st.lists(LINE, max_size=8))
def test_pairs_never_cross(removed: list[str], added: list[str]) -> None:
    found = pairs(removed, added)
    assert sorted(found.values()) == [found[at] for at in sorted(found)]
    assert len(set(found.values())) == len(found)
    assert all(0 <= a < len(removed) and 0 <= b < len(added) for a, b in found.items())


def test_likeness() -> None:
    assert likeness("a b c", "a b c") == 1.0
    assert likeness("x", "") == 0.0
    assert likeness("a = f(1)", "a = f(2)") > 0.5
