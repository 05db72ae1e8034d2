"""Paths as a tree: folded folders, closed folders, places that fit."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from cockpit.domain.filetree import tree_order, tree_rows

PATHS = ["README", "src/a/b/one.py", "src/a/b/two.py", "src/c.py", "x/y/z"]


def drawn(paths: list[str], closed: set[str] | None = None) -> list[str]:
    rows = tree_rows(tree_order(paths), closed or set())
    return ["  " * row.depth + row.name + ("/" if row.folder else "") for row in rows]


def test_folders_come_first_and_fold() -> None:
    assert drawn(PATHS) == [
        "src/",
        "  a/b/",
        "    one.py",
        "    two.py",
        "  c.py",
        "x/y/",
        "  z",
        "README",
    ]


def test_closed_folders_hide_what_they_hold() -> None:
    assert drawn(PATHS, {"src/a/b", "x/y"}) == ["src/", "  a/b/", "  c.py", "x/y/", "README"]
    closed = next(row for row in tree_rows(tree_order(PATHS), {"src"}) if row.closed)
    assert list(closed.files) == [0, 1, 2]


@given(st.sets(st.text(alphabet="ab/.", min_size=1, max_size=12)), st.integers(0, 5))
def test_each_file_has_one_row_in_order(names: set[str], first: int) -> None:
    paths = tree_order(names)
    rows = tree_rows(paths, first=first)
    files = [row.files.start for row in rows if not row.folder and len(row.files) == 1]
    places = list(range(first, first + len(paths)))
    assert [at for at in files if at in places][: len(places)] == places or len(files) >= len(paths)
    for row in rows:
        assert row.files and row.files.start >= first and row.files.stop <= first + len(paths)


def test_a_path_deeper_than_python_s_stack() -> None:
    deep = ["/".join("ab"[at % 2] for at in range(size)) for size in range(1, 3000, 2)]
    assert len(tree_rows(tree_order(deep))) >= len(deep)
