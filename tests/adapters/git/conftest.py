"""An opened repository, and lanes in it, on the real git."""

from __future__ import annotations

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
    git(folder, "commit", "-q", "--allow-empty", "-m", message)
    return tip(folder)


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
