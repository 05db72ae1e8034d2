"""Opening: which repository a folder lies in, and what is refused with which words."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from cockpit import paths
from cockpit.adapters.git.repository import GitRepository, open_repository
from cockpit.domain.ids import RefName
from cockpit.errors import CockpitError, Refused, UsageError
from cockpit.services.ports import Git
from tests.adapters.git.conftest import MAIN, commit_all, tip
from tests.conftest import git


def as_port(repository: GitRepository) -> Git:
    """The type checker's proof that the adapter fulfils the port."""
    return repository


def opened(start: Path) -> tuple[Path, Path | None]:
    repository = open_repository(start)
    repository.close()
    return as_port(repository).common_dir, repository.main_checkout


def test_from_the_root_a_folder_and_the_git_directory(repo: Path) -> None:
    for start in (repo, repo / "src", repo / ".git", repo / ".git" / "refs" / "heads"):
        assert opened(start) == (repo / ".git", repo), start


def test_from_a_linked_worktree(repo: Path, tmp_path: Path) -> None:
    git(repo, "worktree", "add", "-q", "-b", "x", str(tmp_path / "lane"))
    assert opened(tmp_path / "lane" / "src") == (repo / ".git", repo)
    assert opened(repo / ".git" / "worktrees" / "lane") == (repo / ".git", repo)


def test_through_a_symlink(repo: Path, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(repo)
    assert opened(tmp_path / "link" / "src") == (repo / ".git", repo)


def test_a_bare_repository_and_its_worktree(repo: Path, tmp_path: Path) -> None:
    bare = tmp_path / "bare.git"
    git(tmp_path, "clone", "-q", "--bare", str(repo), str(bare))
    git(bare, "worktree", "add", "-q", str(tmp_path / "wt"), "main")
    assert opened(bare) == (bare, None)
    assert opened(tmp_path / "wt") == (bare, None)
    repository = open_repository(tmp_path / "wt")
    assert [info.path for info in repository.worktrees()] == [tmp_path / "wt"]
    repository.close()


def test_bare_in_dot_git_with_worktrees_beside_it(repo: Path, tmp_path: Path) -> None:
    project = tmp_path / "hub"
    project.mkdir()
    git(tmp_path, "clone", "-q", "--bare", str(repo), str(project / ".git"))
    git(project, "worktree", "add", "-q", str(project / "main"), "main")
    assert opened(project) == (project / ".git", None)
    assert opened(project / "main") == (project / ".git", None)


def test_core_bare_that_was_planted_does_not_hide_the_checkout(repo: Path) -> None:
    git(repo, "config", "core.bare", "true")
    assert opened(repo)[1] == repo


def test_a_separate_git_directory(tmp_path: Path) -> None:
    git(tmp_path, "init", "-q", "--separate-git-dir", str(tmp_path / "apart"), str(tmp_path / "w"))
    assert opened(tmp_path / "w") == (tmp_path / "apart", tmp_path / "w")


def test_a_submodule_is_a_repository_of_its_own(repo: Path, tmp_path: Path) -> None:
    other = tmp_path / "super"
    other.mkdir()
    git(other, "init", "-q")
    git(other, "-c", "protocol.file.allow=always", "submodule", "add", "-q", str(repo), "sub")
    assert opened(other / "sub") == (other / ".git" / "modules" / "sub", other / "sub")


@pytest.mark.parametrize(
    "name", ["with space", 'q"uote', "new\nline", "per#cent%", "ünïcode", "-dash", "#(touch x)"]
)
def test_odd_folder_names(tmp_path: Path, name: str) -> None:
    root = tmp_path / name
    root.mkdir()
    git(root, "init", "-q")
    (root / "f").write_text("1\n")
    first = commit_all(root)
    repository = open_repository(root)
    info = repository.add_worktree(
        tmp_path / f"lane {name}", branch=RefName("refs/heads/a/b"), commit=first, reason="x"
    )
    repository.fill_worktree(info.path, first)
    assert repository.is_linked(info.path)
    assert repository.is_filled(info.path, first)
    assert git(info.path, "status", "--porcelain") == ""
    assert repository.facts(info.path, MAIN).dirty == 0
    assert repository.builder.revert_tree is not None
    repository.close()


def test_a_sha256_repository(tmp_path: Path) -> None:
    root = tmp_path / "long"
    root.mkdir()
    git(root, "init", "-q", "--object-format=sha256")
    (root / "f").write_text("1\n")
    first = commit_all(root, "first")
    (root / "f").write_text("2\n")
    second = commit_all(root, "second")
    repository = open_repository(root)
    assert len(first) == 64
    assert [line.subject for line in repository.history.commits(first, second)] == ["second"]
    repository.move_ref(RefName("refs/heads/x"), new=second, old=None, reason="x")
    assert repository.builder.merge(first, second).tree == repository.tree_of(second)
    (root / "link").symlink_to("f")
    assert repository.facts(root, RefName("refs/heads/x")).dirty == 1
    plan = repository.follower.plan(root, second, first, root / ".git" / "cockpit-staging" / "x")
    assert plan.in_the_way == ()
    assert repository.follower.finish(plan) == []
    assert (root / "f").read_text() == "1\n"
    repository.close()


def test_not_a_repository(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="not inside a git repository"):
        open_repository(tmp_path)
    with pytest.raises(UsageError, match="doesn't exist"):
        open_repository(tmp_path / "nowhere")


def break_head(root: Path) -> None:
    (root / ".git" / "HEAD").unlink()


def point_nowhere(root: Path) -> None:
    os.rename(root / ".git", root / "gone")
    (root / ".git").write_text(f"gitdir: {root}/nowhere\n")


def damage_the_link(root: Path) -> None:
    os.rename(root / ".git", root / "gone")
    (root / ".git").write_text("nonsense\n")


def claim_a_reftable(root: Path) -> None:
    git(root, "config", "core.repositoryformatversion", "1")
    git(root, "config", "extensions.refStorage", "reftable")


def make_a_reftable_folder(root: Path) -> None:
    (root / ".git" / "reftable").mkdir()


def replace_config_by_a_pipe(root: Path) -> None:
    (root / ".git" / "config").unlink()
    os.mkfifo(root / ".git" / "config")


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        (point_nowhere, "missing"),
        (damage_the_link, "doesn't name a git directory"),
        (claim_a_reftable, "reftable"),
        (make_a_reftable_folder, "reftable"),
        (replace_config_by_a_pipe, "plain file"),
        (break_head, "not inside"),
    ],
)
def test_broken_ones_are_refused_with_a_sentence(
    repo: Path, damage: Callable[[Path], None], words: str
) -> None:
    damage(repo)
    with pytest.raises(CockpitError) as error:
        open_repository(repo)
    assert words in error.value.title
    assert error.value.hint


def test_without_commits_it_opens_and_says_so(tmp_path: Path) -> None:
    root = tmp_path / "fresh"
    root.mkdir()
    git(root, "init", "-q")
    repository = open_repository(root)
    assert repository.read_ref(MAIN) is None
    assert repository.head(root).commit is None
    assert repository.head(root).ref == MAIN
    (root / "f").write_text("a\n")
    facts = repository.facts(root, MAIN)
    assert (facts.head, facts.dirty, facts.files, facts.added) == (None, 1, 1, 1)
    git(root, "add", "f")
    assert repository.facts(root, MAIN).dirty == 1
    assert [file.path for file in repository.review.diff(root, MAIN).files] == ["f"]
    with pytest.raises(Refused, match="no commits"):
        repository.require_commits()
    commit_all(root)
    repository.require_commits()
    repository.close()


def test_the_shadow_lies_in_the_state_folder(repo: Path, tmp_path: Path) -> None:
    repository = open_repository(repo)
    shadow = paths.state_dir(repo / ".git") / "shadow" / ".git"
    assert (shadow / "config").is_file()
    assert (shadow / "config").stat().st_mode & 0o777 == 0o600
    repository.close()
    elsewhere = open_repository(repo, state_home=tmp_path / "elsewhere")
    assert (tmp_path / "elsewhere" / paths.repository_id(repo / ".git") / "shadow").is_dir()
    elsewhere.close()


def test_a_state_folder_that_cannot_be_written(repo: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(CockpitError, match="state folder"):
        open_repository(repo, state_home=tmp_path / "file")


def test_an_inherited_git_dir_leads_nowhere(
    repo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = tip(repo)
    other = tmp_path / "other"
    other.mkdir()
    git(other, "init", "-q")
    for name in ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_OBJECT_DIRECTORY"):
        monkeypatch.setenv(name, str(other / ".git"))
    monkeypatch.setenv("GIT_CONFIG_COUNT", "1")
    monkeypatch.setenv("GIT_CONFIG_KEY_0", "core.bare")
    monkeypatch.setenv("GIT_CONFIG_VALUE_0", "nonsense")
    repository = open_repository(repo)
    head = repository.read_ref(MAIN)
    assert head == expected
    assert repository.history.commits(head, head) == []
    root = repository.resolve(head)
    assert root == head
    parents = repository._reader.commits([head])[0].parents
    assert len(parents) == 1
    repository.close()
