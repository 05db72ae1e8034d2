"""A lane's change as diffs, on the real git: every kind of entry, whole and file by file."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest

from cockpit.adapters.git.repository import GitRepository
from cockpit.domain.change import FileDiff, LaneDiff, Layer
from cockpit.domain.hunks import parse_hunks
from tests.adapters.git.conftest import MAIN, Lane, commit_all
from tests.conftest import git
from tests.domain.hunking import apply_hunks

LONG = "".join(f"line {number}\n" for number in range(60))


@pytest.fixture
def folder(lane: Lane) -> Path:
    """A lane with every kind of change, committed and not."""
    root = lane().path
    (root / "long.txt").write_text(LONG)
    (root / "link").symlink_to("long.txt")
    (root / "logo.png").write_bytes(b"\0png")
    (root / 'sp ace\n"q\xe9').write_text("odd\n")
    commit_all(root, "base of the lane")
    git(root, "update-ref", "refs/heads/main", "HEAD")
    git(root, "mv", "long.txt", "moved.txt")
    (root / "moved.txt").write_text(LONG.replace("line 5\n", "line five\n"))
    (root / "logo.png").write_bytes(b"\0png, larger")
    (root / "src" / "api.py").chmod(0o755)
    commit_all(root, "committed")
    (root / "moved.txt").write_text(LONG.replace("line 5\n", "line five\nstaged\n"))
    git(root, "add", "-A")
    (root / "link").unlink()
    (root / "link").write_text("a file now\n")
    (root / 'sp ace\n"q\xe9').write_text("odder")
    (root / "logo.png").write_bytes(b"\0")
    (root / "README.md").unlink()
    os.mkfifo(root / "pipe")
    (root / "fresh").symlink_to("/nowhere")
    (root / "new.txt").write_text("one\ntwo")
    return root


def by_path(diff: LaneDiff) -> dict[tuple[Layer, str], FileDiff]:
    return {(file.layer, file.path): file for file in diff.files}


def test_every_kind_is_told(opened: GitRepository, folder: Path) -> None:
    found = by_path(opened.review.diff(folder, MAIN))
    moved = found[Layer.COMMITTED, "moved.txt"]
    assert (moved.status, moved.old_path) == ("R", "long.txt")
    assert moved.similarity is not None and 90 < moved.similarity < 100
    logo = found[Layer.COMMITTED, "logo.png"]
    assert (logo.added, logo.old_size, logo.new_size) == (None, 4, 12)
    assert found[Layer.UNSTAGED, "logo.png"].new_size == 1
    mode = found[Layer.COMMITTED, "src/api.py"]
    assert (mode.old_mode, mode.new_mode, mode.body) == ("100644", "100755", "")
    assert "+staged" in found[Layer.STAGED, "moved.txt"].body
    kind = found[Layer.UNSTAGED, "link"]
    assert (kind.status, kind.old_mode, kind.new_mode) == ("T", "120000", "100644")
    assert [hunk.side(new=True) for hunk in parse_hunks(kind.body)] == [[], [b"a file now\n"]]
    odd = found[Layer.UNSTAGED, 'sp ace\n"q\xe9']
    assert odd.body == "@@ -1 +1 @@\n-odd\n+odder\n\\ No newline at end of file\n"
    assert found[Layer.UNSTAGED, "README.md"].status == "D"
    link = found[Layer.UNTRACKED, "fresh"]
    assert (link.new_mode, link.body.splitlines()[1]) == ("120000", "+/nowhere")
    assert (Layer.UNTRACKED, "pipe") not in found
    new = found[Layer.UNTRACKED, "new.txt"]
    assert new.body == "@@ -0,0 +1,2 @@\n+one\n+two\n\\ No newline at end of file\n"


def test_ids_of_what_lies_on_the_disk_are_those_that_git_gives(
    opened: GitRepository, folder: Path
) -> None:
    found = by_path(opened.review.diff(folder, MAIN))
    for key in ((Layer.UNSTAGED, "logo.png"), (Layer.UNTRACKED, "new.txt")):
        wanted = git(folder, "hash-object", "--no-filters", "--", key[1]).strip()
        assert found[key].new_blob == wanted
    assert (
        found[Layer.STAGED, "moved.txt"].new_blob == git(folder, "rev-parse", ":moved.txt").strip()
    )


@pytest.mark.parametrize("ignore_space", [False, True])
def test_the_list_first_and_bodies_later_is_the_same(
    opened: GitRepository, folder: Path, ignore_space: bool
) -> None:
    whole = opened.review.diff(folder, MAIN, ignore_space=ignore_space)
    listed = opened.review.diff(folder, MAIN, bodies=False, ignore_space=ignore_space)
    tracked = [file for file in listed.files if file.layer is not Layer.UNTRACKED]
    assert tracked and not any(file.loaded or file.body for file in tracked)
    read = opened.review.bodies(folder, listed, listed.files, ignore_space=ignore_space)
    assert read == list(whole.files)


def test_a_body_applies_to_the_contents_it_names(opened: GitRepository, folder: Path) -> None:
    for file in opened.review.diff(folder, MAIN).files:
        if file.layer is Layer.COMMITTED and file.status in ("M", "R") and file.body:
            old = opened.blob(file.old_blob)  # type: ignore[arg-type]
            assert apply_hunks(old, parse_hunks(file.body)) == opened.blob(file.new_blob)  # type: ignore[arg-type]


def test_blanks_alone_are_left_out_and_shift_nobody_s_body(
    opened: GitRepository, lane: Lane
) -> None:
    root = lane().path
    (root / "src" / "api.py").write_text("def answer():\n\treturn   42\n")
    (root / "src" / "auth.py").write_text("def login():\n    return True\n")
    (root / "README.md").write_text("# Project \n")
    found = by_path(opened.review.diff(root, MAIN, ignore_space=True))
    assert found[Layer.UNSTAGED, "src/api.py"].body == ""
    assert found[Layer.UNSTAGED, "README.md"].body == ""
    assert "+    return True" in found[Layer.UNSTAGED, "src/auth.py"].body


def test_a_change_of_type_shifts_nobody_s_body(opened: GitRepository, lane: Lane) -> None:
    root = lane().path
    for name in ("README.md", "docs/guide.md"):
        (root / name).unlink()
        (root / name).symlink_to("elsewhere")
    (root / "src" / "auth.py").write_text("changed\n")
    found = by_path(opened.review.diff(root, MAIN))
    assert "+changed" in found[Layer.UNSTAGED, "src/auth.py"].body
    assert found[Layer.UNSTAGED, "docs/guide.md"].body.count("@@ -") == 2


def test_submodules_show_their_commits(opened: GitRepository, lane: Lane) -> None:
    root = lane().path
    sub = root / "sub"
    sub.mkdir()
    git(sub, "init", "-q", "--template=")
    git(sub, "commit", "-q", "--allow-empty", "-m", "one")
    first = git(sub, "rev-parse", "HEAD").strip()
    git(root, "add", "sub")
    git(root, "commit", "-qm", "with a submodule")
    git(sub, "commit", "-q", "--allow-empty", "-m", "two")
    second = git(sub, "rev-parse", "HEAD").strip()
    found = by_path(opened.review.diff(root, MAIN))
    assert found[Layer.COMMITTED, "sub"].new_blob == first
    assert found[Layer.UNSTAGED, "sub"].old_blob == first
    assert found[Layer.UNSTAGED, "sub"].new_blob == second
    assert found[Layer.UNSTAGED, "sub"].is_submodule
    nested = root / "own"
    nested.mkdir()
    git(nested, "init", "-q", "--template=")
    own = by_path(opened.review.diff(root, MAIN))[Layer.UNTRACKED, "own/"]
    assert own.is_submodule and own.body == ""


def test_an_undecided_merge_is_marked(opened: GitRepository, lane: Lane) -> None:
    root = lane().path
    (root / "README.md").write_text("mine\n")
    commit_all(root, "mine")
    git(root, "checkout", "-q", "-b", "other", "main")
    (root / "README.md").write_text("theirs\n")
    commit_all(root, "theirs")
    with pytest.raises(AssertionError):
        git(root, "merge", "-q", "alpha/work")
    found = by_path(opened.review.diff(root, MAIN))
    file = found[Layer.UNSTAGED, "README.md"]
    assert file.conflicted
    assert "+<<<<<<< HEAD" in file.body
    assert opened.review.uncommitted(root, Layer.UNSTAGED, "README.md") == replace(file)


def test_one_file_as_it_is_now(opened: GitRepository, folder: Path) -> None:
    for file in opened.review.diff(folder, MAIN).files:
        if file.layer is not Layer.COMMITTED:
            assert opened.review.uncommitted(folder, file.layer, file.path) == file
    assert opened.review.uncommitted(folder, Layer.STAGED, "README.md") is None
    (folder / "new.txt").unlink()
    assert opened.review.uncommitted(folder, Layer.UNTRACKED, "new.txt") is None


def test_a_file_that_stopped_differing_has_an_empty_body(
    opened: GitRepository, folder: Path
) -> None:
    listed = opened.review.diff(folder, MAIN, bodies=False)
    git(folder, "checkout", "-q", "--", "README.md")
    (folder / "new.txt").unlink()
    for file in opened.review.bodies(folder, listed, listed.files):
        if file.path == "README.md":
            assert (file.body, file.loaded) == ("", True)
        if file.path == "new.txt":
            assert file.body == ""


def test_a_huge_file_is_cut_in_the_list_and_longer_alone(opened: GitRepository, lane: Lane) -> None:
    root = lane().path
    (root / "README.md").write_text("x" * 99 + "\n" + "y\n" * 600_000)
    (root / "large.txt").write_text("z\n" * 600_000)
    diff = opened.review.diff(root, MAIN)
    for path in ("README.md", "large.txt"):
        file = next(file for file in diff.files if file.path == path)
        assert file.truncated
        alone = opened.review.bodies(root, diff, [file])[0]
        assert len(alone.body) > 2 * len(file.body)
    large = next(file for file in diff.files if file.path == "large.txt")
    assert large.new_blob == ""


def test_looking_writes_nothing(opened: GitRepository, folder: Path) -> None:
    index = Path(git(folder, "rev-parse", "--absolute-git-dir").strip()) / "index"
    before = index.read_bytes(), index.stat().st_mtime_ns
    objects = git(folder, "count-objects", "-v")
    opened.review.diff(folder, MAIN)
    opened.review.uncommitted(folder, Layer.UNSTAGED, "README.md")
    assert (index.read_bytes(), index.stat().st_mtime_ns) == before
    assert git(folder, "count-objects", "-v") == objects
