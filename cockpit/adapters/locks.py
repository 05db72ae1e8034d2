"""Kernel locks on files: freed by any death of the holder, so there is nothing to clean up.

A lock file is never removed (two processes could then lock two different files of the same
name). What stands in it says who holds it, for people; the truth is the kernel's.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import re
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

from cockpit.adapters.failures import explain, explained, shown
from cockpit.adapters.files import make_private_dir
from cockpit.domain.text import safe
from cockpit.errors import CockpitError, TimedOut

_NAME = re.compile(r"[a-z0-9][a-z0-9.-]{0,80}")
_RANKS = {
    "round": -2,
    "train": -1,
    "registry": 1,
    "worktrees": 3,
    "target": 4,
    "train-queue": 5,
    "tasks": 5,
    "claims": 5,
    "ports": 5,
    "journal": 6,
}
_PAUSE = 0.002
"""Seconds before the second try; doubled up to `_LONGEST_PAUSE`."""
_LONGEST_PAUSE = 0.05
_OPEN = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC

_thread = threading.local()


class LockMisuse(CockpitError):
    """Cockpit itself asked for locks in a way that could wait for ever: a bug, said at once."""


def order(name: str) -> tuple[int, str]:
    """Where a lock stands in the fixed order: the closing of a round and the train first, since
    they are held longest and take all others; then names not in the protocol (`dispatcher`,
    `gate`); then registry, lanes, worktrees, target, what is taken alone (the train's queue,
    what is remembered of tasks, a lane's review), journal."""
    if _NAME.fullmatch(name) is None:
        raise LockMisuse(f"Not a name for a lock: {shown(name)}")
    by_kind = {"lane": 2, "review": 5}.get(name.partition("-")[0])
    return (_RANKS.get(name, 0) if by_kind is None else by_kind, name)


class FileLocks:
    """Locks by name, as `<folder>/<name>.lock`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @contextlib.contextmanager
    def hold(self, *names: str, timeout: float = 10.0, why: str = "") -> Iterator[None]:
        """Hold all `names` (see `order`) for at most `timeout` seconds of waiting in all.

        Raises `TimedOut` with who holds it, and `LockMisuse` when this thread holds one of
        them already, or holds one that comes later in the order.
        """
        wanted = sorted(set(names), key=order)
        held = _held_here()
        self._refuse_misuse(wanted, held)
        make_private_dir(self._folder)
        deadline = time.monotonic() + timeout
        taken: list[tuple[Path, int]] = []
        try:
            for name in wanted:
                path = self._path(name)
                left = deadline - time.monotonic()
                taken.append((path, take(path, name=name, timeout=left, why=why)))
                held[str(path)] = order(name)
            yield
        finally:
            for path, lock in reversed(taken):
                held.pop(str(path), None)
                release(lock)

    def is_free(self, name: str) -> bool:
        """Whether nobody holds it at this instant (the answer may be stale at once)."""
        order(name)
        path = self._path(name)
        try:
            lock = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
        except FileNotFoundError:
            return True
        except OSError as error:
            raise CockpitError(
                f"Cannot look at the lock {shown(path)}", detail=str(error)
            ) from error
        try:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        finally:
            os.close(lock)
        return True

    def _path(self, name: str) -> Path:
        return self._folder / f"{name}.lock"

    def _refuse_misuse(self, wanted: list[str], held: dict[str, tuple[int, str]]) -> None:
        mine = {path: key for path, key in held.items() if Path(path).parent == self._folder}
        for name in wanted:
            if str(self._path(name)) in mine:
                raise LockMisuse(f"The lock {name} is held already by this very thread")
        latest = max(mine.values(), default=None)
        if wanted and latest is not None and order(wanted[0]) < latest:
            raise LockMisuse(
                f"The lock {wanted[0]} must be taken before {latest[1]}, which is held already"
            )


def _held_here() -> dict[str, tuple[int, str]]:
    """Locks of this thread, by path; across all `FileLocks` objects."""
    if not hasattr(_thread, "held"):
        _thread.held = {}
    held: dict[str, tuple[int, str]] = _thread.held
    return held


def take(path: Path, *, name: str, timeout: float, why: str, shared: bool = False) -> int:
    """Lock the file at `path` and return its descriptor; `release` gives it back.

    Waits at most `timeout` seconds (polling: a blocking flock can't be given up). Raises
    `TimedOut` naming the holder, `CockpitError` when the file can't be opened.
    """
    with explained("open the lock", path):
        lock = os.open(path, _OPEN, 0o600)
    kind = fcntl.LOCK_SH if shared else fcntl.LOCK_EX
    deadline = time.monotonic() + timeout
    pause = _PAUSE
    try:
        while True:
            try:
                fcntl.flock(lock, kind | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                left = deadline - time.monotonic()
                if left <= 0:
                    raise _timed_out(name, lock, timeout) from None
            time.sleep(min(pause, left))
            pause = min(2 * pause, _LONGEST_PAUSE)
        if not shared:
            _sign(lock, why)
    except BaseException as error:
        os.close(lock)
        if isinstance(error, OSError):
            raise explain(error, "lock", path) from error
        raise
    return lock


def release(lock: int) -> None:
    """Give back what `take` returned; the file stays, without a holder's name in it."""
    with contextlib.suppress(OSError):  # the name is a courtesy: a full disk must not matter
        os.ftruncate(lock, 0)
    os.close(lock)


def _sign(lock: int, why: str) -> None:
    """Write who we are into the lock file; the disk being full must not fail the lock."""
    command = " ".join([Path(sys.argv[0] or "python").name, *sys.argv[1:3]])
    text = f"process {os.getpid()} ({command})" + (f": {why}" if why else "")
    try:
        os.ftruncate(lock, 0)
        os.pwrite(lock, text[:500].encode("utf-8", "surrogateescape"), 0)
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT, errno.EROFS):
            raise


def _timed_out(name: str, lock: int, timeout: float) -> TimedOut:
    holder = safe(os.pread(lock, 500, 0), width=300).text or "a process that left no name"
    return TimedOut(
        f"The lock {name} is held by {holder}",
        detail=f"Waited {max(0.0, timeout):.1f} s for it.",
        hint="Wait until that is done, or end that process; the lock is freed with it.",
    )
