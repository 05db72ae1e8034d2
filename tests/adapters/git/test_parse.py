"""Parsers against recorded output of git 2.39.5, and properties of the pure ones."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cockpit.adapters.git import parse
from cockpit.adapters.git.commitobject import parse_commit
from cockpit.adapters.git.excludes import BEGIN, with_block
from cockpit.adapters.git.patch import parse_patch, unquote
from cockpit.domain.change import PathChange

A = "a" * 40
B = "b" * 40

names = st.binary(min_size=1, max_size=30).filter(lambda raw: b"\0" not in raw)


@pytest.mark.parametrize(
    ("printed", "expected"),
    [
        (b"git version 2.39.5\n", (2, 39, 5)),
        (b"git version 2.50.1 (Apple Git-155)\n", (2, 50, 1)),
        (b"git version 2.43\n", (2, 43, 0)),
        (b"git version 2.45.2.windows.1\n", (2, 45, 2)),
    ],
)
def test_version(printed: bytes, expected: tuple[int, int, int]) -> None:
    assert parse.version(printed) == expected


def test_a_program_that_is_not_git() -> None:
    with pytest.raises(parse.Unreadable):
        parse.version(b"hub version 2.1\n")


def test_status_of_every_kind() -> None:
    out = b"\0".join(
        [
            b"# branch.oid " + A.encode(),
            b"# branch.head main",
            b"1 .M N... 100644 100644 100644 " + A.encode() + b" " + B.encode() + b" a file",
            b"2 R. N... 100644 100644 100644 " + A.encode() + b" " + B.encode() + b" R100 new",
            b"old name",
            b"u UU N... 100644 100644 100644 100644 " + b" ".join([A.encode()] * 3) + b" c\nd",
            b"? -rf",
            b"! build/",
            b"",
        ]
    )
    status = parse.status(out)
    assert status.head == A
    assert [(e.kind, e.xy, e.path) for e in status.entries] == [
        ("1", ".M", "a file"),
        ("2", "R.", "new"),
        ("u", "UU", "c\nd"),
        ("?", "??", "-rf"),
        ("!", "!!", "build/"),
    ]


def test_status_of_an_unborn_branch() -> None:
    assert parse.status(b"# branch.oid (initial)\0# branch.head main\0").head is None


@given(st.lists(names, max_size=8))
def test_untracked_names_survive_byte_for_byte(raws: list[bytes]) -> None:
    status = parse.status(b"".join(b"? " + raw + b"\0" for raw in raws))
    assert [os.fsencode(entry.path) for entry in status.entries] == raws


@given(names)
def test_tracked_names_survive_byte_for_byte(raw: bytes) -> None:
    line = b"1 .M N... 100644 100644 100644 " + A.encode() + b" " + A.encode() + b" " + raw
    assert os.fsencode(parse.status(line + b"\0").entries[0].path) == raw
    entries = parse.index_entries(b"100644 " + A.encode() + b" 0\t" + raw + b"\0")
    assert os.fsencode(entries[0].path) == raw
    change = b":100644 000000 " + A.encode() + b" " + B.encode() + b" D\0" + raw + b"\0"
    assert os.fsencode(parse.raw_changes(change)[0].path) == raw
    assert list(parse.numstat(b"1\t2\t" + raw + b"\0")) == [os.fsdecode(raw)]


def test_raw_changes() -> None:
    out = f":100644 120000 {A} {B} T\0link\0:000000 100755 {'0' * 40} {B} A\0x\0".encode()
    assert parse.raw_changes(out) == [
        PathChange("link", "100644", "120000", A, B),
        PathChange("x", "000000", "100755", "0" * 40, B),
    ]


@pytest.mark.parametrize("out", [b"nonsense\0", b":100644 100644 a\0x\0", b":1 2 3 4 5\0"])
def test_raw_changes_refuse_what_they_dont_know(out: bytes) -> None:
    with pytest.raises(parse.Unreadable):
        parse.raw_changes(out)


def test_numstat_counts_binary_as_none_and_keeps_the_larger_of_two() -> None:
    out = b"3\t1\ta\0-\t-\tpicture\0000\t0\tb\0" + b"4\t0\tb\0"
    assert parse.numstat(out) == {"a": (3, 1), "picture": (None, None), "b": (4, 0)}


def test_index_entries_with_flags_and_stages() -> None:
    out = f"H 100644 {A} 0\ta\0h 100755 {A} 0\tb\0S 100644 {B} 0\tc\0M 100644 {B} 2\td\0"
    entries = parse.index_entries(out.encode())
    assert [(e.tag, e.stage, e.path) for e in entries] == [
        ("H", 0, "a"),
        ("h", 0, "b"),
        ("S", 0, "c"),
        ("M", 2, "d"),
    ]


@pytest.mark.parametrize(
    ("out", "conflicts", "words"),
    [
        (f"{A}\0\0", (), ""),
        (f"{A}\0\0" + "1\0f\0Auto-merging\0Auto-merging f\n\0", (), "Auto-merging f\n"),
        (
            f"{A}\0f\0g\nh\0\0" + "1\0f\0CONFLICT (contents)\0CONFLICT in f\n\0",
            ("f", "g\nh"),
            "CONFLICT in f\n",
        ),
        (
            f"{A}\0f\0f\0\0" + "2\0f\0g\0CONFLICT (rename)\0renamed twice\n\0",
            ("f",),
            "renamed twice\n",
        ),
        (f"{A}\0", (), ""),
    ],
)
def test_merged_tree(out: str, conflicts: tuple[str, ...], words: str) -> None:
    merged = parse.merged_tree(out.encode())
    assert (merged.tree, merged.conflicts, merged.messages) == (A, conflicts, words)


def test_refs_peel_tags_and_name_symbolic_ones() -> None:
    out = (
        f"commit {A}    refs/heads/main\n"
        f"tag {B} commit {A}  refs/tags/v1\n"
        f"commit {A}   refs/heads/main refs/remotes/origin/HEAD\n"
        f"blob {B}    refs/tags/blob\n"
    )
    lines = parse.refs(out.encode())
    assert [(line.name, line.commit, line.symref) for line in lines] == [
        ("refs/heads/main", A, ""),
        ("refs/tags/v1", A, ""),
        ("refs/remotes/origin/HEAD", A, "refs/heads/main"),
        ("refs/tags/blob", None, ""),
    ]


def test_config_keeps_values_with_line_breaks_and_keys_without_value() -> None:
    assert parse.config(b"core.bare\0alias.x\na\nb\0user.name\n\0") == [
        ("core.bare", None),
        ("alias.x", "a\nb"),
        ("user.name", ""),
    ]


def test_a_commit() -> None:
    data = (
        f"tree {A}\nparent {B}\nparent {A}\nauthor Zoë <z@x> 1700000000 +0100\n"
        f"committer C <c@x> 1700000001 +0000\ngpgsig -----BEGIN\n x\n\nSubject\n\nBody\n"
    ).encode()
    read = parse_commit(data)
    assert (read.tree, read.parents, read.author) == (A, (B, A), "Zoë")
    assert (read.at, read.subject) == (1700000000.0, "Subject")


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"tree\n\n",
        b"author nobody\n\nx",
        b"author <> 99999999999999999999 +0000\n\nx",
        b"encoding nonsense\n\nf\xe4",
        b"encoding latin-1\nauthor J\xf6rg <j> 5 +0\n\nf\xe4",
        b"encoding utf-16\nauthor a <j> 5 +0\n\nx",
    ],
)
def test_a_hostile_commit_is_read_somehow(data: bytes) -> None:
    read = parse_commit(data)
    assert isinstance(read.subject, str)
    assert read.at >= 0


@given(st.binary(max_size=200))
def test_any_bytes_are_some_commit(data: bytes) -> None:
    parse_commit(data)


@pytest.mark.parametrize(
    ("data", "has"),
    [
        (b"<<<<<<< ours\na\n=======\nb\n>>>>>>> theirs\n", True),
        (b"a\n<<<<<<< ours\r\n=======\r\n>>>>>>> x\r\n", True),
        (b"<<<<<<< only\n=======\n", False),
        (b"Title\n=======\ntext", False),
        (b" <<<<<<< x\n=======\n>>>>>>> y\n", False),
        (b"<<<<<<< x\n========\n>>>>>>> y\n", False),
    ],
)
def test_markers(data: bytes, has: bool) -> None:
    assert parse.has_markers(data) is has


PATCH = (
    f":100644 100644 {A} {B} M\tb\n"
    f':100644 100644 {A} {B} R090\told\t"n\\tew\\303\\244"\n'
    f":000000 100644 {'0' * 40} {B} A\tbinary\n"
    f":100644 000000 {A} {'0' * 40} U\tunmerged\n"
    "1\t1\tb\n2\t0\told => new\n-\t-\tbinary\n0\t0\tunmerged\n"
    "\n"
    "diff --git a/b b/b\nindex 1..2 100644\n--- a/b\n+++ b/b\n@@ -1 +1 @@\n-x\n+diff --git\n"
    'diff --git a/old "b/n\\tew\\303\\244"\nsimilarity index 90%\n--- a/old\n+++ b/n\n'
    "@@ -0,0 +1,2 @@\n+1\n+2\n"
    "diff --git a/binary b/binary\nBinary files /dev/null and b/binary differ\n"
    "* Unmerged path unmerged\n"
)


def test_a_patch_is_taken_apart() -> None:
    files = parse_patch(PATCH.encode())
    assert [(f.status, f.old_path, f.path, f.added, f.removed) for f in files] == [
        ("M", "b", "b", 1, 1),
        ("R", "old", "n\tewä", 2, 0),
        ("A", "binary", "binary", None, None),
        ("U", "unmerged", "unmerged", 0, 0),
    ]
    assert files[0].body == b"@@ -1 +1 @@\n-x\n+diff --git\n"
    assert files[1].body.startswith(b"@@ -0,0 +1,2 @@")
    assert files[2].body == b""


def test_a_cut_patch_keeps_its_list() -> None:
    assert [f.path for f in parse_patch(PATCH[: PATCH.index("@@ -1")].encode())][:2] == [
        "b",
        "n\tewä",
    ]


@given(st.binary(max_size=300))
def test_any_bytes_are_some_patch_or_unreadable(data: bytes) -> None:
    try:
        parse_patch(b":100644 100644 a b M\tx\n" + data)
    except parse.Unreadable:
        return


def test_unquote_undoes_what_git_quotes(tmp_path: Path) -> None:
    raws = [
        b'q"uote',
        b"back\\slash",
        b"t\ta\nb",
        b"\xff\xfe",
        "ä".encode(),
        b"-x",
        b" ",
        b"\x01\x7f",
    ]
    folder = tmp_path / "names"
    folder.mkdir()
    subprocess.run(["git", "init", "-q"], cwd=folder, check=True)
    for raw in raws:
        (folder / os.fsdecode(raw)).write_text("x")
    listed = subprocess.run(
        ["git", "ls-files", "--others"], cwd=folder, capture_output=True, check=True
    ).stdout
    assert {os.fsencode(unquote(line)) for line in listed.splitlines()} == set(raws)


@given(
    st.text(max_size=200), st.lists(st.from_regex(r"[a-z/*.]{1,10}", fullmatch=True), max_size=4)
)
def test_our_exclude_block_leaves_the_rest_alone(text: str, patterns: list[str]) -> None:
    content = text.encode("utf-8", "replace")
    if content and not content.endswith(b"\n"):
        content += b"\n"
    once = with_block(content, patterns)
    assert with_block(once, patterns) == once
    assert with_block(once, []) == content
    assert once.count(BEGIN) == (1 if patterns else 0)
