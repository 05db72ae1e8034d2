"""Where a benchmark happens: a home, state folders, repositories and tmux sockets of its own,
and everything that was started there ended by its pid at the end."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType

from tests.benchmarks import processes

_DROPPED = ("GIT_", "TMUX", "COCKPIT_", "XDG_", "TEXTUAL", "PYTHONDONTWRITEBYTECODE")
"""Variables of the caller that would change what is measured. Without .pyc files every start
would compile the package, which no installed one does."""


class Ground:
    """A context manager; inside it `os.environ` is the isolated one, since the services that
    are measured in this process read it too."""

    def __init__(self) -> None:
        self.root = Path(tempfile.mkdtemp(prefix="ck-bench-")).resolve()
        self.home = self.root / "home"
        self.sockets = self.root / "t"
        self._before: dict[str, str] = {}

    def __enter__(self) -> Ground:
        self.home.mkdir()
        self.sockets.mkdir(mode=0o700)
        (self.home / ".gitconfig").write_text(
            "[user]\n\tname = Commander\n\temail = commander@example.org\n"
            "[init]\n\tdefaultBranch = main\n[gc]\n\tauto = 0\n"
        )
        self._before = dict(os.environ)
        fresh = {name: value for name, value in os.environ.items() if not name.startswith(_DROPPED)}
        fresh |= {
            "HOME": str(self.home),
            "XDG_STATE_HOME": str(self.home / "state"),
            "XDG_CONFIG_HOME": str(self.home / "config"),
            "TMUX_TMPDIR": str(self.sockets),
            "GIT_CONFIG_NOSYSTEM": "1",
            "LC_ALL": "C.UTF-8",
            "TERM": "xterm-256color",
            "COLORTERM": "truecolor",
        }
        _replace_environment(fresh)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        for socket in self.sockets.glob("tmux-*/*"):
            _end_server(socket)
        _replace_environment(self._before)
        shutil.rmtree(self.root, ignore_errors=True)

    @property
    def env(self) -> dict[str, str]:
        return dict(os.environ)

    def folder(self, name: str) -> Path:
        folder = self.root / name
        folder.mkdir(parents=True, exist_ok=True)
        return folder


def _replace_environment(fresh: dict[str, str]) -> None:
    for name in list(os.environ):
        if name not in fresh:
            del os.environ[name]
    os.environ.update(fresh)


def _end_server(socket: Path) -> None:
    pid = tmux(socket, "display-message", "-p", "#{pid}", check=False)
    if not pid.isdigit():
        return
    tmux(socket, "kill-server", check=False)
    deadline = time.monotonic() + 2.0
    while processes.is_alive(int(pid)) and time.monotonic() < deadline:
        time.sleep(0.02)
    processes.end(int(pid))


def tmux(socket: Path, *argv: str, check: bool = True) -> str:
    """Ask a tmux server of ours, by its socket; returns what it printed, stripped."""
    done = subprocess.run(
        ["tmux", "-S", str(socket), *argv], capture_output=True, text=True, timeout=20, check=False
    )
    if check and done.returncode != 0:
        raise RuntimeError(f"tmux {argv[0]}: {done.stderr.strip()}")
    return done.stdout.strip()


def git(cwd: Path, *argv: str) -> str:
    """Plain git as a person runs it."""
    done = subprocess.run(
        ["git", "-C", str(cwd), *argv], capture_output=True, text=True, timeout=300, check=False
    )
    if done.returncode != 0:
        raise RuntimeError(f"git {' '.join(argv)}: {done.stderr.strip()}")
    return done.stdout


def timed(argv: Sequence[str], *, cwd: Path | None = None) -> float:
    """ms from before a command is started until it has ended. Raises when it fails."""
    start = time.perf_counter()
    done = subprocess.run(
        list(argv), cwd=cwd, stdin=subprocess.DEVNULL, capture_output=True, timeout=120, check=False
    )
    spent = (time.perf_counter() - start) * 1000
    if done.returncode != 0:
        raise RuntimeError(f"{argv[0]} ended with {done.returncode}: {done.stderr[-300:]!r}")
    return spent


def cockpit_argv(*words: str) -> list[str]:
    """The command as it is installed beside this Python, else the module."""
    script = Path(sys.executable).parent / "cockpit"
    return [str(script), *words] if script.exists() else [sys.executable, "-m", "cockpit", *words]
