"""Isolation for every test: its own HOME, XDG folders, git identity and tmux directory.

No test sees the real home, the user's git config or the user's tmux server. Two things hold that:
outside of a test there is no home at all (what a module keeps of the environment while it is
imported can't lead there), and a test after which the real one has a state folder of its
repository fails (a process that was given no HOME finds it in the password file).
"""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Protocol

import pytest

NOWHERE = "/dev/null/no-home-outside-of-a-test"
"""Nothing can be read or made below it, not by root either."""
REAL_STATE = Path(pwd.getpwuid(os.getuid()).pw_dir) / ".local" / "state" / "cockpit"


def pytest_configure(config: pytest.Config) -> None:
    """Before any test module is imported, and in each worker."""
    for name in list(os.environ):
        if name.startswith("XDG_"):
            del os.environ[name]
    os.environ["HOME"] = NOWHERE


def leaked(folder: Path, real: Path = REAL_STATE) -> list[Path]:
    """The state folders in the real home whose repository lies below `folder`."""
    try:
        found = list(real.iterdir())
    except (FileNotFoundError, NotADirectoryError):
        return []
    inside = f"{folder}{os.sep}"
    links = [(one, one / "shadow" / ".git" / "objects") for one in found]
    return [
        one for one, link in links if link.is_symlink() and os.readlink(link).startswith(inside)
    ]


@pytest.fixture(autouse=True)
def isolated(tmp_path: Path) -> Iterator[Path]:
    """A private home; returns it. tmux sockets go to a short path (108 bytes at most)."""
    home = tmp_path / "home"
    home.mkdir()
    sockets = tempfile.mkdtemp(prefix="ck-")
    with pytest.MonkeyPatch.context() as patch:  # a test may `undo` its own
        _isolate(patch, home, sockets)
        yield home
        _reap(Path(sockets))
    found = leaked(tmp_path)
    assert not found, f"the test opened state folders in the real home: {found}"


def _isolate(monkeypatch: pytest.MonkeyPatch, home: Path, sockets: str) -> None:
    for name in list(os.environ):
        if name.startswith(("GIT_", "TMUX", "COCKPIT_", "XDG_")):
            monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("XDG_STATE_HOME", str(home / "state"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(home / "config"))
    monkeypatch.setenv("TMUX_TMPDIR", sockets)
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    (home / ".gitconfig").write_text(
        "[user]\n\tname = Commander\n\temail = commander@example.org\n"
        "[init]\n\tdefaultBranch = main\n"
        # Plain git of the tests neither waits for the disk nor looks for housekeeping.
        "[core]\n\tfsync = none\n[gc]\n\tauto = 0\n[maintenance]\n\tauto = false\n"
    )
    monkeypatch.setattr(os, "fsync", _no_wait)


def _no_wait(descriptor: int | HasFileno) -> None:
    """In place of `os.fsync`: no test looks at a disk that lost its power, and an operation
    waits for it a dozen times. What is written in which order is tested as before."""


class HasFileno(Protocol):
    def fileno(self) -> int: ...


def _reap(sockets: Path) -> None:
    """End every tmux server whose socket lies below `sockets`, by its own pid."""
    for socket in sockets.glob("tmux-*/*"):
        answer = subprocess.run(
            ["tmux", "-S", str(socket), "display-message", "-p", "#{pid}"],
            capture_output=True,
            text=True,
            timeout=10,
            check=False,
        )
        if answer.returncode == 0 and answer.stdout.strip().isdigit():
            pid = int(answer.stdout)
            subprocess.run(
                ["tmux", "-S", str(socket), "kill-server"],
                capture_output=True,
                timeout=10,
                check=False,
            )
            for _ in range(100):
                if has_ended(pid):
                    break
                time.sleep(0.02)
            else:
                os.kill(pid, signal.SIGKILL)
    shutil.rmtree(sockets, ignore_errors=True)


def has_ended(pid: int) -> bool:
    """Whether a process is gone; one that only waits to be reaped (a zombie) is."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] == "Z"
    except OSError:
        return True


@pytest.fixture
def short(isolated: Path) -> Path:
    """An empty folder with a short path, for unix sockets (103 bytes at most); it goes with the
    test's tmux sockets."""
    folder = Path(os.environ["TMUX_TMPDIR"]) / "short"
    folder.mkdir()
    return folder


def git(cwd: Path, *argv: str, stdin: str | None = None) -> str:
    """Plain git as an agent or a person would run it; returns stdout, raises on failure."""
    done = subprocess.run(
        ["git", "-C", str(cwd), *argv],
        capture_output=True,
        text=True,
        errors="surrogateescape",
        input=stdin,
        check=False,
        timeout=300,
    )
    if done.returncode != 0:
        raise AssertionError(f"git {' '.join(argv)}: {done.stderr}")
    return done.stdout


@pytest.fixture
def repo(template: Path, tmp_path: Path) -> Path:
    """A real repository with history: two source folders, a README, ignored files."""
    root = tmp_path / "project"
    shutil.copytree(template, root, symlinks=True)
    git(root, "update-index", "-q", "--refresh")
    return root


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What `repo` copies, made once: six git calls for each of a thousand tests."""
    root = tmp_path_factory.mktemp("template") / "project"
    root.mkdir()
    who = ["-c", "user.name=Commander", "-c", "user.email=commander@example.org"]
    with pytest.MonkeyPatch.context() as patch:  # `isolated` comes later
        patch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
        patch.setenv("GIT_CONFIG_NOSYSTEM", "1")
        _fill(root, who)
    for sample in (root / ".git" / "hooks").iterdir():
        sample.unlink()
    return root


def _fill(root: Path, who: list[str]) -> None:
    git(root, "init", "-q", "-b", "main")
    (root / "src").mkdir()
    (root / "docs").mkdir()
    (root / "src" / "api.py").write_text("def answer():\n    return 42\n")
    (root / "src" / "auth.py").write_text("def login():\n    return False\n")
    (root / "docs" / "guide.md").write_text("# Guide\n\nRead me.\n")
    (root / "README.md").write_text("# Project\n")
    (root / ".gitignore").write_text(".env\nbuild/\n")
    git(root, "add", "-A")
    git(root, *who, "commit", "-q", "-m", "first")
    (root / "docs" / "guide.md").write_text("# Guide\n\nRead me first.\n")
    git(root, *who, "commit", "-q", "-am", "second")


def retry_until(check: Callable[[], bool], *, seconds: float = 25.0, why: str = "") -> None:
    """Wait for a state instead of sleeping; fails with `why` after `seconds`."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if check():
            return
        time.sleep(0.02)
    raise AssertionError(f"not within {seconds} s: {why or check}")
