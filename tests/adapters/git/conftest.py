"""An opened repository, and lanes in it, on the real git."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from cockpit.adapters.git.repository import GitRepository, open_repository
from cockpit.domain.ids import CommitId, RefName
from cockpit.domain.worktree import WorktreeInfo
from tests.conftest import git

MAIN = RefName("refs/heads/main")

Lane = Callable[..., WorktreeInfo]


def tip(repo: Path, rev: str = "HEAD") -> CommitId:
    return CommitId(git(repo, "rev-parse", "--verify", f"{rev}^{{commit}}").strip())


def commit_all(folder: Path, message: str = "work") -> CommitId:
    git(folder, "add", "-A")
    git(folder, "commit", "-q", "-m", message)
    return tip(folder)


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The repository of `tests.conftest.repo`, made once: eight git calls for each of the
    some hundred tests here were a third of their time."""
    root = tmp_path_factory.mktemp("template") / "project"
    (root / "src").mkdir(parents=True)
    (root / "docs").mkdir()
    (root / "src" / "api.py").write_text("def answer():\n    return 42\n")
    (root / "src" / "auth.py").write_text("def login():\n    return False\n")
    (root / "README.md").write_text("# Project\n")
    (root / ".gitignore").write_text(".env\nbuild/\n")
    who = ["-c", "user.name=Commander", "-c", "user.email=commander@example.org"]
    git(root, "init", "-q", "-b", "main")
    for text, message in (("Read me.", "first"), ("Read me first.", "second")):
        (root / "docs" / "guide.md").write_text(f"# Guide\n\n{text}\n")
        git(root, "add", "-A")
        git(root, *who, "commit", "-q", "-m", message)
    return root


@pytest.fixture
def repo(template: Path, tmp_path: Path) -> Path:
    """A real repository with history: two source folders, a README, ignored files."""
    root = tmp_path / "project"
    shutil.copytree(template, root, symlinks=True)
    git(root, "update-index", "-q", "--refresh")
    return root


@pytest.fixture
def opened(repo: Path) -> Iterator[GitRepository]:
    repository = open_repository(repo)
    yield repository
    repository.close()


@pytest.fixture
def lane(opened: GitRepository, tmp_path: Path) -> Lane:
    """Make a filled lane `name` on its own branch; returns its `WorktreeInfo`."""

    def make(name: str = "alpha", *, filled: bool = True) -> WorktreeInfo:
        base = opened.read_ref(MAIN)
        assert base is not None
        info = opened.add_worktree(
            tmp_path / name,
            branch=RefName(f"refs/heads/{name}/work"),
            commit=base,
            reason=f"cockpit:{name}",
        )
        if filled:
            opened.fill_worktree(info.path, base)
        return info

    return make
