"""What runs in a folder, and ending it without ever hitting somebody else.

A pid alone names nobody: it may be recycled between the look and the signal. So a process
is a pid with its start time, signals go through a handle that is compared with that time
(`platform.handle`), and our own process, its ancestors and pid 1 are never signalled. What a
system can't tell (open files and environments without /proc) is not found, and so not ended.
"""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterable, Iterator
from pathlib import Path

from cockpit.adapters.platform import handle, processes, sockets
from cockpit.adapters.platform.handle import Handle
from cockpit.adapters.platform.processes import Entry, Unseen
from cockpit.dataclass import dataclass

_KILL_WAIT = 2.0
"""Seconds that a killed process gets to disappear (it may sit in a system call)."""


@dataclass(frozen=True, slots=True)
class Identity:
    """A process for certain: `started` is its start time, in the system's own measure."""

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
        for one in _living():
            if one.pid != os.getpid() and _touches(one.pid, real):
                found.append((one.pid, processes.command(one.pid)))
                with self._guard:
                    self._found[one.pid] = one
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

    def listening(self, ports: Iterable[int]) -> list[int]:
        """Those of the TCP ports that a program on this machine listens on, at any address."""
        return [port for port in ports if sockets.is_taken(port)]


@dataclass(frozen=True, slots=True)
class Look:
    """What one living process is and has open, raw; empty where we may not look."""

    pid: int
    command: tuple[str, ...]
    folder: str
    files: tuple[str, ...]


def looks() -> Iterator[Look]:
    """Every living process but this one, as far as the system tells (`sees_files`)."""
    for one in _living():
        if one.pid == os.getpid():
            continue
        command = tuple(processes.command(one.pid, between="\0").split("\0"))
        files = tuple(processes.open_files(one.pid))
        yield Look(one.pid, command, processes.working_folder(one.pid), files)


def sees_files() -> bool:
    """Whether `looks` can tell which files a process has open."""
    return processes.sees_files()


# ---------------------------------------------------------------- ending


def end_processes(targets: Iterable[Identity], *, grace: float) -> list[Identity]:
    """TERM (and CONT, for stopped ones), wait, KILL, wait; returns who is still there, and who
    can't be told."""
    untouchable = ancestors()
    left: list[Identity] = []
    held: dict[int, tuple[Handle, Identity]] = {}
    try:
        for target in dict.fromkeys(targets):
            try:
                if target.pid in untouchable:
                    left += [target] if identify(target.pid) == target else []
                    continue
                found = handle.hold(target.pid, _recognizer(target))
            except Unseen:
                left.append(target)
                continue
            if found is not None:
                held[target.pid] = (found, target)
        for what in (signal.SIGTERM, signal.SIGCONT):
            for one, _ in held.values():
                _send(one, what)
        alive = handle.wait([one for one, _ in held.values()], grace)
        for one in alive:
            _send(one, signal.SIGKILL)
        alive = handle.wait(alive, _KILL_WAIT if alive else 0)
        left += [held[one.pid][1] for one in alive]
    finally:
        for one, _ in held.values():
            one.close()
    return left


def _recognizer(target: Identity) -> handle.Recognizer:
    return lambda: identify(target.pid) == target


def _send(one: Handle, what: signal.Signals) -> None:
    try:
        one.signal(what)
    except Unseen:
        pass  # nobody is signalled unseen; the wait tells that it is still there


def ancestors() -> frozenset[int]:
    """Our own pid, those of all our ancestors as far as they can be seen, and 1."""
    found = {1, os.getpid()}
    pid = os.getppid()
    while pid > 1 and pid not in found:
        found.add(pid)
        try:
            seen = processes.entry(pid)
        except Unseen:
            break
        if seen is None:
            break
        pid = seen.parent
    return frozenset(found)


# ---------------------------------------------------------------- looking


def identify(pid: int) -> Identity | None:
    """The process that has this pid now; None when there is none, or only its corpse. Raises
    `Unseen` where the system does not tell."""
    seen = processes.entry(pid)
    return None if seen is None or seen.is_dead else Identity(pid, seen.started)


def marked(name: str, prefix: str) -> list[Identity]:
    """Processes of ours whose environment at their start had `name` with a value that begins
    with `prefix`."""
    needle = os.fsencode(f"{name}={prefix}")
    found = []
    for one in _living():
        environment = processes.environment(one.pid)
        if not environment.startswith(needle) and b"\0" + needle not in environment:
            continue
        if _is_still(one):
            found.append(one)
    return found


def in_session(session: int) -> list[Identity]:
    """Living processes of the session or process group that `session` leads."""
    return [
        Identity(one.pid, one.started)
        for one in _entries()
        if not one.is_dead and session in (one.group, one.session)
    ]


def _is_still(one: Identity) -> bool:
    try:
        return identify(one.pid) == one
    except Unseen:
        return False


def _living() -> Iterator[Identity]:
    for one in _entries():
        if not one.is_dead:
            yield Identity(one.pid, one.started)


def _entries() -> Iterator[Entry]:
    """Every process that can be seen; none where none can: nobody is found, nobody ended."""
    try:
        yield from processes.entries()
    except Unseen:
        return


def _exists(pid: int) -> bool:
    try:
        return identify(pid) is not None
    except Unseen:
        return True


def _touches(pid: int, real: str) -> bool:
    places = [processes.working_folder(pid), *processes.program_places(pid)]
    if any(lies_in(place, real) for place in places):
        return True
    return any(lies_in(path, real) for path in processes.open_files(pid))


def lies_in(path: str, folder: str) -> bool:
    """Whether `path` is `folder` or below it; both real paths."""
    return path == folder or path.startswith(folder.rstrip("/") + "/")
