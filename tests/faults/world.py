"""Places to run in: a template a scene, copied to one and the same path for every run.

A slot is a folder with the live `w` (repository, lanes, home, state) and `side` (what is not
on the disk under test: the tmux in a file, results). Worktree links and the state folder's
name hold absolute paths, so a template is copied back to the path that it was made at; slots
make runs parallel.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from cockpit import paths
from tests.faults.drive import Job, to_line
from tests.faults.picture import Picture
from tests.faults.scenes import SCENES

IDENTITY = """\
[user]
\tname = Commander
\temail = commander@example.org
[init]
\tdefaultBranch = main
"""
ROOM = 300 << 20
"""Bytes that a memory disk must have free to be used for the bulk of the runs."""


def scratch_parent() -> Path:
    """A memory disk where there is room on one: fsync costs nothing there, and a run that is
    killed sees the same order of system calls."""
    memory = Path("/dev/shm")
    if memory.is_dir() and os.access(memory, os.W_OK):
        free = os.statvfs(memory)
        if free.f_bavail * free.f_frsize > ROOM:
            return memory
    return Path(tempfile.gettempdir())


class Slot:
    """One place, with a process that forks a fresh driver for each job."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.world = folder / "w"
        self.side = folder / "side"
        self.root = self.world / "project"
        self.sockets = Path(tempfile.mkdtemp(prefix="ck-"))
        self.env = {
            "PATH": os.environ["PATH"],
            "HOME": str(self.world / "home"),
            "XDG_STATE_HOME": str(self.world / "home" / "state"),
            "XDG_CONFIG_HOME": str(self.world / "home" / "config"),
            "TMUX_TMPDIR": str(self.sockets),
            "GIT_CONFIG_NOSYSTEM": "1",
            "LC_ALL": "C.UTF-8",
            "TERM": "xterm-256color",
            "PYTHONDONTWRITEBYTECODE": "1",
        }
        self.no_reserve = False
        """Whether services run although there is little room: on a small disk."""
        self.pictures: dict[str, Picture] = {}
        folder.mkdir(parents=True, exist_ok=True)
        self._server = subprocess.Popen(
            [*_python(), "-m", "tests.faults.drive", "--serve"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=Path(__file__).resolve().parents[2],
        )

    @property
    def state(self) -> Path:
        home = Path(self.env["XDG_STATE_HOME"]) / "cockpit"
        return home / paths.repository_id(self.root / ".git")

    @property
    def paper(self) -> Path:
        return self.side / "tmux"

    @property
    def result(self) -> Path:
        return self.side / "result.json"

    def job(self, action: str, scene: str = "", *, real_tmux: bool = False) -> Job:
        return Job(
            action,
            str(self.root),
            str(self.result),
            scene,
            "" if real_tmux else str(self.paper),
            self.env,
            no_reserve=self.no_reserve,
        )

    # ------------------------------------------------------------ running

    def begin(self, job: Job) -> int:
        """Start `job` in a process of its own; returns its pid."""
        self.result.unlink(missing_ok=True)
        assert self._server.stdin is not None and self._server.stdout is not None
        self._server.stdin.write(to_line(job))
        self._server.stdin.flush()
        return int(self._server.stdout.readline())

    def end(self) -> int:
        """Wait for the job's end; its exit code, or minus the signal."""
        assert self._server.stdout is not None
        return int(self._server.stdout.readline())

    def run(self, job: Job) -> dict[str, object] | None:
        """Run `job` to its end; its result, None when it died."""
        self.begin(job)
        self.end()
        return self.answer()

    def answer(self) -> dict[str, object] | None:
        if not self.result.exists():
            return None
        found: dict[str, object] = json.loads(self.result.read_text())
        return found

    # ------------------------------------------------------------ templates

    def restore(self, scene: str) -> Picture:
        """The world of `scene` as it is before its operation, and the picture of it."""
        made_by = SCENES[scene].template
        key = f"{made_by} {' '.join(SCENES[scene].lanes)}"
        template = self.folder / "templates" / made_by
        if not template.exists():
            self._make(scene, template)
        self._clear()
        _copy(template, self.folder)
        if key not in self.pictures:
            lanes = [self.world / name for name in SCENES[scene].lanes]
            with patched_environment(self.env):
                self.pictures[key] = Picture.take(self.root, lanes, self.state)
        return self.pictures[key]

    def _clear(self) -> None:
        for folder in (self.world, self.side):
            folder.mkdir(exist_ok=True)
            for path in folder.iterdir():
                if path.is_dir() and not path.is_symlink():
                    shutil.rmtree(path)
                else:
                    path.unlink()

    def _make(self, scene: str, template: Path) -> None:
        self._clear()
        home = Path(self.env["HOME"])
        home.mkdir()
        (home / ".gitconfig").write_text(IDENTITY)
        for action in ("make", "prepare"):
            done = self.run(self.job(action, scene))
            if done is None or "error" in done or "crash" in done:
                raise AssertionError(f"the scene {scene!r} can't be prepared: {done}")
        fresh = template.with_name(template.name + ".new")
        fresh.mkdir(parents=True)
        for folder in (self.world, self.side):
            _copy(folder, fresh / folder.name)
        fresh.rename(template)

    def close(self) -> None:
        assert self._server.stdin is not None
        self._server.stdin.close()
        self._server.wait(10)
        for folder in (self.folder, self.sockets):
            shutil.rmtree(folder, ignore_errors=True)


def _python() -> list[str]:
    import sys

    return [sys.executable]


def _copy(source: Path, target: Path) -> None:
    """Everything in `source` into `target`, as it is (times and modes too: git's index looks
    at them)."""
    target.mkdir(parents=True, exist_ok=True)
    subprocess.run(["cp", "-a", f"{source}/.", str(target)], check=True)


@contextmanager
def patched_environment(env: dict[str, str]) -> Iterator[None]:
    before = dict(os.environ)
    os.environ.clear()
    os.environ.update(env)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


def make_old(folder: Path, seconds: float = 5.0) -> None:
    """Let lock files below `folder` look as old as they would be at a later start."""
    then = time.time() - seconds
    for pattern in ("*.lock", "packed-refs.new", "index.cockpit-*"):
        for path in folder.rglob(pattern):
            with suppress(FileNotFoundError):
                os.utime(path, (then, then))
