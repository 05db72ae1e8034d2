from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from cockpit.adapters.platform import traits
from cockpit.adapters.procs import Identity, ProcProcesses, ancestors, end_processes, identify
from tests.conftest import retry_until

pytestmark = pytest.mark.skipif(
    not Path("/proc/self/stat").exists(), reason="no /proc: open files can't be told"
)

Spawn = Callable[..., subprocess.Popen[bytes]]
STUBBORN = "import signal, sys; signal.signal(signal.SIGTERM, signal.SIG_IGN); print(flush=True)"


@pytest.fixture
def spawn() -> Iterator[Spawn]:
    started: list[subprocess.Popen[bytes]] = []

    def start(*argv: str, cwd: Path, wait_for_line: bool = False) -> subprocess.Popen[bytes]:
        process = subprocess.Popen(argv, cwd=cwd, stdout=subprocess.PIPE)
        started.append(process)
        if wait_for_line:
            assert process.stdout is not None
            process.stdout.readline()
        return process

    yield start
    for process in started:
        process.kill()
        process.wait()
        assert process.stdout is not None
        process.stdout.close()


@pytest.fixture
def lane(tmp_path: Path) -> Path:
    folder = tmp_path / "la ne\n(x)"
    folder.mkdir()
    return folder


def test_finds_by_cwd_and_by_open_file(lane: Path, tmp_path: Path, spawn: Spawn) -> None:
    (lane / "sub").mkdir()
    (lane / "log").touch()
    by_cwd = spawn("sleep", "60", cwd=lane / "sub")
    code = "import sys, time; f = open(sys.argv[1]); print(flush=True); time.sleep(60)"
    by_file = spawn(sys.executable, "-c", code, str(lane / "log"), cwd=tmp_path, wait_for_line=True)
    beside = spawn("sleep", "60", cwd=tmp_path)
    found = dict(ProcProcesses().inside(lane))
    assert found[by_cwd.pid] == "sleep 60"
    assert by_file.pid in found
    assert beside.pid not in found


def test_a_folder_whose_name_begins_alike_is_another(
    lane: Path, tmp_path: Path, spawn: Spawn
) -> None:
    other = tmp_path / f"{lane.name}-two"
    other.mkdir()
    process = spawn("sleep", "60", cwd=other)
    assert process.pid not in dict(ProcProcesses().inside(lane))


def test_ends_what_was_found(lane: Path, spawn: Spawn) -> None:
    process = spawn("sleep", "60", cwd=lane)
    processes = ProcProcesses()
    pids = [pid for pid, _ in processes.inside(lane)]
    assert processes.end(pids, grace=5) == []
    assert process.wait(5) == -signal.SIGTERM


def test_kills_what_ignores_the_request(lane: Path, spawn: Spawn) -> None:
    code = f"{STUBBORN}; import time; time.sleep(60)"
    process = spawn(sys.executable, "-c", code, cwd=lane, wait_for_line=True)
    processes = ProcProcesses()
    processes.inside(lane)
    assert processes.end([process.pid], grace=0.1) == []
    assert process.wait(5) == -signal.SIGKILL


def test_ends_a_stopped_process_politely(lane: Path, spawn: Spawn) -> None:
    process = spawn("sleep", "60", cwd=lane)
    process.send_signal(signal.SIGSTOP)
    processes = ProcProcesses()
    processes.inside(lane)
    assert processes.end([process.pid], grace=5) == []
    assert process.wait(5) == -signal.SIGTERM


def test_a_pid_that_was_not_found_is_left_alone(tmp_path: Path, spawn: Spawn) -> None:
    process = spawn("sleep", "60", cwd=tmp_path)
    assert ProcProcesses().end([process.pid], grace=0) == [process.pid]
    assert process.poll() is None
    gone = spawn("true", cwd=tmp_path)
    gone.wait()
    assert ProcProcesses().end([gone.pid], grace=0) == []


def test_a_recycled_pid_is_never_signalled(tmp_path: Path, spawn: Spawn) -> None:
    process = spawn("sleep", "60", cwd=tmp_path)
    now = identify(process.pid)
    assert now is not None
    earlier = Identity(process.pid, now.started - 1)
    assert end_processes([earlier], grace=0) == []
    assert process.poll() is None


def test_ourselves_and_our_ancestors_are_never_signalled() -> None:
    mine = identify(os.getpid())
    parent = identify(os.getppid())
    assert mine is not None and parent is not None
    assert {1, os.getpid(), os.getppid()} <= ancestors()
    assert end_processes([mine, parent], grace=0) == [mine, parent]


def test_a_process_that_cannot_be_told_is_left_alone_and_named(
    tmp_path: Path, spawn: Spawn, monkeypatch: pytest.MonkeyPatch
) -> None:
    process = spawn("sleep", "60", cwd=tmp_path)
    target = identify(process.pid)
    assert target is not None
    monkeypatch.setattr(traits, "current", replace(traits.current, proc=False))
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr("cockpit.adapters.platform.ps.find_program", lambda _name: None)
    assert end_processes([target], grace=0) == [target]
    assert process.poll() is None
    assert ProcProcesses().inside(Path("/")) == []
    assert ProcProcesses().end([os.getpid()], grace=0) == [os.getpid()]


def test_a_corpse_is_nobody(tmp_path: Path, spawn: Spawn) -> None:
    process = spawn("true", cwd=tmp_path)
    retry_until(lambda: identify(process.pid) is None, why="a zombie counts as ended")
