"""A pin keeps alive what gc would take: every commit and every staged blob of a lane."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from cockpit.adapters.git.repository import GitRepository
from cockpit.domain.ids import RefName
from cockpit.errors import CockpitError, Unavailable
from tests.adapters.git.conftest import MAIN, Lane, commit_all, tip
from tests.conftest import git

PIN = RefName("refs/cockpit/pin/alpha")


def lose_everything(repo: Path, worktree: Path, admin: Path, *branches: str) -> None:
    """What a careless teardown followed by gc would do."""
    shutil.rmtree(worktree)
    shutil.rmtree(admin)
    for branch in branches:
        git(repo, "update-ref", "-d", f"refs/heads/{branch}")
    git(repo, "reflog", "expire", "--expire=now", "--expire-unreachable=now", "--all")
    git(repo, "gc", "-q", "--prune=now")


def is_there(repo: Path, name: str) -> bool:
    try:
        git(repo, "cat-file", "-e", name)
    except AssertionError:
        return False
    return True


def staged_blob(folder: Path, name: str) -> str:
    return git(folder, "ls-files", "-s", "--", name).split()[1]


def test_everything_survives_gc(repo: Path, opened: GitRepository, lane: Lane) -> None:
    info = lane()
    keep: dict[str, str] = {}
    (info.path / "a").write_text("kept only by the reflog\n")
    keep["amended away"] = commit_all(info.path, "first try")
    (info.path / "a").write_text("second try\n")
    git(info.path, "commit", "-qa", "--amend", "-m", "second try")
    keep["branch tip"] = tip(info.path)
    git(info.path, "checkout", "-q", "--detach")
    (info.path / "b").write_text("detached\n")
    keep["detached"] = commit_all(info.path, "detached")
    git(info.path, "checkout", "-q", "alpha/work")
    git(info.path, "reset", "-q", "--hard", "HEAD~1")
    for number in range(2):
        (info.path / f"staged {number}").write_text(f"staged only {number}\n")
        git(info.path, "add", f"staged {number}")
        keep[f"staged {number}"] = staged_blob(info.path, f"staged {number}")
    (info.path / "n").write_text("to add\n")
    git(info.path, "add", "-N", "n")
    odd = os.fsdecode(b'\xff q"\n')
    (info.path / odd).write_text("odd\n")
    git(info.path, "add", odd)
    keep["odd"] = git(info.path, "ls-files", "-s", "-z", "--", odd).split()[1]
    git(info.path, "update-ref", "refs/worktree/mine", keep["detached"])
    assert opened.pin_lane(info.path, info.admin, PIN, "cockpit: tear down alpha")
    lose_everything(repo, info.path, info.admin, "alpha/work")
    assert {name for name, oid in keep.items() if not is_there(repo, oid)} == set()
    git(repo, "fsck", "--strict")


def test_the_control_loses_it(repo: Path, opened: GitRepository, lane: Lane) -> None:
    """Without a pin the same steps do lose a commit and a staged blob."""
    info = lane()
    (info.path / "a").write_text("x\n")
    commit = commit_all(info.path)
    (info.path / "b").write_text("y\n")
    git(info.path, "add", "b")
    blob = staged_blob(info.path, "b")
    lose_everything(repo, info.path, info.admin, "alpha/work")
    assert not is_there(repo, commit)
    assert not is_there(repo, blob)


def test_a_conflict_keeps_all_its_stages_and_both_sides(
    repo: Path, opened: GitRepository, lane: Lane
) -> None:
    info = lane()
    (info.path / "README.md").write_text("theirs\n")
    commit_all(info.path)
    git(info.path, "branch", "other", "HEAD")
    git(info.path, "reset", "-q", "--hard", "HEAD~1")
    (info.path / "README.md").write_text("ours\n")
    commit_all(info.path)
    other = tip(info.path, "other")
    with pytest.raises(AssertionError):
        git(info.path, "merge", "other")
    stages = [line.split()[1] for line in git(info.path, "ls-files", "-u").splitlines()]
    assert len(stages) == 3
    opened.pin_lane(info.path, info.admin, PIN, "x")
    lose_everything(repo, info.path, info.admin, "alpha/work", "other")
    assert all(is_there(repo, blob) for blob in [*stages, other])


def test_a_rebase_in_the_middle_with_an_autostash(
    repo: Path, opened: GitRepository, lane: Lane
) -> None:
    info = lane()
    for word in ("one", "two"):
        (info.path / "README.md").write_text(word + "\n")
        commit_all(info.path, word)
    before = tip(info.path)
    (repo / "README.md").write_text("main\n")
    commit_all(repo)
    (info.path / "docs" / "guide.md").write_text("uncommitted\n")
    with pytest.raises(AssertionError):
        git(info.path, "rebase", "--autostash", "main")
    stash = (info.admin / "rebase-merge" / "autostash").read_text().strip()
    opened.pin_lane(info.path, info.admin, PIN, "x")
    lose_everything(repo, info.path, info.admin, "alpha/work")
    assert is_there(repo, before) and is_there(repo, stash)
    assert git(repo, "show", f"{stash}:docs/guide.md") == "uncommitted\n"


def test_done_already_and_with_the_folder_away(
    repo: Path, opened: GitRepository, lane: Lane, tmp_path: Path
) -> None:
    info = lane()
    (info.path / "staged").write_text("s\n")
    git(info.path, "add", "staged")
    blob = staged_blob(info.path, "staged")
    os.rename(info.path, tmp_path / "away")
    pin = opened.pin_lane(info.path, info.admin, PIN, "x")
    assert opened.pin_lane(info.path, info.admin, PIN, "x") == pin
    assert opened.read_ref(PIN) == pin
    assert blob in git(repo, "ls-tree", pin)


def test_the_parents_are_few(repo: Path, opened: GitRepository, lane: Lane) -> None:
    info = lane()
    for number in range(12):
        (info.path / "n").write_text(str(number))
        commit_all(info.path)
    pin = opened.pin_lane(info.path, info.admin, PIN, "x")
    assert git(repo, "rev-list", "--parents", "-1", pin).split()[1:] == [tip(info.path)]


def test_missing_objects_are_named(repo: Path, opened: GitRepository, lane: Lane) -> None:
    info = lane()
    (info.path / "staged").write_text("gone soon\n")
    git(info.path, "add", "staged")
    blob = staged_blob(info.path, "staged")
    (repo / ".git" / "objects" / blob[:2] / blob[2:]).unlink()
    pin = opened.pin_lane(info.path, info.admin, PIN, "x")
    assert blob in git(repo, "show", "-s", "--format=%B", pin)
    assert "Missing" in git(repo, "show", "-s", "--format=%B", pin)


def test_submodule_links_are_left_out(repo: Path, opened: GitRepository, lane: Lane) -> None:
    info = lane()
    git(info.path, "update-index", "--add", "--cacheinfo", f"160000,{'1' * 40},sub")
    pin = opened.pin_lane(info.path, info.admin, PIN, "x")
    assert "Missing" not in git(repo, "show", "-s", "--format=%B", pin)


def test_an_unborn_lane(tmp_path: Path) -> None:
    from cockpit.adapters.git.repository import open_repository

    root = tmp_path / "fresh"
    root.mkdir()
    git(root, "init", "-q")
    (root / "f").write_text("x\n")
    git(root, "add", "f")
    repository = open_repository(root)
    pin = repository.pin_lane(root, root / ".git", PIN, "x")
    assert staged_blob(root, "f") in git(root, "ls-tree", pin)
    repository.close()


def test_a_state_file_that_is_a_pipe_or_link(repo: Path, opened: GitRepository, lane: Lane) -> None:
    info = lane()
    os.mkfifo(info.admin / "ORIG_HEAD")
    assert opened.pin_lane(info.path, info.admin, PIN, "x")
    log = repo / ".git" / "logs" / "refs" / "heads" / "alpha" / "work"
    log.unlink()
    log.symlink_to("/dev/zero")
    with pytest.raises(Unavailable, match="pinned"):
        opened.pin_lane(info.path, info.admin, RefName("refs/cockpit/pin/two"), "x")


def test_a_broken_index_is_a_sentence(opened: GitRepository, lane: Lane) -> None:
    info = lane()
    (info.admin / "index").write_bytes(b"nonsense")
    with pytest.raises(CockpitError):
        opened.pin_lane(info.path, info.admin, PIN, "x")
    assert opened.read_ref(PIN) is None
    assert opened.read_ref(MAIN) is not None


def test_no_identity_is_needed(
    opened: GitRepository, lane: Lane, isolated: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    info = lane()
    (isolated / ".gitconfig").write_text("[user]\n\tuseConfigOnly = true\n")
    assert opened.pin_lane(info.path, info.admin, PIN, "x")
