"""What a killed cockpit's git leaves is taken away, and what a living one holds is not."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from cockpit.adapters.git.repository import GitRepository, open_repository
from cockpit.adapters.git.run import OWNER
from cockpit.domain.ids import CommitId, branch_ref
from tests.conftest import git, retry_until

NAMES = (
    "index.lock",
    "HEAD.lock",
    "packed-refs.lock",
    "packed-refs.new",
    "config.lock",
    "refs/heads/main.lock",
    "objects/info/commit-graphs/commit-graph-chain.lock",
    "cockpit-staging/land/index.lock",
)


@pytest.fixture
def repository(repo: Path) -> Iterator[GitRepository]:
    opened = open_repository(repo)
    yield opened
    opened.close()


def plant(repo: Path, name: str, *, age: float) -> Path:
    path = repo / ".git" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch()
    then = time.time() - age
    os.utime(path, (then, then))
    return path


@contextmanager
def running(*argv: str, cwd: Path, env: dict[str, str] | None = None) -> Iterator[int]:
    """A process that waits for its end of input; ended at the end."""
    process = subprocess.Popen(argv, cwd=cwd, stdin=subprocess.PIPE, env=env)
    try:
        yield process.pid
    finally:
        process.kill()
        process.wait()
        assert process.stdin is not None
        process.stdin.close()


@pytest.mark.parametrize("name", NAMES)
def test_an_old_lock_that_nobody_holds_goes(
    repository: GitRepository, repo: Path, name: str
) -> None:
    path = plant(repo, name, age=5)
    said = repository.clear_leavings(patience=0)
    assert not path.exists()
    assert len(said) == 1
    assert str(path) in said[0]
    assert repository.clear_leavings(patience=0) == []


def test_a_young_lock_stays_at_once_and_goes_with_patience(
    repository: GitRepository, repo: Path
) -> None:
    path = plant(repo, "index.lock", age=1.8)
    assert repository.clear_leavings(patience=0) == []
    assert path.exists()
    assert repository.clear_leavings(patience=2) != []
    assert not path.exists()


def test_patience_costs_nothing_where_no_lock_is(repository: GitRepository) -> None:
    began = time.monotonic()
    assert repository.clear_leavings(patience=5) == []
    assert time.monotonic() - began < 1


def test_a_lock_in_a_lane_s_git_folder_goes_too(repository: GitRepository, repo: Path) -> None:
    git(repo, "worktree", "add", "-q", "-b", "topic", str(repo.parent / "lane"))
    path = plant(repo, "worktrees/lane/index.lock", age=5)
    repository.clear_leavings(patience=0)
    assert not path.exists()


def test_a_lock_stays_while_a_git_waits_in_a_worktree(
    repository: GitRepository, repo: Path
) -> None:
    """`git commit` closes its lock and waits for the editor, in the worktree."""
    path = plant(repo, "index.lock", age=5)
    with running("git", "hash-object", "--stdin", cwd=repo) as pid:
        retry_until(lambda: os.readlink(f"/proc/{pid}/exe").endswith("git"))
        assert repository.clear_leavings(patience=0) == []
        assert path.exists()
    repository.clear_leavings(patience=0)
    assert not path.exists()


def test_a_lock_stays_while_someone_has_it_open(repository: GitRepository, repo: Path) -> None:
    path = plant(repo, "index.lock", age=5)
    code = "import sys; f = open(sys.argv[1], 'a'); print(flush=True); sys.stdin.read()"
    with running(sys.executable, "-c", code, str(path), cwd=repo.parent) as pid:
        opened = f"/proc/{pid}/fd"
        retry_until(lambda: str(path) in [_target(f"{opened}/{n}") for n in os.listdir(opened)])
        assert repository.clear_leavings(patience=0) == []
    assert path.exists()


def test_a_reader_or_a_shell_in_the_lane_keeps_no_lock_alive(
    repository: GitRepository, repo: Path
) -> None:
    path = plant(repo, "index.lock", age=5)
    with (
        running("git", "cat-file", "--batch", cwd=repo) as reader,
        running("sh", "-c", "read line", cwd=repo),
    ):
        retry_until(lambda: os.readlink(f"/proc/{reader}/exe").endswith("git"))
        repository.clear_leavings(patience=0)
    assert not path.exists()


def test_what_is_no_lock_stays(repository: GitRepository, repo: Path) -> None:
    kept = [
        plant(repo, "refs/heads/lock", age=5),
        plant(repo, "objects/pack/pack-1.keep", age=5),
        plant(repo, "cockpit-trash/old/index.lock", age=5),
    ]
    (repo / ".git" / "refs" / "heads" / "lock").write_text(git(repo, "rev-parse", "HEAD"))
    (repo / ".git" / "away.lock").symlink_to(repo / "README.md")
    repository.clear_leavings(patience=0)
    assert all(path.exists() for path in kept)
    assert (repo / ".git" / "away.lock").is_symlink()


def test_scratch_objects_of_the_dead_go_and_of_the_living_stay(
    repository: GitRepository,
) -> None:
    home = repository.ground.shadow.git_dir.parent
    dead, own = home / "scratch-4000001-aa", home / f"scratch-{os.getpid()}-bb"
    for folder in (dead, own):
        (folder / "ab").mkdir(parents=True)
    repository.clear_leavings(patience=0)
    assert not dead.exists()
    assert own.exists()


# ---------------------------------------------------------------- orphans


@contextmanager
def a_git(repository: GitRepository, repo: Path, owner: str) -> Iterator[int]:
    """A git on the repository that waits, run by `owner`."""
    env = {
        **os.environ,
        "GIT_DIR": str(repository.common_dir),
        "GIT_COMMON_DIR": str(repository.ground.shadow.git_dir),
        OWNER: owner,
    }
    with running("git", "hash-object", "--stdin", cwd=repo.parent, env=env) as pid:
        retry_until(lambda: os.readlink(f"/proc/{pid}/exe").endswith("git"))
        yield pid


def test_a_git_of_a_dead_cockpit_is_ended(repository: GitRepository, repo: Path) -> None:
    with a_git(repository, repo, "4000001.1") as pid:
        said = repository.end_orphans()
        assert len(said) == 1
        assert str(pid) in said[0]
        assert os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT) is not None
    assert repository.end_orphans() == []


@pytest.mark.parametrize("owner", ["", "nonsense", "own"])
def test_a_git_of_a_living_cockpit_or_of_nobody_is_left_alone(
    repository: GitRepository, repo: Path, owner: str
) -> None:
    if owner == "own":
        owner = repository.door._owner
    with a_git(repository, repo, owner) as pid:
        assert repository.end_orphans() == []
        os.kill(pid, 0)


def test_a_git_of_a_dead_cockpit_on_another_repository_is_left_alone(
    repository: GitRepository, repo: Path, tmp_path: Path
) -> None:
    other = tmp_path / "other"
    git(repo, "clone", "-q", str(repo), str(other))
    elsewhere = open_repository(other)
    try:
        with a_git(elsewhere, other, "4000001.1") as pid:
            assert repository.end_orphans() == []
            os.kill(pid, 0)
    finally:
        elsewhere.close()


def test_every_git_of_ours_says_whose_it_is(repository: GitRepository) -> None:
    answer = repository.ground.run(["-c", f"alias.x=!echo ${OWNER}", "x"])
    assert answer.line == repository.door._owner
    assert answer.line.startswith(f"{os.getpid()}.")


# ---------------------------------------------------------------- half-made worktrees


def head(repo: Path) -> CommitId:
    return CommitId(git(repo, "rev-parse", "HEAD").strip())


def test_a_whole_worktree_is_not_half_made(repository: GitRepository, repo: Path) -> None:
    path = repo.parent / "lane"
    repository.add_worktree(path, branch=branch_ref("topic"), commit=head(repo), reason="cockpit:1")
    assert repository.half_made_worktrees(path, "cockpit:1") == []


@pytest.mark.parametrize(
    ("files", "ours"),
    [
        ({}, True),
        ({"locked": "cock"}, True),
        ({"locked": "cockpit:1\n"}, True),
        ({"locked": "cockpit:1\n", "gitdir": "/nowhere/.git\n"}, True),
        ({"locked": "cockpit:1\n", "gitdir": "/nowhere/.git\n", "HEAD": "0" * 40 + "\n"}, True),
        ({"locked": "cockpit:1\n", "gitdir": "/nowhere/.git\n", "HEAD": "ref"}, True),
        ({"locked": "cockpit:2\n"}, False),
        ({"locked": "initializing"}, False),
        ({"gitdir": "/nowhere/.git\n"}, False),
    ],
)
def test_a_half_made_one_is_known_by_its_lock(
    repository: GitRepository, repo: Path, files: dict[str, str], ours: bool
) -> None:
    admin = repo / ".git" / "worktrees" / "my-lane1"
    admin.mkdir(parents=True)
    for name, content in files.items():
        (admin / name).write_text(content)
    found = repository.half_made_worktrees(repo.parent / "my lane", "cockpit:1")
    assert found == ([admin] if ours else [])


def test_an_empty_one_of_another_name_is_somebody_else_s(
    repository: GitRepository, repo: Path
) -> None:
    (repo / ".git" / "worktrees" / "theirs").mkdir(parents=True)
    assert repository.half_made_worktrees(repo.parent / "lane", "cockpit:1") == []


def _target(link: str) -> str:
    try:
        return os.readlink(link)
    except OSError:
        return ""


def test_a_killed_git_leaves_a_lock_and_the_next_start_goes_on(
    repository: GitRepository, repo: Path
) -> None:
    """The whole way: a git that holds the index is killed, and its lock is in the way."""
    env = {**os.environ, "GIT_EDITOR": "sh -c 'read line' editor"}
    (repo / "README.md").write_text("changed\n")
    process = subprocess.Popen(
        ["git", "commit", "-a"],
        cwd=repo,
        env=env,
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        start_new_session=True,
    )
    lock = repo / ".git" / "index.lock"
    retry_until(lock.exists)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    assert process.stdin is not None
    process.stdin.close()
    assert lock.exists()
    repository.clear_leavings(patience=3)
    git(repo, "commit", "-q", "-a", "-m", "goes on")
