"""What runs in a folder, by /proc, and ending it without ever hitting somebody else.

A pid alone names nobody: it may be recycled between the look and the signal. So a process
is a pid with its start time, signals go through a pidfd that is opened first and checked
against that time, and our own process, its ancestors and pid 1 are never signalled. On
systems without /proc (macOS) nothing is found and so nothing is ended.
"""

from __future__ import annotations

import contextlib
import os
import select
import signal
import threading
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

from cockpit.dataclass import dataclass

_PROC = Path("/proc")
_KILL_WAIT = 2.0
"""Seconds that a killed process gets to disappear (it may sit in a system call)."""
_COMMAND_CAP = 4096


@dataclass(frozen=True, slots=True)
class Identity:
    """A process for certain: `started` is its start time in clock ticks since boot."""

    pid: int
    started: int


class ProcProcesses:
    """Remembers whom it found, and signals only them."""

    def __init__(self) -> None:
        self._found: dict[int, Identity] = {}
        self._guard = threading.Lock()

    def inside(self, folder: Path) -> list[tuple[int, str]]:
        """(pid, command) of processes whose cwd, program or an open file lies in `folder`.

        The command is raw from outside. Other users' processes can't be looked into and are
        left out, and so is this process itself.
        """
        real = os.path.realpath(folder)
        found = []
        for pid in _pids():
            if pid == os.getpid():
                continue
            identity = identify(pid)
            if identity is not None and _touches(pid, real):
                found.append((pid, _command(pid)))
                with self._guard:
                    self._found[pid] = identity
        return found

    def end(self, pids: Iterable[int], *, grace: float) -> list[int]:
        """TERM, wait up to `grace` seconds, KILL; returns which of `pids` are still there.

        A pid that `inside` did not find is not signalled, nor is one recycled since, nor an
        ancestor of ours; the living among them are returned, as are those that survive.
        """
        wanted = list(dict.fromkeys(pids))
        with self._guard:
            known = [self._found[pid] for pid in wanted if pid in self._found]
        left = {identity.pid for identity in end_processes(known, grace=grace)}
        names = {identity.pid for identity in known}
        return [pid for pid in wanted if pid in left or (pid not in names and _exists(pid))]


@dataclass(frozen=True, slots=True)
class Look:
    """What one living process is and has open, raw; empty where we may not look."""

    pid: int
    command: tuple[str, ...]
    folder: str
    files: tuple[str, ...]


def looks() -> Iterator[Look]:
    """Every living process but this one."""
    for pid in _pids():
        if pid == os.getpid() or identify(pid) is None:
            continue
        try:
            names = os.listdir(f"/proc/{pid}/fd")
        except OSError:  # it ended, or belongs to someone else
            names = []
        files = tuple(filter(None, (_target(f"/proc/{pid}/fd/{name}") for name in names)))
        command = tuple(_command(pid, between="\0").split("\0"))
        yield Look(pid, command, _target(f"/proc/{pid}/cwd"), files)


# ---------------------------------------------------------------- ending


def end_processes(targets: Iterable[Identity], *, grace: float) -> list[Identity]:
    """TERM (and CONT, for stopped ones), wait, KILL, wait; returns who is still there."""
    untouchable = ancestors()
    left: list[Identity] = []
    handles: dict[int, Identity] = {}
    try:
        for target in dict.fromkeys(targets):
            if target.pid in untouchable:
                if identify(target.pid) == target:
                    left.append(target)
                continue
            handle = _open(target)
            if handle is not None:
                handles[handle] = target
            elif identify(target.pid) == target:
                left.append(target)
        _signal(handles, signal.SIGTERM)
        _signal(handles, signal.SIGCONT)
        alive = _wait(handles, grace)
        _signal(alive, signal.SIGKILL)
        left.extend(_wait(alive, _KILL_WAIT if alive else 0).values())
    finally:
        for handle in handles:
            os.close(handle)
    return left


def _open(target: Identity) -> int | None:
    """A pidfd of exactly this process. It is opened before the start time is compared: then
    whoever has the pid now had it when the descriptor was made."""
    if not hasattr(os, "pidfd_open"):
        return None
    try:
        handle = os.pidfd_open(target.pid)
    except OSError:  # gone, or a kernel or sandbox without pidfds: then nobody is signalled
        return None
    if identify(target.pid) != target:
        os.close(handle)
        return None
    return handle


def _signal(handles: dict[int, Identity], what: signal.Signals) -> None:
    for handle in handles:
        with contextlib.suppress(OSError):  # it ended meanwhile, or is not ours to end
            signal.pidfd_send_signal(handle, what)


def _wait(handles: dict[int, Identity], seconds: float) -> dict[int, Identity]:
    """Wait for the ends of processes (a pidfd is readable then); returns who lives on."""
    alive = dict(handles)
    poll = select.poll()
    for handle in alive:
        poll.register(handle, select.POLLIN)
    deadline = time.monotonic() + seconds
    while alive:
        left = max(0.0, deadline - time.monotonic())
        ended = poll.poll(left * 1000)
        for handle, _ in ended:
            poll.unregister(handle)
            alive.pop(handle, None)
        if not ended and time.monotonic() >= deadline:
            break
    return alive


def ancestors() -> frozenset[int]:
    """Our own pid, those of all our ancestors, and 1."""
    found = {1, os.getpid()}
    pid = os.getppid()
    while pid > 1 and pid not in found:
        found.add(pid)
        fields = _stat(pid)
        if fields is None:
            break
        pid = int(fields[1])
    return frozenset(found)


# ---------------------------------------------------------------- looking


def identify(pid: int) -> Identity | None:
    """The process that has this pid now; None when there is none, or only its corpse."""
    fields = _stat(pid)
    if fields is None or fields[0] in ("Z", "X"):
        return None
    return Identity(pid, int(fields[19]))


def marked(name: str, prefix: str) -> list[Identity]:
    """Processes of ours whose environment at their start had `name` with a value that begins
    with `prefix`."""
    needle = os.fsencode(f"{name}={prefix}")
    found = []
    for pid in _pids():
        identity = identify(pid)
        if identity is None:
            continue
        try:
            environment = (_PROC / str(pid) / "environ").read_bytes()
        except OSError:  # it ended, or belongs to someone else
            continue
        starts = environment.startswith(needle) or b"\0" + needle in environment
        if starts and identify(pid) == identity:
            found.append(identity)
    return found


def in_session(session: int) -> list[Identity]:
    """Living processes of the session or process group that `session` leads."""
    found = []
    for pid in _pids():
        fields = _stat(pid)
        if fields is None or fields[0] in ("Z", "X"):
            continue
        if session in (int(fields[2]), int(fields[3])):
            found.append(Identity(pid, int(fields[19])))
    return found


def _pids() -> Iterator[int]:
    try:
        names = os.listdir(_PROC)
    except OSError:
        return
    for name in names:
        if name.isdecimal():
            yield int(name)


def _stat(pid: int) -> list[str] | None:
    """Fields of /proc/PID/stat from the third on (state, ppid, pgrp, session, … [19] start
    time): the second, the command, may itself hold spaces and parentheses."""
    try:
        text = (_PROC / str(pid) / "stat").read_text("utf-8", "replace")
    except OSError:
        return None
    fields = text.rpartition(")")[2].split()
    return fields if len(fields) > 19 else None


def _exists(pid: int) -> bool:
    return identify(pid) is not None


def _touches(pid: int, real: str) -> bool:
    base = f"/proc/{pid}"
    if any(_lies_in(f"{base}/{link}", real) for link in ("cwd", "exe", "root")):
        return True
    try:
        names = os.listdir(f"{base}/fd")
    except OSError:
        return False
    return any(_lies_in(f"{base}/fd/{name}", real) for name in names)


def _lies_in(link: str, real: str) -> bool:
    return lies_in(_target(link), real)


def lies_in(path: str, folder: str) -> bool:
    """Whether `path` is `folder` or below it; both real paths."""
    return path == folder or path.startswith(folder.rstrip("/") + "/")


def _target(link: str) -> str:
    try:
        return os.readlink(link)
    except OSError:
        return ""


def _command(pid: int, between: str = " ") -> str:
    try:
        raw = (_PROC / str(pid) / "cmdline").read_bytes()[:_COMMAND_CAP]
        if not raw:
            raw = (_PROC / str(pid) / "comm").read_bytes()
    except OSError:
        return "?"
    words = raw.decode("utf-8", "surrogateescape").rstrip("\0\n")
    return words.replace("\0", between).strip() or "?"
