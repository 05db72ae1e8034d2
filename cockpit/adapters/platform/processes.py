"""Who runs on this machine: by /proc, else by `ps` and POSIX calls.

A failed look is `Unseen`. It is never taken for "there is no such process": on that answer
others end processes, take lock files away or remove folders.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator

from cockpit.adapters.platform import darwin, ps, traits
from cockpit.adapters.platform.traits import PROC
from cockpit.dataclass import dataclass

COMMAND_CAP = 4096
_GONE = frozenset({errno.ENOENT, errno.ESRCH})


class Unseen(Exception):
    """The system did not tell."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A process. `started` tells it from another one of the same pid: clock ticks since boot
    by /proc, seconds since the epoch by ps. `is_dead`: a zombie."""

    pid: int
    parent: int
    group: int
    session: int
    started: int
    is_dead: bool


def entry(pid: int) -> Entry | None:
    """The process of this pid; None when there is none. Raises `Unseen`."""
    if traits.current.proc:
        return _by_proc(pid)
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return None
    except OSError:  # somebody else's: it is there
        pass
    row = next((row for row in _ask_ps(pid) if row.pid == pid), None)
    return _of(row) if row is not None else None


def entries() -> Iterator[Entry]:
    """Every process that can be seen. Raises `Unseen` when none can."""
    if not traits.current.proc:
        yield from (_of(row) for row in _ask_ps(None))
        return
    for pid in pids():
        try:
            found = _by_proc(pid)
        except Unseen:
            continue  # one that hides is nobody whom we could act on
        if found is not None:
            yield found


def pids() -> list[int]:
    """The pids of all processes that can be seen. Raises `Unseen`."""
    if not traits.current.proc:
        return [row.pid for row in _ask_ps(None)]
    try:
        return [int(name) for name in os.listdir(PROC) if name.isdecimal()]
    except OSError as error:
        raise Unseen(str(error)) from error


def _by_proc(pid: int) -> Entry | None:
    """By /proc/PID/stat, whose second field, the command, may itself hold blanks and
    parentheses."""
    try:
        text = (PROC / str(pid) / "stat").read_text("utf-8", "replace")
    except OSError as error:
        if error.errno in _GONE:
            return None
        raise Unseen(str(error)) from error
    fields = text.rpartition(")")[2].split()
    if len(fields) <= 19:
        raise Unseen(f"/proc/{pid}/stat has an unknown form")
    parent, group, session = (int(field) for field in fields[1:4])
    return Entry(pid, parent, group, session, int(fields[19]), fields[0] in ("Z", "X"))


def _ask_ps(pid: int | None) -> list[ps.Row]:
    rows = ps.rows(pid)
    if rows is None:
        raise Unseen("ps did not answer")
    return rows


def _of(row: ps.Row) -> Entry:
    try:
        session = os.getsid(row.pid)
    except OSError:
        session = -1  # not ours to know; it is in no session that we look for
    return Entry(row.pid, row.parent, row.group, session, row.started, row.is_dead)


# ---------------------------------------------------------------- one process in detail


def command(pid: int, between: str = " ") -> str:
    """Its words, raw from outside; `?` where they can't be told."""
    if not traits.current.proc:
        rows = ps.rows(pid)
        return next((row.command for row in rows or () if row.pid == pid), "") or "?"
    try:
        raw = (PROC / str(pid) / "cmdline").read_bytes()[:COMMAND_CAP]
        if not raw:
            raw = (PROC / str(pid) / "comm").read_bytes()
    except OSError:
        return "?"
    words = raw.decode("utf-8", "surrogateescape").rstrip("\0\n")
    return words.replace("\0", between).strip() or "?"


def sees_files() -> bool:
    """Whether open files of processes can be told here (of our own user's, at least)."""
    return traits.current.proc


def working_folder(pid: int) -> str:
    """Its working folder; empty where it can't be told."""
    if traits.current.proc:
        return _target(f"{PROC}/{pid}/cwd")
    return darwin.working_folder(pid) if traits.current.is_mac else ""


def program_places(pid: int) -> list[str]:
    """The paths of its program and its root folder, as far as they can be told."""
    if not traits.current.proc:
        return []
    return list(filter(None, (_target(f"{PROC}/{pid}/{name}") for name in ("exe", "root"))))


def open_files(pid: int) -> Iterator[str]:
    """Paths that it has open; none where they can't be told (`sees_files`)."""
    if not traits.current.proc:
        return
    try:
        names = os.listdir(f"{PROC}/{pid}/fd")
    except OSError:  # it ended, or belongs to someone else
        return
    yield from filter(None, (_target(f"{PROC}/{pid}/fd/{name}") for name in names))


def environment(pid: int) -> bytes:
    """Its environment at its start, NUL-separated; empty where it can't be told."""
    try:
        return (PROC / str(pid) / "environ").read_bytes() if traits.current.proc else b""
    except OSError:  # it ended, or belongs to someone else
        return b""


def _target(link: str) -> str:
    try:
        return os.readlink(link)
    except OSError:
        return ""
