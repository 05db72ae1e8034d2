"""The drawing of a history: every edge to a parent is there, and no line leads nowhere."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cockpit.domain.graph import DOWN, LEFT, RIGHT, UP, GraphRow, Node, draw, in_order

TABLE = {
    "a line": (["a b", "b c", "c"], ["○", "○", "○"]),
    "a merge": (["m a b", "b r", "a r", "r"], ["○─╮", "│ ○", "○ │", "○─╯"]),
    "a train": (
        ["n m c", "c r", "m l b", "b r", "l r", "r"],
        ["○─╮", "│ ○", "○─┼─╮", "│ │ ○", "○ │ │", "○─┴─╯"],
    ),
    "an octopus": (
        ["o x y z w", "w r", "z r", "y r", "x r", "r"],
        ["○─┬─┬─╮", "│ │ │ ○", "│ │ ○ │", "│ ○ │ │", "○ │ │ │", "○─┴─┴─╯"],
    ),
    "two histories": (["a b", "x y", "b", "y"], ["○", "│ ○", "○ │", "  ○"]),
    "two roots merged": (["m a x", "x", "a"], ["○─╮", "│ ○", "○"]),
    "criss-cross": (
        ["m a b", "n b a", "a r", "b r", "r"],
        ["○─╮", "├─┼─○", "○ │ │", "│ ○─╯", "○─╯"],
    ),
    "cut off": (["a b", "m c d"], ["○", "│ ○─╮"]),
    "the same parent twice": (["m a a", "a"], ["○", "○"]),
    "nothing": ([], []),
}


def nodes_of(rows: list[str]) -> list[Node]:
    return [Node(first, tuple(rest)) for first, *rest in (row.split() for row in rows)]


@pytest.mark.parametrize("name", list(TABLE))
def test_drawings(name: str) -> None:
    rows, wanted = TABLE[name]
    assert [row.text() for row in draw(nodes_of(rows))] == wanted


@st.composite
def histories(most: st.DrawFn) -> list[Node]:
    """Children before parents; some parents are not among the nodes."""
    count = most(st.integers(1, 14))
    nodes = []
    for at in range(count):
        later = st.integers(at + 1, count + 1)
        parents = most(st.lists(later, max_size=4, unique=True))
        nodes.append(Node(str(at), tuple(map(str, parents))))
    return nodes


def reached(rows: list[GraphRow], at: int) -> set[str]:
    """Commits that lines lead down to from row `at`, as an eye may follow them; `out` where one
    leaves the drawing."""
    found: set[str] = set()
    seen: set[tuple[int, int]] = set()

    def sideways(row: int, column: int, step: int) -> None:
        """Along the line; at each corner that leads down, down."""
        cells = rows[row]
        while cells.cells[column] & (RIGHT if step > 0 else LEFT):
            column += step
            if cells.cells[column] & DOWN and column != cells.column:
                down(row, column)
            if column == cells.column and row != at:
                found.add(cells.commit)
                return

    def down(row: int, column: int) -> None:
        if (row, column) in seen:
            return
        seen.add((row, column))
        below = row + 1
        if below == len(rows):
            found.add("out")
            return
        cells = rows[below]
        assert cells.cells[column] & UP, "a line ends in the air"
        if column == cells.column:
            found.add(cells.commit)
        elif cells.cells[column] & DOWN:
            down(below, column)
        else:
            sideways(below, column, -1)
            sideways(below, column, 1)

    if rows[at].cells[rows[at].column] & DOWN:
        down(at, rows[at].column)
    sideways(at, rows[at].column, -1)
    sideways(at, rows[at].column, 1)
    return found


@settings(max_examples=120, deadline=None)
@given(histories())
def test_every_edge_to_a_parent_is_drawn(nodes: list[Node]) -> None:
    rows = draw(nodes)
    known = {node.commit for node in nodes}
    for at, node in enumerate(nodes):
        wanted = {parent if parent in known else "out" for parent in node.parents}
        assert wanted <= reached(rows, at), [row.text() for row in rows]


@settings(max_examples=120, deadline=None)
@given(histories())
def test_no_line_ends_in_the_air_and_columns_are_taken_again(nodes: list[Node]) -> None:
    rows = draw(nodes)
    for upper, lower in pairwise(rows):
        width = max(len(upper.cells), len(lower.cells))
        downs = [*(bool(cell & DOWN) for cell in upper.cells), *[False] * width][:width]
        ups = [*(bool(cell & UP) for cell in lower.cells), *[False] * width][:width]
        assert downs == ups
    for row in rows:
        for at, runs_on in enumerate(row.gaps):
            assert bool(row.cells[at] & RIGHT) is runs_on
            assert not runs_on or row.cells[at + 1] & LEFT
    assert not any(cell & UP for cell in rows[0].cells)
    open_edges, most = set[tuple[int, str]](), 0
    for at, node in enumerate(nodes):
        open_edges = {edge for edge in open_edges if edge[1] != node.commit}
        open_edges |= {(at, parent) for parent in node.parents}
        most = max(most, len(open_edges) + 1)
    assert max(len(row.cells) for row in rows) <= 2 * most  # no column is left free for long


@given(histories(), st.integers(3, 8))
def test_a_drawing_that_is_cut_keeps_to_its_width_and_shows_the_commit(
    nodes: list[Node], most: int
) -> None:
    for row in draw(nodes):
        text = row.text("X", most=most)
        assert len(text) <= 2 * most
        assert text.count("X") == 1


@given(histories(), st.randoms())
def test_order_is_by_descent_whatever_the_clocks_say(nodes: list[Node], chance: object) -> None:
    shuffled = list(nodes)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    order = in_order(shuffled)
    assert sorted(order) == list(range(len(nodes)))
    place = {shuffled[at].commit: n for n, at in enumerate(order)}
    for node in nodes:
        assert all(place[node.commit] < place[one] for one in node.parents if one in place)


def test_order_leaves_what_is_in_order_alone() -> None:
    nodes = nodes_of(["a b", "x y", "b c", "y c", "c"])
    assert in_order(nodes) == list(range(5))


def test_ten_thousand_commits_are_drawn() -> None:
    nodes = []
    for at in range(10_000):
        parents = [str(at + 1)] if at < 9_999 else []
        if at % 3 == 0 and at + 7 < 10_000:
            parents.append(str(at + 7))
        nodes.append(Node(str(at), tuple(parents)))
    rows = draw([nodes[at] for at in in_order(nodes)])
    assert len(rows) == 10_000
    assert max(len(row.cells) for row in rows) < 12
