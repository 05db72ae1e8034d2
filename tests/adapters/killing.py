"""Kills, and full disks, at every system call that changes something.

The action runs in a forked child whose `os` functions are counted; at the k-th one the
child is killed with SIGKILL (before the call, or after half of a write), or the call fails
with ENOSPC. `k` goes up until the action gets through untouched.
"""

from __future__ import annotations

import errno
import os
import signal
import traceback
from collections.abc import Callable, Iterator
from typing import Any

CHANGING = (
    "open",
    "write",
    "pwrite",
    "rename",
    "replace",
    "fsync",
    "mkdir",
    "unlink",
    "rmdir",
    "link",
    "symlink",
    "ftruncate",
    "fchmod",
    "chmod",
    "utime",
)
GROWING = frozenset({"open", "write", "pwrite", "rename", "fsync", "mkdir", "link", "symlink"})
"""Calls that a full disk can fail."""

SIGKILLED = -signal.SIGKILL


def _is_change(name: str, args: tuple[Any, ...]) -> bool:
    if name != "open":
        return True
    flags = args[1] if len(args) > 1 else 0
    return bool(flags & (os.O_CREAT | os.O_TRUNC | os.O_WRONLY | os.O_RDWR))


def _arm(number: int, fail: Callable[[str, Callable[..., Any], tuple[Any, ...]], None]) -> None:
    """Patch `os` so that `fail` is called in place of the `number`-th change."""
    count = 0

    def patched(name: str, original: Callable[..., Any]) -> Callable[..., Any]:
        def call(*args: Any, **options: Any) -> Any:
            nonlocal count
            if _is_change(name, args):
                count += 1
                if count == number:
                    fail(name, original, args)
            return original(*args, **options)

        return call

    for name in CHANGING:
        setattr(os, name, patched(name, getattr(os, name)))


def _die(name: str, original: Callable[..., Any], args: tuple[Any, ...]) -> None:
    if name == "write" and len(args[1]) > 1:
        original(args[0], args[1][: len(args[1]) // 2])
    os.kill(os.getpid(), signal.SIGKILL)


def _full(name: str, original: Callable[..., Any], args: tuple[Any, ...]) -> None:
    if name in GROWING:
        raise OSError(errno.ENOSPC, "No space left on device")


def _forked(action: Callable[[], None]) -> int:
    """The child's fate: its exit code (0 well, 3 raised), or minus the signal."""
    child = os.fork()
    if child == 0:
        code = 3
        try:
            action()
            code = 0
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(code)
    _, status = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status)


def killed_at_each_step(
    action: Callable[[], None], *, step: int = 1, most: int = 400
) -> Iterator[int]:
    """Run `action` killed at its 1st, 2nd, … change; yields after each kill. The last run,
    which nothing hits, is made too but not yielded."""
    for number in range(1, most, step):

        def doomed(number: int = number) -> None:
            _arm(number, _die)
            action()

        fate = _forked(doomed)
        if fate == 0:
            assert number > 1, "the action changes nothing: this test would test nothing"
            return
        assert fate == SIGKILLED, f"step {number}: the action itself failed ({fate})"
        yield number
    raise AssertionError("the action has no end")


def full_at_each_step(
    action: Callable[[], None], expected: type[Exception], *, most: int = 400
) -> Iterator[int]:
    """Run `action` with a disk that is full at its 1st, 2nd, … change; yields after each run
    that failed (with `expected`, else this raises)."""
    for number in range(1, most):

        def doomed(number: int = number) -> None:
            hit = False

            def fail(name: str, original: Callable[..., Any], args: tuple[Any, ...]) -> None:
                nonlocal hit
                hit = True
                _full(name, original, args)

            _arm(number, fail)
            try:
                action()
            except expected:
                os._exit(10)
            os._exit(11 if hit else 0)

        fate = _forked(doomed)
        if fate == 0:
            assert number > 1
            return
        assert fate in (10, 11), f"step {number}: not a {expected.__name__} ({fate})"
        yield number
    raise AssertionError("the action has no end")
