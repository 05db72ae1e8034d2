"""Tampering with the shared git directory is named; our own block in info/exclude."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from cockpit.adapters.git.excludes import BEGIN
from cockpit.adapters.git.repository import GitRepository
from cockpit.errors import Refused
from tests.adapters.git.conftest import MAIN, Lane, commit_all, tip
from tests.conftest import git


def config(key: str, value: str) -> Callable[[Path], object]:
    return lambda repo: git(repo, "config", key, value)


def write(name: str, text: str, mode: int = 0o644) -> Callable[[Path], object]:
    def plant(repo: Path) -> None:
        path = repo / ".git" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        path.chmod(mode)

    return plant


def replace(repo: Path) -> None:
    git(repo, "replace", "HEAD", "HEAD~1")


def worktree_config(repo: Path) -> None:
    git(repo, "config", "extensions.worktreeConfig", "true")
    git(repo, "config", "--worktree", "core.fsmonitor", "/tmp/evil")


def link_head(repo: Path) -> None:
    (repo / ".git" / "HEAD").unlink()
    (repo / ".git" / "HEAD").symlink_to("refs/heads/main")


PLANTED: list[tuple[Callable[[Path], object], str]] = [
    (replace, "is replaced by"),
    (write("info/grafts", "1" * 40 + "\n"), "grafts"),
    (write("objects/info/alternates", "/nowhere/objects\n"), "/nowhere/objects"),
    (write("info/attributes", "* filter=x\n"), "info/attributes"),
    (write("shallow", "1" * 40 + "\n"), "shallow"),
    (write("hooks/pre-commit", "#!/bin/sh\n", 0o755), "hook pre-commit"),
    (write("hooks/reference-transaction", "#!/bin/sh\n", 0o755), "reference-transaction"),
    (config("core.fsmonitor", "/tmp/evil"), "core.fsmonitor = /tmp/evil"),
    (config("core.hooksPath", "/tmp/evil"), "core.hookspath"),
    (config("core.sshCommand", "/tmp/evil"), "core.sshcommand"),
    (config("core.worktree", "/tmp/evil"), "core.worktree"),
    (config("core.bare", "true"), "core.bare"),
    (config("filter.a.b.clean", "/tmp/evil"), "filter.a.b.clean"),
    (config("diff.x.textconv", "/tmp/evil"), "diff.x.textconv"),
    (config("diff.external", "/tmp/evil"), "diff.external"),
    (config("merge.x.driver", "/tmp/evil"), "merge.x.driver"),
    (config("include.path", "/tmp/evil"), "include.path"),
    (config("includeIf.gitdir:/x/.path", "/tmp/evil"), "includeif"),
    (config("gpg.program", "/tmp/evil"), "gpg.program"),
    (config("alias.st", "!/tmp/evil"), "alias.st"),
    (config("branch.main.mergeOptions", "--strategy=ours"), "branch.main.mergeoptions"),
    (config("gc.reflogExpire", "now"), "gc.reflogexpire"),
    (config("remote.origin.uploadpack", "/tmp/evil"), "remote.origin.uploadpack"),
    (worktree_config, "config.worktree"),
    (link_head, "symbolic link"),
    (write("HEAD", "ref: refs/remotes/x\n"), "refs/remotes/x"),
]


@pytest.mark.parametrize(("plant", "words"), PLANTED, ids=[words for _, words in PLANTED])
def test_each_is_named(
    repo: Path, opened: GitRepository, plant: Callable[[Path], object], words: str
) -> None:
    assert opened.tampering() == []
    plant(repo)
    found = opened.tampering()
    assert [line for line in found if words in line], found


def test_harmless_things_are_not_named(repo: Path, opened: GitRepository, lane: Lane) -> None:
    lane()
    git(repo, "config", "alias.st", "status")
    git(repo, "config", "remote.origin.url", "https://example.org/x")
    git(repo, "config", "user.name", "x")
    write("hooks/pre-push.sample", "#!/bin/sh\n", 0o755)(repo)
    write("hooks/README", "not executable\n")(repo)
    write("info/attributes", "# only a comment\n\n")(repo)
    assert opened.tampering() == []


def test_a_changed_hook_makes_a_new_sentence(repo: Path, opened: GitRepository) -> None:
    write("hooks/pre-commit", "#!/bin/sh\n", 0o755)(repo)
    before = opened.tampering()
    write("hooks/pre-commit", "#!/bin/sh\nevil\n", 0o755)(repo)
    assert opened.tampering() != before


def test_what_cannot_be_read_is_named_and_hides_nothing(repo: Path, opened: GitRepository) -> None:
    os.mkfifo(repo / ".git" / "info" / "grafts")
    (repo / ".git" / "hooks" / "dangling").symlink_to("/nowhere")
    git(repo, "config", "core.fsmonitor", "/tmp/evil")
    found = "\n".join(opened.tampering())
    assert "info/grafts is not a plain file" in found
    assert "hook dangling" in found
    assert "core.fsmonitor" in found


# ---------------------------------------------------------------- info/exclude


def test_our_block_keeps_the_bus_out_of_status(repo: Path, opened: GitRepository) -> None:
    path = repo / ".git" / "info" / "exclude"
    before = path.read_bytes()
    (repo / "tasks").mkdir()
    (repo / "tasks" / "task-001.md").write_text("x")
    assert opened.dirty_paths(repo) == ["tasks/task-001.md"]
    opened.exclude(["/tasks/", "/results/"])
    assert opened.dirty_paths(repo) == []
    assert git(repo, "status", "--porcelain") == ""
    inode = path.stat().st_ino
    opened.exclude(["/tasks/", "/results/"])
    assert path.stat().st_ino == inode, "not written when nothing changes"
    opened.exclude(["/tasks/"])
    assert path.read_bytes().count(BEGIN) == 1
    opened.exclude([])
    assert path.read_bytes() == before


def test_a_missing_or_odd_exclude_file(repo: Path, opened: GitRepository, tmp_path: Path) -> None:
    path = repo / ".git" / "info" / "exclude"
    path.unlink()
    opened.exclude(["/tasks/"])
    assert b"/tasks/" in path.read_bytes()
    victim = tmp_path / "victim"
    victim.write_text("precious\n")
    path.unlink()
    path.symlink_to(victim)
    with pytest.raises(Refused):
        opened.exclude(["/tasks/"])
    assert victim.read_text() == "precious\n"
    with pytest.raises(Refused, match="line break"):
        opened.exclude(["a\nb"])


def test_nothing_of_the_users_is_touched_by_a_whole_run(
    repo: Path, opened: GitRepository, lane: Lane, isolated: Path
) -> None:
    """Configuration and hooks are byte for byte as before (DESIGN §3, promise 8)."""
    hook = repo / ".git" / "hooks" / "post-commit"
    hook.write_text("#!/bin/sh\n")
    hook.chmod(0o755)
    files = [repo / ".git" / "config", isolated / ".gitconfig", hook]
    before = [(path.read_bytes(), path.stat().st_mtime_ns) for path in files]
    names = sorted(os.listdir(repo / ".git" / "hooks"))
    info = lane()
    (info.path / "x").write_text("x")
    theirs = commit_all(info.path)
    base = opened.read_ref(MAIN)
    assert base is not None
    new = opened.builder.commit_tree(
        opened.builder.merge(base, theirs).tree, [base, theirs], "land"
    )
    plan = opened.follower.plan(repo, base, new, opened.common_dir / "cockpit-staging" / "x")
    opened.follower.stage(plan)
    opened.move_ref(MAIN, new=new, old=base, reason="land")
    opened.follower.finish(plan)
    opened.follower.drop(plan.staging)
    assert tip(repo) == new
    assert [(path.read_bytes(), path.stat().st_mtime_ns) for path in files] == before
    assert sorted(os.listdir(repo / ".git" / "hooks")) == names
