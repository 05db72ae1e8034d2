"""Merges as objects, taking one back, and what of a lane the target has already."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from cockpit.adapters.git.repository import GitRepository
from cockpit.domain.ids import CommitId
from cockpit.errors import CockpitError
from tests.adapters.git.conftest import MAIN, Lane, commit_all, tip
from tests.conftest import git


def objects(repo: Path) -> set[str]:
    return set(git(repo, "cat-file", "--batch-all-objects", "--batch-check").splitlines())


def land(repo: Path, opened: GitRepository, theirs: CommitId) -> CommitId:
    """Merge into main as cockpit does, the checkout brought along by plain git."""
    ours = tip(repo)
    merged = opened.builder.merge(ours, theirs)
    assert merged.conflicts == ()
    new = opened.builder.commit_tree(merged.tree, [ours, theirs], "land\n\nCockpit-Lane: x\n")
    git(repo, "reset", "-q", "--hard", new)
    return new


def test_a_clean_merge(repo: Path, opened: GitRepository, lane: Lane) -> None:
    info = lane()
    (info.path / "new").write_text("1\n")
    theirs = commit_all(info.path)
    (repo / "README.md").write_text("# Other\n")
    commit_all(repo)
    new = land(repo, opened, theirs)
    assert git(repo, "log", "-1", "--format=%an %s%n%(trailers)").startswith("Commander land\n")
    assert git(repo, "rev-parse", f"{new}^2").strip() == theirs
    assert (repo / "new").read_text() == "1\n"
    assert opened.is_ancestor(theirs, new)


def test_conflicts_are_named_and_nothing_changes(
    repo: Path, opened: GitRepository, lane: Lane
) -> None:
    info = lane()
    odd = 'new\nline "q" ' + os.fsdecode(b"\xff")
    for folder, word in ((info.path, "theirs"), (repo, "ours")):
        (folder / odd).write_text(word)
        (folder / "README.md").write_text(word)
        (folder / f"only {word}").write_text(word)
    theirs, ours = commit_all(info.path), commit_all(repo)
    outcome = opened.builder.merge(ours, theirs)
    assert sorted(outcome.conflicts) == sorted(["README.md", odd])
    assert "CONFLICT" in outcome.messages
    assert git(repo, "status", "--porcelain") == ""


def test_a_conflict_that_the_tree_does_not_show_is_one(
    repo: Path, opened: GitRepository, lane: Lane
) -> None:
    for path in ("d/a", "d/b", "d/c", "f/x"):
        (repo / path).parent.mkdir(exist_ok=True)
        (repo / path).write_text(f"{path}\n" * 9)
    commit_all(repo)
    info = lane()
    for name in "abc":
        (info.path / "d" / name).rename(info.path / "f" / name)
    theirs = commit_all(info.path)
    (repo / "f" / "new").write_text("in the way\n")
    (repo / "d" / "new").write_text("would follow d to f\n")
    outcome = opened.builder.merge(commit_all(repo), theirs)
    assert outcome.conflicts == ("f/new",)
    assert "implicit dir rename" in outcome.messages


def test_a_lanes_attributes_and_drivers_take_no_part(
    repo: Path, opened: GitRepository, lane: Lane, tmp_path: Path
) -> None:
    info = lane()
    marker = tmp_path / "ran"
    git(info.path, "config", "merge.evil.driver", f"touch {marker}")
    (opened.common_dir / "info" / "attributes").write_text("* merge=evil\n")
    (info.path / ".gitattributes").write_text("* merge=union\n")
    for folder, word in ((info.path, "theirs"), (repo, "ours")):
        (folder / "README.md").write_text(word + "\n")
    theirs, ours = commit_all(info.path), commit_all(repo)
    assert opened.builder.merge(ours, theirs).conflicts == ("README.md",)
    assert not marker.exists()


def test_no_common_history(repo: Path, opened: GitRepository) -> None:
    ours = tip(repo)
    git(repo, "checkout", "-q", "--orphan", "island")
    theirs = commit_all(repo, "island")
    with pytest.raises(CockpitError, match="can't merge") as error:
        opened.builder.merge(ours, theirs)
    assert "history" in error.value.hint


def test_a_commit_without_identity_says_what_to_do(
    repo: Path, opened: GitRepository, isolated: Path
) -> None:
    (isolated / ".gitconfig").write_text("[user]\n\tuseConfigOnly = true\n")
    with pytest.raises(CockpitError) as error:
        opened.builder.commit_tree(opened.tree_of(tip(repo)), [tip(repo)], "x")
    assert "git config --global user." in error.value.hint


def test_messages_from_outside(repo: Path, opened: GitRepository) -> None:
    message = "-F /etc/passwd\n\n\x1b]0;x\x07 \ud800 ünï\0 end\n"
    made = opened.builder.commit_tree(opened.tree_of(tip(repo)), [tip(repo)], message)
    line = opened.history.commits(tip(repo), made)[0]
    assert line.subject == "-F /etc/passwd"


def test_taking_a_landing_back(repo: Path, opened: GitRepository, lane: Lane) -> None:
    info = lane()
    (info.path / "new").write_text("1\n")
    (info.path / "docs" / "guide.md").unlink()
    before = tip(repo)
    landed = land(repo, opened, commit_all(info.path))
    assert opened.builder.revert_tree(landed, landed).tree == opened.tree_of(before)
    (repo / "README.md").write_text("# Later\n")
    later = commit_all(repo)
    outcome = opened.builder.revert_tree(later, landed)
    assert outcome.conflicts == ()
    names = {change.path for change in opened.changes(before, outcome.tree)}
    assert names == {"README.md"}


def test_taking_back_what_was_built_upon_conflicts(
    repo: Path, opened: GitRepository, lane: Lane
) -> None:
    info = lane()
    (info.path / "README.md").write_text("# Landed\n")
    landed = land(repo, opened, commit_all(info.path))
    (repo / "README.md").write_text("# Built upon\n")
    later = commit_all(repo)
    assert opened.builder.revert_tree(later, landed).conflicts == ("README.md",)


def test_the_helpers_of_a_revert_stay_out_of_the_repository(
    repo: Path, opened: GitRepository, lane: Lane
) -> None:
    info = lane()
    (info.path / "new").write_text("1\n")
    landed = land(repo, opened, commit_all(info.path))
    before = objects(repo)
    opened.builder.revert_tree(landed, landed)
    assert objects(repo) == before, "the tree of `before` existed already"
    root = CommitId(git(repo, "rev-list", "--max-parents=0", "HEAD").strip())
    with pytest.raises(CockpitError, match="first commit"):
        opened.builder.revert_tree(landed, root)


def test_conflict_markers(repo: Path, opened: GitRepository) -> None:
    old = tip(repo)
    text = "<<<<<<< ours\na\n=======\nb\n>>>>>>> theirs\n"
    (repo / "README.md").write_text(text)
    (repo / "doc\nmarkers.md").write_text("how a conflict looks:\n" + text)
    (repo / "fine").write_text("=======\n")
    (repo / "link").symlink_to("README.md")
    marked = commit_all(repo)
    changes = opened.changes(old, marked)
    assert opened.has_conflict_markers(changes) == ["README.md", "doc\nmarkers.md"]
    (repo / "README.md").write_text(text + "more\n")
    assert opened.has_conflict_markers(opened.changes(marked, commit_all(repo))) == []


# ---------------------------------------------------------------- what the target has


def subjects(opened: GitRepository, tip_: CommitId, target: CommitId) -> list[str]:
    return [line.subject for line in opened.history.unmerged(tip_, target)]


def two_commits(folder: Path) -> CommitId:
    (folder / "one").write_text("1\n")
    commit_all(folder, "one")
    (folder / "src" / "api.py").write_text("def answer():\n    return 43\n")
    return commit_all(folder, "two")


def test_unmerged_work_is_listed_newest_first(
    repo: Path, opened: GitRepository, lane: Lane
) -> None:
    info = lane()
    assert subjects(opened, tip(info.path), tip(repo)) == []
    assert subjects(opened, two_commits(info.path), tip(repo)) == ["two", "one"]


def test_merged_rebased_and_squashed_work_is_not_lost(
    repo: Path, opened: GitRepository, lane: Lane
) -> None:
    info = lane()
    lane_tip = two_commits(info.path)
    (repo / "README.md").write_text("# Moved on\n")
    base = commit_all(repo, "moved on")
    for how in (
        ["merge", "-q", "--no-ff", "--no-edit", lane_tip],
        ["cherry-pick", f"{lane_tip}~1", lane_tip],
        ["merge", "-q", "--squash", lane_tip],
    ):
        git(repo, "reset", "-q", "--hard", base)
        git(repo, *how)
        if how[0] == "merge" and "--squash" in how:
            commit_all(repo, "squashed")
        assert subjects(opened, lane_tip, tip(repo)) == [], how


def test_a_squash_stays_merged_when_the_target_moves_on_over_it(
    repo: Path, opened: GitRepository, lane: Lane
) -> None:
    info = lane()
    lane_tip = two_commits(info.path)
    git(repo, "merge", "-q", "--squash", lane_tip)
    commit_all(repo, "squashed")
    (repo / "src" / "api.py").write_text("def answer():\n    return 44\n")
    commit_all(repo, "over it")
    assert subjects(opened, lane_tip, tip(repo)) == []


def test_only_what_is_missing_is_listed(repo: Path, opened: GitRepository, lane: Lane) -> None:
    info = lane()
    lane_tip = two_commits(info.path)
    (repo / "x").write_text("x")
    commit_all(repo)
    git(repo, "cherry-pick", f"{lane_tip}~1")
    assert subjects(opened, lane_tip, tip(repo)) == ["two"]


def test_work_that_only_a_merge_commit_holds(repo: Path, opened: GitRepository, lane: Lane) -> None:
    info = lane()
    two_commits(info.path)
    (repo / "x").write_text("x")
    commit_all(repo, "x")
    git(info.path, "merge", "-q", "--no-edit", "main")
    assert subjects(opened, tip(info.path), tip(repo)) == ["two", "one"]
    (info.path / "evil").write_text("only here\n")
    git(info.path, "add", "evil")
    git(info.path, "commit", "-q", "--amend", "-m", "evil merge")
    git(repo, "cherry-pick", f"{tip(info.path, 'HEAD^1')}~1", tip(info.path, "HEAD^1"))
    assert subjects(opened, tip(info.path), tip(repo)) == ["evil merge"]


def test_work_that_was_reverted_in_the_target(
    repo: Path, opened: GitRepository, lane: Lane
) -> None:
    """Its commits are in the history, but its content is not in the target any more."""
    info = lane()
    lane_tip = two_commits(info.path)
    git(repo, "merge", "-q", "--no-ff", "--no-edit", lane_tip)
    assert subjects(opened, lane_tip, tip(repo)) == []
    git(repo, "revert", "--no-edit", "-m", "1", "HEAD")
    assert subjects(opened, lane_tip, tip(repo)) == ["two", "one"]


def test_looking_for_unmerged_work_leaves_no_object(
    repo: Path, opened: GitRepository, lane: Lane
) -> None:
    info = lane()
    lane_tip = two_commits(info.path)
    (repo / "src" / "auth.py").write_text("x\n")
    target = commit_all(repo)
    before = objects(repo)
    opened.history.unmerged(lane_tip, target)
    assert objects(repo) == before
    scratch = opened.ground.shadow.git_dir.parent
    assert list(scratch.glob("scratch-*"))
    opened.close()
    assert not list(scratch.glob("scratch-*"))


def test_replaced_objects_do_not_show(repo: Path, opened: GitRepository, lane: Lane) -> None:
    """`git replace` makes plain git's review empty; ours sees what is stored."""
    info = lane()
    base = tip(repo)
    (info.path / "README.md").write_text("evil\n")
    evil = commit_all(info.path)
    git(info.path, "replace", evil, base)
    plain = subprocess.run(
        ["git", "-C", str(repo), "diff", "--name-only", base, evil],
        capture_output=True,
        check=True,
    )
    assert plain.stdout == b"", "the control: plain git is fooled"
    assert [change.path for change in opened.changes(base, evil)] == ["README.md"]
    assert opened.facts(info.path, MAIN).files == 1
