"""Conflicts of every kind on real repositories: what is offered, and what each answer makes."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from cockpit.adapters.git.repository import open_repository
from cockpit.domain.conflict import Asks, Kind, Take
from cockpit.domain.conflict_text import ConflictHunk
from cockpit.domain.resolution import WHOLE, Choice, Point, Resolution
from cockpit.errors import CockpitError, Refused
from tests.adapters.git.conflicts import (
    ALPHA,
    Picture,
    conflict_in,
    diverge,
    lines,
    tree_after,
)
from tests.conftest import git

A, B, C, D = (lines(name) for name in "abcd")
AO, AT = lines("a", l2="ours"), lines("a", l2="theirs")
F, X, L, S = "100644", "100755", "120000", "160000"
SUB = [f"{digit}" * 40 for digit in "123"]

Tree = dict[str, tuple[str, bytes]]

CASES: dict[str, tuple[Picture, Picture, Picture, str, Kind, dict[Take, Tree]]] = {
    "content": (
        {"f": A, "g": B},
        {"f": AO, "g": B},
        {"f": AT, "g": B},
        "f",
        Kind.CONTENT,
        {
            Take.OURS: {"f": (F, AO), "g": (F, B)},
            Take.THEIRS: {"f": (F, AT), "g": (F, B)},
            Take.BASE: {"f": (F, A), "g": (F, B)},
        },
    ),
    "add/add": (
        {"f": A},
        {"f": A, "h": C},
        {"f": A, "h": D},
        "h",
        Kind.ADD_ADD,
        {
            Take.OURS: {"f": (F, A), "h": (F, C)},
            Take.THEIRS: {"f": (F, A), "h": (F, D)},
            Take.BOTH: {"f": (F, A), "h": (F, C), "h~main": (F, D)},
            Take.DELETE: {"f": (F, A)},
        },
    ),
    "modify/delete": (
        {"f": A, "g": B},
        {"f": AO, "g": B},
        {"g": B},
        "f",
        Kind.MODIFY_DELETE,
        {
            Take.OURS: {"f": (F, AO), "g": (F, B)},
            Take.THEIRS: {"g": (F, B)},
            Take.BASE: {"f": (F, A), "g": (F, B)},
        },
    ),
    "delete/modify": (
        {"f": A, "g": B},
        {"g": B},
        {"f": AT, "g": B},
        "f",
        Kind.MODIFY_DELETE,
        {Take.OURS: {"g": (F, B)}, Take.THEIRS: {"f": (F, AT), "g": (F, B)}},
    ),
    "rename/delete": (
        {"f": A, "k": B},
        {"g": AO, "k": B},
        {"k": B},
        "g",
        Kind.RENAME_DELETE,
        {Take.OURS: {"g": (F, AO), "k": (F, B)}, Take.THEIRS: {"k": (F, B)}},
    ),
    "rename/rename to two names": (
        {"f": A, "k": B},
        {"g": AO, "k": B},
        {"h": AT, "k": B},
        "g",
        Kind.RENAME_RENAME,
        {
            Take.OURS: {"g": (F, AO), "k": (F, B)},
            Take.THEIRS: {"h": (F, AT), "k": (F, B)},
            Take.BOTH: {"g": (F, AO), "h": (F, AT), "k": (F, B)},
            Take.BASE: {"f": (F, A), "k": (F, B)},
            Take.DELETE: {"k": (F, B)},
        },
    ),
    "rename/rename to one name": (
        {"f": A, "g": B},
        {"h": lines("a", l2="o"), "g": lines("b", l3="go")},
        {"h": lines("b", l3="t"), "f": lines("a", l2="ft")},
        "h",
        Kind.COLLISION,
        {
            Take.OURS: {"h": (F, lines("a", l2="o"))},
            Take.THEIRS: {"h": (F, lines("b", l3="t"))},
            Take.BOTH: {"h": (F, lines("a", l2="o")), "h~main": (F, lines("b", l3="t"))},
        },
    ),
    "binary": (
        {"f": b"a\0b"},
        {"f": b"a\0c"},
        {"f": b"a\0d"},
        "f",
        Kind.BINARY,
        {
            Take.OURS: {"f": (F, b"a\0c")},
            Take.THEIRS: {"f": (F, b"a\0d")},
            Take.BASE: {"f": (F, b"a\0b")},
            Take.BOTH: {"f": (F, b"a\0c"), "f~main": (F, b"a\0d")},
            Take.DELETE: {},
        },
    ),
    "symlink": (
        {"f": A},
        {"f": A, "l": ("l", b"to-ours")},
        {"f": A, "l": ("l", b"to-theirs")},
        "l",
        Kind.SYMLINK,
        {
            Take.OURS: {"f": (F, A), "l": (L, b"to-ours")},
            Take.THEIRS: {"f": (F, A), "l": (L, b"to-theirs")},
            Take.DELETE: {"f": (F, A)},
        },
    ),
    "file and symlink": (
        {"f": A, "l": B},
        {"f": A, "l": lines("b", l2="ours")},
        {"f": A, "l": ("l", b"away")},
        "l",
        Kind.TYPES,
        {
            Take.OURS: {"f": (F, A), "l": (F, lines("b", l2="ours"))},
            Take.THEIRS: {"f": (F, A), "l": (L, b"away")},
            Take.BASE: {"f": (F, A), "l": (F, B)},
            Take.BOTH: {
                "f": (F, A),
                "l": (F, lines("b", l2="ours")),
                "l~main": (L, b"away"),
            },
        },
    ),
    "submodule": (
        {"s": ("s", SUB[0].encode())},
        {"s": ("s", SUB[1].encode())},
        {"s": ("s", SUB[2].encode())},
        "s",
        Kind.SUBMODULE,
        {
            Take.OURS: {"s": (S, SUB[1].encode())},
            Take.THEIRS: {"s": (S, SUB[2].encode())},
            Take.BASE: {"s": (S, SUB[0].encode())},
            Take.DELETE: {},
        },
    ),
    "file and directory": (
        {"f": A},
        {"f": A, "d": B},
        {"f": A, "d/x": C, "d/y": D},
        "d",
        Kind.FILE_DIRECTORY,
        {
            Take.OURS: {"f": (F, A), "d": (F, B)},
            Take.THEIRS: {"f": (F, A), "d/x": (F, C), "d/y": (F, D)},
            Take.BOTH: {"f": (F, A), "d/x": (F, C), "d/y": (F, D), "d~alpha": (F, B)},
        },
    ),
    "directory and changed file": (
        {"f": A},
        {"f/x": C},
        {"f": AT},
        "f",
        Kind.FILE_DIRECTORY,
        {
            Take.OURS: {"f/x": (F, C)},
            Take.THEIRS: {"f": (F, AT)},
            Take.BOTH: {"f/x": (F, C), "f~main": (F, AT)},
        },
    ),
    "file in a renamed directory": (
        {"d/f": A, "d/g": B},
        {"e/f": A, "e/g": B},
        {"d/f": A, "d/g": B, "d/new": C},
        "e/new",
        Kind.LOCATION,
        {
            Take.OURS: {"e/f": (F, A), "e/g": (F, B), "e/new": (F, C)},
            Take.THEIRS: {"e/f": (F, A), "e/g": (F, B), "d/new": (F, C)},
            Take.DELETE: {"e/f": (F, A), "e/g": (F, B)},
        },
    ),
    "directory renamed to several": (
        {"d/f": A, "d/g": B, "d/h": C, "d/k": D},
        {"e/f": A, "e/g": B, "k/h": C, "k/k": D},
        {"d/f": A, "d/g": B, "d/h": C, "d/k": D, "d/new": lines("n")},
        "d",
        Kind.OTHER,
        {
            Take.AS_MERGED: {
                "e/f": (F, A),
                "e/g": (F, B),
                "k/h": (F, C),
                "k/k": (F, D),
                "d/new": (F, lines("n")),
            }
        },
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_every_kind_and_every_answer_for_the_whole_of_it(tmp_path: Path, name: str) -> None:
    base, ours, theirs, path, kind, answers = CASES[name]
    with conflict_in(tmp_path / "r", base, ours, theirs) as (repository, conflict):
        [file] = conflict.files
        assert (file.path, file.kind) == (path, kind)
        assert git(tmp_path / "r", "status", "--porcelain") == ""
        for take, tree in answers.items():
            state = Resolution(conflict).choose(Point(0, WHOLE), Choice(take))
            assert state.may_finish
            assert tree_after(repository, state) == tree, take
        offered = {option.take for option in file.wholes}
        assert offered >= set(answers)


def test_a_look_leaves_nothing_in_the_repository(tmp_path: Path) -> None:
    root = tmp_path / "r"
    with conflict_in(root, {"f": A}, {"f": AO}, {"f": AT}) as (repository, conflict):
        count = git(root, "count-objects")
        repository.conflicts.look(conflict.source, conflict.target, ALPHA, "main")
        assert git(root, "count-objects") == count


def test_no_conflict_and_no_common_history(tmp_path: Path) -> None:
    root = tmp_path / "r"
    picture = {"f": A}
    with conflict_in(root, picture, {"f": AO}, {**picture, "g": B}) as (repository, conflict):
        assert conflict.files == ()
        tree = git(root, "mktree", stdin="").strip()
        other = git(root, "commit-tree", tree, "-m", "alone").strip()
        with pytest.raises(CockpitError, match="can't merge"):
            repository.conflicts.look(conflict.source, type(conflict.source)(other), ALPHA, "main")


# ------------------------------------------------------------------ hunks


def test_hunks_have_base_and_sides_and_keep_what_merged(tmp_path: Path) -> None:
    ours = lines("a", 40, l3="o3", l20="o20", l30="mine alone")
    theirs = lines("a", 40, l3="t3", l20="t20", l10="theirs alone")
    with conflict_in(tmp_path / "r", {"f": lines("a", 40)}, {"f": ours}, {"f": theirs}) as (
        repository,
        conflict,
    ):
        assert conflict.files[0].hunks == (
            ConflictHunk(b"line 3 of a\n", b"o3\n", b"t3\n"),
            ConflictHunk(b"line 20 of a\n", b"o20\n", b"t20\n"),
        )
        state = Resolution(conflict).choose(Point(0, 0), Choice(Take.BOTH))
        state = state.choose(Point(0, 1), Choice(Take.EDIT, b"neither\n"))
        wanted = lines("a", 40, l3="o3\nt3", l10="theirs alone", l20="neither", l30="mine alone")
        assert tree_after(repository, state) == {"f": (F, wanted)}


def test_the_mode_is_asked_for_beside_the_text(tmp_path: Path) -> None:
    pictures: list[Picture] = [{"f": A}, {"f": A, "h": ("x", AO)}, {"f": A, "h": AT}]
    with conflict_in(tmp_path / "r", *pictures) as (repository, conflict):
        state = Resolution(conflict).choose_file(0, Take.THEIRS)
        assert tree_after(repository, state)["h"] == (F, AT)
        mixed = state.choose(Point(0, 1), Choice(Take.OURS))
        assert tree_after(repository, mixed)["h"] == (X, AT)


def test_only_the_mode(tmp_path: Path) -> None:
    pictures: list[Picture] = [{"f": A}, {"f": A, "h": ("x", B)}, {"f": A, "h": B}]
    with conflict_in(tmp_path / "r", *pictures) as (repository, conflict):
        [file] = conflict.files
        assert (file.kind, file.hunks) == (Kind.MODE, ())
        assert [question.asks for question in file.questions] == [Asks.MODE]
        state = Resolution(conflict).choose(Point(0, 0), Choice(Take.OURS))
        assert tree_after(repository, state)["h"] == (X, B)


def test_two_names_share_a_merged_text(tmp_path: Path) -> None:
    ours = lines("a", l2="ours", l11="mine alone")
    pictures = ({"f": A}, {"g": ours}, {"h": lines("a", l2="theirs")})
    with conflict_in(tmp_path / "r", *pictures) as (repository, conflict):
        state = Resolution(conflict).choose(Point(0, 0), Choice(Take.THEIRS))
        text = lines("a", l2="theirs", l11="mine alone")
        both = state.choose(Point(0, 1), Choice(Take.BOTH))
        assert tree_after(repository, both) == {"g": (F, text), "h": (F, text)}
        one = state.choose(Point(0, 1), Choice(Take.THEIRS))
        assert tree_after(repository, one) == {"h": (F, text)}


def test_markers_of_git_s_own_inside_a_side_can_not_stay(tmp_path: Path) -> None:
    base, ours, theirs, *_ = CASES["rename/rename to one name"]
    with conflict_in(tmp_path / "r", base, ours, theirs) as (_, conflict):
        state = Resolution(conflict).choose(Point(0, 0), Choice(Take.OURS))
        assert state.marked() == (0,) and not state.may_finish
        state = state.choose(Point(0, 0), Choice(Take.EDIT, b"mended\n"))
        assert state.may_finish


def test_a_base_that_is_in_conflict_itself_is_not_offered(tmp_path: Path) -> None:
    """A criss-cross merge: the common ancestor that git makes has markers in it."""
    root = tmp_path / "r"
    diverge(root, {"f": A}, {"f": AO}, {"f": AT})
    for branch, other, text in (("lane", "main~0", "one"), ("main", "lane~1", "two")):
        git(root, "checkout", "-q", "-f", branch)
        subprocess.run(
            ["git", "-C", str(root), "merge", "-q", other], check=False, capture_output=True
        )
        (root / "f").write_bytes(lines("a", l2=text))
        git(root, "commit", "-q", "-am", f"{branch} merges")
    repository = open_repository(root)
    try:
        lane, main = (repository.resolve(name) for name in ("lane", "main"))
        assert lane is not None and main is not None
        conflict = repository.conflicts.look(lane, main, ALPHA, "main")
        [hunk] = conflict.files[0].hunks
        assert (hunk.base, hunk.ours, hunk.theirs) == (None, b"one\n", b"two\n")
        assert not Resolution(conflict).offers(Point(0, 0), Take.BASE)
    finally:
        repository.close()


# ------------------------------------------------------------------ odd texts and names

TEXTS: dict[str, tuple[bytes, bytes, bytes]] = {
    "CRLF": tuple(text.replace(b"\n", b"\r\n") for text in (A, AO, AT)),  # type: ignore[dict-item]
    "no last newline": (b"a\nb\nc", b"a\nb\nours", b"a\nb\ntheirs"),
    "last newline on one side": (b"a\nb\nc\n", b"a\nb\nours", b"a\nb\ntheirs\n"),
    "CRLF, no last newline": (b"a\r\nb", b"a\r\nours", b"a\r\ntheirs"),
    "markers inside": tuple(
        b"<<<<<<< x\n1\n||||||| y\n=======\n2\n>>>>>>> z\n" + text for text in (A, AO, AT)
    ),  # type: ignore[dict-item]
    "longer markers inside": tuple(
        b"<<<<<<<< x\n=======\n=========\n>>>>>>> z\n" + text for text in (A, AO, AT)
    ),  # type: ignore[dict-item]
    "markers in what conflicts": (
        A,
        lines("a", l2="<<<<<<< x\nours\n======="),
        lines("a", l2="=======\n>>>>>>> x"),
    ),
    "one side empty": (A, b"", AT),
    "carriage returns alone": (b"a\rb\nc\n", b"a\rb\nours\rx\n", b"a\rb\ntheirs\n"),
    "no UTF-8": (b"\xff\n", b"\xfe ours\n", b"\xfd theirs \x80\n"),
    "long lines": (b"x" * 1_000_000 + b"\n", b"y" * 1_000_000 + b"\n", b"z" * 999_999 + b"\n"),
    "a line of markers only": (b"=" * 5000 + b"\n", b"<" * 5001 + b"\n", b">" * 4999 + b"\n"),
}


@pytest.mark.parametrize("name", TEXTS)
def test_odd_texts_come_back_byte_for_byte(tmp_path: Path, name: str) -> None:
    base, ours, theirs = TEXTS[name]
    pictures = ({"f": base}, {"f": ours}, {"f": theirs})
    with conflict_in(tmp_path / "r", *pictures) as (repository, conflict):
        state = Resolution(conflict)
        for take, text in ((Take.OURS, ours), (Take.THEIRS, theirs), (Take.BASE, base)):
            chosen = state.choose_file(0, take)
            if conflict.files[0].pieces:
                assert chosen.may_finish, "what the sources have is no leftover"
                assert tree_after(repository, chosen)["f"] == (F, text)


NAMES = [
    b"with space",
    b"-leading",
    b"tab\tand\nnewline",
    b'quo"te\\back',
    b"\xff\xfe not utf-8",
    b":(glob)*",
    "ünï/漢字.py".encode(),
    b"\x1b[2J",
    b"a~b",
]


def test_hostile_names(tmp_path: Path) -> None:
    base: dict[bytes | str, bytes] = dict.fromkeys(NAMES, A)
    ours: dict[bytes | str, bytes] = dict.fromkeys(NAMES, AO)
    theirs: dict[bytes | str, bytes] = dict.fromkeys(NAMES, AT)
    with conflict_in(tmp_path / "r", base, ours, theirs) as (repository, conflict):
        names = {os.fsdecode(name) for name in NAMES}
        assert {file.path for file in conflict.files} == names
        state = Resolution(conflict)
        for file in range(len(NAMES)):
            state = state.choose_file(file, Take.THEIRS)
        assert tree_after(repository, state) == dict.fromkeys(names, (F, AT))


def test_the_commander_s_attributes_count_and_the_lane_s_do_not(
    tmp_path: Path, isolated: Path
) -> None:
    attributes = isolated / "config" / "git" / "attributes"
    attributes.parent.mkdir(parents=True)
    attributes.write_text("*.lock merge=binary\n")
    marked = b"=======\n"
    base = {"f.lock": marked + A, "g": marked + B, ".gitattributes": b"g merge=union\n"}
    ours = {**base, "f.lock": marked + AO, "g": marked + lines("b", l2="o")}
    theirs = {**base, "f.lock": marked + AT, "g": marked + lines("b", l2="t")}
    with conflict_in(tmp_path / "r", base, ours, theirs) as (_, conflict):
        found = {file.path: bool(file.hunks) for file in conflict.files}
        assert found == {"f.lock": False, "g": True}


def test_a_driver_that_a_lane_planted_is_not_run(tmp_path: Path) -> None:
    root = tmp_path / "r"
    base = {"f": A, ".gitattributes": b"* merge=evil\n"}
    lane, target = diverge(root, base, {**base, "f": AO}, {**base, "f": AT})
    git(root, "config", "merge.evil.driver", f"touch {root}/ran")
    (root / ".git" / "info").mkdir()
    (root / ".git" / "info" / "attributes").write_text("* merge=evil\n")
    repository = open_repository(root)
    try:
        conflict = repository.conflicts.look(lane, target, ALPHA, "main")
    finally:
        repository.close()
    assert conflict.files[0].hunks and not (root / "ran").exists()


def test_two_answers_that_want_one_path_are_refused(tmp_path: Path) -> None:
    """One asks for a file where the other's folder would have to be."""
    base = {"d/f": A, "d/g": B}
    ours = {"e/f": A, "e/g": B, "d": D}
    with conflict_in(tmp_path / "r", base, ours, {**base, "d/new": C}) as (repository, conflict):
        [file] = conflict.files
        assert file.kind is Kind.LOCATION
        state = Resolution(conflict).choose(Point(0, WHOLE), Choice(Take.THEIRS))
        with pytest.raises(Refused, match="want the path 'd/new'"):
            tree_after(repository, state)
        state = state.choose(Point(0, WHOLE), Choice(Take.OURS))
        assert "e/new" in tree_after(repository, state)


def test_a_large_file_is_decided_as_a_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cockpit.adapters.git.conflict.TEXT_CAP", 100)
    with conflict_in(tmp_path / "r", {"f": A}, {"f": AO}, {"f": AT}) as (repository, conflict):
        [file] = conflict.files
        assert (file.kind, file.pieces) == (Kind.CONTENT, ())
        state = Resolution(conflict).choose(Point(0, WHOLE), Choice(Take.THEIRS))
        assert tree_after(repository, state) == {"f": (F, AT)}


# ------------------------------------------------------------------ against git itself

LINE = st.sampled_from(["a", "b", "c", "=======", "<<<<<<< x", ">>>>>>> x", "", "d\r"])
TEXT = st.builds(
    lambda rows, end: "".join(f"{row}\n" for row in rows)[: None if end else -1].encode(),
    st.lists(LINE, max_size=14),
    st.booleans(),
)


@settings(
    max_examples=12,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(base=TEXT, ours=TEXT, theirs=TEXT)
@example(base=b"a\nb\n", ours=b"a\nc", theirs=b"a\nd")
@example(base=b"", ours=b"a\n=======\n", theirs=b"b")
def test_sides_are_what_git_gives(
    tmp_path_factory: pytest.TempPathFactory, base: bytes, ours: bytes, theirs: bytes
) -> None:
    """All of one side at every hunk is `merge -X ours|theirs`; one side's version of the whole
    is `checkout --ours|--theirs`."""
    root = tmp_path_factory.mktemp("p") / "r"
    pictures: list[dict[bytes | str, bytes]] = [
        {"f": text, "keep": b"kept\n"} for text in (base, ours, theirs)
    ]
    with conflict_in(root, *pictures) as (repository, conflict):
        git(root, "config", "core.autocrlf", "false")
        if not conflict.files:
            return
        git(root, "checkout", "-q", "lane")
        for take, side in ((Take.OURS, "ours"), (Take.THEIRS, "theirs")):
            state = Resolution(conflict).choose_file(0, take)
            assert state.may_finish
            git(root, "merge", "-q", "-X", side, "-m", "m", "main")
            assert tree_after(repository, state)["f"][1] == (root / "f").read_bytes()
            git(root, "reset", "-q", "--hard", conflict.source)
            subprocess.run(
                ["git", "-C", str(root), "merge", "-q", "main"], check=False, capture_output=True
            )
            git(root, "checkout", "-q", f"--{side}", "--", "f")
            whole = Resolution(conflict).choose(Point(0, WHOLE), Choice(take))
            assert tree_after(repository, whole)["f"][1] == (root / "f").read_bytes()
            git(root, "reset", "-q", "--hard", conflict.source)
