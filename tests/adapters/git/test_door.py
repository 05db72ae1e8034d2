"""The door: environment, deadline, cap, locks; driven with stand-ins for git and with git."""

from __future__ import annotations

import os
import threading
import time
from pathlib import Path

import pytest

from cockpit.adapters.git.environment import scrubbed_environment
from cockpit.adapters.git.outcome import GitFailed
from cockpit.adapters.git.run import Call, GitDoor, find_git
from cockpit.domain.place import Place
from cockpit.errors import CockpitError, Refused, TimedOut, Unavailable
from tests.conftest import git, retry_until


def stand_in(tmp_path: Path, script: str) -> GitDoor:
    """A door whose git is a shell script."""
    program = tmp_path / "git"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    return GitDoor(str(program))


def run(door: GitDoor, *argv: str, **options: object) -> object:
    return door.run(argv, env=scrubbed_environment(), cwd=Path("/"), **options)  # type: ignore[arg-type]


def test_what_steers_git_is_scrubbed_and_the_identity_stays() -> None:
    env = scrubbed_environment(
        {
            "GIT_DIR": "/evil",
            "GIT_CONFIG_COUNT": "1",
            "GIT_CONFIG_PARAMETERS": "x",
            "GIT_EXEC_PATH": "/evil",
            "GIT_INDEX_FILE": "x",
            "GIT_EXTERNAL_DIFF": "x",
            "GIT_AUTHOR_DATE": "x",
            "GIT_AUTHOR_NAME": "Ada",
            "GIT_CONFIG_GLOBAL": "/home/ada/.gitconfig",
            "SSH_ASKPASS": "/usr/bin/ask",
            "PATH": "/bin",
            "LC_ALL": "de_DE.UTF-8",
        }
    )
    assert env["GIT_AUTHOR_NAME"] == "Ada"
    assert env["GIT_CONFIG_GLOBAL"] == "/home/ada/.gitconfig"
    assert env["PATH"] == "/bin"
    assert env["LC_ALL"] == "C.UTF-8"
    assert env["SSH_ASKPASS"] == "/bin/false"
    assert env["GIT_NO_REPLACE_OBJECTS"] == "1"
    for name in ("DIR", "CONFIG_COUNT", "CONFIG_PARAMETERS", "EXEC_PATH", "INDEX_FILE"):
        assert f"GIT_{name}" not in env
    assert "GIT_EXTERNAL_DIFF" not in env
    assert "GIT_AUTHOR_DATE" not in env


def test_git_missing_names_the_package(tmp_path: Path) -> None:
    with pytest.raises(Unavailable) as error:
        find_git(str(tmp_path))
    assert "apt install git" in error.value.hint


def test_a_git_in_the_current_folder_is_not_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stand_in(tmp_path, "true")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(Unavailable):
        find_git(".:")


def test_an_old_git_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match=r"2\.38\.1 is too old"):
        stand_in(tmp_path, "echo git version 2.38.1").check_version()


def test_another_machine_is_refused_by_name() -> None:
    with pytest.raises(Refused, match="otherhost"):
        GitDoor(place=Place("otherhost"))


def test_a_deadline_ends_the_whole_group(tmp_path: Path) -> None:
    """A TERM-deaf git with a TERM-deaf child: both are gone afterwards."""
    pids = tmp_path / "pids"
    door = stand_in(tmp_path, f"trap '' TERM; sleep 300 & echo $$ $! > {pids}; wait; sleep 300")
    with pytest.raises(TimedOut) as error:
        run(door, "status", deadline=0.4)
    assert "git status" in error.value.title
    for pid in pids.read_text().split():
        retry_until(lambda pid=pid: not Path(f"/proc/{pid}").exists(), why=pid)  # type: ignore[misc]


def test_a_child_that_keeps_the_pipes_open_does_not_hang_us(tmp_path: Path) -> None:
    door = stand_in(tmp_path, "echo done; sleep 300 & exit 0")
    began = time.monotonic()
    answer = run(door, "status", deadline=30.0)
    assert answer.out == b"done\n"  # type: ignore[attr-defined]
    assert time.monotonic() - began < 10


def test_output_over_the_cap_is_an_error_or_cut(tmp_path: Path) -> None:
    door = stand_in(tmp_path, "exec yes")
    with pytest.raises(CockpitError, match="more than"):
        run(door, "log", cap=1 << 20)
    answer = run(door, "log", cap=1000, truncate=True)
    assert answer.truncated and len(answer.out) == 1000  # type: ignore[attr-defined]


def test_a_large_input_and_output_at_once(tmp_path: Path) -> None:
    data = os.urandom(3 << 20)
    assert run(stand_in(tmp_path, "exec cat"), "x", stdin=data).out == data  # type: ignore[attr-defined]


def test_input_that_nobody_reads(tmp_path: Path) -> None:
    assert run(stand_in(tmp_path, "exit 0"), "x", stdin=b"x" * (1 << 20)).code == 0  # type: ignore[attr-defined]


def test_no_input_is_no_terminal(tmp_path: Path) -> None:
    answer = run(stand_in(tmp_path, "readlink /proc/self/fd/0; tty"), "x", ok=(0, 1))
    assert answer.out.splitlines()[0] == b"/dev/null"  # type: ignore[attr-defined]


def test_a_failure_has_code_words_and_a_hint(tmp_path: Path) -> None:
    door = stand_in(tmp_path, "echo 'fatal: No space left on device' >&2; exit 128")
    with pytest.raises(GitFailed) as error:
        run(door, "-c", "a=b", "--literal", "commit-tree")
    assert error.value.title == "The disk is full: git commit-tree failed (exit code 128)."
    assert "No space left" in error.value.detail
    assert "space" in error.value.hint


def test_an_argument_with_a_zero_byte_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match="could not be started"):
        run(stand_in(tmp_path, "true"), "a\0b")


def test_a_missing_folder_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(Unavailable):
        stand_in(tmp_path, "true").run(["status"], env={}, cwd=tmp_path / "gone")


def test_a_lock_of_another_git_is_waited_for(repo: Path) -> None:
    lock = repo / ".git" / "index.lock"
    lock.write_text("")
    threading.Timer(0.3, lock.unlink).start()
    (repo / "new").write_text("x")
    GitDoor().run(["add", "new"], env=scrubbed_environment(), cwd=repo)
    assert "new" in git(repo, "ls-files")


def test_a_lock_that_stays_is_named(repo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cockpit.adapters.git.run._LOCK_WAIT", 0.2)
    lock = repo / ".git" / "index.lock"
    lock.write_text("")
    (repo / "new").write_text("x")
    with pytest.raises(GitFailed) as error:
        GitDoor().run(["add", "new"], env=scrubbed_environment(), cwd=repo)
    assert str(lock) in error.value.detail


def test_observers_see_every_call(repo: Path) -> None:
    door, calls = GitDoor(), list[Call]()
    door.observers.append(calls.append)
    door.run(["--version"], env={"GIT_DIR": "/dev/null"}, cwd=Path("/"))
    assert [call.argv for call in calls] == [("--version",)]
    assert calls[0].place.host == ""
