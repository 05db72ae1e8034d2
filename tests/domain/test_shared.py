"""Hunks that two changes share, by tables and against a merge done line by line."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from cockpit.domain.shared import (
    Edit,
    FileEdits,
    LaterCommit,
    Span,
    carried,
    shared_hunks,
    with_conflicts,
)


def edit(old: tuple[int, int], new: tuple[int, int]) -> Edit:
    return Edit(Span.of(*old), Span.of(*new))


def file(*edits: Edit, path: str = "f", whole: bool = False) -> FileEdits:
    return FileEdits(path, edits, whole)


def later(name: str, *files: FileEdits) -> LaterCommit:
    return LaterCommit(name, f"subject {name}", files)


MINE = [file(edit((5, 1), (5, 2)))]  # line 5 became lines 5 and 6


@pytest.mark.parametrize(
    ("other", "lines"),
    [
        (edit((5, 1), (5, 1)), "lines 5-6"),
        (edit((7, 1), (7, 1)), "lines 5-7"),  # it adjoins
        (edit((4, 1), (4, 1)), "lines 4-6"),
        (edit((8, 1), (8, 1)), ""),
        (edit((3, 1), (3, 1)), ""),
        (edit((4, 0), (5, 1)), "lines 5-7"),  # put in right before
        (edit((6, 0), (7, 3)), "lines 5-9"),  # put in right after
        (edit((5, 2), (4, 0)), "between lines 4 and 5"),  # taken out again
        (edit((1, 20), (0, 0)), "line 1"),  # all of the file's lines
        (edit((6, 0), (7, 1)), "lines 5-7"),
    ],
)
def test_one_later_change(other: Edit, lines: str) -> None:
    found = shared_hunks(MINE, [later("c", file(other))])
    assert [hunk.lines for hunk in found] == ([lines] if lines else [])


def test_lines_are_those_of_the_target_now() -> None:
    above = later("above", file(edit((0, 0), (1, 10))))
    met = later("met", file(edit((15, 1), (15, 1))))
    below = later("below", file(edit((1, 2), (1, 1))))
    (hunk,) = shared_hunks(MINE, [above, met, below])
    assert (hunk.commit, hunk.lines) == ("met", "lines 14-15")


def test_what_a_later_change_made_of_the_lines_is_followed() -> None:
    first = later("first", file(edit((5, 2), (5, 6))))
    second = later("second", file(edit((10, 1), (10, 1))))
    found = shared_hunks(MINE, [first, second])
    assert {hunk.commit for hunk in found} == {"first", "second"}


def test_whole_files_and_other_paths() -> None:
    whole = later("c", file(whole=True))
    assert [hunk.lines for hunk in shared_hunks(MINE, [whole])] == ["the whole file"]
    assert shared_hunks([file(whole=True)], [later("c", file(edit((9, 1), (9, 1))))])
    other = later("c", file(edit((5, 1), (5, 1)), path="g"))
    assert shared_hunks(MINE, [other]) == ()
    assert shared_hunks([], [whole]) == ()


def test_the_same_change_made_again_counts() -> None:
    same = later("lane", file(edit((5, 1), (5, 2))))
    below = later("below", file(edit((0, 0), (1, 1))))
    (hunk,) = shared_hunks(MINE, [below], [same])
    assert (hunk.commit, hunk.lines) == ("lane", "lines 6-7")


def test_conflicts_are_marked_and_never_go_unnamed() -> None:
    found = shared_hunks(MINE, [later("c", file(edit((5, 1), (5, 1))))])
    one, two = with_conflicts(found, ["f", "g~HEAD"], {"c": 7})
    assert (one.path, one.step, one.blocks) == ("f", 7, True)
    assert (two.path, two.commit, two.blocks, two.lines) == ("g~HEAD", "", True, "the whole file")


def test_carried_takes_in_what_touches() -> None:
    edits = [edit((1, 1), (1, 3)), edit((9, 2), (11, 0))]
    assert carried(Span(4, 5), edits) == Span(6, 7)
    assert carried(Span(8, 10), edits) == Span(10, 10)


def test_many_files_are_not_gone_through_for_each() -> None:
    class Counting(tuple[FileEdits, ...]):
        times = 0

        def __reversed__(self) -> Iterator[FileEdits]:
            Counting.times += 1
            return iter(self[::-1])

        def __iter__(self) -> Iterator[FileEdits]:
            Counting.times += 1
            return super().__iter__()

    mine = [file(edit((5, 1), (5, 1)), path=f"f{number}") for number in range(300)]
    commit = LaterCommit("one", "subject", Counting(mine))
    assert len(shared_hunks(mine, [commit], [commit])) == 300
    assert Counting.times < 5
