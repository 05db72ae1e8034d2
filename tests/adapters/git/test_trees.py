"""What differs between two trees by our own reading: what git says, or nothing."""

from __future__ import annotations

import hashlib
import os
import subprocess
import zlib
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cockpit.adapters.git import argv, parse
from cockpit.adapters.git.repository import GitRepository, open_repository
from cockpit.adapters.git.trees import NotPlain, entries, tree_changes
from cockpit.domain.change import PathChange
from cockpit.domain.ids import TreeId
from tests.conftest import git

BLOBS = [f"{number:040x}" for number in (1, 2, 3)]
MODES = ("100644", "100755", "120000", "160000")
NAMES = ("a", "a.b", "a-b", "b", "ab", "ä\n\"'", "-x")

leaves = st.tuples(st.sampled_from(MODES), st.sampled_from(BLOBS))
folders = st.recursive(
    st.dictionaries(st.sampled_from(NAMES), leaves, max_size=4),
    lambda inner: st.dictionaries(st.sampled_from(NAMES), st.one_of(leaves, inner), max_size=4),
    max_leaves=8,
)


class Store:
    """Trees by id, written into a repository (without a process a tree)."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def write(self, folder: dict[str, object]) -> str:
        found: dict[bytes, bytes] = {}
        for name, value in folder.items():
            raw = name.encode()
            if isinstance(value, dict):
                found[raw + b"/"] = b"40000 " + raw + b"\0" + bytes.fromhex(self.write(value))
            else:
                assert isinstance(value, tuple)
                mode, at = value
                found[raw] = mode.encode() + b" " + raw + b"\0" + bytes.fromhex(at)
        content = b"".join(found[key] for key in sorted(found))
        data = b"tree %d\0" % len(content) + content
        made = hashlib.sha1(data).hexdigest()
        path = self.root / ".git" / "objects" / made[:2] / made[2:]
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(zlib.compress(data))
        return made

    def read(self, name: str) -> bytes:
        done = subprocess.run(
            ["git", "cat-file", "tree", name], cwd=self.root, capture_output=True, check=True
        )
        return done.stdout

    def said_by_git(self, old: str, new: str) -> list[PathChange]:
        done = subprocess.run(
            ["git", *argv.changes(old, new)], cwd=self.root, capture_output=True, check=True
        )
        return parse.raw_changes(done.stdout)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    git(tmp_path, "init", "-q", "store")
    return Store(tmp_path / "store")


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(old=folders, new=folders)
def test_it_says_what_git_says(
    store: Store, old: dict[str, object], new: dict[str, object]
) -> None:
    one, two = store.write(old), store.write(new)

    assert tree_changes(store.read, one, two) == store.said_by_git(one, two)


def test_a_file_that_becomes_a_folder_of_the_same_name(store: Store) -> None:
    leaf = ("100644", BLOBS[0])
    old, new = store.write({"a": leaf, "a.b": leaf}), store.write({"a": {"x": leaf}, "a.b": leaf})

    assert tree_changes(store.read, old, new) == store.said_by_git(old, new)


def test_old_modes_are_shown_as_git_shows_them(store: Store) -> None:
    """Trees from git's first months hold 100664."""
    raw = b"".join(
        mode + b" " + name + b"\0" + bytes.fromhex(BLOBS[0])
        for mode, name in ((b"100664", b"a"), (b"100775", b"b"))
    )
    done = subprocess.run(
        ["git", "hash-object", "-t", "tree", "-w", "--literally", "--stdin"],
        cwd=store.root,
        input=raw,
        capture_output=True,
        check=True,
    )
    old, new = store.write({}), done.stdout.decode().strip()

    assert tree_changes(store.read, old, new) == store.said_by_git(old, new)


def test_many_folders_are_left_to_git(store: Store) -> None:
    leaf = ("100644", BLOBS[0])
    old = store.write({})
    new = store.write({"a": {"b": {"c": leaf}}})

    assert tree_changes(store.read, old, new, most=1) is None
    assert tree_changes(store.read, old, new, most=2) is not None


ID = bytes.fromhex(BLOBS[0])


@pytest.mark.parametrize(
    "content",
    [
        b"100644 b\0" + ID + b"100644 a\0" + ID,
        b"100644 a\0" + ID + b"100755 a\0" + ID,
        b"100644 a/b\0" + ID,
        b"100644 \0" + ID,
        b"100644 a\0" + ID[:-1],
        b"1006x4 a\0" + ID,
        b"100644a\0" + ID,
        b"nonsense",
    ],
    ids=["unsorted", "twice", "slash", "empty", "short", "mode", "no space", "nonsense"],
)
def test_a_tree_that_git_would_not_write_is_left_to_git(content: bytes) -> None:
    with pytest.raises(NotPlain):
        entries(content, 20)


@pytest.fixture
def opened(repo: Path, tmp_path: Path) -> GitRepository:
    return open_repository(repo, tmp_path / "state")


def test_the_repository_gives_the_same_with_and_without_an_open_reader(
    repo: Path, opened: GitRepository
) -> None:
    """Changes are read by a process until something else opened the reader."""
    (repo / os.fsdecode(b"odd\xff\nname")).write_text("new\n")
    (repo / "docs" / "guide.md").unlink()
    git(repo, "add", "-A")
    git(repo, "commit", "-q", "-m", "third")
    old, new = (
        TreeId(git(repo, "rev-parse", f"{rev}^{{tree}}").strip()) for rev in ("HEAD~1", "HEAD")
    )
    try:
        by_process = opened.changes(old, new)
        opened.history.lines([git(repo, "rev-parse", "HEAD").strip()])
        calls: list[object] = []
        opened.door.observers.append(calls.append)

        assert opened.changes(old, new) == by_process
        assert len(by_process) == 2
        assert calls == []
    finally:
        opened.close()


def test_a_change_of_many_folders_goes_through_a_process_after_all(
    repo: Path, opened: GitRepository
) -> None:
    for number in range(70):
        folder = repo / f"f{number}"
        folder.mkdir()
        (folder / "file").write_text(f"{number}\n")
    git(repo, "add", "-A")
    git(repo, "commit", "-q", "-m", "third")
    head = git(repo, "rev-parse", "HEAD").strip()
    old, new = (
        TreeId(git(repo, "rev-parse", f"{rev}^{{tree}}").strip()) for rev in ("HEAD~1", head)
    )
    try:
        opened.history.lines([head])

        assert len(opened.changes(old, new)) == 70
    finally:
        opened.close()
