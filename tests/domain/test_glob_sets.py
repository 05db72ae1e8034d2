"""Lists of globs as sets of paths: do they meet, does one cover the other?"""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cockpit.domain import glob_sets
from cockpit.domain.glob_sets import covers, overlap
from cockpit.domain.globs import matches
from cockpit.errors import UsageError


def globs(text: str) -> tuple[str, ...]:
    return tuple(text.split())


@pytest.mark.parametrize(
    ("one", "other", "meet"),
    [
        ("src/auth/**", "src/api/**", False),
        ("src/**", "src/api/**", True),
        ("src/**/test_*", "src/api/*.py", True),
        ("**/*.py", "docs/**", True),
        ("*.py", "docs/**", False),
        ("src/auth", "src/auth/login.py", True),
        ("src/auth", "src/authors/x", False),
        ("src/auth/", "src/auth", True),
        ("a?c", "a[b-d]c", True),
        ("a?c", "a/c", False),
        ("[!a]x", "[a-c]x", True),
        ("[!a-c]x", "[a-c]x", False),
        ("[+-9]x", "a/x", False),
        ("SRC/**", "src/a", True),
        ("{src,tests}/api/**", "tests/api/t.py", True),
        ("{src,tests}/api/**", "docs/**", False),
        ("**", "x", True),
        ("a/**/b", "a/b", True),
        ("a/**/b", "a/c/d/b/e", True),
        ("a/*/b", "a/c/d/b", False),
        ("*a*b*", "xaybz", True),
        ("*.md *.txt", "notes.txt", True),
        ("", "x", False),
    ],
)
def test_overlap(one: str, other: str, meet: bool) -> None:
    assert overlap(globs(one), globs(other)) is meet
    assert overlap(globs(other), globs(one)) is meet


@pytest.mark.parametrize(
    ("outer", "inner", "is_covered"),
    [
        ("src/**", "src/auth/**", True),
        ("src/auth/**", "src/**", False),
        ("src", "src/auth/**", True),
        ("src/**", "src", False),
        ("**", "src/** docs/a?[bc]*", True),
        ("src/** tests/**", "{src,tests}/auth/**", True),
        ("src/**", "{src,tests}/auth/**", False),
        ("**/*.py", "src/**/test_*.py", True),
        ("src/*", "src/a", False),
        ("src/**", "SRC/a.py", True),
        ("[a-f]* [g-z]* [!a-z]*", "*x", True),
        ("*", "*", True),
        ("a*", "*", False),
        ("src/**", "", True),
    ],
)
def test_covers(outer: str, inner: str, is_covered: bool) -> None:
    assert covers(globs(outer), globs(inner)) is is_covered


def test_a_bad_glob_is_refused_by_name() -> None:
    with pytest.raises(UsageError, match=r"\.\./x"):
        overlap(("../x",), ("y",))


def test_a_question_that_would_take_for_ever_gets_the_careful_answer(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(glob_sets, "MOST_STEPS", 3)
    assert overlap(globs("first/*one/**"), globs("first/*other/**"))
    assert not covers(globs("second/*/**"), globs("second/one/**"))


@pytest.mark.parametrize(
    ("one", "other", "meet", "covered"),
    [
        ("far/**", "away/**", False, False),
        ("docs", "docs/a/*.md", True, True),
        ("docs/", "docs/{a,b}/**", True, True),
        ("docs/**", "docs/**", True, True),
        ("docs", "docs", True, True),
        ("docs/**", "docs2/**", False, False),
        ("{docs,src}/**", "{docs/a,src/b}/**", True, True),
        ("DOCS/**", "docs/A*", True, True),
    ],
)
def test_most_zones_need_no_automaton(
    one: str, other: str, meet: bool, covered: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(glob_sets, "MOST_STEPS", 40 if meet else 0)
    assert overlap(globs(one), globs(other)) == meet
    monkeypatch.setattr(glob_sets, "MOST_STEPS", 0)
    assert covers(globs(one), globs(other)) == covered


PIECES = st.sampled_from(["a", "b", "ab", "*", "a*", "*b", "?", "[ab]", "[!a]", "**", "{a,b/a}"])
GLOB = st.lists(PIECES, min_size=1, max_size=2).map("/".join)
GLOBS = st.lists(GLOB, min_size=1, max_size=3).map(tuple)
NAMES = ("a", "b", "ab", "c")
PATHS = ["/".join(path) for depth in range(1, 6) for path in itertools.product(NAMES, repeat=depth)]
"""Whatever two of these globs have in common, one of these paths shows it."""


@given(GLOBS, GLOBS)
@settings(max_examples=60)
def test_they_agree_with_the_matcher_on_every_short_path(
    one: tuple[str, ...], other: tuple[str, ...]
) -> None:
    ours = {path for path in PATHS if matches(path, one)}
    theirs = {path for path in PATHS if matches(path, other)}
    assert overlap(one, other) == bool(ours & theirs)
    if covers(one, other):
        assert theirs <= ours
    assert covers((*one, *other), other)
