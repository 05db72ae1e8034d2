"""Each way round a missing call of the system, forced on a system that has the call."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import struct
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from cockpit.adapters import procs
from cockpit.adapters.git import stale
from cockpit.adapters.git.ground import Ground
from cockpit.adapters.platform import (
    darwin,
    handle,
    processes,
    ps,
    renaming,
    sockets,
    traits,
    waiting,
)
from cockpit.adapters.platform.ask import ask, find_program
from cockpit.adapters.platform.endings import Ending
from cockpit.adapters.platform.processes import Unseen
from cockpit.adapters.procs import end_processes, identify, in_session
from tests.conftest import retry_until

Patch = pytest.MonkeyPatch


def without(patch: Patch, **flags: Any) -> None:
    patch.setattr(traits, "current", replace(traits.current, **flags))


@pytest.fixture
def sleeper(tmp_path: Path) -> Iterator[subprocess.Popen[bytes]]:
    with subprocess.Popen(["sleep", "60"], cwd=tmp_path, start_new_session=True) as process:
        yield process
        process.kill()


@pytest.fixture
def bare(monkeypatch: Patch) -> None:
    """A system with neither /proc nor pidfds."""
    without(monkeypatch, proc=False, pidfd=False)


# ---------------------------------------------------------------- processes


def test_ps_says_what_proc_says(sleeper: subprocess.Popen[bytes], monkeypatch: Patch) -> None:
    by_proc = processes.entry(sleeper.pid)
    assert by_proc is not None
    without(monkeypatch, proc=False)
    by_ps = processes.entry(sleeper.pid)
    assert by_ps is not None
    assert replace(by_ps, started=0) == replace(by_proc, started=0)
    assert abs(by_ps.started - time.time()) < 2 * 86400
    assert processes.command(sleeper.pid) == "sleep 60"
    assert by_ps in list(processes.entries())
    assert sleeper.pid in processes.pids()


@pytest.mark.usefixtures("bare")
def test_by_ps_alone_a_process_is_ended_and_its_corpse_is_nobody(
    sleeper: subprocess.Popen[bytes],
) -> None:
    found = in_session(sleeper.pid)
    assert [one.pid for one in found] == [sleeper.pid]
    assert end_processes(found, grace=5) == []
    assert identify(sleeper.pid) is None
    assert sleeper.wait(5) == -signal.SIGTERM
    assert processes.entry(sleeper.pid) is None


@pytest.mark.usefixtures("bare")
def test_by_ps_alone_a_recycled_pid_is_never_signalled(sleeper: subprocess.Popen[bytes]) -> None:
    now = identify(sleeper.pid)
    assert now is not None
    assert end_processes([replace(now, started=now.started - 1)], grace=0) == []
    assert sleeper.poll() is None


@pytest.mark.usefixtures("bare")
def test_without_pidfds_each_signal_looks_again(sleeper: subprocess.Popen[bytes]) -> None:
    assert handle.hold(sleeper.pid, lambda: False) is None
    still = iter([True, False])
    held = handle.hold(sleeper.pid, lambda: next(still))
    assert held is not None
    held.signal(signal.SIGKILL)
    assert identify(sleeper.pid) is not None


@pytest.mark.usefixtures("bare")
def test_by_ps_alone_the_stubborn_is_killed(tmp_path: Path) -> None:
    code = (
        "import signal, time; signal.signal(15, signal.SIG_IGN); print(flush=True); time.sleep(60)"
    )
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        target = identify(process.pid)
        assert target is not None
        assert end_processes([target], grace=0.1) == []
        assert process.wait(5) == -signal.SIGKILL


def test_a_ps_that_fails_is_unknown_and_never_nobody(monkeypatch: Patch) -> None:
    without(monkeypatch, proc=False)
    monkeypatch.setattr(ps, "find_program", lambda _name: "/bin/false")
    for look in (processes.pids, lambda: list(processes.entries())):
        with pytest.raises(Unseen):
            look()
    monkeypatch.setattr(ps, "find_program", lambda _name: None)
    with pytest.raises(Unseen):
        identify(os.getpid())
    assert stale._lives(f"{os.getpid()}.1"), "an owner that can't be seen may live"
    assert not stale._is_gone(os.getpid())


@pytest.mark.parametrize(
    ("line", "row"),
    [
        (
            b"  501     1   501 Ss   Sun Nov 22 02:03:12 2026 /usr/bin/x -a  b\n",
            ps.Row(501, 1, 501, False, 1795312992, "/usr/bin/x -a  b"),
        ),
        (
            b"7 1 7 Z+ Mon Feb  2 02:03:12 2026 (git)",
            ps.Row(7, 1, 7, True, 1769997792, "(git)"),
        ),
        (b"7 1 7 R Mon Feb  2 02:03:12 2026", ps.Row(7, 1, 7, False, 1769997792, "")),
        (b"7 1 7 R Mo 2 Feb 02:03:12 2026 x", None),
        (b"PID PPID PGID STAT STARTED COMMAND", None),
        (b"", None),
        (b"\xff \xfe", None),
    ],
)
def test_lines_of_ps(line: bytes, row: ps.Row | None) -> None:
    assert ps.parse(line) == ([row] if row is not None else [])


def test_lock_files_stay_where_open_files_cannot_be_told(monkeypatch: Patch) -> None:
    without(monkeypatch, proc=False)
    assert not procs.sees_files()
    ground: Ground = object()  # type: ignore[assignment]
    assert stale.Leavings(ground)._in_use()


def test_a_folder_as_macos_tells_it() -> None:
    raw = bytearray(darwin.SIZE)
    raw[152 : 152 + 9] = b"/a/l\xff-e\0x"
    assert os.fsencode(darwin.folder_in(bytes(raw))) == b"/a/l\xff-e"
    assert darwin.folder_in(bytes(darwin.SIZE)) == ""
    assert darwin.working_folder(os.getpid()) == "" or traits.current.is_mac


def test_what_is_not_told_is_empty(monkeypatch: Patch) -> None:
    without(monkeypatch, proc=False, system="sunos")
    me = os.getpid()
    assert processes.working_folder(me) == ""
    assert (list(processes.open_files(me)), processes.environment(me)) == ([], b"")
    assert procs.marked("PATH", "") == []


# ---------------------------------------------------------------- exits, ends, names, sockets


@pytest.mark.parametrize("by_python", [True, False])
def test_an_exit_is_seen_and_not_reaped(by_python: bool, monkeypatch: Patch) -> None:
    without(monkeypatch, waitid=by_python)
    with subprocess.Popen(["cat"], stdin=subprocess.PIPE) as child:
        assert not waiting.has_exited(child.pid)
        assert child.stdin is not None
        child.stdin.close()
        retry_until(lambda: waiting.has_exited(child.pid), why="it ended")
        assert waiting.has_exited(child.pid), "it was reaped by the look"
        child.wait(5)
        with pytest.raises(ChildProcessError):
            waiting.has_exited(child.pid)


@pytest.mark.parametrize("pidfd", [True, False])
def test_an_end_is_told_once(pidfd: bool, monkeypatch: Patch) -> None:
    without(monkeypatch, pidfd=pidfd)
    monkeypatch.setattr("cockpit.adapters.platform.endings.POLL", 0.01)
    told: list[str] = []

    async def watch() -> None:
        first, late = asyncio.Event(), asyncio.Event()

        def tell(who: str, event: asyncio.Event) -> None:
            told.append(who)
            event.set()

        child = await asyncio.create_subprocess_exec("cat", stdin=asyncio.subprocess.PIPE)
        Ending(child.pid, lambda: tell("first", first))
        left = Ending(child.pid, lambda: tell("left", first))
        await asyncio.sleep(0.05)
        assert told == []
        left.close()
        assert child.stdin is not None
        child.stdin.close()
        async with asyncio.timeout(5):
            await child.wait()
            Ending(child.pid, lambda: tell("late", late))
            await first.wait()
            await late.wait()
        await asyncio.sleep(0.05)

    asyncio.run(watch())
    assert sorted(told) == ["first", "late"]


@pytest.mark.parametrize("call", ["renameat2", "renameatx_np", ""])
def test_a_taken_name_is_never_replaced(call: str, tmp_path: Path, monkeypatch: Patch) -> None:
    """`renameatx_np` is not in this system's libc: then the link does it."""
    without(monkeypatch, rename=call)
    (tmp_path / "old").write_text("old")
    (tmp_path / "taken").write_text("taken")
    folder = os.open(tmp_path, os.O_RDONLY)
    try:
        with pytest.raises(FileExistsError):
            renaming.rename_no_replace(folder, "old", "taken")
        renaming.rename_no_replace(folder, "old", "new")
        exchanged = renaming.exchange(folder, "new", "taken")
    finally:
        os.close(folder)
    assert exchanged == (call == traits.detect().rename and bool(call))
    now = {path.name: path.read_text() for path in tmp_path.iterdir() if path.is_file()}
    one, other = ("taken", "old") if exchanged else ("old", "taken")
    assert now == {"new": one, "taken": other}


def test_who_listens(tmp_path: Path, monkeypatch: Patch) -> None:
    with socket.socket(socket.AF_UNIX) as server, socket.socket(socket.AF_UNIX) as client:
        server.bind(str(tmp_path / "s"))
        server.listen()
        client.connect(str(tmp_path / "s"))
        assert sockets.listener(client) == os.getpid()
        without(monkeypatch, system="darwin")
        assert sockets.path_cap() == 103
        asked: list[tuple[int, ...]] = []

        class Mac:
            def getsockopt(self, *what: int) -> int:
                asked.append(what)
                return 4711

        mac: socket.socket = Mac()  # type: ignore[assignment]
        assert sockets.listener(mac) == 4711
        assert asked == [(0, 2)]
        without(monkeypatch, system="sunos")
        assert sockets.listener(client) == 0
    assert struct.calcsize("3i") == 12


# ---------------------------------------------------------------- questions


def test_a_question_has_a_deadline_and_takes_its_children_along(tmp_path: Path) -> None:
    script = tmp_path / "slow"
    script.write_text(f"#!/bin/sh\nsleep 60 & echo $! > {tmp_path}/pid\nsleep 60\n")
    script.chmod(0o755)
    begun = time.monotonic()
    reply = ask([str(script)], deadline=0.5)
    assert reply.failure == "it did not answer within 0.5 s"
    assert time.monotonic() - begun < 5
    child = int((tmp_path / "pid").read_text())
    retry_until(lambda: identify(child) is None, why="the child was ended too")


def test_a_question_gets_no_secret_and_no_input(monkeypatch: Patch) -> None:
    monkeypatch.setenv("API_TOKEN", "hush-hush")
    reply = ask(["/bin/sh", "-c", "env; cat; pwd; echo wrong >&2; exit 3"], deadline=5)
    assert (reply.code, reply.err) == (3, b"wrong\n")
    assert b"hush-hush" not in reply.out
    assert reply.out.endswith(b"\n/\n")
    assert "can't be run" in ask(["/nowhere/x"], deadline=5).failure
    assert "can't be run" in ask(["/bin/sh", "a\0b"], deadline=5).failure


def test_a_program_in_the_current_folder_is_not_found(tmp_path: Path, monkeypatch: Patch) -> None:
    (tmp_path / "git").write_text("#!/bin/sh\n")
    (tmp_path / "git").chmod(0o755)
    monkeypatch.chdir(tmp_path)
    for path in (".", "", ":", f".:{tmp_path / 'none'}"):
        assert find_program("git", path) is None
    assert find_program("git", str(tmp_path)) == str(tmp_path / "git")
    assert find_program("./git", str(tmp_path)) is None
    assert find_program(str(tmp_path / "git")) == str(tmp_path / "git")
    assert find_program(str(tmp_path)) is None
