"""The shadow: what it takes over from the repository, what never, and that it follows."""

from __future__ import annotations

import os
import threading
from pathlib import Path

import pytest

from cockpit.adapters.git.repository import GitRepository, open_repository
from cockpit.adapters.git.run import Call, GitDoor
from cockpit.adapters.git.shadow import Setting, allowed, as_config, read_settings
from cockpit.errors import Refused
from tests.adapters.git.conftest import MAIN, tip
from tests.conftest import git


@pytest.mark.parametrize(
    ("setting", "kept"),
    [
        (("core.autocrlf", "true"), True),
        (("core.filemode", "false"), True),
        (("user.email", "a@b"), True),
        (("extensions.objectformat", "sha256"), True),
        (("filter.lfs.clean", "git-lfs clean -- %f"), True),
        (("filter.lfs.clean", "/tmp/evil %f"), False),
        (("filter.x.clean", "git-lfs clean -- %f"), False),
        (("extensions.worktreeconfig", "true"), False),
        (("core.fsmonitor", "/tmp/evil"), False),
        (("core.hookspath", "/tmp/evil"), False),
        (("core.worktree", "/tmp"), False),
        (("core.sshcommand", "/tmp/evil"), False),
        (("core.bare", "true"), False),
        (("include.path", "/tmp/evil"), False),
        (("diff.x.textconv", "/tmp/evil"), False),
        (("gpg.program", "/tmp/evil"), False),
        (("remote.origin.url", "/tmp/evil"), False),
        (("user.signingkey", "x"), False),
    ],
)
def test_the_allow_list(setting: Setting, kept: bool) -> None:
    assert (setting in allowed([setting])) is kept


def test_a_partial_clone_keeps_its_promisor_and_nothing_that_runs() -> None:
    settings: list[Setting] = [
        ("extensions.partialclone", "origin"),
        ("remote.origin.promisor", "true"),
        ("remote.origin.url", "https://example.org/x"),
        ("remote.origin.partialclonefilter", "blob:none"),
        ("remote.origin.uploadpack", "/tmp/evil"),
        ("remote.other.url", "https://example.org/y"),
    ]
    assert allowed(settings) == settings[:4]


def test_a_reftable_is_refused() -> None:
    with pytest.raises(Refused, match="reftable"):
        allowed([("extensions.refstorage", "reftable")])


def test_what_is_written_is_read_again(tmp_path: Path) -> None:
    settings: list[Setting] = [
        ("user.name", 'a "quoted" \\ name # ; with\nlines\tand tabs '),
        ("core.symlinks", None),
        ('remote.we"ird\\.name.url', "x"),
        ("user.email", ""),
    ]
    path = tmp_path / "config"
    path.write_text(as_config(settings))
    assert read_settings(GitDoor(), path) == settings


def test_includes_are_read_as_words(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    path = tmp_path / "config"
    path.write_text(f"[include]\n\tpath = {pipe}\n")
    assert read_settings(GitDoor(), path) == [("include.path", str(pipe))]
    assert read_settings(GitDoor(), tmp_path / "none") == []


def test_it_follows_the_repository_configuration(repo: Path, opened: GitRepository) -> None:
    config = opened.ground.shadow.git_dir / "config"
    assert "Local Name" not in config.read_text()
    git(repo, "config", "user.name", "Local Name")
    git(repo, "config", "core.fsmonitor", "/tmp/evil")
    opened.read_ref(MAIN)
    assert "Local Name" in config.read_text()
    assert "/tmp/evil" not in config.read_text()
    made = opened.builder.commit_tree(opened.tree_of(tip(repo)), [tip(repo)], "x")
    assert opened._reader.commits([made])[0].author == "Local Name"


def test_it_is_mended_when_something_lies_in_it(repo: Path, opened: GitRepository) -> None:
    shadow = opened.ground.shadow.git_dir
    (shadow / "config").write_text("[core]\n\tfsmonitor = /tmp/evil\n")
    (shadow / "objects").unlink()
    (shadow / "objects").symlink_to("/nowhere")
    assert opened.read_ref(MAIN) == tip(repo)
    assert "evil" not in (shadow / "config").read_text()


def test_nothing_is_written_again_when_nothing_changed(opened: GitRepository, repo: Path) -> None:
    calls: list[Call] = []
    opened.door.observers.append(calls.append)
    before = (opened.ground.shadow.git_dir / "config").stat()
    opened.is_ancestor(tip(repo), tip(repo))
    opened.is_ancestor(tip(repo), tip(repo))
    after = (opened.ground.shadow.git_dir / "config").stat()
    assert (before.st_ino, before.st_mtime_ns) == (after.st_ino, after.st_mtime_ns)
    assert [call.argv[0] for call in calls] == ["merge-base"] * 2


def test_many_cockpits_at_once(repo: Path) -> None:
    errors: list[BaseException] = []

    def work() -> None:
        try:
            repository = open_repository(repo)
            for _ in range(3):
                git(repo, "config", "user.name", threading.current_thread().name)
                repository.read_ref(MAIN)
            repository.close()
        except AssertionError:
            return  # plain `git config` lost its own lock race; not ours
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=work) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []


def test_the_users_own_configuration_still_holds(
    repo: Path, opened: GitRepository, isolated: Path
) -> None:
    """The commander's global filters are trusted (DESIGN §7, edge 4)."""
    with (isolated / ".gitconfig").open("a") as config:
        config.write('[filter "up"]\n\tclean = tr a-z A-Z\n\tsmudge = tr A-Z a-z\n')
    (repo / ".gitattributes").write_text("*.up filter=up\n")
    (repo / "x.up").write_text("hello\n")
    assert opened.facts(repo, MAIN).dirty == 2
    git(repo, "add", "-A")
    git(repo, "commit", "-q", "-m", "filtered")
    assert opened.dirty_paths(repo) == []
