"""Marked texts taken apart and put together, and git's own normal form of a conflict."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cockpit.domain.conflict_text import (
    Common,
    ConflictHunk,
    NotMarked,
    free_size,
    is_binary,
    joined,
    leftovers,
    markers_in,
    pieces_of,
    rerere_form,
    runs,
    texts_of_hunks,
    with_markers,
)

MARKED = b"a\n<<<<<<< x\nb\n||||||| y\nc\n=======\nd\n>>>>>>> z\ne\n"


def test_a_marked_text_is_taken_apart() -> None:
    assert pieces_of(MARKED, 7, ours=b"a\nb\ne\n", theirs=b"a\nd\ne\n") == (
        Common(b"a\n"),
        ConflictHunk(b"c\n", b"b\n", b"d\n"),
        Common(b"e\n"),
    )


@pytest.mark.parametrize(
    "text",
    [
        b"<<<<<<< x\na\n=======\nb\n>>>>>>> z\n",  # no base: not the style that is asked for
        b"<<<<<<< x\na\n",
        b"a\n=======\n",
        b">>>>>>> z\n",
        b"<<<<<<< x\n<<<<<<< x\n",
        b"<<<<<<< x\n||||||| y\n=======\n=======\n>>>>>>> z\n",
    ],
)
def test_another_form_is_refused_not_guessed(text: bytes) -> None:
    with pytest.raises(NotMarked):
        pieces_of(text, 7, ours=b"", theirs=b"")


@pytest.mark.parametrize("line", [b"========\n", b"======\n", b"<<<<<<<x\n", b" =======\n"])
def test_lines_that_only_look_like_markers_are_text(line: bytes) -> None:
    assert pieces_of(line, 7, ours=line, theirs=line) == (Common(line),)


def test_a_missing_last_newline_is_found_again() -> None:
    text = b"<<<<<<< x\nb\n||||||| y\nc\n=======\nd\n>>>>>>> z\n"
    [hunk] = pieces_of(text, 7, base=b"c", ours=b"b", theirs=b"d\n")
    assert hunk == ConflictHunk(b"c", b"b", b"d\n")
    text = text.replace(b"\n", b"\r\n")
    [hunk] = pieces_of(text, 7, base=b"c", ours=b"b\r\n", theirs=b"d")
    assert hunk == ConflictHunk(b"c", b"b\r\n", b"d")


def test_a_base_with_markers_of_git_s_own_merge_is_no_base() -> None:
    inner = b"<<<<<<<<< Temporary merge branch 1\nc\n"
    text = MARKED.replace(b"c\n", inner)
    hunk = pieces_of(text, 7, ours=b"", theirs=b"")[1]
    assert isinstance(hunk, ConflictHunk) and hunk.base is None


@pytest.mark.parametrize(
    ("taken", "size"),
    [((), 7), ((7,), 8), ((8,), 9), ((9,), 10), ((7, 11), 8), ((7, 10, 13), 14), ((20,), 7)],
)
def test_the_shortest_free_length(taken: tuple[int, ...], size: int) -> None:
    assert free_size(taken) == size


def test_runs_and_markers() -> None:
    assert runs(b"=======\nx ========\n<<<<<<<<<x\n>>>>>>\n") == {7, 9}
    assert markers_in(b"<<<<<<< a\n=======\r\n======= x\n>>>>>>>x\n") == {
        b"<<<<<<< a",
        b"=======\r",
    }


def test_leftovers() -> None:
    allowed = markers_in(b"<<<<<<< mine\n")
    assert leftovers(b"<<<<<<< mine\n", allowed) == ()
    assert leftovers(b"<<<<<<< other\n", allowed) == (b"<<<<<<< other",)
    assert leftovers(b"Title\n=======\n", allowed) == (), "a heading"


def test_binary_is_what_git_calls_so() -> None:
    assert is_binary(b"a\0") and not is_binary(b"x" * 8000 + b"\0")


@pytest.mark.parametrize(
    ("parts", "whole"),
    [
        ((b"a\n", b"b\n"), b"a\nb\n"),
        ((b"a", b"b"), b"a\nb"),
        ((b"a", b"b\r\n"), b"a\r\nb\r\n"),
        ((b"x\r\na", b"b"), b"x\r\na\r\nb"),
        ((b"a", b"", b""), b"a"),
        ((b"", b"b"), b"b"),
    ],
)
def test_joining_keeps_lines_apart(parts: tuple[bytes, ...], whole: bytes) -> None:
    assert joined(parts) == whole


ROW = st.sampled_from([b"a\n", b"b\r\n", b"\n", b"c d\n"])
BLOCK = st.lists(ROW, min_size=1, max_size=3).map(b"".join)
SIDE = st.lists(ROW, max_size=3).map(b"".join)
PIECES = st.lists(st.tuples(BLOCK, SIDE, SIDE, SIDE), min_size=1, max_size=4)


@given(PIECES, st.integers(7, 12))
def test_what_is_put_together_is_taken_apart_the_same(
    parts: list[tuple[bytes, bytes, bytes, bytes]], size: int
) -> None:
    pieces: list[Common | ConflictHunk] = []
    for common, base, ours, theirs in parts:
        pieces += [Common(common), ConflictHunk(base, ours, theirs)]
    pieces.append(Common(b"end\n"))
    text = with_markers(pieces, [None] * len(parts), ours="x", theirs="y", size=size)
    assert pieces_of(text, size, ours=b"", theirs=b"") == tuple(pieces)


def test_texts_of_hunks() -> None:
    hunk = ConflictHunk(b"", b"o\n", b"t\n")
    pieces = (Common(b"a\n"), hunk, Common(b"b\n"), hunk, Common(b"c\n"))
    assert texts_of_hunks(pieces, b"a\n1\nb\n2\n3\nc\n") == (b"1\n", b"2\n3\n")
    assert texts_of_hunks(pieces, b"a\nb\nc\n") == (b"", b"")
    assert texts_of_hunks(pieces, b"a\nb\n1\nb\nc\n") is None, "in more than one way"
    assert texts_of_hunks(pieces, b"x\nb\nc\n") is None
    assert texts_of_hunks(pieces, b"a\n1\nb\n2\n") is None
    assert texts_of_hunks((hunk,), b"all\n") == (b"all\n",)
    assert texts_of_hunks((hunk, hunk), b"all\n") is None


def test_the_form_that_rerere_hashes() -> None:
    text = b"k\n<<<<<<< x\nz\n=======\na\n>>>>>>> y\n"
    wanted = hashlib.sha1(b"a\n\0z\n\0").hexdigest()
    normal = b"k\n<<<<<<<\na\n=======\nz\n>>>>>>>\n"
    assert rerere_form(text) == (wanted, normal)
    with_base = text.replace(b"=======\n", b"||||||| base\nq\n=======\n")
    assert rerere_form(with_base) == (wanted, normal), "the base does not count"
    exchanged = b"k\n<<<<<<< y\na\n=======\nz\n>>>>>>> x\n"
    assert rerere_form(exchanged) == (wanted, normal), "nor does which side is ours"


@pytest.mark.parametrize("text", [b"", b"a\n", b"<<<<<<< x\na\n", b"<<<<<<< x\n>>>>>>> y\n"])
def test_nothing_that_rerere_would_know(text: bytes) -> None:
    assert rerere_form(text) is None
