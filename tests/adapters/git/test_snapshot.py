"""Snapshots of uncommitted work: what plain `git add -A` in a copy of the index would take,
with nothing of the lane or the repository touched."""

from __future__ import annotations

import os
import shutil
import socket
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from cockpit.adapters.git import private_copy, radar_scratch
from cockpit.adapters.git import snapshot as snapshot_module
from cockpit.adapters.git.repository import GitRepository
from cockpit.adapters.git.run import Call
from cockpit.domain.clash import Snapshot
from cockpit.errors import CockpitError
from tests.adapters.git.conftest import MAIN, Lane, commit_all, tip
from tests.conftest import git


def nothing(_path: str) -> bool:
    return False


def take(opened: GitRepository, folder: Path, **more: object) -> Snapshot:
    snapshot = opened.scout.snapshot(folder, skip=nothing, **more)  # type: ignore[arg-type]
    assert snapshot is not None
    return snapshot


def tree_of(opened: GitRepository, commit: str) -> dict[str, tuple[str, str]]:
    """path -> (mode, blob) of a commit that may lie in the private folder."""
    listed = opened.ground.run(
        ["ls-tree", "-r", "-z", commit], env=opened.scout.scratch.env()
    ).out.split(b"\0")
    found = {}
    for line in filter(None, listed):
        head, _, path = line.partition(b"\t")
        mode, _, blob = head.decode().split(" ")
        found[os.fsdecode(path)] = (mode, blob)
    return found


def content_of(opened: GitRepository, commit: str, path: str) -> bytes:
    blob = tree_of(opened, commit)[path][1]
    return opened.ground.run(["cat-file", "blob", blob], env=opened.scout.scratch.env()).out


def plain_tree(folder: Path, tmp_path: Path) -> dict[str, tuple[str, str]]:
    """What `git add -A` on a copy of the index would make of the worktree."""
    index = Path(git(folder, "rev-parse", "--path-format=absolute", "--git-path", "index").strip())
    copy = tmp_path / f"copy-{os.urandom(4).hex()}"
    shutil.copy2(index, copy)  # git compares its time with the files' times
    os.environ["GIT_INDEX_FILE"] = str(copy)
    try:
        git(folder, "add", "-A")
        tree = git(folder, "write-tree").strip()
    finally:
        del os.environ["GIT_INDEX_FILE"]
    found = {}
    for line in filter(None, git(folder, "ls-tree", "-r", "-z", tree).split("\0")):
        head, _, path = line.partition("\t")
        mode, _, blob = head.split(" ")
        found[path] = (mode, blob)
    return found


def objects_of(repo: Path) -> set[str]:
    common = Path(git(repo, "rev-parse", "--path-format=absolute", "--git-common-dir").strip())
    return {str(path) for path in (common / "objects").rglob("*") if path.is_file()}


def bytes_below(folder: Path) -> dict[str, tuple[int, int]]:
    return {
        str(path): (path.lstat().st_mtime_ns, path.lstat().st_size)
        for path in folder.rglob("*")
        if not path.is_dir()
    }


def _edit(folder: Path) -> None:
    (folder / "src" / "api.py").write_text("def answer():\n    return 43\n")


def _stage(folder: Path) -> None:
    _edit(folder)
    git(folder, "add", "src/api.py")


def _stage_then_edit(folder: Path) -> None:
    _stage(folder)
    (folder / "src" / "api.py").write_text("def answer():\n    return 44\n")


def _stage_then_take_back(folder: Path) -> None:
    before = (folder / "src" / "api.py").read_text()
    _stage(folder)
    (folder / "src" / "api.py").write_text(before)


def _untracked(folder: Path) -> None:
    (folder / "new" / "deep").mkdir(parents=True)
    (folder / "new" / "deep" / "file.txt").write_text("new\n")
    (folder / ".env").write_text("ignored\n")


def _delete(folder: Path) -> None:
    (folder / "src" / "api.py").unlink()


def _delete_staged(folder: Path) -> None:
    git(folder, "rm", "-q", "src/api.py")


def _untrack(folder: Path) -> None:
    git(folder, "rm", "-q", "--cached", "src/api.py")


def _untrack_and_ignore(folder: Path) -> None:
    _untrack(folder)
    (folder / ".gitignore").write_text("src/api.py\n")


def _mode(folder: Path) -> None:
    (folder / "README.md").chmod(0o755)


def _symlink(folder: Path) -> None:
    (folder / "link").symlink_to("/etc/passwd")
    (folder / "README.md").unlink()
    (folder / "README.md").symlink_to("docs")


def _binary(folder: Path) -> None:
    (folder / "logo.png").write_bytes(bytes(range(256)) * 10)


def _rename(folder: Path) -> None:
    (folder / "src" / "api.py").rename(folder / "src" / "service.py")


def _rename_staged(folder: Path) -> None:
    git(folder, "mv", "src", "lib")


def _file_for_folder(folder: Path) -> None:
    for path in (folder / "docs").iterdir():
        path.unlink()
    (folder / "docs").rmdir()
    (folder / "docs").write_text("a file now\n")


def _folder_for_file(folder: Path) -> None:
    (folder / "README.md").unlink()
    (folder / "README.md").mkdir()
    (folder / "README.md" / "part").write_text("x\n")


def _link_for_folder(folder: Path) -> None:
    _delete(folder)
    (folder / "src" / "auth.py").unlink()
    (folder / "src").rmdir()
    (folder / "src").symlink_to("docs")


def _hostile_names(folder: Path) -> None:
    for name in (b"-rf", b"new\nline", b'qu"ote', b"\xff\xfe", b"tab\t", b"~", b":(top)x", b" "):
        (folder / os.fsdecode(name)).write_bytes(name)
    deep = folder / os.fsdecode(b"d\nir\x80")
    deep.mkdir()
    (deep / "f").write_text("x")


def _line_ends(folder: Path) -> None:
    (folder / ".gitattributes").write_text("*.txt text eol=crlf\n")
    (folder / "dos.txt").write_bytes(b"one\r\ntwo\r\n")


def _intent(folder: Path) -> None:
    (folder / "later.txt").write_text("later\n")
    git(folder, "add", "-N", "later.txt")


def _unmerged(folder: Path) -> None:
    base = tip(folder)
    _edit(folder)
    ours = commit_all(folder)
    git(folder, "reset", "-q", "--hard", base)
    (folder / "src" / "api.py").write_text("def answer():\n    return 0\n")
    commit_all(folder)
    with pytest.raises(AssertionError):
        git(folder, "merge", "-q", ours)


CASES = (
    _edit,
    _stage,
    _stage_then_edit,
    _stage_then_take_back,
    _untracked,
    _delete,
    _delete_staged,
    _untrack,
    _untrack_and_ignore,
    _mode,
    _symlink,
    _binary,
    _rename,
    _rename_staged,
    _file_for_folder,
    _folder_for_file,
    _link_for_folder,
    _hostile_names,
    _line_ends,
    _intent,
    _unmerged,
)


@pytest.mark.parametrize("work", CASES, ids=lambda work: work.__name__.strip("_"))
def test_a_snapshot_is_what_git_would_take(
    opened: GitRepository, lane: Lane, tmp_path: Path, work: Callable[[Path], None]
) -> None:
    folder = lane().path
    work(folder)
    admin = opened.ground.at(folder).admin
    before = (objects_of(folder), bytes_below(folder), bytes_below(admin))
    snapshot = take(opened, folder)
    assert (objects_of(folder), bytes_below(folder), bytes_below(admin)) == before
    assert snapshot.head == tip(folder)
    assert snapshot.left_out == ()
    assert tree_of(opened, snapshot.commit) == plain_tree(folder, tmp_path)


def test_a_clean_lane_is_its_tip(opened: GitRepository, lane: Lane) -> None:
    folder = lane().path
    assert take(opened, folder) == Snapshot(tip(folder), tip(folder))


def test_the_same_work_is_the_same_commit(opened: GitRepository, lane: Lane) -> None:
    one, two = lane("alpha").path, lane("beta").path
    for folder in (one, two):
        _edit(folder)
        _untracked(folder)
    first = take(opened, one)
    assert take(opened, two).commit == first.commit
    opened.scout.scratch.drop()
    opened.scout._snapshots.forget()
    assert take(opened, one) == first


def test_unchanged_work_is_only_looked_at(
    opened: GitRepository, lane: Lane, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(snapshot_module, "_YOUNG", 0)
    folder = lane().path
    _edit(folder)
    calls: list[Call] = []
    first = take(opened, folder)
    opened.door.observers.append(calls.append)
    assert take(opened, folder) == first
    assert [call.argv[0] for call in calls] == ["status"]
    (folder / "src" / "api.py").write_text("def answer():\n    return 44\n")
    assert take(opened, folder) != first


def test_work_that_changed_just_now_is_read_again(
    opened: GitRepository, lane: Lane, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two writes within a tick of the file system's clock leave the same times behind."""
    monkeypatch.setattr(snapshot_module, "_YOUNG", 3600)
    folder = lane().path
    _edit(folder)
    take(opened, folder)
    assert not opened.scout._snapshots._last


def test_a_status_that_was_asked_for_since_will_do(opened: GitRepository, lane: Lane) -> None:
    folder = lane().path
    _edit(folder)
    since = time.monotonic()
    opened.facts(folder, MAIN)
    calls: list[Call] = []
    opened.door.observers.append(calls.append)
    take(opened, folder, since=since)
    assert "status" not in [call.argv[0] for call in calls]
    take(opened, folder, since=time.monotonic())
    assert "status" in [call.argv[0] for call in calls]


def test_a_locked_index_of_the_lane_is_no_hindrance(opened: GitRepository, lane: Lane) -> None:
    info = lane()
    _stage(info.path)
    (info.admin / "index.lock").write_text("")
    snapshot = take(opened, info.path)
    assert content_of(opened, snapshot.commit, "src/api.py").endswith(b"43\n")
    assert (info.admin / "index.lock").exists()


def test_nested_repositories_are_not_entered(opened: GitRepository, lane: Lane) -> None:
    folder = lane().path
    inner = folder / "inner"
    inner.mkdir()
    git(inner, "init", "-q")
    (inner / "secret").write_text("x")
    git(inner, "config", "core.fsmonitor", "touch /tmp/never")
    (folder / "other.txt").write_text("x")
    snapshot = take(opened, folder)
    assert "other.txt" in tree_of(opened, snapshot.commit)
    assert not [path for path in tree_of(opened, snapshot.commit) if path.startswith("inner")]
    assert snapshot.left_out == ("inner/ is a repository of its own",)


def test_a_submodule_that_moved_is_told_and_not_entered(
    opened: GitRepository, lane: Lane, tmp_path: Path
) -> None:
    other = tmp_path / "other"
    other.mkdir()
    git(other, "init", "-q")
    (other / "f").write_text("1")
    commit_all(other)
    folder = lane().path
    git(folder, "-c", "protocol.file.allow=always", "submodule", "add", "-q", str(other), "sub")
    commit_all(folder)
    (folder / "sub" / "f").write_text("2")
    commit_all(folder / "sub")
    snapshot = take(opened, folder)
    assert snapshot.left_out == ("what is checked out in the submodule sub",)
    assert tree_of(opened, snapshot.commit)["sub"] == tree_of(opened, tip(folder))["sub"]


def test_pipes_sockets_and_what_cant_be_read_are_passed_over(
    opened: GitRepository, lane: Lane
) -> None:
    folder = lane().path
    (folder / "README.md").unlink()
    os.mkfifo(folder / "README.md")
    with socket.socket(socket.AF_UNIX) as listener:
        here = os.getcwd()
        os.chdir(folder)
        try:
            listener.bind("sock")
        finally:
            os.chdir(here)
        (folder / "plain.txt").write_text("x")
        snapshot = take(opened, folder)
    tree = tree_of(opened, snapshot.commit)
    assert "plain.txt" in tree
    assert "sock" not in tree


def test_what_is_too_large_is_stood_for_and_told(
    opened: GitRepository, lane: Lane, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = lane().path
    monkeypatch.setattr(private_copy, "FILE_CAP", 1000)
    monkeypatch.setattr(private_copy, "TOTAL_CAP", 1500)
    (folder / "big.bin").write_bytes(b"x" * 5000)
    (folder / "fits1").write_bytes(b"1" * 900)
    (folder / "fits2").write_bytes(b"2" * 900)
    snapshot = take(opened, folder)
    assert content_of(opened, snapshot.commit, "fits1") == b"1" * 900
    assert content_of(opened, snapshot.commit, "big.bin").startswith(b"\0")
    assert snapshot.left_out == (
        "big.bin is too large to be read",
        "fits2 is too large to be read",
    )
    (folder / "big.bin").write_bytes(b"y" * 5001)
    assert take(opened, folder).commit != snapshot.commit


def test_too_many_files_are_counted(
    opened: GitRepository, lane: Lane, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = lane().path
    monkeypatch.setattr(private_copy, "FILES_CAP", 10)
    for number in range(25):
        (folder / f"n{number:02d}").write_text("x")
    snapshot = take(opened, folder)
    assert "n09" in tree_of(opened, snapshot.commit)
    assert snapshot.left_out == ("15 more changed files",)


def test_a_path_through_a_link_is_never_read_or_written(
    opened: GitRepository, lane: Lane, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The agent replaces a folder by a link between git's status and our reading."""
    folder = lane().path
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "api.py").write_text("SECRET\n")
    _edit(folder)

    planned = snapshot_module.plan_for

    def swap(*given: Any) -> snapshot_module.Plan:
        (folder / "src").rename(folder / "aside")
        (folder / "src").symlink_to(outside)
        return planned(*given)

    monkeypatch.setattr(snapshot_module, "plan_for", swap)
    snapshot = take(opened, folder)
    assert "src/api.py" not in tree_of(opened, snapshot.commit)
    assert [path.name for path in outside.iterdir()] == ["api.py"]


def test_files_that_change_all_the_time_break_nothing(opened: GitRepository, lane: Lane) -> None:
    folder = lane().path
    stop = threading.Event()

    def agent() -> None:
        number = 0
        while not stop.is_set():
            number += 1
            path = folder / f"busy{number % 20}"
            path.write_bytes(os.urandom(1 + number % 50_000))
            if number % 3 == 0:
                path.unlink()
            if number % 7 == 0:
                (folder / "src" / "api.py").unlink(missing_ok=True)
                (folder / "src" / "api.py").symlink_to("auth.py")
            if number % 7 == 3:
                (folder / "src" / "api.py").unlink(missing_ok=True)
                (folder / "src" / "api.py").write_text(f"{number}\n")

    writer = threading.Thread(target=agent)
    writer.start()
    try:
        for _ in range(12):
            take(opened, folder)
    finally:
        stop.set()
        writer.join()


def test_a_filter_that_fails_is_done_without(
    opened: GitRepository, lane: Lane, isolated: Path
) -> None:
    """A required filter of the commander's whose program is missing."""
    folder = lane().path
    with (isolated / ".gitconfig").open("a") as config:
        config.write('[filter "gone"]\n\tclean = /nowhere/clean\n\trequired = true\n')
    (folder / ".gitattributes").write_text("*.dat filter=gone\n")
    (folder / "odd\nname.dat").write_text("raw\n")
    (folder / "run.dat").write_text("raw\n")
    (folder / "run.dat").chmod(0o755)
    (folder / "link").symlink_to("run.dat")
    snapshot = take(opened, folder)
    assert content_of(opened, snapshot.commit, "odd\nname.dat") == b"raw\n"
    tree = tree_of(opened, snapshot.commit)
    assert (tree["run.dat"][0], tree["link"][0]) == ("100755", "120000")


def test_planted_programs_are_not_run(opened: GitRepository, lane: Lane, tmp_path: Path) -> None:
    folder = lane().path
    proof = tmp_path / "ran"
    evil = tmp_path / "evil"
    evil.write_text(f"#!/bin/sh\n>'{proof}'\ncat\n")
    evil.chmod(0o755)
    git(folder, "config", "filter.x.clean", str(evil))
    git(folder, "config", "core.fsmonitor", str(evil))
    (folder / ".gitattributes").write_text("* filter=x\n")
    _edit(folder)
    take(opened, folder)
    assert not proof.exists()


def test_no_commit_yet_and_a_branch_that_is_gone(opened: GitRepository, lane: Lane) -> None:
    folder = lane().path
    git(folder, "update-ref", "-d", "refs/heads/alpha/work")
    assert opened.scout.snapshot(folder, skip=nothing) is None
    git(folder, "checkout", "-q", "--orphan", "fresh")
    assert opened.scout.snapshot(folder, skip=nothing) is None


def test_what_is_no_work_is_skipped(opened: GitRepository, lane: Lane) -> None:
    folder = lane().path
    (folder / "results").mkdir()
    (folder / "results" / "task-1-result.md").write_text("x")
    snapshot = opened.scout.snapshot(folder, skip=lambda path: path.startswith("results/"))
    assert snapshot is not None
    assert tree_of(opened, snapshot.commit) == tree_of(opened, snapshot.head)


def test_a_folder_that_is_no_worktree_is_refused(opened: GitRepository, tmp_path: Path) -> None:
    with pytest.raises(CockpitError):
        opened.scout.snapshot(tmp_path, skip=nothing)


def test_close_leaves_nothing(opened: GitRepository, lane: Lane) -> None:
    folder = lane().path
    _edit(folder)
    take(opened, folder)
    place = opened.ground.shadow.git_dir.parent
    assert list(place.glob("scratch-*-radar"))
    opened.close()
    assert not list(place.glob("scratch-*"))


def test_a_full_private_folder_is_begun_anew(
    opened: GitRepository, lane: Lane, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = lane().path
    _edit(folder)
    first = take(opened, folder)
    assert not opened.scout.tidy([first])
    monkeypatch.setattr(radar_scratch, "MOST_FILES", 3)
    opened.scout.scratch.note(1000)
    before = opened.scout.scratch.folder
    assert opened.scout.tidy([first])
    assert not before.exists()
    assert take(opened, folder) == first
    assert content_of(opened, first.commit, "src/api.py").endswith(b"43\n")
