"""Refs: names, reading, and the compare-and-swap."""

from __future__ import annotations

import subprocess
import threading
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cockpit.adapters.git.refs import is_branch_name, is_ref_name
from cockpit.adapters.git.repository import GitRepository
from cockpit.adapters.git.run import Call
from cockpit.domain.ids import CommitId, RefName
from cockpit.errors import CockpitError, RefMoved, Refused, Unavailable, UsageError
from tests.adapters.git.conftest import MAIN, commit_all, tip
from tests.conftest import git

NEW = RefName("refs/cockpit/test/one")


@pytest.mark.parametrize(
    ("branch", "valid"),
    [
        ("alpha/work", True),
        ("feature-1", True),
        ("ünïcode", True),
        ("a.b", True),
        ("@", True),
        ("HEAD", False),
        ("-rf", False),
        ("", False),
        ("a..b", False),
        ("a b", False),
        ("a~1", False),
        ("a^", False),
        ("a:b", False),
        ("a?b", False),
        ("a*", False),
        ("a[b", False),
        ("a\\b", False),
        ("a@{1}", False),
        ("a//b", False),
        ("/a", False),
        ("a/", False),
        (".a", False),
        ("a/.b", False),
        ("a.lock", False),
        ("a.lock/b", False),
        ("a.", False),
        ("a\nb", False),
        ("a\0b", False),
        ("a\x7f", False),
        ("x" * 300, False),
        ("#(touch x)", False),
        ("--output=PWN", False),
    ],
)
def test_branch_names(opened: GitRepository, branch: str, valid: bool) -> None:
    assert opened.is_valid_branch(branch) is valid


@settings(max_examples=60, deadline=None)
@given(st.text(alphabet="ab/.-@{}~^:?*[\\ \tlock\x7fü", min_size=1, max_size=12))
def test_names_agree_with_git(name: str) -> None:
    told = subprocess.run(["git", "check-ref-format", f"refs/heads/{name}"], check=False)
    assert is_ref_name(f"refs/heads/{name}") is (told.returncode == 0)


def test_reading_and_resolving(repo: Path, opened: GitRepository) -> None:
    head = tip(repo)
    git(repo, "tag", "-a", "v1", "-m", "x")
    git(repo, "tag", "main", "HEAD~1")
    git(repo, "update-ref", "refs/remotes/origin/dev", "HEAD~1")
    before = tip(repo, "HEAD~1")
    assert opened.read_ref(MAIN) == head
    assert opened.read_ref(RefName("refs/tags/v1")) == head
    assert opened.read_ref(RefName("refs/heads/none")) is None
    assert opened.resolve("main") == head, "a tag never shadows a branch"
    assert opened.resolve("refs/heads/main") == head
    assert opened.resolve(head) == head
    assert opened.resolve("v1") == head
    assert opened.resolve("origin/dev") == before
    assert opened.refs("refs/tags/") == {
        RefName("refs/tags/main"): before,
        RefName("refs/tags/v1"): head,
    }


@pytest.mark.parametrize(
    "rev",
    [
        "--all",
        "-n1",
        "HEAD~1",
        "main^",
        "main..main",
        "@{-1}",
        ":/first",
        "0" * 40,
        "",
        "a b",
        "\0",
    ],
)
def test_what_is_no_plain_name_resolves_to_nothing(opened: GitRepository, rev: str) -> None:
    assert opened.resolve(rev) is None


def test_a_branch_that_looks_like_an_option(repo: Path, opened: GitRepository) -> None:
    git(repo, "update-ref", "refs/heads/--output=PWN", "HEAD")
    assert opened.read_ref(RefName("refs/heads/--output=PWN")) == tip(repo)
    assert opened.resolve("--output=PWN") is None
    assert not (repo / "PWN").exists()


@pytest.mark.parametrize("ref", ["main", "HEAD", "refs/heads/../../x", "-d", "refs/heads/a b"])
def test_only_full_ref_names(opened: GitRepository, ref: str) -> None:
    with pytest.raises(UsageError):
        opened.read_ref(RefName(ref))


@pytest.mark.parametrize("bad", ["HEAD", "--stdin", "abc", "g" * 40, "A" * 40])
def test_only_full_ids(opened: GitRepository, bad: str) -> None:
    with pytest.raises(UsageError):
        opened.is_ancestor(CommitId(bad), CommitId(bad))


def test_a_broken_ref_is_not_an_absent_one(repo: Path, opened: GitRepository) -> None:
    (repo / ".git" / "refs" / "heads" / "broken").write_text("nonsense\n")
    with pytest.raises(Unavailable, match="can't be read"):
        opened.read_ref(RefName("refs/heads/broken"))
    (repo / ".git" / "refs" / "heads" / "dangling").write_text("1" * 40 + "\n")
    with pytest.raises(Unavailable):
        opened.read_ref(RefName("refs/heads/dangling"))
    found = "\n".join(opened.tampering())
    assert "refs/heads/broken" in found
    assert "refs/heads/dangling is broken" in found
    assert opened.refs("refs/heads/") == {MAIN: tip(repo)}, "one broken ref hides no other"
    assert [info.head.commit for info in opened.worktrees()] == [tip(repo)]


def test_a_commit_that_was_read_once_needs_no_process(repo: Path, opened: GitRepository) -> None:
    """And yet the ref is always read anew, however it is stored and whoever moved it."""
    old, new = tip(repo, "HEAD~1"), tip(repo)
    assert (opened.read_ref(MAIN), opened.resolve(old)) == (new, old)
    calls: list[Call] = []
    opened.door.observers.append(calls.append)
    assert opened.read_ref(MAIN) == new
    assert not calls
    git(repo, "update-ref", MAIN, old)
    assert opened.read_ref(MAIN) == old, "a commit that was not read before"
    assert len(calls) == 1
    git(repo, "pack-refs", "--all")
    assert opened.read_ref(MAIN) == old, "packed"
    git(repo, "update-ref", MAIN, new)
    git(repo, "symbolic-ref", NEW, MAIN)
    assert (opened.read_ref(NEW), opened.read_ref(MAIN)) == (new, new)
    (repo / ".git" / MAIN).write_text("1" * 40 + "\n")
    with pytest.raises(Unavailable):
        opened.read_ref(MAIN)
    (repo / ".git" / MAIN).unlink()
    assert opened.read_ref(MAIN) == old, "what was packed shows again"


def test_create_move_delete(repo: Path, opened: GitRepository) -> None:
    old, new = tip(repo, "HEAD~1"), tip(repo)
    opened.move_ref(NEW, new=old, old=None, reason="made\nhere")
    assert opened.read_ref(NEW) == old
    opened.move_ref(NEW, new=new, old=old, reason="moved")
    assert [line.split("\t")[1] for line in reflog(repo, NEW)] == ["made here", "moved"]
    opened.delete_ref(NEW, old=new)
    assert opened.read_ref(NEW) is None


def reflog(repo: Path, ref: str) -> list[str]:
    return (repo / ".git" / "logs" / ref).read_text().splitlines()


def test_a_ref_that_is_elsewhere_is_not_moved(repo: Path, opened: GitRepository) -> None:
    old, new = tip(repo, "HEAD~1"), tip(repo)
    opened.move_ref(NEW, new=new, old=None, reason="x")
    for seen in (old, None):
        with pytest.raises(RefMoved) as error:
            opened.move_ref(NEW, new=old, old=seen, reason="x")
        assert new in error.value.detail
    with pytest.raises(RefMoved):
        opened.delete_ref(NEW, old=old)
    with pytest.raises(RefMoved):
        opened.move_ref(RefName("refs/cockpit/none"), new=new, old=old, reason="x")
    with pytest.raises(RefMoved):
        opened.delete_ref(RefName("refs/cockpit/none"), old=old)
    assert opened.read_ref(NEW) == new


def test_a_missing_object_is_no_moved_ref(opened: GitRepository) -> None:
    with pytest.raises(CockpitError) as error:
        opened.move_ref(NEW, new=CommitId("1" * 40), old=None, reason="x")
    assert not isinstance(error.value, RefMoved)


def test_names_that_clash(repo: Path, opened: GitRepository) -> None:
    head = tip(repo)
    with pytest.raises(Refused, match="part of it"):
        opened.move_ref(RefName("refs/heads/main/x"), new=head, old=None, reason="x")
    opened.move_ref(RefName("refs/heads/a/b"), new=head, old=None, reason="x")
    with pytest.raises(Refused, match="part of it"):
        opened.move_ref(RefName("refs/heads/a"), new=head, old=None, reason="x")


def test_a_symbolic_ref_is_refused(repo: Path, opened: GitRepository) -> None:
    """Else moving one branch would move another."""
    old, head = tip(repo, "HEAD~1"), tip(repo)
    git(repo, "branch", "victim", old)
    git(repo, "symbolic-ref", "refs/heads/trap", "refs/heads/victim")
    with pytest.raises(Refused, match="another name"):
        opened.move_ref(RefName("refs/heads/trap"), new=head, old=old, reason="x")
    with pytest.raises(Refused):
        opened.delete_ref(RefName("refs/heads/trap"), old=old)
    assert tip(repo, "refs/heads/victim") == old


def test_packed_refs_work_both_ways(repo: Path, opened: GitRepository) -> None:
    old, head = tip(repo, "HEAD~1"), tip(repo)
    opened.move_ref(NEW, new=old, old=None, reason="x")
    git(repo, "pack-refs", "--all")
    assert opened.read_ref(NEW) == old
    opened.move_ref(NEW, new=head, old=old, reason="x")
    assert tip(repo, NEW) == head
    git(repo, "pack-refs", "--all")
    opened.delete_ref(NEW, old=head)
    assert NEW not in (repo / ".git" / "packed-refs").read_text()


def test_one_of_many_wins(repo: Path, opened: GitRepository) -> None:
    base = tip(repo)
    commits = []
    for number in range(4):
        (repo / "n").write_text(str(number))
        commits.append(commit_all(repo))
    opened.move_ref(NEW, new=base, old=None, reason="x")
    won: list[CommitId] = []

    def swap(new: CommitId) -> None:
        try:
            opened.move_ref(NEW, new=new, old=base, reason="race")
            won.append(new)
        except RefMoved:
            return

    threads = [threading.Thread(target=swap, args=(commit,)) for commit in commits]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert won == [opened.read_ref(NEW)]


def test_history_questions(repo: Path, opened: GitRepository) -> None:
    old, head = tip(repo, "HEAD~1"), tip(repo)
    git(repo, "checkout", "-q", "--orphan", "island")
    island = commit_all(repo, "island")
    assert opened.is_ancestor(old, head)
    assert not opened.is_ancestor(head, old)
    assert opened.merge_base(old, head) == old
    assert opened.merge_base(island, head) is None
    assert opened.refs_containing(old) == [MAIN]


def test_branch_rule_is_the_same_without_a_repository() -> None:
    assert is_branch_name("a/b")


@pytest.mark.parametrize("how", ["loose", "packed", "new"])
def test_a_plain_ref_moves_by_one_process(repo: Path, opened: GitRepository, how: str) -> None:
    ref, new = RefName("refs/heads/plain"), tip(repo)
    old = None if how == "new" else tip(repo, "HEAD~1")
    if old is not None:
        git(repo, "update-ref", ref, old)
    if how == "packed":
        git(repo, "pack-refs", "--all")
    calls: list[object] = []
    opened.door.observers.append(calls.append)

    opened.move_ref(ref, new=new, old=old, reason="test")

    assert len(calls) == 1
    assert tip(repo, ref) == new
