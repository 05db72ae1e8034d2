"""Worktrees: adding, filling, the links between folder and git folder, the gate's tree."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from cockpit.adapters.git.repository import GitRepository
from cockpit.domain.ids import RefName
from cockpit.errors import CockpitError, RefMoved, Refused, Unavailable
from tests.adapters.git.conftest import MAIN, Lane, commit_all, tip
from tests.conftest import git

ALPHA = RefName("refs/heads/alpha/work")


def test_a_lane_is_made_locked_and_complete(repo: Path, opened: GitRepository, lane: Lane) -> None:
    info = lane(filled=False)
    assert info.locked == "cockpit:alpha"
    assert info.admin == repo / ".git" / "worktrees" / "alpha"
    assert sorted(os.listdir(info.path)) == [".git"]
    assert str(info.admin) in (info.path / ".git").read_text(), "the real path, not the shadow's"
    assert not opened.is_filled(info.path, tip(repo))
    opened.fill_worktree(info.path, tip(repo))
    assert opened.is_filled(info.path, tip(repo))
    assert git(info.path, "status", "--porcelain") == ""
    assert opened.head(info.path) == info.head
    assert "locked" in git(repo, "worktree", "list", "--porcelain")
    assert "branch." not in git(repo, "config", "--list"), "no upstream is set"


def test_all_worktrees_are_listed(repo: Path, opened: GitRepository, lane: Lane) -> None:
    alpha = lane("alpha")
    beta = lane("beta")
    git(beta.path, "checkout", "-q", "--detach")
    shutil.rmtree(alpha.path)
    main, one, two = opened.worktrees()
    assert (main.path, main.main, main.head.ref, main.admin) == (repo, True, MAIN, repo / ".git")
    assert (one.path, one.exists, one.locked) == (alpha.path, False, "cockpit:alpha")
    assert (two.head.ref, two.head.commit) == (None, tip(repo))


def test_filling_again_mends_what_a_kill_left(
    repo: Path, opened: GitRepository, lane: Lane
) -> None:
    info = lane()
    (info.path / "src" / "api.py").write_text("torn")
    (info.path / "README.md").unlink()
    (info.admin / "index.lock").write_text("left by a kill")
    (info.admin / "index.cockpit-1-dead").write_text("left by a kill")
    opened.fill_worktree(info.path, tip(repo))
    (info.admin / "index.lock").unlink()
    assert opened.is_filled(info.path, tip(repo))
    assert not list(info.admin.glob("index.cockpit-*"))


def test_not_filled_when_a_file_or_the_index_differs(
    repo: Path, opened: GitRepository, lane: Lane
) -> None:
    info = lane()
    (info.path / "README.md").write_text("# Projekt\n")
    assert not opened.is_filled(info.path, tip(repo))
    git(info.path, "checkout", "-q", "README.md")
    assert opened.is_filled(info.path, tip(repo))
    assert not opened.is_filled(info.path, tip(repo, "HEAD~1"))


def test_modes_links_and_line_ends_come_out_as_git_has_them(
    repo: Path, opened: GitRepository, lane: Lane
) -> None:
    (repo / "run").write_text("#!/bin/sh\n")
    (repo / "run").chmod(0o755)
    (repo / "link").symlink_to("README.md")
    (repo / ".gitattributes").write_text("*.win text eol=crlf\n")
    (repo / "a.win").write_bytes(b"one\r\ntwo\r\n")
    commit_all(repo)
    info = lane()
    assert os.access(info.path / "run", os.X_OK)
    assert os.readlink(info.path / "link") == "README.md"
    assert (info.path / "a.win").read_bytes() == b"one\r\ntwo\r\n"
    assert git(info.path, "status", "--porcelain") == ""


@pytest.mark.parametrize("kind", ["file", "full folder", "link"])
def test_an_occupied_place_is_refused(
    repo: Path, opened: GitRepository, tmp_path: Path, kind: str
) -> None:
    place = tmp_path / "alpha"
    if kind == "file":
        place.write_text("mine")
    elif kind == "link":
        (tmp_path / "elsewhere").mkdir()
        place.symlink_to(tmp_path / "elsewhere")
    else:
        place.mkdir()
        (place / "mine").write_text("mine")
    with pytest.raises(Refused, match="already"):
        opened.add_worktree(place, branch=ALPHA, commit=tip(repo), reason="x")
    assert opened.read_ref(ALPHA) is None
    assert len(opened.worktrees()) == 1


def test_an_empty_folder_is_taken(repo: Path, opened: GitRepository, tmp_path: Path) -> None:
    (tmp_path / "alpha").mkdir()
    info = opened.add_worktree(tmp_path / "alpha", branch=ALPHA, commit=tip(repo), reason="x")
    assert opened.is_linked(info.path)


def test_a_branch_elsewhere_or_in_use_is_refused(
    repo: Path, opened: GitRepository, lane: Lane, tmp_path: Path
) -> None:
    lane("alpha")
    with pytest.raises(Refused, match="checked out in"):
        opened.add_worktree(tmp_path / "two", branch=ALPHA, commit=tip(repo), reason="x")
    with pytest.raises(Refused, match="checked out in"):
        opened.add_worktree(tmp_path / "two", branch=MAIN, commit=tip(repo), reason="x")
    git(repo, "branch", "other", "HEAD~1")
    with pytest.raises(RefMoved):
        opened.add_worktree(
            tmp_path / "two", branch=RefName("refs/heads/other"), commit=tip(repo), reason="x"
        )
    assert not (tmp_path / "two").exists()


def test_a_tag_of_the_same_name_does_not_mislead(
    repo: Path, opened: GitRepository, tmp_path: Path
) -> None:
    git(repo, "tag", "alpha/work", "HEAD~1")
    info = opened.add_worktree(tmp_path / "a", branch=ALPHA, commit=tip(repo), reason="x")
    opened.fill_worktree(info.path, tip(repo))
    assert opened.head(info.path).ref == ALPHA
    assert opened.is_filled(info.path, tip(repo))


def test_a_folder_that_cannot_be_written(repo: Path, opened: GitRepository, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(CockpitError):
        opened.add_worktree(tmp_path / "file" / "lane", branch=ALPHA, commit=tip(repo), reason="x")


def test_planted_core_worktree_does_not_lead_astray(
    repo: Path, opened: GitRepository, tmp_path: Path
) -> None:
    git(repo, "config", "core.worktree", "/nonexistent")
    info = opened.add_worktree(tmp_path / "a", branch=ALPHA, commit=tip(repo), reason="x")
    opened.fill_worktree(info.path, tip(repo))
    assert opened.is_filled(info.path, tip(repo))
    assert opened.facts(repo, MAIN).dirty == 0


# ---------------------------------------------------------------- links


def test_a_rewritten_git_file_is_not_linked(
    opened: GitRepository, lane: Lane, tmp_path: Path
) -> None:
    info = lane()
    private = tmp_path / "private"
    git(tmp_path, "init", "-q", str(private))
    link = (info.path / ".git").read_bytes()
    (info.path / ".git").write_text(f"gitdir: {private}/.git\n")
    assert not opened.is_linked(info.path)
    assert opened.facts(info.path, MAIN).branch == ALPHA, "the admin folder is what counts"
    (info.path / ".git").write_bytes(link)
    assert opened.is_linked(info.path)
    (info.admin / "HEAD").write_text("ref: nonsense\n")
    assert not opened.is_linked(info.path)
    with pytest.raises(Unavailable, match="HEAD"):
        opened.head(info.path)


def test_a_folder_that_is_no_worktree(opened: GitRepository, tmp_path: Path) -> None:
    assert not opened.is_linked(tmp_path)
    with pytest.raises(Refused, match="not a worktree"):
        opened.facts(tmp_path, MAIN)


def test_two_that_claim_one_folder_are_refused(opened: GitRepository, lane: Lane) -> None:
    info = lane()
    shutil.copytree(info.admin, info.admin.with_name("forged"))
    fresh = GitRepository(opened.ground)
    fresh.ground._admins.clear()
    with pytest.raises(Refused, match="Two worktrees"):
        fresh.facts(info.path, MAIN)


def test_moved_away_and_back_elsewhere(
    repo: Path, opened: GitRepository, lane: Lane, tmp_path: Path
) -> None:
    info = lane()
    (info.path / "README.md").write_text("changed\n")
    trash = tmp_path / "trash"
    trash.mkdir()
    os.rename(info.path, trash / "folder")
    os.rename(info.admin, trash / "admin")
    assert [each.path for each in opened.worktrees()] == [repo]
    back, admin = tmp_path / "back here", info.admin.with_name("alpha-2")
    os.rename(trash / "folder", back)
    os.rename(trash / "admin", admin)
    opened.restored_links(back, admin)
    assert opened.is_linked(back)
    assert opened.dirty_paths(back) == ["README.md"]
    assert git(back, "status", "--porcelain") == " M README.md\n"
    assert "locked" in git(repo, "worktree", "list", "--porcelain")
    opened.restored_links(back, admin)
    assert opened.is_linked(back)


def test_links_are_not_written_over_another_lane(
    opened: GitRepository, lane: Lane, tmp_path: Path
) -> None:
    alpha, beta = lane("alpha"), lane("beta")
    with pytest.raises(Refused, match="claims"):
        opened.restored_links(beta.path, alpha.admin)
    with pytest.raises(Refused, match="isn't there"):
        opened.restored_links(tmp_path / "gone", alpha.admin)
    with pytest.raises(Refused, match="git folder"):
        opened.restored_links(alpha.path, tmp_path)
    assert opened.is_linked(alpha.path) and opened.is_linked(beta.path)


def test_locking(opened: GitRepository, lane: Lane, repo: Path) -> None:
    info = lane()
    opened.lock_worktree(info.admin, "cockpit: a\nnew reason")
    assert opened.worktrees()[1].locked == "cockpit: a new reason"
    assert "locked cockpit: a new reason" in git(repo, "worktree", "list", "--porcelain")


@pytest.mark.parametrize(
    ("files", "operation"),
    [
        (["rebase-merge/"], "rebase"),
        (["rebase-apply/"], "rebase"),
        (["rebase-apply/", "rebase-apply/applying"], "am"),
        (["MERGE_HEAD"], "merge"),
        (["CHERRY_PICK_HEAD"], "cherry-pick"),
        (["rebase-merge/", "CHERRY_PICK_HEAD"], "rebase"),
        (["REVERT_HEAD"], "revert"),
        (["BISECT_LOG"], "bisect"),
        (["sequencer/", "sequencer/todo"], "cherry-pick"),
        ([], ""),
    ],
)
def test_operations_under_way(
    opened: GitRepository, lane: Lane, files: list[str], operation: str
) -> None:
    info = lane()
    for name in files:
        if name.endswith("/"):
            (info.admin / name).mkdir()
        else:
            (info.admin / name).write_text("pick 123 x\n")
    assert opened.operation_under_way(info.path) == operation
    assert opened.facts(info.path, MAIN).operation == operation


def test_a_real_merge_under_way(repo: Path, opened: GitRepository, lane: Lane) -> None:
    info = lane()
    (info.path / "README.md").write_text("theirs\n")
    commit_all(info.path)
    (repo / "README.md").write_text("ours\n")
    commit_all(repo)
    with pytest.raises(AssertionError):
        git(info.path, "merge", "main")
    assert opened.operation_under_way(info.path) == "merge"
    facts = opened.facts(info.path, MAIN)
    assert (facts.dirty, facts.ahead, facts.behind) == (1, 1, 1)
    assert [file.path for file in opened.review.diff(info.path, MAIN).files].count("README.md") == 2


# ---------------------------------------------------------------- the gate's tree


def test_the_gate_tree_switches_and_stays_warm(
    repo: Path, opened: GitRepository, tmp_path: Path
) -> None:
    first, second = tip(repo, "HEAD~1"), tip(repo)
    info = opened.add_worktree(tmp_path / "gate", branch=None, commit=second, reason="gate")
    opened.switch_gate_tree(info.path, second)
    assert opened.is_filled(info.path, second)
    (info.path / "build").mkdir()
    (info.path / "build" / "warm").write_text("kept")
    (info.path / "src" / "api.py").write_text("a test wrote here\n")
    (info.path / "junk").mkdir()
    (info.path / "junk" / "x").write_text("x")
    git(info.path / "junk", "init", "-q")
    git(info.path, "update-index", "--assume-unchanged", "src/auth.py")
    (info.path / "src" / "auth.py").write_text("hidden\n")
    (info.admin / "index.lock").write_text("left by a kill")
    opened.switch_gate_tree(info.path, first)
    (info.admin / "index.lock").unlink()
    assert opened.is_filled(info.path, first)
    assert (info.path / "docs" / "guide.md").read_text() == "# Guide\n\nRead me.\n"
    assert (info.path / "src" / "auth.py").read_text() == "def login():\n    return False\n"
    assert (info.path / "build" / "warm").read_text() == "kept"
    assert not (info.path / "junk").exists()
    head = opened.head(info.path)
    assert (head.ref, head.commit) == (None, first)


def test_only_private_worktrees_are_switched(repo: Path, opened: GitRepository) -> None:
    (repo / "README.md").write_text("mine\n")
    with pytest.raises(Refused, match="commander's"):
        opened.switch_gate_tree(repo, tip(repo, "HEAD~1"))
    assert (repo / "README.md").read_text() == "mine\n"


def test_nothing_is_written_through_a_link_in_a_lanes_place(
    repo: Path, opened: GitRepository, lane: Lane, tmp_path: Path
) -> None:
    info = lane()
    victim = tmp_path / "victim"
    os.rename(info.path, victim)
    (victim / "README.md").write_text("precious\n")
    info.path.symlink_to(victim)
    for write in (opened.fill_worktree, opened.switch_gate_tree):
        with pytest.raises(Refused, match="not a folder"):
            write(info.path, tip(repo))
    assert (victim / "README.md").read_text() == "precious\n"


def test_a_lane_replaced_by_a_link_to_the_main_checkout_is_no_lane(
    repo: Path, opened: GitRepository, lane: Lane
) -> None:
    info = lane()
    shutil.rmtree(info.path)
    info.path.symlink_to(repo)
    assert not opened.is_linked(info.path)
    with pytest.raises(Refused, match="a link"):
        opened.facts(info.path, MAIN)


# ---------------------------------------------------------------- filters


def plant_filter(repo: Path, attribute: str) -> None:
    (repo / ".gitattributes").write_text(f"*.secret filter={attribute}\n")
    (repo / "a.secret").write_text("plain\n")
    commit_all(repo)
    git(repo, "config", f"filter.{attribute}.smudge", "cat")
    git(repo, "config", f"filter.{attribute}.clean", "cat")


def test_a_filter_of_the_repository_refuses_checkout(
    repo: Path, opened: GitRepository, lane: Lane
) -> None:
    plant_filter(repo, "crypt")
    info = lane(filled=False)
    with pytest.raises(Refused, match=r"a\.secret.*crypt"):
        opened.fill_worktree(info.path, tip(repo))
    with pytest.raises(Refused, match="crypt"):
        opened.switch_gate_tree(info.path, tip(repo))


def test_a_filter_hidden_in_an_include_refuses_too(
    repo: Path, opened: GitRepository, lane: Lane
) -> None:
    plant_filter(repo, "crypt")
    git(repo, "config", "--remove-section", "filter.crypt")
    info = lane(filled=False)
    opened.fill_worktree(info.path, tip(repo))  # a driver that nobody defines does nothing
    git(repo, "config", "include.path", "../more")
    with pytest.raises(Refused, match="crypt"):
        opened.fill_worktree(info.path, tip(repo))


def test_a_filter_that_the_user_defines_is_fine(
    repo: Path, opened: GitRepository, lane: Lane, isolated: Path
) -> None:
    plant_filter(repo, "crypt")
    with (isolated / ".gitconfig").open("a") as config:
        config.write('[filter "crypt"]\n\tclean = cat\n\tsmudge = cat\n')
    info = lane()
    assert (info.path / "a.secret").read_text() == "plain\n"


def test_a_sparse_checkout_stays_sparse(repo: Path, opened: GitRepository, lane: Lane) -> None:
    git(repo, "sparse-checkout", "set", "src")
    info = lane()
    assert sorted(path.name for path in info.path.iterdir() if path.is_dir()) == ["src"]
    assert opened.is_filled(info.path, tip(repo))
    assert git(info.path, "status", "--porcelain") == ""
