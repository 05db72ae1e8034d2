"""Globs: a table of what each means, and a plain recursive matcher as the measure."""

from __future__ import annotations

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cockpit.domain.globs import (
    MAX_ALTERNATIVES,
    compile_globs,
    fold,
    matches,
    matches_exactly,
    why_not_glob,
)
from cockpit.errors import UsageError

COVERS = [
    ("src/auth/**", "src/auth/a.py"),
    ("src/auth/**", "src/auth/deep/er/a.py"),
    ("src/auth/", "src/auth/a.py"),
    ("src/auth", "src/auth"),
    ("src/auth", "src/auth/a/b.py"),
    ("src/*", "src/a.py"),
    ("**", "any/thing"),
    ("**", "top"),
    ("**/*.py", "a.py"),
    ("**/*.py", "a/b/c.py"),
    ("a/**/z", "a/z"),
    ("a/**/z", "a/b/c/z"),
    ("a/**/m/**/z", "a/x/m/y/m/z"),
    ("a/**/**/z", "a/q/z"),
    ("ledgers/*-alpha.csv", "ledgers/tasks-alpha.csv"),
    ("{src,tests}/api/**", "tests/api/x"),
    ("a{b,c{d,e}}f", "acef"),
    ("a{,b}.txt", "a.txt"),
    ("file?.txt", "file1.txt"),
    ("[a-c]x", "bx"),
    ("[!a-c]x", "dx"),
    ("[]x]y", "]y"),
    ("*a*b*", "xxaxxbxx"),
    ("SRC/Auth/**", "src/AUTH/x"),
    ("caf\u00e9/**", "cafe\u0301/x"),
    ("a b/**", "a b/with\nnewline"),
    ("x/**", "x/\udcff\udcfe"),
    ("a.b", "a.b"),
    ("-rf/**", "-rf/x"),
]
DOES_NOT_COVER = [
    ("src/auth/**", "src/authority/a.py"),
    ("src/auth/**", "src/auth"),
    ("src/auth/**", "other/src/auth/x"),
    ("src/*", "src/a/b.py"),
    ("src/*", "src"),
    ("*.py", "a/b.py"),
    ("*", "a/b"),
    ("a/**/z", "a/zz"),
    ("a/**/z", "az"),
    ("**/x/y", "ax/y"),
    ("file?.txt", "file.txt"),
    ("file?.txt", "file/.txt"),
    ("[a-c]x", "dx"),
    ("[!a]x", "/x"),
    ("a.b", "axb"),
    ("{a,b}/**", "c/x"),
    ("a*", "b"),
    ("ledgers/*-alpha.csv", "ledgers/tasks-alpha.csv/x"),
]


@pytest.mark.parametrize(("glob", "path"), COVERS)
def test_covers(glob: str, path: str) -> None:
    assert matches(path, (glob,))


@pytest.mark.parametrize(("glob", "path"), DOES_NOT_COVER)
def test_does_not_cover(glob: str, path: str) -> None:
    assert not matches(path, (glob,))


def test_wide_lists_cover_what_takes_the_place_of_the_folder() -> None:
    for glob in ("canon/**", "canon/", "**/canon/**", "{canon,law}/**"):
        assert matches("canon", (glob,), wide=True)
        assert not matches("canon", (glob,))
        assert not matches("canons", (glob,), wide=True)


def test_exact_knows_case() -> None:
    assert matches_exactly("src/A", ("src/A",))
    assert not matches_exactly("SRC/A", ("src/A",))


def test_no_globs_cover_nothing() -> None:
    assert not matches("a", ())


@pytest.mark.parametrize(
    "glob",
    [
        "", " ", "/src/**", "../x", "a/../b", "./a", "a//b", "a\\b", "!a", "a**", "**b/c",
        "{a", "a}", "{a,{b}", "[a", "[", "[z-a]", "a\nb", "a\x00b", "\udcff", "x" * 501,
        "{a,b}" * 7, "{}",
    ],
)  # fmt: skip
def test_bad_globs_are_complained_of_and_refused(glob: str) -> None:
    assert why_not_glob(glob)
    with pytest.raises(UsageError):
        compile_globs((glob,))


def test_brace_bombs_end_quickly() -> None:
    started = time.monotonic()
    assert str(MAX_ALTERNATIVES) in why_not_glob("{a,b}" * 80)
    assert why_not_glob("{" * 249 + "a" + "}" * 249) == ""
    assert time.monotonic() - started < 1


def test_hostile_paths_do_not_make_a_glob_slow() -> None:
    globs = ("*a*a*a*a*a*a*a*a*b", "**/a*/**/a*/**/a*/**/a*/**/b", "**/*a*a*a*/**/*a*a*c")
    started = time.monotonic()
    for glob in globs:
        assert not matches("a" * 4000, (glob,))
        assert not matches("/".join(["aaa"] * 1000), (glob,))
    assert time.monotonic() - started < 2


NAMES = st.text(alphabet="ab.", min_size=1, max_size=3).filter(lambda t: t not in (".", ".."))
PATHS = st.lists(NAMES, min_size=1, max_size=5).map("/".join)
PIECES = st.one_of(
    st.just("**"),
    st.lists(st.sampled_from(["a", "b", ".", "*", "?", "[ab]", "[!a]"]), min_size=1, max_size=4)
    .map("".join)
    .filter(lambda t: "**" not in t and t not in (".", "..")),
)
GLOBS = st.lists(PIECES, min_size=1, max_size=5).map("/".join)


@given(GLOBS, PATHS, st.booleans())
def test_agrees_with_a_plain_matcher(glob: str, path: str, wide: bool) -> None:
    assert matches(path, (glob,), wide=wide) == plain(glob.split("/"), path.split("/"), wide)


def plain(glob: list[str], path: list[str], wide: bool) -> bool:
    """The definition, word by word, exponential and all."""
    last = glob[-1]
    if last == "**":
        body = glob[:-1]
        rest = range(0 if wide and any(one != "**" for one in body) else 1, len(path) + 1)
        return any(_fits(body, path[: len(path) - n]) for n in rest)
    if re.search(r"[*?\[]", last):
        return _fits(glob, path)
    return any(_fits(glob, path[:n]) for n in range(1, len(path) + 1))


def _fits(glob: list[str], path: list[str]) -> bool:
    if not glob:
        return not path
    if glob[0] == "**":
        return any(_fits(glob[1:], path[n:]) for n in range(len(path) + 1))
    return bool(path) and _name_fits(glob[0], path[0]) and _fits(glob[1:], path[1:])


def _name_fits(glob: str, name: str) -> bool:
    pattern = glob.replace(".", r"\.").replace("*", ".*").replace("?", ".").replace("[!", "[^")
    return re.fullmatch(pattern, name) is not None


@given(st.text(max_size=60))
def test_any_text_is_either_a_glob_or_complained_of(text: str) -> None:
    if not why_not_glob(text):
        compile_globs((text,))
        compile_globs((text,), wide=True)


@given(st.text(max_size=30))
def test_folding_is_stable(text: str) -> None:
    assert fold(fold(text)) == fold(text)
